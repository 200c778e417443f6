"""Tables as rows that name their columns: `Part: Pump; Price: 12.50`, so that one row, cited alone, can be read.

Knows cells as strings only; where they come from is the business of each format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from rag.formats.base import squeeze

Row = Sequence[str]

NAME = 80
"""Characters kept of a column's name, as it is said again in every row."""
_NUMBER = re.compile(r"[^\w\s]{0,3}\s?[-+(]?\d[\d.,:/\s-]*[)%]?\s?[^\W\d]{0,3}[^\w\s]{0,2}")
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:[-/–]\d\d(?:\d\d)?)?")


def named_rows(rows: Iterable[Row], *, header: bool | None = None) -> Iterator[str]:
    """Write out a table.

    Args:
        rows: Cells of each row, any white space in them; empty rows are left out.
        header: Whether the first row names the columns; None to judge by its cells.

    Yields:
        One line per row, its cells parted by `; `, each after the name of its column; empty ones are left out.
    """
    filled = (row for row in (_tidy(row) for row in rows) if any(row))
    head = list(islice(filled, 2))
    if not head:
        return
    if len(head) == 1:
        yield "; ".join(filter(None, head[0]))
        return
    names: Row = ()
    if header is None:
        header = is_header(head[0])
    if header:
        names = [name[:NAME].rstrip(" :") for name in head.pop(0)]
    for row in chain(head, filled):
        yield name_row(names, row)


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
    return all(len(name) <= NAME and (_YEAR.fullmatch(name) or not _NUMBER.fullmatch(name)) for name in names)


def _tidy(row: Row) -> list[str]:
    return [squeeze(cell) for cell in row]
