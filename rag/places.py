"""Where evidence stands: its document, page and heading, in the documents as they were when the answer was begun.

The index may be written while an answer is made. What is cited is read once and held, so that every offset of an answer
counts in one and the same text; evidence that no longer stands there is none. Knows the store by its protocol alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.protocols import Store
from rag.types import Document, Evidence


class Places:
    """The documents of one answer, each read once.

    Args:
        store: Where they are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, Document | None] = {}

    def standing(self, evidence: Iterable[Evidence]) -> list[Evidence]:
        """Evidence that stands word for word in its document, in the order given."""
        return [item for item in evidence if self._stands(item)]

    def of(self, item: Evidence) -> tuple[int | None, str]:
        """Page, from 1, None where there are none, and path of the headings of a piece of evidence that stands."""
        document = self._document(item.chunk.document)
        return (document.page_at(item.start), document.heading_at(item.start)) if document else (None, "")

    def text(self, path: str) -> str:
        """What a document says; empty where it was removed."""
        document = self._document(path)
        return document.text if document else ""

    def _stands(self, item: Evidence) -> bool:
        document = self._document(item.chunk.document)
        return document is not None and document.text[item.start : item.end] == item.text

    def _document(self, path: str) -> Document | None:
        if path not in self._read:
            try:
                self._read[path] = self._store.read(path)
            except KeyError:  # removed since it was found
                self._read[path] = None
        return self._read[path]
