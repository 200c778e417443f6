"""Follow-ups stand alone; fusion is reciprocal rank fusion and deterministic."""

from __future__ import annotations

import pytest

from rag.retrieval import fuse, standalone
from rag.types import Chunk, Hit, Turn


def hit(name: str, score: float = 1.0) -> Hit:
    return Hit(Chunk(name, 0, 1, "x"), score, lexical_score=score)


def turns(*texts: str) -> list[Turn]:
    return [Turn("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts)]


def test_scores_are_shares_of_the_best_of_each_ranking() -> None:
    fused = fuse([hit("a", 0.8), hit("b", 0.4)], [hit("b", 10), hit("c", 5)])
    assert [(h.chunk.document, round(h.score, 3)) for h in fused] == [("a", 0.7), ("b", 0.65), ("c", 0.15)]
    assert (fused[1].dense_rank, fused[1].lexical_rank) == (2, 1)
    assert (fused[0].dense_rank, fused[0].lexical_rank) == (1, None)


def test_scores_below_nought_count_for_nothing() -> None:
    assert [h.score for h in fuse([hit("a", -0.2)], [])] == [0.0]


def test_ties_are_broken_by_document() -> None:
    assert [h.chunk.document for h in fuse([hit("b"), hit("a")], [])] == ["a", "b"]


def test_nothing_fused_is_nothing() -> None:
    assert fuse([], []) == []


@pytest.mark.parametrize(
    "question", ["And in 2023?", "Who signed it?", "What about the deposit?", "Why?", "When was he born?"]
)
def test_a_follow_up_carries_the_question_it_leans_on(question: str) -> None:
    rewritten = standalone(question, turns("What is the notice period of the lease?", "Thirty days."))
    assert rewritten == f"What is the notice period of the lease? {question}"


def test_a_question_that_stands_alone_is_left_alone() -> None:
    question = "Which permits did the harbour office approve in March?"
    assert standalone(question, turns("What is the notice period?", "Thirty days.")) == question


def test_without_history_nothing_is_rewritten() -> None:
    assert standalone("  Why\n not? ", []) == "Why not?"


def test_a_chain_of_follow_ups_reaches_back_one_more_turn() -> None:
    history = turns("What does the Basic plan cost?", "Nine euros.", "And the Pro plan?", "Nineteen.")
    assert standalone("And in 2023?", history) == "What does the Basic plan cost? And the Pro plan? And in 2023?"
