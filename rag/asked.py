"""The questions of a batch: JSON lines in a file, or in a pipe that becomes one.

What comes in is hostile: a line that cannot be understood carries its error. Knows nothing of answers or models.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rag.errors import UsageError
from rag.exchange import Id, id_of, parse, to_line, to_question
from rag.types import Question

_MOST_BYTES = 1_000_000_000
"""Most that is taken from a pipe, which may have no end: millions of questions."""
_BLOCK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input: its number in the file, its id, and a question or what is wrong with it."""

    number: int
    id: Id
    question: Question | None
    error: UsageError | None = None

    @property
    def history(self) -> str:
        """8 hex digits that change with any earlier turn of the question; empty where it has none."""
        turns = [(turn.role, turn.content) for turn in self.question.history] if self.question else []
        return hashlib.sha256(to_line(turns)).hexdigest()[:8] if turns else ""


@contextmanager
def at_rest(questions: Path) -> Iterator[Path]:
    """Questions that can be read more than once: what is no file, such as a pipe, is read into one.

    Args:
        questions: JSON lines.

    Yields:
        The same path, or that of a copy which is gone afterwards.

    Raises:
        UsageError: They cannot be read, or have no end.
    """
    if questions.is_file():
        yield questions
        return
    with tempfile.TemporaryDirectory(prefix="rag-") as folder:
        copy = Path(folder) / "questions.jsonl"
        with _opened(questions) as source, copy.open("wb") as out:
            while block := source.read(_BLOCK_BYTES):
                if out.tell() + len(block) > _MOST_BYTES:
                    raise UsageError(f"{questions}: more than {_MOST_BYTES:,} bytes", "write the questions to a file")
                out.write(block)
        yield copy


def read_questions(path: Path) -> Iterator[Line]:
    """The lines of a question file, blank ones left out.

    Args:
        path: JSON lines.

    Yields:
        One `Line` each; one that cannot be understood carries its error.

    Raises:
        UsageError: The file cannot be read.
    """
    with _opened(path) as source:
        for number, raw in enumerate(source, 1):
            if raw.strip():
                yield _read_line(raw, number)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as source:
            yield source
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read: {exc.strerror}", "name a file of JSON lines") from exc


def _read_line(raw: bytes, number: int) -> Line:
    value: Any = None
    try:
        value = parse(raw)
        id_, question = to_question(value, number)
    except UsageError as exc:
        return Line(number, id_of(value, number), None, exc)
    return Line(number, id_, question)
