"""This project, for the same job: `build_index` with an embedder that is open already, as those of the others are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from job import PASSAGES, Job

from rag import indexing, open_pipeline
from rag.config import Config
from rag.factory import manifest, open_embedder, open_weights, settings
from rag.protocols import Embedder
from rag.store import Manifest, SqliteStore


class Opened(NamedTuple):
    """What indexing works with."""

    config: Config
    embedder: Embedder
    made_with: Manifest


def load(_weights: str) -> Opened:
    """Import what indexing needs, and open the embedder."""
    config = settings()
    weights = open_weights(config)
    embedder = open_embedder(config, weights)
    embedder.embed_query("ready")
    return Opened(config, embedder, manifest(config, embedder, weights))


def sync(opened: Opened, folder: str, index: str) -> int:
    """Files whose SHA-256 is known are left as they are."""
    config, embedder, made_with = opened
    store = SqliteStore.open(Path(index), made_with)
    try:
        report = indexing.sync(
            Path(folder), store, embedder, chunk_tokens=config.chunk_tokens, max_file_bytes=config.max_file_bytes
        )
    finally:
        store.close()
    return sum(file.chunks for file in report.files)


def search(_weights: str, index: str, question: str) -> list[str]:
    """The best passages of both rankings, fused."""
    found = open_pipeline(index, generator="extractive").search(question, PASSAGES)
    return [hit.chunk.text for hit in found]


Job(load, sync, search, known_by="SHA-256 of the file").run()
