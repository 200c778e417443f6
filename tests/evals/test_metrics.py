"""Every measure against values worked out by hand."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evals import metrics
from rag.types import Span

RANKING = ["a", "b", "c", "d"]


def test_recall_counts_the_share_of_relevant_documents_found() -> None:
    gold = {"b": 1.0, "d": 1.0, "z": 1.0}
    assert metrics.recall_at(RANKING, gold, 2) == pytest.approx(1 / 3)
    assert metrics.recall_at(RANKING, gold, 10) == pytest.approx(2 / 3)


def test_mrr_looks_no_further_than_its_depth() -> None:
    assert metrics.mrr_at(RANKING, {"c": 1.0, "d": 1.0}, 10) == pytest.approx(1 / 3)
    assert metrics.mrr_at(RANKING, {"c": 1.0}, 2) == 0.0


def test_ndcg_by_hand() -> None:
    assert metrics.ndcg_at(RANKING, {"a": 1.0}, 10) == 1.0
    assert metrics.ndcg_at(RANKING, {"b": 1.0}, 10) == pytest.approx(1 / math.log2(3))
    both = metrics.ndcg_at(RANKING, {"b": 1.0, "d": 1.0}, 10)
    assert both == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)))


def test_ndcg_takes_the_grade_as_the_gain_as_trec_eval_does() -> None:
    graded = metrics.ndcg_at(["low", "high"], {"high": 3.0, "low": 1.0}, 10)
    assert graded == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_ndcg_ideal_is_cut_at_the_same_depth() -> None:
    gold = {str(at): 1.0 for at in range(20)}
    assert metrics.ndcg_at([str(at) for at in range(10)], gold, 10) == pytest.approx(1.0)


def test_fold_keeps_each_document_at_its_best_chunk() -> None:
    assert metrics.fold(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Cat, sat.", "cat sat"),
        ("an apple a day", "apple day"),
        ("U.S.A.", "usa"),
        ("“Fancy”", "fancy"),
        ("東京です。", "東 京 で す"),
        ("Ａ１", "a1"),
        ("theatre", "theatre"),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert metrics.normalise(text) == normal


def test_exact_match_takes_any_answer() -> None:
    assert metrics.exact_match("The Eiffel Tower.", ["Big Ben", "eiffel tower"]) == 1.0
    assert metrics.exact_match("Eiffel", ["eiffel tower"]) == 0.0
    assert metrics.exact_match("Eiffel", []) == 0.0


def test_f1_by_hand() -> None:
    assert metrics.f1("red green", ["green blue red yellow"]) == pytest.approx(2 * 2 / 6)
    assert metrics.f1("red red", ["red"]) == pytest.approx(2 * 1 / 3)
    assert metrics.f1("red", ["blue", "red"]) == 1.0
    assert metrics.f1("", ["red"]) == 0.0


def test_contains_wants_whole_words_in_order() -> None:
    assert metrics.contains("It was built in 1889, in Paris.", ["in Paris"]) == 1.0
    assert metrics.contains("It was built in 18890.", ["1889"]) == 0.0
    assert metrics.contains("Paris in", ["in Paris"]) == 0.0
    assert metrics.contains("東京都です", ["東京"]) == 1.0
    assert metrics.contains("anything", ["the"]) == 0.0


def test_markers_are_taken_out_with_the_space_before_them() -> None:
    assert metrics.without_markers("Yes [1][2]. No [3].") == "Yes. No."


def test_overlap_and_length_count_each_character_once() -> None:
    left = [Span(0, 10), Span(5, 20)]
    assert metrics.length(left) == 20
    assert metrics.overlap(left, [Span(15, 30), Span(2, 4)]) == 7
    assert metrics.overlap(left, []) == 0


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda t: Span(min(t), max(t))), max_size=5)


@given(spans, spans)
def test_overlap_equals_that_of_the_sets_of_characters(left: list[Span], right: list[Span]) -> None:
    mine, other = ({at for span in side for at in range(span.start, span.end)} for side in (left, right))
    assert metrics.overlap(left, right) == len(mine & other)
    assert metrics.length(left) == len(mine)


def test_balanced_accuracy_weighs_both_sides_the_same() -> None:
    decisions = [(True, True), (False, True), (False, False), (False, False), (False, False), (False, False)]
    assert metrics.balanced_accuracy(decisions) == pytest.approx(0.75)
    assert metrics.balanced_accuracy([(True, True)]) is None


def test_auroc_by_hand() -> None:
    assert metrics.auroc([(0.9, True), (0.1, False)]) == 1.0
    assert metrics.auroc([(0.1, True), (0.9, False)]) == 0.0
    assert metrics.auroc([(0.5, True), (0.5, False)]) == 0.5
    assert metrics.auroc([(3, True), (2, False), (2, True), (1, False)]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([(1, True)]) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_auroc_is_the_share_of_pairs_in_the_right_order(scored: list[tuple[int, bool]]) -> None:
    pairs = list(product([s for s, truth in scored if truth], [s for s, truth in scored if not truth]))
    found = metrics.auroc([(float(score), truth) for score, truth in scored])
    if not pairs:
        assert found is None
    else:
        assert found == pytest.approx(sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs))


def test_quantiles_lie_between_values() -> None:
    assert metrics.quantile([4, 1, 3, 2], 0.5) == 2.5
    assert metrics.quantile([1, 2, 3], 1.0) == 3
    assert metrics.quantile([7], 0.95) == 7
    assert metrics.spread([]) == {"p50": None, "p95": None}


def test_nothing_measured_is_none_and_not_zero() -> None:
    assert metrics.mean([]) is None
    assert metrics.ratio(0, 0) is None
