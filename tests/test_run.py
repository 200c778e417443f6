"""Where the time of a question went, and how much was read and written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.pipeline import Pipeline
from rag.testing import FakeGenerator, FakeJudge
from tests.shelf import pipeline

TEXTS = {"lease.txt": ["The deposit is 400 euros. Pets are not allowed in the flat."]}
ASKED = "How much is the deposit?"
BEFORE = ["retrieve", "evidence", "judge"]


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Pipeline]:
    found = pipeline(tmp_path / "index", TEXTS, FakeGenerator("The deposit is 400 euros."), FakeJudge(2.0))
    with closing(found.store):
        yield found


def test_the_timings_of_an_answer(subject: Pipeline) -> None:
    timings = subject.ask(ASKED).timings
    assert list(timings) == [*BEFORE, "first_token", "prompt_tokens", "tokens_per_second", "total"]
    assert all(amount > 0 for amount in timings.values()), timings
    assert sum(timings[stage] for stage in BEFORE) < timings["first_token"] < timings["total"]
    seconds = timings["total"] - timings["first_token"]
    assert timings["tokens_per_second"] > 4 / seconds, "five words, the first of them before"


def test_the_prompt_is_counted_whole(subject: Pipeline) -> None:
    answer = subject.ask(ASKED)
    assert isinstance(subject.generator, FakeGenerator)
    (seen,) = subject.generator.seen
    assert answer.timings["prompt_tokens"] == sum(len(message["content"].split()) for message in seen)


def test_nothing_is_said_of_a_draft_that_was_not_written(subject: Pipeline) -> None:
    subject.judge = FakeJudge(-99.0)
    subject.config = replace(subject.config, refuse_below=0.9)
    assert list(subject.ask(ASKED).timings) == [*BEFORE, "total"]
