"""`vectors.faiss`: the vectors of `rag.db` once more, laid out for search.

A cache, never the truth: it is stamped with the identity and the generation of the index that it was made from, and
made again from there when it is missing, stale, damaged or another's. Knows no SQL.
"""

from __future__ import annotations

import logging
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import faiss
import numpy as np

from rag.protocols import Progress
from rag.replacing import replacing
from rag.storage.nearest import Layout, Rows, candidates, lay_out
from rag.types import Ids, Matrix, Vector

logger = logging.getLogger(__name__)

NAME = "vectors.faiss"
_TRAILER = struct.Struct(">8s32sqqfI")
"""After the index, which FAISS reads without it: magic, identity, generation, how many its codes were learned among,
recall, and CRC-32 of what stands before."""
_MAGIC = b"footnot2"

_DRIFT = 0.02
"""Share of the vectors that may differ from the file before it is written anew: what is written costs as much as what
changed, not as much as the index."""


class Stamp(NamedTuple):
    """Which state of which index: identity as 32 hexadecimal digits, and generation."""

    identity: str
    generation: int


class Source(NamedTuple):
    """Where vectors come from.

    Attributes:
        stamp: The state.
        ids: Gives the ids of all its chunks, ascending.
        rows: Gives ids and vectors from an id up, ascending, in blocks.
        some: Gives the vectors of some ids, in order.
    """

    stamp: Stamp
    ids: Callable[[], Ids]
    rows: Callable[[int], Rows]
    some: Callable[[Ids], Matrix]


class Described(NamedTuple):
    """How a file's vectors are laid out: whether they are searched by codes, and the recall that was measured."""

    approximate: bool
    recall: float


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
        self._layout: Layout | None = None
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
            See `rag.storage.nearest.candidates`.
        """
        with self._guard:
            return candidates(self._follow(source), vector, k, within)

    def keep(self, source: Source, changed: int, total: int, progress: Progress) -> None:
        """Write the file as `save` does, or leave it to readers to catch up with where little has changed.

        Args:
            source: The state to write.
            changed: How many vectors have come or gone since it was opened.
            total: How many there are.
            progress: Told of the vectors laid out.
        """
        if changed > _DRIFT * total or (changed and not self._path.exists()):
            self.save(source._replace(rows=lambda first: _told(source.rows(first), total, progress)))

    def save(self, source: Source) -> None:
        """Write the file, in one step, unless it holds that state already.

        Args:
            source: The state to write.
        """
        with self._guard:
            layout = self._follow(source)
            if self._saved != self._stamp:
                self._write(layout)

    def _follow(self, source: Source) -> Layout:
        """Bring the vectors in memory to the state of the source, touching only what differs."""
        first = self._layout is None
        if first:
            self._saved = self._read()
            self._stamp = self._saved
        if self._stamp is None or self._stamp.identity != source.stamp.identity:
            self._layout, self._stamp = None, None
        if self._layout is None or self._stamp != source.stamp:
            self._layout, changed = self._brought_to(source)
            self._stamp = source.stamp
            if first and (self._saved is None or changed > _DRIFT * self._layout.index.ntotal):
                self._write(self._layout)
        return self._layout

    def _brought_to(self, source: Source) -> tuple[Layout, int]:
        """The layout of a state, and how many vectors differ from the one before."""
        wanted, layout = source.ids(), self._layout
        if layout is None or not layout.fits(len(wanted)):
            return lay_out(self.dim, wanted, lambda: source.rows(0), source.some), len(wanted)
        held = faiss.vector_to_array(layout.index.id_map)
        gone = np.setdiff1d(held, wanted, assume_unique=True)
        missing = np.setdiff1d(wanted, held, assume_unique=True)
        if gone.size:
            layout.index.remove_ids(gone)
        if missing.size:
            for ids, rows in source.rows(int(missing.min())):
                new = np.isin(ids, missing, assume_unique=True)
                layout.index.add_with_ids(np.ascontiguousarray(rows[new]), ids[new])
        return layout, int(gone.size + missing.size)

    def _read(self) -> Stamp | None:
        """Load the file; None where it is missing, damaged or of another dimension."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        if len(data) < _TRAILER.size:
            return None
        payload = memoryview(data)[: -_TRAILER.size]
        magic, identity, generation, learned, recall, checksum = _TRAILER.unpack(data[-_TRAILER.size :])
        if magic != _MAGIC or checksum != zlib.crc32(payload):  # FAISS alone takes some garbage for good
            logger.warning("%s is damaged, or of an earlier version, and will be made again", NAME)
            return None
        try:
            index = faiss.deserialize_index(np.frombuffer(payload, np.uint8))
        except RuntimeError:  # sound, but written by a FAISS that knows more kinds
            return None
        if index.d != self.dim or not isinstance(index, faiss.IndexIDMap):
            return None
        self._layout = Layout(index, learned, recall)
        return Stamp(identity.decode("ascii", "replace"), generation)

    def _write(self, layout: Layout) -> None:
        assert self._stamp is not None
        stamp = self._stamp.identity.encode(), self._stamp.generation, layout.learned, layout.recall
        try:
            with replacing(self._path) as part, part.open("xb") as file:
                file.write(_TRAILER.pack(_MAGIC, *stamp, _put(layout, file)))
        except OSError as exc:  # the next reader makes it again
            logger.warning("%s could not be written: %s", NAME, exc)
            return
        self._saved = self._stamp


def _put(layout: Layout, file: BinaryIO) -> int:
    """Write an index piece by piece, which in one piece would be in memory three times; the CRC-32 of it all."""
    checksum = 0

    def piece(data: bytes) -> None:
        nonlocal checksum
        checksum = zlib.crc32(data, checksum)
        file.write(data)

    faiss.write_index(layout.index, faiss.PyCallbackIOWriter(piece))  # type: ignore[attr-defined]
    return checksum


def _told(rows: Rows, total: int, progress: Progress) -> Rows:
    """The same vectors, and a word before each block of them."""
    done = 0
    for ids, vectors in rows:
        progress("laying out vectors", done, total)
        yield ids, vectors
        done += len(ids)


def described(folder: Path) -> Described | None:
    """How the vectors of an index are laid out.

    Args:
        folder: Folder of the index.

    Returns:
        What the file says; None where it is missing or says nothing.
    """
    try:
        with (folder / NAME).open("rb") as file:
            file.seek(-_TRAILER.size, 2)
            magic, _, _, learned, recall, _ = _TRAILER.unpack(file.read())
    except (OSError, struct.error):
        return None
    return Described(learned > 0, recall) if magic == _MAGIC else None
