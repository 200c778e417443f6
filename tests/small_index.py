"""A small index on disk, for the tests of what it is made of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder
from rag.types import Chunk, Document

DIM = 16
MANIFEST = Manifest("fake", "0" * 64, DIM, "1:200")
EMBEDDER = FakeEmbedder(DIM)


def put(store: SqliteStore, path: str, *texts: str) -> None:
    text = "\n".join(texts)
    starts = [sum(len(before) + 1 for before in texts[:at]) for at in range(len(texts))]
    chunks = [Chunk(path, start, start + len(t), t) for start, t in zip(starts, texts, strict=True)]
    store.put(Document(path, path, text, "0"), chunks, EMBEDDER.embed_documents(texts))


def make(folder: Path) -> Path:
    """An index of two documents, closed."""
    store = SqliteStore.open(folder, MANIFEST)
    put(store, "a.txt", "Rent is due.", "Cats may stay.")
    put(store, "b.txt", "Dogs may not.")
    store.close()
    return folder


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "rag.db")) as db, db:
        db.execute(statement)
