"""Tables as rows that name their columns: `Part: Pump; Price: 12.50`, so that one row, cited alone, can be read.

Knows cells as strings only; where they come from is the business of each format.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, dropwhile, groupby, islice, pairwise, takewhile, zip_longest
from typing import NamedTuple

from rag.formats.base import squeeze
from rag.formats.cells import (
    BODY,
    COLUMNS,
    NAME,
    Row,
    column_cells,
    holds_words,
    is_above_numbers,
    is_nothing,
    is_number,
    is_year,
    may_name,
    number_columns,
    span,
)

_AHEAD = 64
"""Rows of a sheet that are looked at before they are written."""


def named_rows(rows: Iterable[Row], *, header: bool | None = None) -> Iterator[str]:
    """Write out a table.

    Args:
        rows: Cells of each row, any white space in them; empty rows are left out.
        header: Whether the first row names the columns; None to judge by its cells and those below.

    Yields:
        One line per row, its cells parted by `; `, each after the name of its column; empty ones are left out.
    """
    filled = (row for row in map(_tidy, rows) if any(row))
    head = list(islice(filled, 1 + BODY))
    if len(head) < 2:
        yield from ("; ".join(filter(None, row)) for row in head)
        return
    names, used = _head(head) if header is None else ([_cut(name) for name in head[0]] * header, int(header))
    for row in chain(head[used:], filled):
        yield name_row(names, row)


def sheet_rows(rows: Iterable[Row]) -> Iterator[str]:
    """Write out all that one sheet holds: titles, forms of labels and values, and tables, apart by blank rows.

    Args:
        rows: Cells of each row, any white space in them; a blank row is one without any.

    Yields:
        One line per row: a title as it is, a value after its label, the cells of a table after the names of their
        columns. Below a blank row names go on only where the rows do.
    """
    sheet = _Sheet(rows)
    while sheet.ahead:
        if any(sheet.ahead[0]):
            yield from sheet.block()
        else:
            sheet.take()
    yield from sheet.unsaid()


def name_row(names: Row, row: Row) -> str:
    """One row: `name: value; name: value`, names that are missing or say the same as the value left out.

    Args:
        names: Of the columns, in order; may be shorter than the row.
        row: Its cells.

    Returns:
        The line; empty for a row of empty cells.
    """
    cells = []
    for column, value in enumerate(row):
        name = names[column] if column < len(names) else ""
        if value:
            cells.append(f"{name}: {value}" if name and name != value else value)
    return "; ".join(cells)


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


class _Table(NamedTuple):
    """The table that rows belong to: its first row, names by column, columns it spans, those that hold numbers."""

    top: Row = ()
    names: Row = ()
    span: tuple[int, int] = (0, 0)
    numbers: frozenset[int] = frozenset()

    def begins_anew(self, rows: Sequence[Row]) -> bool:
        """Whether a row that would do for a header, with those below it, is one of another table."""
        top = rows[0]
        if any(map(is_nothing, top)):
            return False
        worded = any(column in self.numbers and cell and not is_number(cell) for column, cell in enumerate(top))
        return worded or top == self.top or span(rows) != self.span or _contrasts(top, rows[1:])

    def goes_on(self, rows: Sequence[Row]) -> bool:
        """Whether rows keep to its columns, and to numbers where it has them."""
        first, end = span(rows)
        return self.span[0] <= first and end <= self.span[1] and not holds_words(rows, self.numbers)


class _Sheet:
    """Reads a sheet block by block; `ahead` holds the rows to come, as far as they are looked at."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.coming = _parted(map(_tidy, rows))
        self.ahead = deque(islice(self.coming, _AHEAD))
        self.table = _Table()
        self.waiting = ""

    def take(self) -> Row:
        """The next row; an empty one at the end."""
        self.ahead.extend(islice(self.coming, 1))
        return self.ahead.popleft() if self.ahead else ()

    def unsaid(self) -> Iterator[str]:
        """Names that nothing stood below."""
        yield from filter(None, [self.waiting])
        self.waiting = ""

    def block(self) -> Iterator[str]:
        """Write out the rows to the next blank one: titles, then a form or rows of a table."""
        while self.ahead and _is_title(self.ahead[0]):
            yield name_row((), self.take())
        rows = iter(self.ahead)
        block = list(takewhile(any, rows))
        if not block:
            return
        below = list(takewhile(any, dropwhile(lambda row: not any(row) or _is_title(row), rows)))
        if not self._is_more(block) and len(block) < _AHEAD and _is_form(block, below):
            yield from self.unsaid()
            self.table = _Table()
            for label, value in map(_said, block):
                self.take()
                yield f"{label.rstrip(' :')}: {value}"
            return
        yield from self._begin(block[: 1 + BODY], below[:BODY])
        while any(row := self.take()):
            self.waiting = ""
            yield name_row(self.table.names, row)

    def _is_more(self, block: list[Row]) -> bool:
        """Whether rows are of the table above by their place alone."""
        return span(block) == self.table.span or (len(block) == 1 and self.table.goes_on(block))

    def _begin(self, block: list[Row], below: list[Row]) -> Iterator[str]:
        """Tell which table a block belongs to, and take its header."""
        rows = block + below if len(block) == 1 and span(block) == span(below) else block
        names, used = _head(rows)
        if used and (not self.table.top or self.table.begins_anew(rows)):
            yield from self.unsaid()
            self.table = _Table(rows[0], names, span(rows), number_columns(rows[used:]))
            self.waiting = "; ".join(filter(None, rows[0]))
            if any(len(name) > NAME for name in rows[0]):
                yield from self.unsaid()  # whole once, as names are cut
            while used:
                used -= any(self.take())
        elif not self.table.top or not self.table.goes_on(block):
            yield from self.unsaid()
            self.table = _Table(block[0], (), span(block), number_columns(block))


