"""The row of a table that names its columns: told by its own cells, or by the numbers below it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile, zip_longest

from rag.formats.cells import (
    BODY,
    COLUMNS,
    NAME,
    Row,
    column_cells,
    is_above_numbers,
    is_across,
    is_marked,
    is_number,
    is_spread,
    is_year,
    may_name,
    moment,
    span,
)

_HEADS = 3
"""Most rows of names."""


def head(rows: Sequence[Row]) -> tuple[list[str], int]:
    """Names of the columns, and how many of the first rows they stand in; none where these look like no header.

    Args:
        rows: The first ones of a table, tidy.

    Returns:
        Names in order, those that are there twice told apart by a number, and a count of rows.
    """
    top, body = rows[0], rows[1 : 1 + BODY]
    if marked := marked_rows(rows):
        return declared(rows, marked)
    if _is_double(rows):
        return _named(rows[:2]), 2
    if body and (is_header(inner(top)) or contrasts(top, body) or is_calendar(rows)):
        return _named([top]), 1
    return [], 0


def declared(rows: Sequence[Row], count: int) -> tuple[list[str], int]:
    """Names of the columns where the first rows are known to hold them.

    Args:
        rows: The first ones of a table, tidy.
        count: How many hold names; one is taken for two where the second goes on with it.

    Returns:
        Names in order, and a count of rows that leaves one below at least.
    """
    used = min(2 if count == 1 and _is_double(rows) else count, len(rows) - 1)
    return _named(rows[:used]), used


def marked_rows(rows: Sequence[Row]) -> int:
    """How many of the first rows stand out from the others as rows of names do; some of these may too, as sums do.

    Args:
        rows: The first ones of a table, tidy.

    Returns:
        A count; 0 where none do, or all alike.
    """
    top = list(takewhile(_is_marked, rows[:_HEADS]))
    body = rows[len(top) : 1 + BODY]
    others = sum(map(_is_marked, body[:-1]))
    return len(top) if body and not _is_marked(body[0]) and others * 4 <= len(body) else 0


def is_header(row: Row) -> bool:
    """Whether a row's cells look like names of columns: short, told apart, words or years but not other numbers.

    Args:
        row: The first row of a table, tidy; its first cell may be empty.

    Returns:
        True if they do.
    """
    names = [cell for cell in row if cell]
    if len(names) < 2 or len(names) < len(row) - 1 or len(set(names)) < len(names) or names[0].endswith(":"):
        return False
    return all(len(name) <= NAME and (is_year(name) or not is_number(name)) for name in names)


def contrasts(top: Row, body: Sequence[Row]) -> bool:
    """Whether a row without plain numbers stands above columns of them: one under a word, or two under bands.

    Args:
        top: A row, tidy.
        body: Those below it.

    Returns:
        True if it does.
    """
    names = [cell for cell in top if cell]
    if len(names) < 2 or names[0].endswith(":") or not all(map(may_name, names)):
        return False
    if len(names) * 2 <= max((sum(map(bool, row)) for row in body), default=0):
        return False
    above = [
        name for column, name in enumerate(top[:COLUMNS]) if name and is_above_numbers(name, column_cells(body, column))
    ]
    return len(above) > 1 or any(not is_number(name) for name in above)


def is_calendar(rows: Sequence[Row]) -> bool:
    """Whether dates or times of day stand in the first row, two or more of one kind, and below them none.

    Args:
        rows: The first ones of a table, tidy.

    Returns:
        True if they do, and the other cells of the row may be names.
    """
    top, body = rows[0], rows[1 : 1 + BODY]
    said = [cell for cell in top if cell]
    columns = [column for column, cell in enumerate(top[:COLUMNS]) if moment(cell)]
    below = {moment(cell) for column in columns for cell in column_cells(body, column)}
    is_told = len(set(said)) == len(said) and all(moment(cell) or may_name(cell) for cell in said)
    kinds = {moment(top[column]) for column in columns}
    return len(columns) > 1 and is_told and len(kinds) == 1 and bool(below) and kinds.isdisjoint(below)


def cut(name: str) -> str:
    """A name as long as may be said again in every row, without the colon that ends it."""
    return name[:NAME].rstrip(" :")


def _named(rows: Sequence[Row]) -> list[str]:
    """Names fit to be said in every row: those that stand above others first, cells that are there twice numbered."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for cells in zip_longest(*rows, fillvalue=""):
        name = again = cut(" ".join(dict.fromkeys(filter(None, cells))))
        goes_on = name and all(map(is_spread, filter(None, cells)))
        while again and again in seen and not goes_on:
            seen[name] += 1
            again = f"{name} {seen[name]}"
        seen[again] = 1
        names.append(again)
    return names


def _is_marked(row: Row) -> bool:
    """Whether all cells of a row stand out, empty ones too where one alone says anything: that may be a title."""
    names = [cell for cell in row if cell]
    is_plain = len(names) > 1 or not row[0] or (len(row) > 1 and all(map(is_marked, row)))
    return bool(names) and is_plain and all(map(is_marked, names)) and not is_across(row)


def _is_double(rows: Sequence[Row]) -> bool:
    """Whether the second row tells apart what the names of the first stand over, with numbers or a name hung down."""
    if len(rows) < 3 or not _is_split(rows[0]):
        return False
    hangs = any(one and one == below for one, below in zip(rows[0], rows[1], strict=False))
    return contrasts(rows[1], rows[2 : 1 + BODY]) or (hangs and all(map(may_name, filter(None, rows[1]))))


def _is_split(top: Row) -> bool:
    """Whether names stand over several columns each, so that the row below tells these apart."""
    return all(map(may_name, filter(None, top))) and any(one and one == beside for one, beside in pairwise(top))


def inner(row: Row) -> Row:
    """The cells without the empty ones at both ends; a table may begin in any column."""
    return row[slice(*span([row]))]
