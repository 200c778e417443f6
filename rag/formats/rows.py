"""Tables as rows that name their columns: `Part: Pump; Price: 12.50`, so that one row, cited alone, can be read.

Knows cells as strings only; where they come from is the business of each format.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, dropwhile, groupby, islice, takewhile

from rag.formats.base import squeeze
from rag.formats.cells import BODY, NAME, Cell, Row, is_across, is_number, is_spread, marks, span
from rag.formats.header import cut, declared, head, marked_rows
from rag.formats.labels import label_row, labels
from rag.formats.sheettable import SheetTable

_AHEAD = 64
"""Rows of a sheet that are looked at before they are written."""


def named_rows(rows: Iterable[Row], *, header: int | None = None) -> Iterator[str]:
    """Write out a table.

    Args:
        rows: Cells of each row, any white space in them; empty rows are left out.
        header: How many of the first rows name the columns; None to judge by their cells and those below.

    Yields:
        One line per row, its cells parted by `; `, each after the name of its column; empty ones are left out. Titles
        above the names are lines of their own.
    """
    filled = (row for row in map(_tidy, rows) if any(row))
    first = list(islice(filled, 1 + BODY))
    while len(first) > 1 and _is_above_names(first, header):
        yield name_row((), first.pop(0))
        header = header - 1 or None if header else header
    names, used = ([], 0) if len(first) < 2 else head(first) if header is None else declared(first, header)
    columns = labels(first) if header is None else frozenset()
    for row in chain(first[0 if columns else used :], filled):
        yield label_row(row, columns) if columns else name_row(names, row)


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


def _is_above_names(rows: Sequence[Row], header: int | None) -> bool:
    """Whether the first row is a title of those below."""
    is_alone = header is None and bool(rows[0][0]) and _is_title(rows[0]) and not is_label(rows[0][0])
    return is_across(rows[0]) or (is_alone and not marked_rows(rows))


def name_row(names: Row, row: Row) -> str:
    """One row: `name: value; name: value`, names that are missing or say the same as the value left out.

    Of cells without a name, one that ends in a colon names the next one. A cell that spans columns is said once, after
    the names of all of these; with the first one's alone where the row begins with it, as its label, and with none
    where it is all that the row says.

    Args:
        names: Of the columns, in order; may be shorter than the row.
        row: Its cells.

    Returns:
        The line; empty for a row of empty cells.
    """
    line = label = ""
    names = () if is_across(row) else names
    for column, value in enumerate(row):
        if not value or value == label or is_spread(value):
            continue
        name = _name_over(names, row, column) if line else "".join(names[column : column + 1])
        said = f"{name}: {value}" if name and name != value else value
        is_bare = said == value
        line += (" " if label and is_bare and not is_label(value) else "; ") * bool(line) + said
        label = value if is_bare and is_label(value) else ""
    return line


def is_label(cell: str) -> bool:
    """Whether a cell ends in a colon, so that its value is what stands beside it."""
    return cell.endswith(":")


def _name_over(names: Row, row: Row, column: int) -> str:
    """The names of all columns that a cell spans."""
    end = column + 1
    while end < len(row) and is_spread(row[end]):
        end += 1
    over = names[column:end]
    return cut(", ".join(filter(None, over))) if len(over) > 1 else "".join(over)


class _Sheet:
    """Reads a sheet block by block; `ahead` holds the rows to come, as far as they are looked at."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.coming = _parted(map(_tidy, rows))
        self.ahead = deque(islice(self.coming, _AHEAD))
        self.table = SheetTable()
        self.is_titled = False
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
            self.is_titled = True
            yield name_row((), self.take())
        rows = iter(self.ahead)
        block = list(takewhile(any, rows))
        if not block:
            return
        below = list(takewhile(any, dropwhile(lambda row: not any(row) or _is_title(row), rows)))
        if form := self._form(block, below):
            yield from self.unsaid()
            self.table = SheetTable()
            for line in form:
                self.take()
                yield line
        else:
            yield from self._begin(block[: 1 + BODY], below[:BODY])
            yield from self._rows()
        self.is_titled = False

    def _form(self, block: list[Row], below: list[Row]) -> list[str]:
        """Lines of labels with values that a block begins with; none where it is a table."""
        if form := list(takewhile(self._is_label, block)):
            return [label_row(row, _first(row)) for row in form]
        is_more = span(block) == self.table.span or (len(block) == 1 and self.table.goes_on(block))
        if is_more or len(block) == _AHEAD:
            return []
        if columns := labels(block):
            return [label_row(row, columns) for row in block]
        is_form = _is_form(block, self.table.top, below, titled=self.is_titled)
        return [label_row(row, _first(row)) for row in block] if is_form else []

    def _is_label(self, row: Row) -> bool:
        """Whether a row is a label that ends in a colon, and its value; in a table of such rows none is."""
        said = _said(row)
        return (
            len(said) == 2 and is_label(said[0]) and not any(is_label(_said(above)[0]) for above in self.table.recent)
        )

    def _begin(self, block: list[Row], below: list[Row]) -> Iterator[str]:
        """Tell which table a block belongs to, and take its header."""
        rows = block + below if len(block) == 1 and span(block) == span(below) else block
        names, used = head(rows)
        self.table.is_grouped |= self.is_titled and bool(self.waiting)
        if used and (not self.table.top or self.table.begins_anew(rows, titled=self.is_titled)):
            yield from self.unsaid()
            self.table = SheetTable(rows[0], names, rows)
            self.waiting = "; ".join(filter(None, rows[0]))
            if any(len(name) > NAME for name in rows[0]):
                yield from self.unsaid()  # whole once, as names are cut
            while used:
                used -= any(self.take())
        elif not self.table.top or not self.table.goes_on(block) or self.table.is_unsure(rows):
            yield from self.unsaid()
            self.table = SheetTable(block[0], (), block)

    def _rows(self) -> Iterator[str]:
        """Write out rows to the next blank one."""
        self.table.run = 0
        while any(row := self.take()):
            self.table.is_grouped |= bool(self.waiting) and _is_title(row)
            self.waiting = ""
            is_apart = self._is_label(row) and not is_number(_said(row)[1])
            yield name_row(() if is_apart else self.table.names, row)
            self.table.add(row)


