"""Batches: one line per question whatever happens, and never one twice or lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.batch import Stopped, Tally, read_questions, run, steps
from rag.errors import IndexDamaged, ServerError, UsageError
from rag.types import Answer, Question

CONFIG = "0123abcd"


class Echo:
    """Answers with the question itself; words in it order a failure. Keeps the groups that it was asked."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        self.groups.append([q.text for q in questions])
        for question in questions:
            match question.text.split()[0]:
                case "server":
                    raise ServerError("no reply", "start the server")
                case "bug":
                    raise KeyError("bug")
                case "index":
                    raise IndexDamaged("not a database", "rag index --rebuild")
            status: Any = "refused" if "unknown" in question.text else "answered"
            said = " ".join([question.text, *(f"{t.role}:{t.content}" for t in question.history)])
            yield Answer(
                question.text, question.text, status, said, config=CONFIG, id=question.id, scope=question.scope
            )


def ignore(_what: str, _done: int, _total: int) -> None:
    pass


def write(path: Path, *lines: Any) -> Path:
    path.write_bytes(b"".join((x if isinstance(x, bytes) else json.dumps(x).encode()) + b"\n" for x in lines))
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write(tmp_path / "q.jsonl", *({"id": f"q{n}", "question": f"question {n}"} for n in range(7)))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


def go(questions: Path, out: Path, pipeline: Echo | None = None, config: str = CONFIG, group: int = 3) -> Tally:
    return run(pipeline or Echo(), questions, out, config=config, progress=ignore, group=group)


def test_one_line_per_question_in_order(questions: Path, out: Path) -> None:
    echo = Echo()
    tally = go(questions, out, echo)
    assert [line["id"] for line in read(out)] == [f"q{n}" for n in range(7)]
    assert [len(group) for group in echo.groups] == [2, 3, 2]
    assert tally == Tally(answered=7)


def test_line_is_the_answer_as_json(questions: Path, out: Path) -> None:
    go(questions, out)
    answer = Answer("question 0", "question 0", "answered", "question 0", config=CONFIG, id="q0")
    assert read(out)[0] == answer.to_dict()


def test_ids_keep_their_type_and_missing_ones_are_the_line_number(tmp_path: Path, out: Path) -> None:
    ids: list[Any] = [7, "7", 7, 1.5, None, True, ["x"]]
    lines = [b"", *({"id": id_, "question": f"what {n}"} for n, id_ in enumerate(ids)), {"question": "none"}]
    go(write(tmp_path / "q.jsonl", *lines), out)
    assert [line["id"] for line in read(out)] == [7, "7", 7, 1.5, 6, 7, 8, 9]
    assert [type(line["id"]) for line in read(out)[:4]] == [int, str, int, float]


def test_history_is_read(tmp_path: Path, out: Path) -> None:
    history = [{"role": "user", "content": "who?"}, {"role": "agent", "content": "Ada"}]
    go(write(tmp_path / "q.jsonl", {"id": 1, "question": "when?", "history": history}), out)
    assert read(out)[0]["text"] == "when? user:who? assistant:Ada"


MALFORMED: list[Any] = [
    b"{not json",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"1" * 10_000,
    b'"text"',
    [],
    7,
    {},
    {"question": ""},
    {"question": "  \n"},
    {"question": 7},
    {"question": ["x"]},
    {"question": "x", "history": "before"},
    {"question": "x", "history": {}},
    {"question": "x", "history": [1]},
    {"question": "x", "history": [{"role": "system", "content": "obey"}]},
    {"question": "x", "history": [{"role": "user"}]},
    {"question": "x", "history": [{"role": [], "content": "x"}]},
    {"question": "x", "history": [{"role": "user", "content": 3}]},
    {"question": "x", "scope": 7},
    {"question": "x", "scope": ["legal", None]},
    {"question": "x", "scope": {"legal": True}},
]


def test_malformed_lines_are_lines_and_the_others_are_answered(tmp_path: Path, out: Path) -> None:
    lines = [x for bad in MALFORMED for x in (bad, {"id": "good", "question": "fine"})]
    tally = go(write(tmp_path / "q.jsonl", *lines), out)
    found = read(out)
    assert len(found) == len(lines)
    for number, line in enumerate(found, 1):
        if number % 2:
            assert line["id"] == line["line"] == number, line
            assert line["error"]["type"] == "UsageError", line
            assert line["error"]["message"], line
            assert line["error"]["hint"], line
        else:
            assert line["status"] == "answered", line
    assert (tally.answered, tally.errors) == (len(MALFORMED), len(MALFORMED))


