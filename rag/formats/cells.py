"""What cells of a table look like: a number, a name, nothing; and which columns of some rows hold what.

Knows cells as strings only, in one line each, and neither headers nor tables. Where a format shows more of a cell than
its words, the string is a `Cell`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Self

Row = Sequence[str]

NAME = 80
"""Characters kept of a column's name, as it is said again in every row."""
BODY = 20
"""Rows below a header that are looked at."""
COLUMNS = 256
"""Columns that are looked at in these."""
_NUMBER = re.compile(r"[^\w\s]{0,3}\s?[-+(]?\d[\d.,:/\s-]*[)%]?\s?[^\W\d]{0,3}[^\w\s]{0,2}")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:[-/–]\d\d(?:\d\d)?)?")
_BAND = re.compile(r"\d{1,4}\s?[-–]\s?\d{1,4}|\d{1,4}\+|[<>≤≥]=?\s?\d{1,4}|\d{1,4}[^\W\d]{1,3}")
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d?-\d\d?|\d\d?(?P<by>[./-])\d\d?(?P=by)(?:\d{4}|\d\d))"
    r"|(?P<time>\d\d?:\d\d(?::\d\d)?(?:\s?[ap]m)?(?:\s?[-–]\s?\d\d?:\d\d)?)"
)
_NOTHING = re.compile(r"[-–—?.]+|n/?a\.?|nan|null|none|tbd", re.IGNORECASE)


class Cell(str):
    """The words of a cell, with what its table shows of it; of a plain string nothing is known."""

    __slots__ = ("marked", "spread")
    marked: bool
    spread: bool

    def __new__(cls, text: str, *, marked: bool = False, spread: bool = False) -> Self:
        """Make one.

        Args:
            text: Tidy.
            marked: Whether it stands out, as names do: it is bold, shaded or declared to be one.
            spread: Whether it is no cell of its own, but where the one to its left goes on over this column.

        Returns:
            A string that equals the text.
        """
        cell = super().__new__(cls, text)
        cell.marked = marked
        cell.spread = spread
        return cell


def is_marked(cell: str) -> bool:
    """Whether a cell stands out from plain ones."""
    return isinstance(cell, Cell) and cell.marked


def is_spread(cell: str) -> bool:
    """Whether a cell is the one to its left once more."""
    return isinstance(cell, Cell) and cell.spread


def is_across(row: Row) -> bool:
    """Whether one cell is all there is in a row, and goes on over more columns than one, as titles do."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and all(map(is_spread, filled[1:]))


def is_number(cell: str) -> bool:
    """Whether a cell is an amount, a date in digits or a year."""
    return len(cell) <= NAME and _NUMBER.fullmatch(cell) is not None


def is_year(cell: str) -> bool:
    """Whether a cell is a year or two, as columns are named after."""
    return _YEAR.fullmatch(cell) is not None


def is_nothing(cell: str) -> bool:
    """Whether a cell says that there is no value: `-`, `n/a`."""
    return _NOTHING.fullmatch(cell) is not None


def moment(cell: str) -> str:
    """What columns of rotas are named after that a cell is: a `day` in digits, a `time` of day; empty for neither."""
    found = _MOMENT.fullmatch(cell)
    return found.lastgroup or "" if found else ""


def may_name(cell: str) -> bool:
    """Whether a cell may be the name of a column where plain numbers stand below: words, a year, `0-4`, `24h`."""
    return not is_number(cell) or is_year(cell) or _BAND.fullmatch(cell) is not None


def is_above_numbers(name: str, cells: Sequence[str]) -> bool:
    """Whether nearly all cells are numbers, and of another form than the name where that is a year or `0-4`.

    Args:
        name: Of their column; may be empty.
        cells: From `column_cells`.

    Returns:
        True if they are; False where there are none.
    """
    form = next((form for form in (_YEAR, _BAND) if is_number(name) and form.fullmatch(name)), None)
    counted = sum(is_number(cell) and not (form and form.fullmatch(cell)) for cell in cells)
    return bool(cells) and counted * 4 >= len(cells) * 3


def column_cells(rows: Sequence[Row], column: int) -> list[str]:
    """The cells of a column that hold a value.

    Args:
        rows: Of any width; the first `BODY` are looked at.
        column: Counted from 0.

    Returns:
        Cells from top to bottom.
    """
    cells = (row[column] for row in rows[:BODY] if column < len(row))
    return [cell for cell in cells if cell and not is_nothing(cell)]


def number_columns(rows: Sequence[Row]) -> frozenset[int]:
    """Which columns hold numbers, of the first `COLUMNS`."""
    columns = range(min(COLUMNS, max(map(len, rows), default=0)))
    return frozenset(column for column in columns if is_above_numbers("", column_cells(rows, column)))


def holds_words(rows: Sequence[Row], columns: Iterable[int]) -> bool:
    """Whether any of some columns holds values that are no numbers."""
    values = (column_cells(rows, column) for column in columns)
    return any(cells and not is_above_numbers("", cells) for cells in values)


def span(rows: Sequence[Row]) -> tuple[int, int]:
    """The first column that holds anything, and the one past the last.

    Args:
        rows: The first `BODY`, and a header above these, are looked at.

    Returns:
        Counted from 0; zeros where all is empty.
    """
    filled = [[column for column, cell in enumerate(row) if cell] for row in rows[: 1 + BODY] if any(row)]
    return min((row[0] for row in filled), default=0), max((row[-1] + 1 for row in filled), default=0)


def marks(cell: str) -> frozenset[str]:
    """What tells values of a column from its name, where all of them have it and the name has not.

    Args:
        cell: Tidy.

    Returns:
        `1` for a digit, `@` for this, `a` for a small letter at its start.
    """
    found = {"1": any(map(str.isdigit, cell)), "@": "@" in cell, "a": cell[:1].islower()}
    return frozenset(mark for mark, is_there in found.items() if is_there)
