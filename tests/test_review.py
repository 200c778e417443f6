"""The second look: a reply that its passages do not say, or that answers something else, does not stand."""

from __future__ import annotations

import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.events import SentenceChecked
from rag.generator import TransformersGenerator
from rag.pipeline import Pipeline
from rag.prompts import review_messages
from rag.protocols import Reviewer
from rag.store import SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator, FakeJudge, FakeReviewer
from rag.types import Answer, Chunk, Evidence
from tests.test_pipeline import check_invariants, store

__all__ = ["store"]

ASKED = "How much is the deposit?"
DRAFT = "400 euros is the deposit."
QUOTE = "The deposit is 400 euros [1]."


def reviewed(store: SqliteStore, reviewer: FakeJudge, **settings: Any) -> Pipeline:
    config = Config(embedder="fake", generator="fake", **settings)
    return Pipeline(store, FakeEmbedder(), FakeGenerator(DRAFT), config, judge=reviewer)


def both_ways(subject: Pipeline) -> Answer:
    """What is answered, alone as in a batch."""
    alone = subject.ask(ASKED)
    (together,) = subject.ask_many([ASKED])
    assert (alone.status, alone.text) == (together.status, together.text)
    return alone


def test_a_reply_that_is_found_right_stands(store: SqliteStore) -> None:
    reviewer = FakeReviewer(1.0, 5.0)
    answer = both_ways(reviewed(store, reviewer))
    assert answer.text.startswith("400 euros is the deposit [1].")
    assert f"Reply: {DRAFT}" in reviewer.seen[0]
    assert answer.timings["review"] >= 0
    check_invariants(answer, store)


def test_where_a_reply_is_found_wrong_the_evidence_stands_in_its_place(store: SqliteStore) -> None:
    answer = both_ways(reviewed(store, FakeReviewer(1.0, -5.0)))
    assert (answer.status, answer.text.startswith(QUOTE)) == ("answered", True)
    (fallen,) = [sentence for sentence in answer.dropped if sentence.text == DRAFT]
    assert (fallen.verdict, fallen.citations) == ("weak", ())
    assert "read once more" in fallen.why
    check_invariants(answer, store)
    events = [one for one in reviewed(store, FakeReviewer(1.0, -5.0)).stream(ASKED) if isinstance(one, SentenceChecked)]
    assert [one.anew for one in events] == [False, True, *[False] * (len(events) - 2)]
    assert tuple(one.sentence for one in events[1:] if one.kept) == answer.sentences


def test_what_was_thought_before_counts_too(store: SqliteStore) -> None:
    assert DRAFT[:-1] in reviewed(store, FakeReviewer(6.0, -1.0)).ask(ASKED).text
    assert DRAFT[:-1] not in reviewed(store, FakeReviewer(0.1, -1.0)).ask(ASKED).text


@pytest.mark.parametrize("policy", ["flag", "refuse"])
def test_nothing_is_quoted_under_other_policies(store: SqliteStore, policy: str) -> None:
    reviewer = FakeReviewer(1.0, -5.0)
    answer = reviewed(store, reviewer, policy=policy).ask(ASKED)
    assert DRAFT[:-1] in answer.text
    assert not reviewer.seen


def test_evidence_word_for_word_is_not_looked_at(store: SqliteStore) -> None:
    reviewer = FakeReviewer(1.0, -5.0)
    subject = reviewed(store, reviewer)
    for draft in ("The deposit is 400 euros.", "- The deposit is 400 euros.", "The rent is 9 yachts."):
        subject.generator = FakeGenerator(draft)
        assert subject.ask(ASKED).text.startswith(QUOTE)
    assert not reviewer.seen


class _StopsWhenReviewed(FakeReviewer):
    def __init__(self, stop: threading.Event) -> None:
        super().__init__(1.0, -5.0)
        self._stop = stop

    def review(self, messages: Any, options: Any, stop: Any) -> list[float]:
        self._stop.set()
        return super().review(messages, options, stop)


def test_a_stop_leaves_the_reply_as_it_is(store: SqliteStore) -> None:
    stop = threading.Event()
    *_, answer = reviewed(store, _StopsWhenReviewed(stop)).stream(ASKED, stop=stop)
    assert isinstance(answer, Answer)
    assert DRAFT[:-1] in answer.text
    check_invariants(answer, store)


def test_what_only_judges_reviews_nothing(store: SqliteStore) -> None:
    assert not isinstance(FakeJudge(1.0), Reviewer)
    assert "review" not in reviewed(store, FakeJudge(1.0)).ask(ASKED).timings


@pytest.mark.weights
def test_the_default_model_tells_a_twisted_reply_from_a_right_one(default_folder: Path) -> None:
    name = "qwen2.5-coder-1.5b"
    adapter = Path(str(files("rag") / "data" / f"review-{name}.safetensors"))
    subject = TransformersGenerator(default_folder, name, 24, review_adapter=adapter)
    lines = [
        "Members under 18 pay 12 crowns a month, all others pay 30.",
        "Boats longer than eight metres are inspected every year, shorter ones every third year.",
    ]
    given = [Evidence(Chunk("club.txt", 0, len(line), line), 0, len(line), line, 1.0) for line in lines]

    def odds(question: str, reply: str) -> float:
        yes, no = subject.review(review_messages(question, given, reply), ["Yes", "No"], threading.Event())
        return yes - no

    asked = "How often is a boat of six metres inspected?"
    assert odds(asked, "It is inspected every third year.") > odds(asked, "It is inspected every year.")
    asked = "What does a grown-up member pay?"
    assert odds(asked, "Grown-ups pay 30 crowns a month.") > odds(asked, "Grown-ups pay 12 crowns a month.")
