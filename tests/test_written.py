"""Lines that hold an error are asked anew, in their places, and whatever ends that loses no answer."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from rag.batch import Tally, run, steps
from rag.errors import RagError, ServerError, UsageError
from rag.inference.openai_client import OpenAIGenerator
from rag.types import Answer, Question
from tests.test_batch import CONFIG, Echo, go, out, read, write

__all__ = ["out"]


class Well(Echo):
    """Fails at nothing."""

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        self.groups.append([question.text for question in questions])
        for question in questions:
            yield Answer(question.text, question.text, "answered", "so", config=CONFIG, id=question.id)


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """Questions of which every second one fails where the server does."""
    texts = (f"{'server' if n % 2 else 'fine'} {n}" for n in range(9))
    return write(tmp_path / "half.jsonl", *({"id": n, "question": text} for n, text in enumerate(texts)))


@pytest.fixture
def broken(half: Path, out: Path) -> Path:
    """The first seven lines of what comes of them, three of which are errors, and a torn one."""
    go(half, out)
    lines = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:7]) + lines[7][:20])
    return out


def asked(echo: Echo) -> list[str]:
    return [text for group in echo.groups for text in group]


def test_only_errors_are_asked_anew_and_the_order_is_kept(half: Path, broken: Path) -> None:
    kept = broken.read_bytes().splitlines()[0:7:2]
    echo = Well()
    assert go(half, broken, echo) == Tally(answered=9, resumed=4)
    assert asked(echo) == ["server 1", "server 3", "server 5", "server 7", "fine 8"]
    assert [line["id"] for line in read(broken)] == list(range(9))
    assert broken.read_bytes().splitlines()[0:7:2] == kept
    assert not list(broken.parent.glob(".*.part"))


def test_what_still_fails_stays_an_error(half: Path, broken: Path) -> None:
    assert go(half, broken) == Tally(answered=5, errors=4, resumed=4)
    assert ["error" in line for line in read(broken)] == [False, True] * 4 + [False]


def test_a_question_that_was_mended_is_answered_and_the_others_stay(tmp_path: Path, out: Path) -> None:
    lines = [{"id": f"q{n}", "question": f"question {n}"} for n in range(5)]
    go(write(tmp_path / "q.jsonl", *lines[:2], b'{"id": "q2", "question', *lines[3:]), out)
    assert read(out)[2]["id"] == 3
    echo = Echo()
    assert go(write(tmp_path / "q.jsonl", *lines), out, echo) == Tally(answered=5, resumed=4)
    assert asked(echo) == ["question 2"]
    assert [line["id"] for line in read(out)] == [f"q{n}" for n in range(5)]


@pytest.mark.parametrize("line", [b'{"error": {}, "line": 1}\n', b'{"id": 0, "error": "of another program"}\n'])
def test_errors_of_others_are_not_touched(half: Path, out: Path, line: bytes) -> None:
    out.write_bytes(line)
    with pytest.raises(UsageError):
        go(half, out)
    assert out.read_bytes() == line


def test_progress_counts_no_error_as_done(half: Path, broken: Path) -> None:
    seen: list[tuple[int, int]] = []
    run(Well(), half, broken, config=CONFIG, progress=lambda _what, done, total: seen.append((done, total)))
    assert seen == [(done, 9) for done in range(4, 10)]


def test_who_does_not_ask_for_it_only_adds(half: Path, broken: Path) -> None:
    before = broken.read_bytes()[: broken.read_bytes().rindex(b"\n") + 1]
    with closing(steps(Well(), half, broken, config=CONFIG)) as tallies:
        assert next(tallies).resumed == 7
        assert sum(1 for _ in tallies) == 2
    assert broken.read_bytes().startswith(before)


def test_left_off_after_any_line_what_was_mended_stands(half: Path, broken: Path) -> None:
    before = broken.read_bytes()
    for most in range(6):
        broken.write_bytes(before)
        with closing(steps(Well(), half, broken, config=CONFIG, mend=True)) as tallies:
            assert next(tallies).resumed == 4
            for _ in islice(tallies, most):
                pass
        assert sum("error" not in line for line in read(broken)) == 4 + most
        assert [line["id"] for line in read(broken)] == list(range(max(7, 4 + most)))


def test_a_full_disk_loses_no_answer(half: Path, broken: Path) -> None:
    resource = pytest.importorskip("resource")
    before = broken.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(RagError, match="cannot be written"):
            go(half, broken, Well())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert broken.read_bytes() == before[: before.rindex(b"\n") + 1]
    assert go(half, broken, Well()).answered == 9


def test_a_part_file_whose_output_was_removed_is_not_gone_on_with(half: Path, out: Path) -> None:
    out.with_name(".a.jsonl.part").write_bytes(b'{"id": 0, "question": "of another day"}\n')
    assert go(half, out, Well()) == Tally(answered=9)


def test_a_link_stays_one_and_the_file_keeps_its_mode(half: Path, broken: Path, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real = broken.rename(tmp_path / "far" / "real.jsonl")
    real.chmod(0o600)
    broken.symlink_to(real)
    assert go(half, broken, Well()).answered == 9
    assert broken.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600


class Asking(Echo):
    """Has each question answered by a server."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._server = OpenAIGenerator(url, "m", 10)

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        for question in questions:
            (said,) = self._server.batch([[{"role": "user", "content": question.text}]])
            yield Answer(question.text, question.text, "answered", said, config=CONFIG, id=question.id)


