"""One module per family of file formats: the bytes of a file in, its text with headings and pages out.

`base` holds what they share; `sniff` tells them apart. None of them opens a file or knows where one lies.
"""