def _is_form(block: Sequence[Row], above: Row, below: Sequence[Row], *, titled: bool) -> bool:
    """Whether rows are labels with values: they stand above or below a wider table and are none.

    Below it two rows, or any under a title, are rather a table; not where only some of the values have digits.
    """
    said = [_said(row) for row in block]
    if any(len(pair) != 2 or is_number(pair[0]) or len(pair[0]) > NAME for pair in said):
        return False
    values = [value for _, value in said[1:]]
    if len(said) > 3 and not is_number(said[0][1]) and all(map(is_number, values)):
        return False
    is_mixed = len({"1" in marks(value) for value in values}) > 1
    is_below = len(_said(above)) > 2 and len(said) != 2 and (is_mixed or not titled)
    return is_below or any(len(_said(row)) > 2 for row in below)


def _is_title(row: Row) -> bool:
    filled = [cell for cell in row if cell and not is_spread(cell)]
    return len(filled) == 1 and not is_number(filled[0])


def _first(row: Row) -> range:
    """The column in which a row begins."""
    return range(span([row])[0] + 1)


def _said(row: Row) -> list[str]:
    """The cells that hold anything, those said again in the next column once."""
    return [cell for cell, _ in groupby(filter(None, row))]


def _tidy(row: Row) -> list[str]:
    return [cell if isinstance(cell, Cell) else squeeze(cell) for cell in row]


def _parted(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with one blank one for any number."""
    blank = True
    for row in rows:
        if any(row) or not blank:
            yield row
        blank = not any(row)
