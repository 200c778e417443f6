"""Questions that come through a pipe are read like those of a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag import asked
from rag.errors import UsageError

LINES = b'{"id": 1, "question": "When?"}\n\n{"id": 2, "question": "Who?"}\n'


@contextmanager
def piped(path: Path, what: bytes) -> Iterator[Path]:
    """A named pipe that somebody writes to."""
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(path.write_bytes, what)
        yield path
        assert writing.result(60) == len(what)


def test_a_pipe_can_be_read_twice(tmp_path: Path) -> None:
    with piped(tmp_path / "pipe", LINES) as pipe, asked.at_rest(pipe) as questions:
        assert [[line.id for line in asked.read_questions(questions)] for _ in range(2)] == [[1, 2], [1, 2]]
    assert not questions.exists()
    assert pipe.exists()


def test_a_file_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(LINES)
    with asked.at_rest(path) as questions:
        assert questions == path
    assert path.read_bytes() == LINES


def test_what_has_no_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_MOST_BYTES", 5_000_000)
    with (
        pytest.raises(UsageError, match="/dev/zero: more than 5,000,000 bytes") as caught,
        asked.at_rest(Path("/dev/zero")),
    ):
        pass
    assert caught.value.hint


@pytest.mark.parametrize("there", [True, False])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, there: bool) -> None:
    path = tmp_path if there else tmp_path / "none"
    with pytest.raises(UsageError, match="cannot be read"), asked.at_rest(path):
        pass
