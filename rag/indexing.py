"""Make an index equal to a folder: files added, changed, renamed, removed, and those that are as they were.

What a file is, its path says; whether it changed, the SHA-256 of its bytes. Documents are embedded in batches across
files and put one by one, so a killed run leaves whole documents, and the next run goes on from there. Knows the store
and the embedder by their protocols alone.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag.errors import LoadError, RagError, UsageError
from rag.loaders import document_path, file_digest, list_files, load
from rag.protocols import Embedder, Progress, Store
from rag.splitter import embedded_text, split
from rag.types import Chunk, Document, DocumentInfo, Matrix

logger = logging.getLogger(__name__)

Action = Literal["added", "changed", "renamed", "removed", "unchanged", "failed"]

_BATCH_CHUNKS = 128
"""Chunks embedded at once: enough to fill the model's batches, little enough to lose when killed."""
_INDEX_FILE = "rag.db"
"""A folder that holds this is an index, not documents."""
_EMBEDDING_FAILED = (RagError, RuntimeError, ValueError)
"""What embedders raise on a text that they cannot take; RuntimeError is torch's."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was done to one file.

    Attributes:
        path: Relative to the folder.
        action: What was done.
        chunks: How many it has in the index now.
        reason: Why it failed, or where it was before.
        hint: What mends it.
    """

    path: str
    action: Action
    chunks: int
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done to each file, by path, and how many seconds it took."""

    files: tuple[FileResult, ...]
    seconds: float

    def counts(self) -> dict[str, int]:
        """Number of files by action, in a fixed order; an action that did not occur is 0."""
        found = Counter(file.action for file in self.files)
        return {
            "added": found["added"],
            "changed": found["changed"],
            "renamed": found["renamed"],
            "removed": found["removed"],
            "unchanged": found["unchanged"],
            "failed": found["failed"],
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        files = [asdict(file) for file in self.files]
        return {"files": files, "counts": self.counts(), "seconds": round(self.seconds, 3)}


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Take no notice."""


def sync(
    folder: Path,
    store: Store,
    embedder: Embedder,
    *,
    chunk_tokens: int,
    max_file_bytes: int,
    progress: Progress = no_progress,
) -> Report:
    """Make the index equal to the folder.

    A file that cannot be read any more is taken out of the index, so that nothing stale is cited; where the disk or its
    permissions are to blame, its earlier version stays. Every file that failed is tried again by the next run.

    Args:
        folder: Folder of documents.
        store: The index, open for writing.
        embedder: The one that the index was made with.
        chunk_tokens: Largest chunk, in the embedder's tokens, heading prefix included.
        max_file_bytes: Larger files fail.
        progress: Told of the bytes checked, then of the bytes indexed.

    Returns:
        What was done to each file. Equal content under two paths is two documents.

    Raises:
        UsageError: There is no such folder.
        StoreError: The index cannot be written; what was put before stays.
    """
    started_s = time.perf_counter()
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", "name a folder of documents: rag index FOLDER")
    work = _Sync(folder, store, embedder, min(chunk_tokens, embedder.max_tokens), max_file_bytes, progress)
    work.run()
    files = sorted(work.results, key=lambda file: file.path)
    return Report(tuple(files), time.perf_counter() - started_s)


@dataclass(slots=True)
class _Job:
    """A document on its way into the index."""

    document: Document
    chunks: list[Chunk]
    action: Action


@dataclass(slots=True)
class _Sync:
    """One run: what it works with, and what it has done."""

    folder: Path
    store: Store
    embedder: Embedder
    chunk_tokens: int
    max_file_bytes: int
    progress: Progress
    results: list[FileResult] = field(default_factory=list)
    known: dict[str, DocumentInfo] = field(default_factory=dict)

    def run(self) -> None:
        self.known = {info.path: info for info in self.store.documents()}
        files = {document_path(path, self.folder): path for path in _documents(self.folder)}
        digests = self._digests(files)
        gone = [info for path, info in self.known.items() if path not in files]
        todo = [path for path in digests if path not in self.known or self.known[path].sha256 != digests[path]]
        ...