def test_a_server_out_of_reach_ends_the_run_and_writes_nothing(half: Path, out: Path) -> None:
    with pytest.raises(ServerError, match="no server answers"):
        go(half, out, Asking("http://127.0.0.1:9/v1"))
    assert out.read_bytes() == b""


def test_a_server_out_of_reach_leaves_the_errors_that_were_there(half: Path, broken: Path) -> None:
    before = broken.read_bytes()
    with pytest.raises(ServerError, match="no server answers"):
        go(half, broken, Asking("http://127.0.0.1:9/v1"))
    assert broken.read_bytes() == before[: before.rindex(b"\n") + 1]


_SLOW = """
import sys, time
from pathlib import Path
from tests.test_batch import CONFIG, ignore
from tests.test_written import Well
from rag.batch import run
class Slow(Well):
    def ask_many(self, questions, /):
        for answer in super().ask_many(questions):
            time.sleep(0.001)
            yield answer
print("ready", flush=True)
run(Slow(), Path(sys.argv[1]), Path(sys.argv[2]), config=CONFIG, progress=ignore, group=5)
"""


def test_killed_at_random_moments_while_mending(tmp_path: Path, out: Path) -> None:
    """No answer that was there is lost, and none that was added and mended is asked again for long."""
    texts = [f"{'server' if n % 3 else 'fine'} {n} " + "x" * 5000 for n in range(200)]
    questions = write(tmp_path / "q.jsonl", *({"id": n, "question": text} for n, text in enumerate(texts)))
    go(questions, tmp_path / "clean.jsonl", Well())
    go(questions, out, group=1)
    rng, kills, good = random.Random(7), 0, 67
    for _ in range(12):
        command = [sys.executable, "-c", _SLOW, str(questions), str(out)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], env=os.environ
        ) as process:
            assert process.stdout
            process.stdout.readline()
            try:
                process.wait(rng.uniform(0, 0.04))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        lines = out.read_bytes().splitlines()
        now = sum("error" not in json.loads(line) for line in lines)
        assert (len(lines), now >= good) == (200, True)
        good = now
    go(questions, out, Well())
    assert [line["id"] for line in read(out)] == list(range(200))
    assert not [line for line in read(out) if "error" in line]
    assert kills >= 3, f"only {kills} runs were killed"
