"""Batches that run: cancelled and gone on with to the same answers, giving way to the chat, ending with the server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.errors import UsageError
from rag.exchange import to_line
from rag.web import batch_runner
from rag.web.batch_questions import Questions
from rag.web.batch_runner import Runner, State
from rag.web.batch_store import Batch, BatchStore
from rag.web.chat import Chat
from rag.web.library import Library
from rag.web.session import Session
from tests.web.shelves import make_library, open_library, settings
from tests.web.things import GatedGenerator

REPLY = "Either side may end the harbour lease with ninety days written notice."
WORDS = len(REPLY.split())
ASKED = [f"How many days of written notice end the harbour lease, case {number}?" for number in range(5)]
_LONG_S = 20


@pytest.fixture
def generator() -> GatedGenerator:
    return GatedGenerator(REPLY)


@pytest.fixture
def library(tmp_path: Path, generator: GatedGenerator) -> Iterator[Library]:
    library = open_library(tmp_path, generator)
    yield library
    library.close()


@pytest.fixture
def runner(library: Library) -> Iterator[Runner]:
    runner = Runner(library)
    yield runner
    assert runner.halt(_LONG_S)


def batch_of(library: Library, *questions: str) -> Batch:
    lines = b"".join(to_line({"id": number, "question": text}) for number, text in enumerate(questions))
    return BatchStore(Path(library.config.index)).add("ada", "asked.csv", Questions(lines, len(questions)))


def answers(batch: Batch) -> list[dict[str, Any]]:
    """Those that are written whole, without the timings, which differ from run to run."""
    *lines, _being_written = batch.answers.read_bytes().split(b"\n") if batch.answers.exists() else [b""]
    return [{**json.loads(line), "timings": None} for line in lines]


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + _LONG_S
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def release(generator: GatedGenerator, questions: int, words: int = 0) -> None:
    generator.gate.release(questions * WORDS + words)


def test_cancelled_and_gone_on_with_it_gives_the_same(
    library: Library, runner: Runner, generator: GatedGenerator
) -> None:
    batch, whole = batch_of(library, *ASKED), batch_of(library, *ASKED)
    runner.start(batch)
    release(generator, 2, words=3)
    until(lambda: len(answers(batch)) == 2 and generator.written == 3)
    begun = time.monotonic()
    assert runner.stop(batch, _LONG_S)
    assert time.monotonic() - begun < 2  # in the midst of the third question
    assert runner.state(batch) == State()
    assert len(answers(batch)) == 2
    generator.gate = threading.Semaphore(0)
    kept = batch.answers.read_bytes()

    runner.start(batch)
    release(generator, 3)
    until(lambda: not runner.state(batch).running)
    runner.start(whole)
    release(generator, 5)
    until(lambda: not runner.state(whole).running)
    assert answers(batch) == answers(whole)
    assert [answer["id"] for answer in answers(batch)] == [0, 1, 2, 3, 4]
    assert batch.answers.read_bytes().startswith(kept), "what was done is not done again"
    assert len(generator.seen) == 5 + 5 + 1


def test_each_question_looks_where_its_line_says(library: Library, runner: Runner, generator: GatedGenerator) -> None:
    lines = [
        to_line({"id": n, "question": ASKED[0], "scope": scope}) for n, scope in enumerate(("legal", [], "nowhere"))
    ]
    batch = BatchStore(Path(library.config.index)).add("ada", "asked.jsonl", Questions(b"".join(lines), len(lines)))
    release(generator, 3)
    runner.start(batch)
    until(lambda: len(answers(batch)) == 3)
    assert [answer["scope"] for answer in answers(batch)] == [["legal"], [], ["nowhere"]]
    assert {hit["document"] for hit in answers(batch)[0]["hits"]} == {"legal/lease.md"}
    assert answers(batch)[2]["error"]["type"] == "UsageError"


def test_a_restarted_server_goes_on(
    tmp_path: Path, library: Library, runner: Runner, generator: GatedGenerator
) -> None:
    batch = batch_of(library, *ASKED)
    runner.start(batch)
    release(generator, 1, words=2)
    until(lambda: len(answers(batch)) == 1 and generator.written == 2)
    assert runner.halt(_LONG_S)
    library.close()

    later = make_library(settings(tmp_path))
    later.start()
    again = Runner(later)
    (found,) = BatchStore(Path(later.config.index)).list("ada")
    assert not again.state(found).running
    again.start(found)
    until(lambda: not again.state(found).running)
    later.close()
    assert [answer["status"] for answer in answers(batch)] == ["answered"] * 5


def test_a_chat_question_waits_for_the_current_one_at_most(
    library: Library, runner: Runner, generator: GatedGenerator
) -> None:
    one, other = batch_of(library, *ASKED), batch_of(library, *ASKED)
    runner.start(one)
    runner.start(other)
    release(generator, 0, words=2)
    until(lambda: generator.written == 2)
    session, over = Session(), threading.Event()

    def chat() -> None:
        for _ in Chat(library).ask(ASKED[0], session):
            pass
        over.set()

    thread = threading.Thread(target=chat)
    thread.start()
    until(lambda: bool(session.views) and session.views[0].phase == "waiting")
    ahead = session.views[0].ahead
    release(generator, 3, words=-2)
    assert over.wait(_LONG_S)
    thread.join()
    assert ahead == 1, "both batches stand in the line once"
    assert session.views[0].phase == "done"
    assert len(answers(one)) + len(answers(other)) <= 2
    assert runner.halt(_LONG_S)


def test_batches_take_turns(library: Library, runner: Runner, generator: GatedGenerator) -> None:
    one, other = batch_of(library, *ASKED), batch_of(library, *ASKED)
    runner.start(one)
    runner.start(other)

    def both(number: int) -> bool:
        return len(answers(one)) + len(answers(other)) == number

    turns: list[bool] = []  # whether an answer was the other's, by the order in which they came
    for number in range(1, 8):
        release(generator, 1)
        until(partial(both, number))
        turns.append(len(answers(other)) > sum(turns))
    since = turns[max(turns.index(False), turns.index(True)) :]  # both are under way, however late one was begun
    assert len(since) >= 2
    assert all(turn != following for turn, following in pairwise(since))


def test_how_long_it_will_take(library: Library, runner: Runner, generator: GatedGenerator) -> None:
    batch = batch_of(library, *ASKED)
    runner.start(batch)
    assert runner.state(batch).left_s is None
    release(generator, 1)
    until(lambda: runner.state(batch).left_s is not None)
    assert 0 < (runner.state(batch).left_s or 0) < _LONG_S * 5


def test_an_error_in_a_question_is_a_line(library: Library, runner: Runner, generator: GatedGenerator) -> None:
    batch = batch_of(library, ASKED[0], "", "W" * 9000, ASKED[1])
    runner.start(batch)
    release(generator, 2)
    until(lambda: not runner.state(batch).running)
    assert [answer.get("status", "error") for answer in answers(batch)] == ["answered", "error", "error", "answered"]


def test_what_does_not_fit_is_told_for_people_at_a_page(library: Library, runner: Runner) -> None:
    batch = batch_of(library, *ASKED)
    batch.answers.write_bytes(to_line({"id": 0, "question": ASKED[0], "config": "ffffffff"}))
    runner.start(batch)
    until(lambda: not runner.state(batch).running)
    error = runner.state(batch).error
    assert error is not None
    assert error.message.startswith("answers.jsonl, line 1: made with settings 'ffffffff'")
    assert "another batch" in error.hint
    assert len(answers(batch)) == 1


def test_a_batch_that_another_process_writes_is_to_be_waited_for(library: Library, runner: Runner) -> None:
    batch = batch_of(library, *ASKED)
    with FileLock(batch.answers.with_name(f".{batch.answers.name}.lock")):
        runner.start(batch)
        until(lambda: not runner.state(batch).running)
    error = runner.state(batch).error
    assert error is not None
    assert (error.message, error.hint) == ("answers.jsonl: another run is writing it", "wait for it, then: Go on")


def test_without_a_model_it_says_why(tmp_path: Path) -> None:
    library = make_library(settings(tmp_path))
    library.start()
    runner, batch = Runner(library), batch_of(library, *ASKED)
    runner.start(batch)
    until(lambda: not runner.state(batch).running)
    assert "no index" in str(runner.state(batch).error)
    library.close()


def test_stopped_while_the_model_is_loaded(tmp_path: Path) -> None:
    library = make_library(settings(tmp_path))  # never started
    runner, batch = Runner(library), batch_of(library, *ASKED)
    runner.start(batch)
    runner.start(batch)  # twice is once
    assert [thread.name for thread in threading.enumerate()].count("batch") == 1
    assert runner.state(batch).running
    assert runner.stop(batch, _LONG_S)
    assert not batch.answers.exists()


def test_there_is_an_end_to_how_many_run(
    library: Library, runner: Runner, generator: GatedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_runner, "MOST", 1)
    runner.start(batch_of(library, *ASKED))
    with pytest.raises(UsageError, match="go on when one is done"):
        runner.start(batch_of(library, *ASKED))
