"""Evaluation cases that users keep: a question, whether the documents answer it, and the passages that do.

One JSON object a line, which `rag eval FILE` runs against the index that it is about:

    {"_id": "12 hex", "question": "...", "history": [{"role": "user", "content": "..."}], "answerable": true,
     "expected": [{"document": "a/b.pdf", "start": 812, "end": 903, "quote": "..."}]}

Writers take turns, a line is never half written, and what others have put on a line is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from rag.errors import RagError, UsageError
from rag.exchange import parse, shown, to_line, to_question
from rag.replacing import replacing
from rag.types import Answer, Turn

FILE = "cases.jsonl"
"""Name of the file, in the folder of the index."""
_WAIT_S = 10.0
"""Longest wait for another writer."""


class Passage(NamedTuple):
    """A stretch of a document that answers: offsets, `end` exclusive, and its words."""

    document: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what is known of its answer.

    Attributes:
        question: The last turn.
        history: Earlier turns, oldest first.
        answerable: Whether the documents answer it; None where nobody has said.
        expected: Passages that answer it; empty where none do, or none are named.
    """

    question: str
    history: tuple[Turn, ...] = ()
    answerable: bool | None = None
    expected: tuple[Passage, ...] = ()

    @classmethod
    def from_answer(cls, answer: Answer, good: bool, history: tuple[Turn, ...] = ()) -> Case:
        """A case from an answer that someone has judged.

        Args:
            answer: As it was given.
            good: What they think of it.
            history: Earlier turns, oldest first.

        Returns:
            What the judgement says: a good answer is expected again from the passages that it cites, a good refusal
            again; a bad refusal should have been an answer; of a bad answer nothing is known but the question.
        """
        if answer.status == "refused":
            return cls(answer.question, history, answerable=not good)
        if not good:
            return cls(answer.question, history)
        cited = tuple(Passage(c.document, c.start, c.end, c.quote) for c in answer.citations)
        return cls(answer.question, history, True, cited)

    @property
    def id(self) -> str:
        """12 hex digits that are the same for the same question after the same questions."""
        asked = [*(turn.content for turn in self.history if turn.role == "user"), self.question]
        plain = [" ".join(text.split()) for text in asked]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """As it stands on a line."""
        return {
            "_id": self.id,
            "question": self.question,
            **({"history": [turn._asdict() for turn in self.history]} if self.history else {}),
            **({} if self.answerable is None else {"answerable": self.answerable}),
            **({"expected": [passage._asdict() for passage in self.expected]} if self.expected else {}),
        }


def add_case(path: Path, case: Case) -> bool:
    """Keep a case; it takes the place of one with the same question.

    Args:
        path: JSON lines; made where it is missing.
        case: What to keep.

    Returns:
        True where it took the place of another.

    Raises:
        UsageError: A line of the file is no case.
        RagError: The file cannot be read or written.
    """
    with _alone(path):
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        if lines and not lines[-1].endswith(b"\n"):
            lines[-1] += b"\n"
        kept = [line for number, line in enumerate(lines, start=1) if _id(line, f"{path}, line {number}") != case.id]
        _write(path, [*kept, to_line(case.to_dict())])
    return len(kept) < len(lines)


def _id(line: bytes, where: str) -> str:
    """Id of the case on a line; empty for a blank one."""
    if not line.strip():
        return ""
    try:
        value = parse(line)
        _, question = to_question(value, 0)
    except UsageError as exc:
        raise UsageError(f"{where}: {exc.message}", "mend or remove that line") from exc
    given = value.get("_id")
    if given is not None and not isinstance(given, str | int):
        raise UsageError(f"{where}: _id: expected text, met {shown(given)}", "mend or remove that line")
    return str(given) if given is not None else Case(question.text, question.history).id


def _write(path: Path, lines: list[bytes]) -> None:
    """The whole file, beside the old one and then in its place."""
    with replacing(path) as part, part.open("wb") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT_S):
            yield
    except Timeout as exc:
        raise RagError(f"{path}: another process has been writing it for {_WAIT_S:.0f} s", "try again") from exc
    except OSError as exc:
        raise RagError(f"{path}: cannot be written: {exc.strerror}", "check its permissions") from exc
