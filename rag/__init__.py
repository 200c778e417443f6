"""Footnote: ask a folder of documents; every sentence of the answer carries a checked citation.

    from rag import build_index, open_pipeline

    build_index("seeds", index="index")
    rag = open_pipeline("index")
    print(rag.ask("When is notice due?").text)

Importing this package loads no model library; that happens in `open_pipeline` and `build_index`.
"""

from __future__ import annotations

from rag.errors import RagError
from rag.events import Event, EvidenceSelected, Retrieved, SentenceChecked, Token
from rag.factory import build_index, open_pipeline
from rag.types import Answer, Citation, Document, Evidence, Hit, Question, Sentence, Turn

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "Event",
    "Evidence",
    "EvidenceSelected",
    "Hit",
    "Question",
    "RagError",
    "Retrieved",
    "Sentence",
    "SentenceChecked",
    "Token",
    "Turn",
    "build_index",
    "open_pipeline",
]
