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
_BARS = "|"
"""What parts the paths of a scope: Windows has no such character in a name, and neither has an upload."""
_READ = ("id", "question", "scope")
_COLUMNS, _NAME = 8, 40
"""Most columns that a message names, and most characters of a name."""

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
        path: CSV with a column `question` and perhaps an `id` and a `scope` of paths parted by `|`, or whose
            only column are the questions, in any of the usual encodings and delimiters; or JSON lines as `rag
            batch` reads them.

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
    names = _names(rows[0][1])
    columns = sorted({at for _, row in rows for at, cell in enumerate(row) if cell.strip()})
    if "question" not in names and len(columns) == 1:
        return _written(path, rows, ["question" if at in columns else "" for at in range(len(names))])
    if names.count("question") != 1:
        which = "no column is" if "question" not in names else "more than one column is"
        told = f"{path.name}: {which} called question; there are {_listed(rows[0][1])}"
        raise UsageError(told, 'call the one that has the questions "question", in the first row')
    if len(rows) == 1:
        raise UsageError(f"{path.name}: no row below the names of the columns", "write a question in each row")
    over = [name for at, name in enumerate(rows[0][1]) if at in columns and names[at] not in _READ]
    return _written(path, rows[1:], names, f"Passed over: {_listed(over)}." if over else "")


def _rows(text: str, path: Path) -> Iterator[Row]:
    """The rows that are not empty; one cell each where the questions are all there is."""
    head = text.lstrip().partition("\n")[0]
    named = [delimiter for delimiter in DELIMITERS if "question" in _names(head.split(delimiter))]
    if not named:
        rows = list(_read(text, path, ""))
        yield from _read(text, path, _WHOLE) if any(map(_is_prose, rows)) and not _is_numbered(rows) else rows
        return
    delimiter = max(named, key=head.count)
    yield from _read(text, path, delimiter if delimiter in head else _WHOLE)


def _is_prose(row: Row) -> bool:
    """Whether a row is a sentence rather than cells: nothing parts it, or a comma within it does."""
    return len(row[1]) == 1 or row[1][1].startswith(" ")


def _is_numbered(rows: Sequence[Row]) -> bool:
    """Whether every row below the first begins with a cell that is a number, which no sentence does."""
    return len(rows) > 1 and all(len(row) > 1 and row[0].strip().isdecimal() for _, row in rows[1:])


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
    """What the columns are called, in one spelling."""
    names = (cell.strip(' "').casefold().rstrip("? ") for cell in row)
    return ["question" if name == "questions" else name for name in names]


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name.strip()[:_NAME]}”" if name.strip() else "one without a name" for name in names[:_COLUMNS]]
    more = len(names) - _COLUMNS
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _written(path: Path, rows: Sequence[Row], names: Sequence[str], remark: str = "") -> Questions:
    """Rows as JSON lines; columns without a name, and those of other names, are let be."""
    lines = [_line(path, row, names) for row in rows]
    return Questions(b"".join(lines), len(lines), remark)


def _line(path: Path, row: Row, names: Sequence[str]) -> bytes:
    number, values = row
    width = len(names)
    if any(value.strip() for value in values[width:]):
        told = f"{path.name}, row {number}: {len(values)} cells where the first row has {width}"
        raise UsageError(told, "put a question that has the delimiter in it between quotes")
    given = {name: value.strip() for name, value in zip(names, values, strict=False)}
    if not given.get("question"):
        raise UsageError(f"{path.name}, row {number}: no question in it", "write one, or take the row out")
    line: dict[str, str | list[str]] = {name: given[name] for name in ("id", "question") if given.get(name)}
    scope = [part.strip() for part in given.get("scope", "").split(_BARS) if part.strip()]
    return to_line(line | ({"scope": scope} if scope else {}))
