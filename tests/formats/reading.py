"""Bytes to a `Document` by way of a real file, as the tests of every format need."""

from __future__ import annotations

from pathlib import Path

from rag.loaders import load
from rag.types import Document

LIMIT = 300_000_000


def read(folder: Path, name: str, data: bytes | str, limit: int = LIMIT) -> Document:
    """Write a file into the folder and load it."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return load(path, folder, limit)


def headings(document: Document) -> list[tuple[int, str]]:
    """Levels and titles, each checked to stand in the text at its offset."""
    for heading in document.headings:
        assert document.text[heading.start :].startswith(heading.title), heading
    starts = [heading.start for heading in document.headings]
    assert starts == sorted(starts)
    return [(heading.level, heading.title) for heading in document.headings]


def pages(document: Document) -> list[tuple[int, str]]:
    """Page numbers, each with the first words of its text."""
    return [(page.number, document.text[page.start : page.start + 12]) for page in document.pages]
