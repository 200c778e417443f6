"""The answers of a batch: how many there are of each kind, the last few, and all of them as a table for people.

Knows the lines that `rag batch` writes; nothing of what writes them, of pages or of Gradio.
"""

from __future__ import annotations

import csv
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.batch import Tally
from rag.errors import UsageError
from rag.exchange import parse
from rag.formats.base import squeeze
from rag.web.html import place

COLUMNS = ("id", "question", "status", "answer", "sources", "reason")
_LAST = 3
"""Answers that are shown as they come."""
_LIVE = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
"""Where a spreadsheet would take what follows for a formula; `;` since many part cells there, not the comma."""
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Line = Mapping[str, Any]
"""One line of the answers."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a file of answers holds.

    Attributes:
        tally: Lines of each kind.
        done: Lines in all.
        last: The last few, oldest first.
    """

    tally: Tally = field(default_factory=Tally)
    done: int = 0
    last: tuple[Line, ...] = ()


class Counter:
    """Counts the answers in files that grow; each look reads what has been added since the one before."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[int, Counted]] = {}
        self._one = threading.Lock()

    def count(self, answers: Path) -> Counted:
        """Look at a file of answers.

        Args:
            answers: JSON lines; need not exist.

        Returns:
            What it holds in whole lines.
        """
        with self._one:
            try:
                end, counted = self._seen.get(answers, (0, Counted()))
                if answers.stat().st_size < end:  # it was begun anew
                    end, counted = 0, Counted()
                self._seen[answers] = _further(answers, end, counted)
            except FileNotFoundError:
                self._seen.pop(answers, None)
                return Counted()
            return self._seen[answers][1]


def write_table(answers: Path, table: Path) -> None:
    """Write answers as a CSV that any spreadsheet opens: UTF-8 with its mark, every cell in quotes, one line per row.

    Nothing of a question, an answer or a document may run there: white space and invisible characters become one space,
    and what would begin a formula (`=`, `+`, `-`, `@`, their wide forms, at the start of a cell or after a `;`) gets an
    apostrophe before it.

    Args:
        answers: JSON lines as `rag batch` writes them; a torn last one is left out; need not exist.
        table: Where it goes; replaced.

    Raises:
        OSError: It cannot be written.
    """
    with table.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        for line in _lines(answers):
            writer.writerow([_tame(cell) for cell in _row(line)])


def said(line: Line) -> str:
    """What came of a question: `answered`, `refused` or `error`."""
    return "error" if "error" in line else str(line.get("status", ""))


def text_of(line: Line) -> str:
    """The answer, or the message of an error."""
    error = line.get("error")
    return str(error.get("message", "")) if isinstance(error, Mapping) else str(line.get("text", ""))


def _further(answers: Path, end: int, counted: Counted) -> tuple[int, Counted]:
    """Count on from an offset; gives the new offset too."""
    tally, done, last = replace(counted.tally), counted.done, deque(counted.last, _LAST)
    with answers.open("rb") as file:
        file.seek(end)
        for raw in file:
            if not raw.endswith(b"\n"):
                break
            line = _parsed(raw)
            end, done = end + len(raw), done + 1
            tally.add(line)
            last.append({name: line[name] for name in ("question", "status", "text", "error", "line") if name in line})
    return end, Counted(tally, done, tuple(last))


def _lines(answers: Path) -> Iterator[Line]:
    if answers.exists():
        with answers.open("rb") as file:
            yield from (_parsed(raw) for raw in file if raw.endswith(b"\n"))


def _parsed(raw: bytes) -> dict[str, Any]:
    """One line; one that we did not write counts as an error."""
    try:
        value = parse(raw)
    except UsageError as exc:
        return {"error": {"message": exc.message, "hint": exc.hint}}
    return value if isinstance(value, dict) else {"error": {"message": "not an answer", "hint": ""}}


def _row(line: Line) -> list[str]:
    error = line.get("error")
    if isinstance(error, Mapping):
        told = " ".join(str(error[name]) for name in ("message", "hint") if error.get(name))
        return [str(line.get("id", "")), str(line.get("question", "")), "error", "", "", told]
    sources = "; ".join(_source(citation) for citation in line.get("citations", ()))
    answer = [str(line.get(name, "")) for name in ("id", "question", "status", "text")]
    return [*answer, sources, str(line.get("reason", ""))]


def _source(citation: Mapping[str, Any]) -> str:
    """`[1] legal/lease.pdf, page 3 · Terms: “the words”`."""
    where = place(citation.get("page"), str(citation.get("heading", "")))
    at = ", ".join(part for part in (str(citation.get("document", "")), where) if part)
    return f"[{citation.get('number', '')}] {at}: “{citation.get('quote', '')}”"


def _tame(cell: str) -> str:
    return _LIVE.sub(r"\1\2'", squeeze(_INVISIBLE.sub(" ", cell)))
