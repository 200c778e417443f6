"""Footnote: ask a folder of documents; every sentence of the answer carries a checked citation.

    from rag import build_index, open_pipeline

    build_index("seeds", index="index")
    rag = open_pipeline("index")
    print(rag.ask("When is notice due?").text)

Importing this package loads no model library; that happens in `open_pipeline` and `build_index`. Its names are looked
up when first used, so that `rag --help` and other quick commands do not wait for what they do not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "RagError": "errors",
    **dict.fromkeys(("Event", "EvidenceSelected", "Retrieved", "SentenceChecked", "Token"), "events"),
    **dict.fromkeys(("build_index", "open_pipeline"), "factory"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"rag.{_HOMES.get(name, 'types')}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
