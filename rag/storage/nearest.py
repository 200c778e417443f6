"""Nearest vectors by inner product, in FAISS: compared one by one while they are few, by codes of a few bits above.

Finds candidates; exact scores and their order are the caller's business. Knows no file and no SQL. The kinds and the
sizes were chosen by measurement: docs/decisions/0020-nearest.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.types import Ids, Matrix, Vector

Rows = Iterable[tuple[Ids, Matrix]]
"""Vectors and their ids, in blocks."""

EXACT_UP_TO = 50_000
"""Vectors that are compared one by one: at 384 numbers 77 MB and 10 ms."""
_LEARN_FROM = 20_000
"""Vectors that the codes are learned from, evenly spread over all: 300 to each of a code's sixteen values, and more."""
_OUTGROWN = 4
"""Codes are learned anew once there are this many times the vectors that they were learned among."""
_DEEP, _DEEPER = 400, 8
"""Candidates by codes: at least so many, and so many for each one wanted."""
_FEW = 10_000
"""So many within a scope are candidates all: scoring them takes less time than telling them from the rest."""
_MARGIN = 32
_CLOSE = 1e-5
"""Scores nearer than this may be a tie that was rounded differently; float32 sums of unit vectors err by 1e-6."""
_PROBES, _AMONG = 64, 10


class Layout(NamedTuple):
    """Vectors laid out for search.

    Attributes:
        index: A `faiss.IndexIDMap`.
        learned: How many vectors its codes were learned among; 0 where vectors are compared as they are.
        recall: Share of the ten nearest that are among the candidates, over 64 of the vectors; 1 without codes.
    """

    index: Any
    learned: int = 0
    recall: float = 1.0

    def fits(self, total: int) -> bool:
        """True where so many vectors are to be laid out as these are."""
        if not self.learned:
            return total <= EXACT_UP_TO
        return EXACT_UP_TO // 2 < total <= _OUTGROWN * self.learned


def lay_out(dim: int, ids: Ids, rows: Callable[[], Rows], some: Callable[[Ids], Matrix]) -> Layout:
    """Lay out vectors anew.

    Args:
        dim: Length of a vector.
        ids: (n,) int64, ascending.
        rows: Gives all of them, in blocks, ascending.
        some: Gives the vectors of some ids, in order.

    Returns:
        As many as `ids`; exact, or by codes, as their number asks for.
    """
    if len(ids) <= EXACT_UP_TO:
        index = faiss.index_factory(dim, "IDMap,Flat", faiss.METRIC_INNER_PRODUCT)
        for block, vectors in rows():
            index.add_with_ids(vectors, block)
        return Layout(index)
    sample = some(_spread(ids, _LEARN_FROM))
    index = faiss.index_factory(dim, f"IDMap,PQ{dim // _width(dim)}x4fs", faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    truth = _Truth(_spread(sample, _PROBES))
    for block, vectors in rows():
        index.add_with_ids(vectors, block)
        truth.see(block, vectors)
    return Layout(index, len(ids), truth.share(lambda probe: _by_codes(index, probe, _AMONG, None)))


def candidates(layout: Layout, vector: Vector, k: int, within: Ids | None) -> Ids:
    """The `k` nearest among them.

    Args:
        layout: What to search.
        vector: (dim,) float32.
        k: From 1 up.
        within: (n,) int64, the ids to choose from, all of them laid out; None for all there are.

    Returns:
        Ids in no order that counts. Exact: the k nearest and all that may tie with the last of them. By codes: at least
        as many as make up for what the codes lose.
    """
    if layout.learned:
        return _by_codes(layout.index, vector, k, within)
    return _one_by_one(layout.index, vector, k, within)


def _one_by_one(index: Any, vector: Vector, k: int, within: Ids | None) -> Ids:
    total = int(index.ntotal) if within is None else len(within)
    chosen = None if within is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(within))  # type: ignore[call-arg]
    wanted = min(total, k + _MARGIN)
    while wanted:
        scores, ids = index.search(vector[None, :], wanted, params=chosen)
        bar = scores[0, min(k, total) - 1] - _CLOSE
        if wanted == total or scores[0, -1] < bar:
            kept: Ids = ids[0][scores[0] >= bar]
            return kept
        wanted = min(total, wanted * 4)
    return np.empty(0, np.int64)


def _by_codes(index: Any, vector: Vector, k: int, within: Ids | None) -> Ids:
    """FAISS cannot choose among codes, so for a scope more are found than wanted, until enough of them are in it."""
    if within is not None and len(within) <= _FEW:
        return within
    total, enough = int(index.ntotal), max(_DEEP, _DEEPER * k)
    wanted = enough if within is None else enough * total // len(within)
    while True:
        found: Ids = index.search(vector[None, :], min(total, wanted))[1][0]
        if within is not None:
            found = found[np.isin(found, within, assume_unique=True)]
        if len(found) >= enough or wanted >= total:
            return found
        wanted *= 4


class _Truth:
    """The nearest of some probes, exactly, gathered while all vectors pass by once."""

    def __init__(self, probes: Matrix) -> None:
        self._probes = probes
        self._scores = np.full((len(probes), _AMONG), -np.inf, np.float32)
        self._ids = np.full((len(probes), _AMONG), -1, np.int64)

    def see(self, ids: Ids, vectors: Matrix) -> None:
        scores = np.concatenate([self._scores, self._probes @ vectors.T], axis=1)
        known = np.concatenate([self._ids, np.broadcast_to(ids, (len(self._probes), len(ids)))], axis=1)
        best = np.argpartition(-scores, _AMONG - 1, axis=1)[:, :_AMONG]
        self._scores, self._ids = np.take_along_axis(scores, best, 1), np.take_along_axis(known, best, 1)

    def share(self, search: Callable[[Vector], Ids]) -> float:
        """Share of them that a search finds."""
        found = (np.isin(ids, search(probe)).mean() for probe, ids in zip(self._probes, self._ids, strict=True))
        return float(np.mean(list(found)))


def _spread(items: NDArray[Any], most: int) -> NDArray[Any]:
    """At most so many, evenly spread."""
    return items[np.linspace(0, len(items) - 1, min(len(items), most)).astype(np.int64)]


def _width(dim: int) -> int:
    """Numbers of a vector that share a code of four bits."""
    return next(width for width in (4, 3, 2, 1) if dim % width == 0)
