"""The table that rows of a sheet belong to, and whether rows further down are of it or of another one.

Names that go on over rows of another table are worse than none, so that a row of words alone takes them only where
something tells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from rag.formats.cells import (
    BODY,
    COLUMNS,
    Row,
    column_cells,
    holds_words,
    is_nothing,
    is_number,
    marks,
    number_columns,
    span,
)
from rag.formats.header import contrasts, inner, is_header


class SheetTable:
    """A table as far as it is read.

    Args:
        top: Its first row; empty where there is no table.
        names: Of its columns; empty where it has none.
        rows: The first ones below these, and the row of names.
    """

    def __init__(self, top: Row = (), names: Row = (), rows: Sequence[Row] = ()) -> None:
        self.top = top
        self.names = names
        self.span = span(rows)
        self.numbers = number_columns(rows[bool(names) :])
        self.recent: deque[Row] = deque(maxlen=BODY)
        self.run = 0
        self.is_grouped = False

    def add(self, row: Row) -> None:
        """Take a row that is of it; `run` counts those since the last blank row."""
        self.recent.append(row)
        self.run += 1

    def begins_anew(self, rows: Sequence[Row], *, titled: bool) -> bool:
        """Whether a row that would do for a header, with those below it, is one of another table.

        Args:
            rows: The row first.
            titled: Whether a title stands above it.

        Returns:
            True where it is told from the rows of this table, or has a title as groups of these have not.
        """
        top = rows[0]
        if any(map(is_nothing, top)):
            return False
        worded = any(column in self.numbers and cell and not is_number(cell) for column, cell in enumerate(top))
        if worded or top == self.top or span(rows) != self.span or contrasts(top, rows[1:]) or self._is_named(top):
            return True
        return titled and not self.is_grouped and not self._is_like(rows)

    def goes_on(self, rows: Sequence[Row]) -> bool:
        """Whether rows keep to its columns, and to numbers where it has them."""
        first, end = span(rows)
        return self.span[0] <= first and end <= self.span[1] and not holds_words(rows, self.numbers)

    def is_unsure(self, rows: Sequence[Row]) -> bool:
        """Whether rows below a blank one may as well be of another table: words, unlike those above.

        A blank row below each row, or below the names, parts no tables; nor one above the title of a group.
        """
        return self.run > 1 and not self.is_grouped and is_header(inner(rows[0])) and not self._is_like(rows)

    def _is_named(self, top: Row) -> bool:
        """Whether a row says the name of a column in this column."""
        return any(cell and cell == name for cell, name in zip(top, self.names, strict=False))

    def _is_like(self, rows: Sequence[Row]) -> bool:
        """Whether a cell of the first row is a value: one seen in its column, or marked as these and no name are."""
        for column, cell in enumerate(rows[0][:COLUMNS]):
            above = column_cells([*self.recent], column)
            if is_nothing(cell) or (cell and (cell in above or cell in column_cells(rows[1:], column))):
                return True
            name = self.names[column] if column < len(self.names) else ""
            if above and marks(cell) & frozenset.intersection(*map(marks, above)) - marks(name):
                return True
        return False
