"""`vectors.faiss`: the vectors of `rag.db` once more, laid out for search.

A cache, never the truth: it is stamped with the identity and the generation of the index that it was made from, and
made again from there when it is missing, stale, damaged or another's. The search finds candidates; exact scores and
their order are the caller's business, so an approximate kind of index may take the place of the exact one. Knows no
SQL.
"""

from __future__ import annotations

import logging
import struct
import threading
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.types import Matrix, Vector

logger = logging.getLogger(__name__)

NAME = "vectors.faiss"
_KIND = "IDMap,Flat"
"""Exact search, in the words of FAISS's `index_factory`; an approximate kind would be chosen here, by size."""
_TRAILER = struct.Struct(">8s32sqI")
"""After the index, which FAISS reads without it: magic, identity, generation and CRC-32 of what stands before."""
_MAGIC = b"footnote"
_CLOSE = 1e-5
"""Scores nearer than this may be a tie that was rounded differently; float32 sums of unit vectors err by 1e-6."""
_MARGIN = 32
_LEFTOVER = "vectors.*.tmp"
_DRIFT = 0.02
"""Share of the vectors that may differ from the file before it is written anew: what is written costs as much as what
changed, not as much as the index."""

Ids = NDArray[np.int64]


class Stamp(NamedTuple):
    """Which state of which index: identity as 32 hexadecimal digits, and generation."""

    identity: str
    generation: int


class Source(NamedTuple):
    """Where vectors come from: the state, ids of all its chunks, and rows from an id up, in blocks."""

    stamp: Stamp
    ids: Callable[[], Ids]
    rows: Callable[[int], Iterable[tuple[Ids, Matrix]]]


class VectorCache:
    """Nearest vectors by inner product; safe to use from several threads.

    Args:
        folder: Folder of the index.
        dim: Length of a vector.
    """

    def __init__(self, folder: Path, dim: int) -> None:
        self._path = folder / NAME
        self.dim = dim
        self._guard = threading.Lock()
        self._index: Any = None
        self._stamp: Stamp | None = None
        self._saved: Stamp | None = None

    def search(self, source: Source, vector: Vector, k: int, within: Ids | None = None) -> Ids:
        """Candidates for the `k` nearest.

        Args:
            source: The state to search.
            vector: (dim,) float32.
            k: From 1 up.
            within: (n,) int64, the ids to choose from, all of the source; None for all there are.

        Returns:
            Ids of the k nearest, and of all that may tie with the last of them, in no order that counts.
        """
        with self._guard:
            self._follow(source)
            total = int(self._index.ntotal) if within is None else len(within)
            chosen = None if within is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(within))  # type: ignore[call-arg]
            wanted = min(total, k + _MARGIN)
            while wanted:
                scores, ids = self._index.search(vector[None, :], wanted, params=chosen)
                bar = scores[0, min(k, total) - 1] - _CLOSE
                if wanted == total or scores[0, -1] < bar:
                    kept: Ids = ids[0][scores[0] >= bar]
                    return kept
                wanted = min(total, wanted * 4)
        return np.empty(0, np.int64)

    def is_near(self, changed: int, total: int) -> bool:
        """True where the file, if so many of so many vectors have changed, is left to readers to catch up with."""
        return changed <= _DRIFT * total and self._path.exists()

    def save(self, source: Source) -> None:
        """Write the file, in one step, unless it holds that state already.

        Args:
            source: The state to write.
        """
        with self._guard:
            self._follow(source)
            if self._saved != self._stamp:
                self._write()

    def _follow(self, source: Source) -> None:
        """Bring the vectors in memory to the state of the source, touching only what differs."""
        first = self._index is None
        if first:
            self._saved = self._read()
            self._stamp = self._saved
        if self._stamp is None or self._stamp.identity != source.stamp.identity:
            self._index, self._stamp = faiss.index_factory(self.dim, _KIND, faiss.METRIC_INNER_PRODUCT), None
        if self._stamp != source.stamp:
            changed = self._update(source)
            self._stamp = source.stamp
            if first and (self._saved is None or changed > _DRIFT * self._index.ntotal):
                self._write()

    def _update(self, source: Source) -> int:
        """Take out what is gone and add what is missing; how many of both."""
        held, wanted = faiss.vector_to_array(self._index.id_map), source.ids()
        gone = np.setdiff1d(held, wanted, assume_unique=True)
        missing = np.setdiff1d(wanted, held, assume_unique=True)
        if gone.size:
            self._index.remove_ids(gone)
        if missing.size:
            for ids, rows in source.rows(int(missing.min())):
                new = np.isin(ids, missing, assume_unique=True)
                self._index.add_with_ids(np.ascontiguousarray(rows[new]), ids[new])
        return int(gone.size + missing.size)

    def _read(self) -> Stamp | None:
        """Load the file; None where it is missing, damaged or of another dimension."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        if len(data) < _TRAILER.size:
            return None
        payload = memoryview(data)[: -_TRAILER.size]
        magic, identity, generation, checksum = _TRAILER.unpack(data[-_TRAILER.size :])
        if magic != _MAGIC or checksum != zlib.crc32(payload):  # FAISS alone takes some garbage for good
            logger.warning("%s is damaged and will be made again", NAME)
            return None
        try:
            index = faiss.deserialize_index(np.frombuffer(payload, np.uint8))
        except RuntimeError:  # sound, but written by a FAISS that knows more kinds
            return None
        if index.d != self.dim or not isinstance(index, faiss.IndexIDMap):
            return None
        self._index = index
        return Stamp(identity.decode("ascii", "replace"), generation)

    def _write(self) -> None:
        assert self._stamp is not None
        payload = faiss.serialize_index(self._index).data
        trailer = _TRAILER.pack(_MAGIC, self._stamp.identity.encode(), self._stamp.generation, zlib.crc32(payload))
        draft = self._path.with_name(f"vectors.{uuid4().hex}.tmp")
        try:
            with draft.open("xb") as file:
                file.write(payload)
                file.write(trailer)
            draft.replace(self._path)
        except OSError as exc:  # the next reader makes it again
            logger.warning("%s could not be written: %s", NAME, exc)
            draft.unlink(missing_ok=True)
            return
        self._saved = self._stamp


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process was writing; only for the one that holds the write lock."""
    for path in folder.glob(_LEFTOVER):
        path.unlink(missing_ok=True)