def test_the_id_of_a_malformed_question_is_kept(tmp_path: Path, out: Path) -> None:
    go(write(tmp_path / "q.jsonl", {"id": "x9", "question": ""}), out)
    assert read(out)[0]["id"] == "x9"


def test_half_surrogates_survive_the_trip(tmp_path: Path, out: Path) -> None:
    questions = write(tmp_path / "q.jsonl", b'{"id": "\\ud800", "question": "what \\udfff is"}')
    go(questions, out)
    assert read(out)[0]["id"] == "\ud800"
    assert read(out)[0]["question"] == "what ? is"
    assert go(questions, out).resumed == 1


@pytest.mark.parametrize("failing", ["server down", "bug here"])
def test_a_failing_question_is_one_line(tmp_path: Path, out: Path, failing: str) -> None:
    texts = ["a", "b", failing, "c", "d", failing, "e", "unknown"]
    questions = write(tmp_path / "q.jsonl", *({"id": n, "question": text} for n, text in enumerate(texts)))
    tally = go(questions, out, group=4)
    found = read(out)
    assert [line["id"] for line in found] == list(range(8))
    assert [line["id"] for line in found if "error" in line] == [2, 5]
    assert found[2]["question"] == failing
    assert found[2]["line"] == 3
    assert tally == Tally(answered=5, refused=1, errors=2)


def test_server_error_line_has_its_hint(tmp_path: Path, out: Path) -> None:
    go(write(tmp_path / "q.jsonl", {"id": 1, "question": "server"}), out)
    assert read(out)[0]["error"] == {"type": "ServerError", "message": "no reply", "hint": "start the server"}


def test_what_fails_for_every_question_stops_and_keeps_what_is_done(tmp_path: Path, out: Path) -> None:
    questions = write(tmp_path / "q.jsonl", *({"id": n, "question": t} for n, t in enumerate(("a", "b", "index", "c"))))
    with pytest.raises(IndexDamaged):
        go(questions, out)
    assert [line["id"] for line in read(out)] == [0, 1]


def test_questions_are_not_overwritten(questions: Path) -> None:
    before = questions.read_bytes()
    with pytest.raises(UsageError, match="same file"):
        go(questions, questions)
    assert questions.read_bytes() == before


def test_two_runs_do_not_share_an_output(questions: Path, out: Path) -> None:
    with FileLock(out.with_name(".a.jsonl.lock")), pytest.raises(UsageError, match="another run"):
        go(questions, out)


@pytest.mark.parametrize("place", ["missing/a.jsonl", ".", "/dev/null"])
def test_no_place_for_a_file(questions: Path, tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError, match="not a file in a folder that exists"):
        go(questions, tmp_path / place)
    assert not (tmp_path / "missing").exists()


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1, "question": "a"}\r\n\r\n{"id": 2, "question": "b"}')
    assert [(line.number, line.id, line.error) for line in read_questions(path)] == [(1, 1, None), (3, 2, None)]


def test_a_line_is_in_the_file_before_the_next_answer(questions: Path, out: Path) -> None:
    class Watching(Echo):
        def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
            for answer in super().ask_many(questions):
                seen.append(out.read_bytes().count(b"\n"))
                yield answer

    seen: list[int] = []
    go(questions, out, Watching())
    assert seen == list(range(7))


def test_steps_may_be_left_off_after_any_line(questions: Path, out: Path, tmp_path: Path) -> None:
    go(questions, tmp_path / "whole.jsonl")
    for most in (1, 2, 5, 7, 9):
        with closing(steps(Echo(), questions, out, config=CONFIG, group=3)) as tallies:
            found = next(tallies).resumed
            assert found == len(read(out))
            taken = sum(1 for _ in islice(tallies, most))
        assert len(read(out)) == found + taken
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


class Told(Echo):
    """Is told to stop at its third question."""

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        for answer in super().ask_many(questions):
            if answer.id == "q2":
                raise Stopped
            yield answer


def test_groups_begin_small_and_grow(tmp_path: Path, out: Path) -> None:
    many = write(tmp_path / "many.jsonl", *({"question": f"question {n}"} for n in range(40)))
    echo = Echo()
    assert go(many, out, echo, group=16).answered == 40
    assert [len(group) for group in echo.groups] == [2, 4, 8, 16, 10]


@pytest.mark.parametrize("group", [1, 3, 16])
def test_a_question_that_was_given_up_is_asked_anew(questions: Path, out: Path, group: int) -> None:
    with pytest.raises(Stopped):
        go(questions, out, Told(), group=group)
    assert [line["id"] for line in read(out)] == ["q0", "q1"]
    assert go(questions, out) == Tally(answered=7, resumed=2)
