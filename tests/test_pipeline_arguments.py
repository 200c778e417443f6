"""What callers hand to the read path: what is no question, number, scope or history is a `UsageError` that says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.pipeline import Pipeline
from rag.store import SqliteStore
from rag.types import Question, Turn
from tests.test_pipeline import pipeline, store

__all__ = ["store"]

ASKED = "How much is the deposit?"

WAYS: list[Callable[[Pipeline, Any], Any]] = [
    lambda rag, question: rag.ask(question),
    lambda rag, question: rag.search(question),
    lambda rag, question: list(rag.ask_many([question])),
    lambda rag, question: list(rag.stream(question)),
]


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("question", [None, 5, b"x", ["a"], "", " \n", "x" * 8_001])
def test_what_is_no_question(store: SqliteStore, way: int, question: Any) -> None:
    with pytest.raises(UsageError, match=r"question|expected an object"):
        WAYS[way](pipeline(store), question)


def test_half_a_surrogate_pair_is_searched_for(store: SqliteStore) -> None:
    assert pipeline(store).search("Which pets \ud800?")


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", None])
def test_a_number_of_hits_is_whole_and_above_zero(store: SqliteStore, k: Any) -> None:
    rag = pipeline(store)
    if k is None:
        assert rag.search(ASKED, k) == rag.search(ASKED)
        return
    with pytest.raises(UsageError, match=f"k: expected a whole number from 1, met {k!r}"):
        rag.search(ASKED, k)


@pytest.mark.parametrize("questions", ["notice", b"notice", {"question": ASKED}, Question(ASKED), 5, None])
def test_many_questions_are_not_one(store: SqliteStore, questions: Any) -> None:
    with pytest.raises(UsageError, match="expected several questions"):
        next(pipeline(store).ask_many(questions))


def test_no_history_is_none(store: SqliteStore) -> None:
    rag = pipeline(store)
    assert rag.ask(ASKED, None).query == rag.ask(ASKED, ()).query == ASKED
    assert rag.search(ASKED, history=None) == rag.search(ASKED)
    assert rag.ask("And when?", [Turn("user", ASKED)]).query != "And when?"


def test_a_scope_may_be_of_paths(store: SqliteStore) -> None:
    rag = pipeline(store)
    for scope in (Path("permits.txt"), [Path("permits.txt")], ("permits.txt",)):
        assert rag.ask(ASKED, scope=scope).scope == ("permits.txt",)
        assert {hit.chunk.document for hit in rag.search(ASKED, scope=scope)} == {"permits.txt"}
