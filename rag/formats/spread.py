"""Cells that span columns or rows, said in each of them, as a line of a table is read alone. Knows no format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.formats.cells import Cell

_SPAN = 100
"""Most columns or rows that a cell is spread over; a hostile one claims a billion."""
_CELLS = 200_000
"""Most cells of one table after spreading."""


class Box(NamedTuple):
    """A cell as its file gives it; one that hangs says what stands above it."""

    text: str
    columns: int = 1
    rows: int = 1
    is_marked: bool = False
    hangs: bool = False


def spread(table: Iterable[Iterable[Box]]) -> Iterator[list[Cell]]:
    """Put a cell into each column and each row of a table.

    Args:
        table: Rows from top to bottom, of the cells that begin in them.

    Yields:
        As many cells as a row has columns; those of one that spans columns are marked so after the first.
    """
    hanging: dict[int, tuple[int, Cell]] = {}
    above: list[Cell] = []
    room = _CELLS
    for row in table:
        cells: list[Cell] = []
        for box in row:
            _hang(cells, hanging)
            held = above[len(cells)] if box.hangs and len(cells) < len(above) else Cell(box.text, marked=box.is_marked)
            for column in range(min(box.columns, max(1, room))):
                cell = Cell(held, marked=held.marked, spread=column > 0)
                if box.rows > 1:
                    hanging[len(cells)] = (box.rows - 1, cell)
                cells.append(cell)
                room -= 1
        _hang(cells, hanging)
        above = cells
        yield cells


def covered(value: str | None) -> int:
    """How many columns or rows a cell covers, by the attribute that says so; 1 where that is none or makes no sense."""
    value = (value or "").strip()
    return max(1, min(int(value), _SPAN)) if value.isascii() and value.isdigit() and len(value) < 10 else 1


def _hang(cells: list[Cell], hanging: dict[int, tuple[int, Cell]]) -> None:
    """Continue the cells that hang down from rows above into this one."""
    while (held := hanging.pop(len(cells), None)) is not None:
        left, cell = held
        if left > 1:
            hanging[len(cells)] = (left - 1, cell)
        cells.append(cell)
