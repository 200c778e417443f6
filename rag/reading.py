"""Files read and cut into chunks, a batch ahead of whoever embeds them: both cores have work while a file is parsed.

Knows loaders and splitter; neither the index nor the embedder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rag.errors import LoadError
from rag.loaders import document_path, load
from rag.types import Chunk, Document

Cut = Callable[[Document], list[Chunk]]
"""Cuts a document into chunks."""


class Job(NamedTuple):
    """A document on its way into the index."""

    document: Document
    chunks: list[Chunk]

    @property
    def path(self) -> str:
        """As the index names it."""
        return self.document.path


class Unread(NamedTuple):
    """A file that could not be read: its path as the index would name it, and why."""

    path: str
    file: Path
    error: LoadError


Batch = list[Job | Unread]


def read(files: Sequence[Path], folder: Path, max_bytes: int, cut: Cut, batch_chunks: int) -> Iterator[Batch]:
    """Read files in a thread, in order, while the caller is busy with the batch before.

    Args:
        files: What to read.
        folder: What their paths are relative to.
        max_bytes: Larger files are unread.
        cut: Called in that thread.
        batch_chunks: A batch ends once it has so many.

    Yields:
        Batches; at most one is ready that was not asked for.
    """
    batches = _batches(files, folder, max_bytes, cut, batch_chunks)
    with ThreadPoolExecutor(1, "reading") as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


def _batches(files: Sequence[Path], folder: Path, max_bytes: int, cut: Cut, batch_chunks: int) -> Iterator[Batch]:
    batch: Batch = []
    chunks = 0
    for file in files:
        try:
            document = load(file, folder, max_bytes)
        except LoadError as exc:
            batch.append(Unread(document_path(file, folder), file, exc))
        else:
            job = Job(document, cut(document))
            batch.append(job)
            chunks += len(job.chunks)
        if chunks >= batch_chunks:
            yield batch
            batch, chunks = [], 0
    if batch:
        yield batch
