"""What `rag.store` is made of: SQLite, FAISS and the word index on disk.

connections, lexical -> database -> rows, health     `rag.db`, the truth
nearest -> vectors                                   `vectors.faiss`, a cache of it
inverted -> postings                                 `words.postings`, another
ranking                                              the two rankings that are read off them
index_files                                          all of them in their folder, and its lock
"""