def _head(rows: Sequence[Row]) -> tuple[list[str], int]:
    """Names of the columns, and how many of the first rows they stand in; none where these look like no header."""
    top, body = rows[0], rows[1 : 1 + BODY]
    if len(body) > 1 and _is_split(top) and _contrasts(body[0], body[1:]):
        both = zip_longest(top, body[0], fillvalue="")
        return _numbered(" ".join(dict.fromkeys(filter(None, names))) for names in both), 2
    if body and (is_header(_inner(top)) or _contrasts(top, body)):
        return _numbered(top), 1
    return [], 0


def _contrasts(top: Row, body: Sequence[Row]) -> bool:
    """Whether a row without plain numbers stands above columns of them: one under a word, or two under bands."""
    names = [cell for cell in top if cell]
    if len(names) < 2 or names[0].endswith(":") or not all(map(may_name, names)):
        return False
    if len(names) * 2 <= max((sum(map(bool, row)) for row in body), default=0):
        return False
    above = [
        name for column, name in enumerate(top[:COLUMNS]) if name and is_above_numbers(name, column_cells(body, column))
    ]
    return len(above) > 1 or any(not is_number(name) for name in above)


def _is_split(top: Row) -> bool:
    """Whether names stand over several columns each, so that the row below tells these apart."""
    return all(map(may_name, filter(None, top))) and any(one and one == beside for one, beside in pairwise(top))


def _is_form(block: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether rows are labels with values: they end in a colon, or stand above a wider table and are none."""
    said = [_said(row) for row in block]
    if any(len(pair) != 2 or is_number(pair[0]) or len(pair[0]) > NAME for pair in said):
        return False
    if all(label.endswith(":") for label, _ in said):
        return True
    is_table = len(said) > 3 and not is_number(said[0][1]) and all(is_number(value) for _, value in said[1:])
    return not is_table and any(len(_said(row)) > 2 for row in below)


def _is_title(row: Row) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) == 1 and not is_number(filled[0])


def _inner(row: Row) -> Row:
    """The cells without the empty ones at both ends; a table may begin in any column."""
    return row[slice(*span([row]))]


def _said(row: Row) -> list[str]:
    """The cells that hold anything, those said again in the next column once."""
    return [cell for cell, _ in groupby(filter(None, row))]


def _numbered(row: Iterable[str]) -> list[str]:
    """Names fit to be said in every row, those that are there twice told apart by a number."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for name in map(_cut, row):
        again = name
        while again and again in seen:
            seen[name] += 1
            again = f"{name} {seen[name]}"
        seen[again] = 1
        names.append(again)
    return names


def _cut(name: str) -> str:
    return name[:NAME].rstrip(" :")


def _tidy(row: Row) -> list[str]:
    return [squeeze(cell) for cell in row]


def _parted(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with one blank one for any number."""
    blank = True
    for row in rows:
        if any(row) or not blank:
            yield row
        blank = not any(row)
