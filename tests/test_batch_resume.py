"""Batches go on where they ended, from any state that a killed run can leave, and touch no file that is not theirs."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.batch import Tally, run
from rag.errors import RagError, UsageError
from rag.exchange import to_line
from tests.test_batch import CONFIG, Echo, go, out, questions, read, write

__all__ = ["out", "questions"]


def test_goes_on_at_every_byte(questions: Path, out: Path) -> None:
    """Cut anywhere, the output grows back to the same bytes, and only what was cut is asked again."""
    go(questions, out)
    whole = out.read_bytes()
    for cut in range(0, len(whole), 7):
        out.write_bytes(whole[:cut])
        echo = Echo()
        tally = go(questions, out, echo)
        assert out.read_bytes() == whole, cut
        kept = whole[:cut].count(b"\n")
        assert tally.resumed == kept
        assert [text for group in echo.groups for text in group] == [f"question {n}" for n in range(kept, 7)]


def test_a_finished_file_is_left_alone(questions: Path, out: Path) -> None:
    go(questions, out)
    echo = Echo()
    assert go(questions, out, echo) == Tally(answered=7, resumed=7)
    assert echo.groups == []


def answered(**more: Any) -> bytes:
    """The least that an answer to the first of the questions holds."""
    line = {"id": "q0", "question": "question 0", "status": "answered", "text": "so", "config": CONFIG}
    return to_line(line | more)


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (b'{"id": "other", "question": "question 0"}\n', "expected id 'q0'"),
        (b'{"id": "q0", "question": "else"}\n', "answers another question: 'else'"),
        (answered(config="ffffffff"), "made with settings 'ffffffff'"),
        (answered(scope=["legal"]), "looked in ['legal'], not in []"),
        (answered(scope=7), "looked in 7, not in []"),
        (b"my diary\n", "not valid JSON"),
        (b"my diary", "not a line that `rag batch` wrote"),
        (b"[]\n", "expected id 'q0', met []"),
        (b'{"id": "q0", "question": "question 0"}\n', "line 1: holds neither an answer nor an error"),
        (answered(config="").replace(b"config", b"other"), "line 1: holds neither an answer nor an error"),
        (b'{"id": "q0", "question": "question 0", "error": {}}\n', "line 1: holds neither an answer nor an error"),
        (answered() * 8, "expected id 'q1'"),
    ],
)
def test_a_file_that_is_not_ours_is_not_touched(questions: Path, out: Path, before: bytes, says: str) -> None:
    out.write_bytes(before)
    with pytest.raises(UsageError) as caught:
        go(questions, out)
    assert says in caught.value.message
    assert caught.value.hint
    assert out.read_bytes() == before


def test_a_question_that_looks_elsewhere_is_another(tmp_path: Path, out: Path) -> None:
    asked = [{"id": n, "question": text, "scope": ["legal"]} for n, text in enumerate(("fine", "server"))]
    before = go(write(tmp_path / "q.jsonl", *asked), out)
    assert [line["scope"] for line in read(out)] == [["legal"], ["legal"]], "an answer and an error"
    same = write(tmp_path / "same.jsonl", *({**line, "scope": ".\\legal\\"} for line in asked))
    assert go(same, out) == replace(before, resumed=1)
    with pytest.raises(UsageError, match="line 1: looked in"):
        go(write(tmp_path / "changed.jsonl", {**asked[0], "scope": None}, asked[1]), out)
    go(write(tmp_path / "changed.jsonl", asked[0], {**asked[1], "scope": ["legal", "old"]}), out)
    assert [line["scope"] for line in read(out)] == [["legal"], ["legal", "old"]], "an error is asked anew"


def test_a_question_after_other_turns_is_another(tmp_path: Path, out: Path) -> None:
    def asked(*said: str) -> Path:
        history = [{"role": "user", "content": text} for text in said]
        return write(tmp_path / "q.jsonl", {"id": 0, "question": "fine", "history": history}, {"question": "server"})

    before = go(asked("Who?", "Where?"), out)
    assert [len(line.get("history", "")) for line in read(out)] == [8, 0]
    assert go(asked("Who?", "Where?"), out) == replace(before, resumed=1)
    for other in (("Who?", "When?"), ("Who?",), ("Where?", "Who?"), ()):
        with pytest.raises(UsageError, match="line 1: answers the question after other turns"):
            go(asked(*other), out)


def test_answers_that_do_not_tell_their_history_are_gone_on_with(tmp_path: Path, out: Path) -> None:
    history = [{"role": "user", "content": "Who?"}]
    out.write_bytes(answered())
    assert go(write(tmp_path / "q.jsonl", {"id": "q0", "question": "question 0", "history": history}), out).resumed == 1


def test_answers_from_before_there_were_scopes_are_gone_on_with(questions: Path, out: Path) -> None:
    out.write_bytes(answered())
    assert go(questions, out).resumed == 1


def test_questions_are_no_answers_to_themselves(questions: Path, out: Path) -> None:
    out.write_bytes(questions.read_bytes())
    with pytest.raises(UsageError, match="line 1: holds neither") as caught:
        go(questions, out)
    assert (str(out) in caught.value.message, "after -o" in caught.value.hint) == (True, True)
    assert out.read_bytes() == questions.read_bytes()


def test_more_answers_than_questions(questions: Path, out: Path) -> None:
    go(questions, out)
    questions.write_bytes(questions.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(UsageError, match="fewer questions"):
        go(questions, out)


def test_a_full_disk_is_an_error_with_a_hint_and_the_next_run_goes_on(questions: Path, out: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(RagError, match="cannot be written") as caught:
            go(questions, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.hint
    assert go(questions, out).resumed == out.read_bytes()[:1000].count(b"\n") > 0
    assert len(read(out)) == 7


def test_progress_counts_lines_and_starts_where_it_ended(questions: Path, out: Path) -> None:
    go(questions, out)
    out.write_bytes(b"".join(out.read_bytes().splitlines(keepends=True)[:5]))
    seen: list[tuple[int, int]] = []
    run(Echo(), questions, out, config=CONFIG, progress=lambda _what, done, total: seen.append((done, total)))
    assert seen == [(5, 7), (6, 7), (7, 7)]


_SLOW = """
import sys, time
sys.path.insert(0, "tests")
from pathlib import Path
from test_batch import Echo, CONFIG, ignore
from rag.batch import run
class Slow(Echo):
    def ask_many(self, questions, /):
        for answer in super().ask_many(questions):
            time.sleep(0.001)
            yield answer
print("ready", flush=True)
run(Slow(), Path(sys.argv[1]), Path(sys.argv[2]), config=CONFIG, progress=ignore, group=5)
"""


def test_killed_at_random_moments_loses_and_repeats_nothing(tmp_path: Path, out: Path) -> None:
    questions = write(tmp_path / "q.jsonl", *({"id": n, "question": f"q {n} " + "x" * 5000} for n in range(200)))
    expected = tmp_path / "clean.jsonl"
    go(questions, expected)
    rng, kills = random.Random(7), 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", _SLOW, str(questions), str(out)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )
        with process:
            assert process.stdout
            process.stdout.readline()
            try:
                process.wait(rng.uniform(0, 0.04))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            else:
                assert process.returncode == 0
                break
    go(questions, out)
    assert out.read_bytes() == expected.read_bytes()
    assert kills >= 3, f"only {kills} runs were killed"
