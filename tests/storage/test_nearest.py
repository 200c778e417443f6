"""Candidates hold the nearest: exactly while vectors are few, nearly always above, and within any scope."""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
import pytest

from rag.storage.nearest import EXACT_UP_TO, Layout, candidates, lay_out
from rag.types import Ids, Matrix, Vector

DIM = 32
TOTAL = EXACT_UP_TO + 10_000


@pytest.fixture(scope="module")
def known() -> Matrix:
    """Vectors in groups, as those of texts are."""
    drawn = np.random.default_rng(0)
    rows = drawn.standard_normal((300, DIM))[drawn.integers(300, size=TOTAL)] + 0.5 * drawn.standard_normal(
        (TOTAL, DIM)
    )
    unit: Matrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def laid_out(known: Matrix, total: int) -> Layout:
    def blocks() -> Iterator[tuple[Ids, Matrix]]:
        for at in range(0, total, 8_192):
            ids = np.arange(at, min(at + 8_192, total))
            yield ids, known[ids]

    return lay_out(known.shape[1], np.arange(total), blocks, lambda ids: known[ids])


@pytest.fixture(scope="module")
def coded(known: Matrix) -> Layout:
    return laid_out(known, TOTAL)


def nearest(known: Matrix, query: Vector, k: int, among: Ids) -> set[int]:
    return set(among[np.argsort(-(known[among] @ query))[:k]].tolist())


def recall(known: Matrix, layout: Layout, among: Ids, within: Ids | None) -> float:
    """Share of the ten nearest of forty queries that are candidates."""
    queries = (
        known[:: len(known) // 40] + np.float32(0.05) * known[1 :: len(known) // 40][: len(known[:: len(known) // 40])]
    )
    shares = []
    for query in queries:
        found = set(candidates(layout, query, 10, within).tolist())
        shares.append(len(nearest(known, query, 10, among) & found) / 10)
    return float(np.mean(shares))


def test_the_size_decides_the_kind(known: Matrix, coded: Layout) -> None:
    assert coded.learned == TOTAL and coded.index.ntotal == TOTAL
    exact = laid_out(known, EXACT_UP_TO)
    assert (exact.learned, exact.recall) == (0, 1.0)


def test_codes_lose_few_of_the_nearest(known: Matrix, coded: Layout) -> None:
    assert coded.recall >= 0.9
    assert recall(known, coded, np.arange(TOTAL), None) >= 0.9


def test_codes_are_small(known: Matrix, coded: Layout) -> None:
    assert len(faiss.serialize_index(coded.index)) < TOTAL * (DIM // 8 + 9)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5])
def test_within_a_scope_only_what_is_in_it_is_a_candidate(known: Matrix, coded: Layout, share: float) -> None:
    within = np.arange(0, TOTAL, round(1 / share))
    found = candidates(coded, known[3], 10, within)
    assert set(found.tolist()) <= set(within.tolist())
    assert recall(known, coded, within, within) >= 0.9


def test_a_scope_of_few_is_candidates_all(coded: Layout, known: Matrix) -> None:
    within = np.array([5, 900, 40_000])
    assert candidates(coded, known[3], 10, within).tolist() == within.tolist()
    assert candidates(coded, known[3], 10, within[:0]).size == 0


def test_more_are_asked_for_than_there_are(coded: Layout, known: Matrix) -> None:
    assert sorted(candidates(coded, known[3], TOTAL, None)) == list(range(TOTAL))


@pytest.mark.parametrize(
    ("learned", "total", "fits"),
    [
        (0, EXACT_UP_TO, True),
        (0, EXACT_UP_TO + 1, False),
        (60_000, 60_000, True),
        (60_000, 240_000, True),
        (60_000, 240_001, False),
        (60_000, EXACT_UP_TO, True),
        (60_000, EXACT_UP_TO // 2, False),
    ],
)
def test_a_layout_serves_for_numbers_not_far_from_its_own(learned: int, total: int, fits: bool) -> None:
    assert Layout(None, learned).fits(total) is fits


def test_a_dimension_that_four_does_not_divide_is_coded_too() -> None:
    drawn = np.random.default_rng(0)
    rows = drawn.standard_normal((EXACT_UP_TO + 1, 6)).astype(np.float32)
    layout = laid_out(rows / np.linalg.norm(rows, axis=1, keepdims=True), len(rows))
    assert layout.learned and layout.index.d == 6
