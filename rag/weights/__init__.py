"""Where weights come from, behind `rag.models`: what is known by name, fetched, checked, and made ready.

catalogue, record -> sources -> hub -> fetching; convert
"""
