"""This project's own: the postings beside the FTS5 index that stands one folder up, made where that is large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from searching import Search, measure
from with_fts5 import asking

from rag.storage.database import Database
from rag.storage.postings import Postings


def build(texts: Iterator[str], folder: Path) -> None:
    """Make the postings from FTS5, which has the passages already."""
    base = Database(folder.parent / "rag.db")
    with base.read() as connection:
        Postings(folder).save(connection)
    base.close()


def load(folder: Path) -> Search:
    """Open both."""
    return asking(Database(folder.parent / "rag.db"), Postings(folder))


if __name__ == "__main__":
    measure(build, load)
