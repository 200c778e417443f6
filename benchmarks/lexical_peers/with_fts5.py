"""SQLite FTS5, as an index of this project holds it: BM25 of every passage that says a word of the question."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from searching import Search, measure

from rag.storage.database import Database, Manifest, raw
from rag.storage.lexical import indexed
from rag.storage.postings import Postings
from rag.storage.ranking import words_ranked

_BLOCK = 1_024


def build(texts: Iterator[str], folder: Path) -> None:
    """Put passages into the lexical index of a new `rag.db`, without their chunks."""
    base = Database(folder / "rag.db", create=True)
    base.create(Manifest("none", "0" * 64, 1, "none"))
    numbered = ((number, raw(indexed(text))) for number, text in enumerate(texts, start=1))
    while block := list(islice(numbered, _BLOCK)):
        with base.write() as connection:
            connection.executemany("INSERT INTO lexical (rowid, head, body) VALUES (?, '', CAST(? AS TEXT))", block)
    base.close()


def load(folder: Path) -> Search:
    """Open it; no postings are there."""
    return asking(Database(folder / "rag.db"), Postings(folder))


def asking(base: Database, postings: Postings) -> Search:
    """How a question is searched for in one index."""

    def search(question: str, k: int) -> list[int]:
        with base.read() as connection:
            best = sorted(words_ranked(connection, postings, question, k), key=lambda found: (-found[1], found[0]))
        return [number - 1 for number, _ in best[:k]]

    return search


if __name__ == "__main__":
    measure(build, load)
