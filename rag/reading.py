"""Files read and cut into chunks, a batch ahead of whoever embeds them: both cores have work while a file is parsed.

A long document comes in parts, so that memory goes by the batch and not by the document. Knows loaders and splitter;
neither the index nor the embedder.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from rag.errors import LoadError
from rag.loaders import document_path, load
from rag.types import Chunk, Document

T = TypeVar("T")
Cut = Callable[[Document], Iterator[Chunk]]
"""Cuts a document into chunks, as they are asked for."""


class Part(NamedTuple):
    """Chunks in a row of a document on its way into the index."""

    document: Document
    chunks: list[Chunk]

    @property
    def path(self) -> str:
        """As the index names it."""
        return self.document.path


class Unread(NamedTuple):
    """A document that could not be read, or no further: its path as the index names it, and why."""

    path: str
    error: LoadError


Batch = list[Part | Unread]


def read(files: Iterable[Path], folder: Path, max_bytes: int, cut: Cut, batch_chunks: int) -> Iterator[Batch]:
    """Read files in order.

    Args:
        files: What to read.
        folder: What their paths are relative to.
        max_bytes: Larger files are unread.
        cut: Cuts what was read.
        batch_chunks: Chunks of a batch; the last one may have fewer.

    Yields:
        Batches. A document is at least one part, and its parts come in a row.
    """
    batch: Batch = []
    room = batch_chunks
    for file in files:
        try:
            document = load(file, folder, max_bytes)
        except LoadError as exc:
            batch.append(Unread(document_path(file, folder), exc))
            continue
        chunks = cut(document)
        found = list(islice(chunks, room))
        batch.append(Part(document, found))
        room -= len(found)
        while not room:
            yield batch
            batch, room = [], batch_chunks
            if found := list(islice(chunks, room)):
                batch.append(Part(document, found))
                room -= len(found)
        del document, chunks  # two long ones would be held at once
    if batch:
        yield batch


def ahead(items: Iterator[T], thread: str) -> Generator[T]:
    """Have what comes next made in a thread, while the caller is busy with the one before.

    Args:
        items: Advanced in that thread alone.
        thread: Its name.

    Yields:
        The items; at most one is ready that was not asked for.
    """
    end = object()
    with ThreadPoolExecutor(1, thread) as pool:
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item  # type: ignore[misc]
