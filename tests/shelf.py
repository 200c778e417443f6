"""A small index for the tests of explanations: chunks as they are given, models as stand-ins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.config import Config
from rag.pipeline import Pipeline
from rag.protocols import Generator, Judge
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Chunk, Document

EMBEDDER = FakeEmbedder(512)
MANIFEST = Manifest("fake", "0" * 64, EMBEDDER.dim, "1:200")
Texts = dict[str, list[str]]


def pipeline(
    root: Path, texts: Texts, generator: Generator | None = None, judge: Judge | None = None, **settings: Any
) -> Pipeline:
    """A pipeline over documents, each given as the passages that it is cut into; whatever has evidence is answered."""
    writing = SqliteStore.open(root, MANIFEST)
    for path, passages in texts.items():
        starts = [sum(len(before) + 1 for before in passages[:at]) for at in range(len(passages))]
        chunks = [Chunk(path, start, start + len(t), t, path) for start, t in zip(starts, passages, strict=True)]
        writing.put(Document(path, path, "\n".join(passages), "0"), chunks, EMBEDDER.embed_documents(passages))
    writing.close()
    config = Config(**{"index": str(root), "refuse_below": 0.0, **settings})
    store = SqliteStore.open_existing(root, MANIFEST)
    return Pipeline(store, EMBEDDER, generator or FakeGenerator(), config, judge=judge)
