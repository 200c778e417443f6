"""Files of questions that users hand in, CSV or JSON lines, as the JSON lines that `rag batch` reads.

What comes in is hostile and often not quite what it should be: whatever is wrong becomes an error that names the row
and what mends it. Knows files and nothing of batches, pages or Gradio.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.batch import read_questions
from rag.errors import UsageError
from rag.exchange import to_line
from rag.formats.base import clean
from rag.formats.decode import decode
from rag.formats.table import DELIMITERS, cells

LINES = (".jsonl", ".ndjson")
TABLES = (".csv", ".tsv")
SUFFIXES = (*TABLES, *LINES)
"""What may be handed in."""
MOST_BYTES = 10_000_000
MOST_QUESTIONS = 10_000
_WHOLE = "\x1f"
"""A delimiter that no clean text has: the row is one cell."""
_HINT = "name one column: question"

Row = tuple[int, list[str]]
"""Number of a row as a spreadsheet counts, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What was handed in.

    Attributes:
        lines: JSON lines of `{"id", "question", "history"?, "scope"?}`.
        total: How many they are, blank ones left out.
        remark: What the user should know of them; empty for nothing.
    """

    lines: bytes
    total: int
    remark: str = ""


def take(path: Path) -> Questions:
    """Read a file of questions.

    Args:
        path: CSV with a column `question` and perhaps one `id`, or whose only or first column are the questions, in any
            of the usual encodings and delimiters; or JSON lines as `rag batch` reads them.

    Returns:
        The questions in their order. A JSON line that cannot be understood stays, to be answered by an error.

    Raises:
        UsageError: A file of another kind, too large, or without a question; a row that cannot be understood.
    """
    suffix, size = path.suffix.lower(), path.stat().st_size
    if suffix not in SUFFIXES:
        raise UsageError(f"{path.name}: neither CSV nor JSON lines", "save the table as CSV, with a column question")
    if size > MOST_BYTES:
        raise UsageError(f"{path.name}: {size:,} bytes, at most {MOST_BYTES:,} are taken", "split it")
    questions = _from_lines(path) if suffix in LINES else _from_table(path)
    if questions.total > MOST_QUESTIONS:
        too_many = f"{path.name}: {questions.total:,} questions, at most {MOST_QUESTIONS:,} are taken"
        raise UsageError(too_many, "split it")
    return questions


def _from_lines(path: Path) -> Questions:
    lines = list(read_questions(path))
    bad = [line for line in lines if line.error]
    if not lines:
        raise UsageError(f"{path.name}: there is no question in it", 'write a line {"question": "..."} for each')
    if not bad:
        return Questions(path.read_bytes(), len(lines))
    first = bad[0].error
    assert first is not None
    said = f"line {bad[0].number}: {first.message}"
    if len(bad) == len(lines):
        raise UsageError(f"{path.name}: no line can be understood; {said}", first.hint)
    remark = f"{len(bad):,} of {len(lines):,} lines cannot be understood; the first is {said} ({first.hint})"
    return Questions(path.read_bytes(), len(lines), remark)


def _from_table(path: Path) -> Questions:
    text = decode(path.read_bytes())
    if text is None:
        raise UsageError(f"{path.name}: binary data, not a table", "save it as CSV, with a column question")
    rows = list(_rows(clean(text), path))
    if not rows:
        raise UsageError(f"{path.name}: there is no question in it", _HINT)
    first = rows[0][1]
    names, width = _names(first), len(first)
    if "question" not in names:
        return _written(path, rows, ["question"], width)
    if len(rows) == 1:
        raise UsageError(f"{path.name}: no row below the names of the columns", "write a question in each row")
    return _written(path, rows[1:], names, width)


def _rows(text: str, path: Path) -> Iterator[Row]:
    """The rows that are not empty; one cell each where the questions are all there is."""
    head = text.lstrip().partition("\n")[0]
    named = [delimiter for delimiter in DELIMITERS if "question" in _names(head.split(delimiter))]
    if not named:
        rows = list(_read(text, path, ""))
        yield from _read(text, path, _WHOLE) if any(map(_is_prose, rows)) else rows
        return
    delimiter = max(named, key=head.count)
    yield from _read(text, path, delimiter if delimiter in head else _WHOLE)


def _is_prose(row: Row) -> bool:
    """Whether a row is a sentence rather than cells: nothing parts it, or a comma within it does."""
    return len(row[1]) == 1 or row[1][1].startswith(" ")


def _read(text: str, path: Path, delimiter: str) -> Iterator[Row]:
    number = 0
    try:
        for number, row in enumerate(cells(text, path.suffix.lower(), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as exc:
        hint = 'put a cell that has quotes in it between quotes, and write each of its own twice: "so-called ""rent"""'
        raise UsageError(f"{path.name}, row {number + 1}: the quotes do not match: {exc}", hint) from exc


def _names(row: Sequence[str]) -> list[str]:
    return [cell.strip(' "').casefold() for cell in row]


def _written(path: Path, rows: Sequence[Row], names: Sequence[str], width: int) -> Questions:
    """Rows as JSON lines; columns without a name, and those of other names, are let be."""
    lines = [_line(path, row, names, width) for row in rows]
    return Questions(b"".join(lines), len(lines))


def _line(path: Path, row: Row, names: Sequence[str], width: int) -> bytes:
    number, values = row
    if any(value.strip() for value in values[width:]):
        told = f"{path.name}, row {number}: {len(values)} cells where the first row has {width}"
        raise UsageError(told, "put a question that has the delimiter in it between quotes")
    given = {name: value.strip() for name, value in zip(names, values, strict=False)}
    if not given.get("question"):
        raise UsageError(f"{path.name}, row {number}: no question in it", "write one, or take the row out")
    return to_line({name: given[name] for name in ("id", "question") if given.get(name)})
