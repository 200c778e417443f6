"""What a sheet's XML has and openpyxl leaves out when it reads row by row: merged cells, formulas never calculated.

Reads the part once, in pieces, without a tree. Knows no values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import IO, NamedTuple

from rag.formats.cells import Cell, is_marked

_PIECE = 1 << 20
_TAIL = 1 << 16
"""Bytes kept from one piece to the next, more than a cell with the longest formula."""
_AREA = 200_000
"""Most cells of a sheet after spreading."""
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_UNVALUED = re.compile(
    rb"<(?:\w+:)?c\b(?P<cell>[^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


class Box(NamedTuple):
    """Merged cells, rows and columns counted from 1, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


class Merged:
    """Says the value of merged cells in each of them, row by row.

    Args:
        boxes: Of one sheet; those past `_AREA` stay as they are.
    """

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._starting: dict[int, list[Box]] = defaultdict(list)
        self._hanging: list[tuple[Box, str]] = []
        room = _AREA
        for box in boxes:
            area = (box.bottom - box.top + 1) * (box.right - box.left + 1)
            if 1 < area <= room:
                room -= area
                self._starting[box.top].append(box)

    def spread(self, number: int, cells: list[str]) -> None:
        """Fill in the cells of a row that merged ones cover, unless it holds nothing but those that hang down.

        Args:
            number: Of the row, from 1; each is higher than the one before.
            cells: From the first column; may become longer.
        """
        starting = [(box, cells[box.left - 1]) for box in self._starting.get(number, ()) if box.left <= len(cells)]
        for box, value in [*self._hanging, *starting] if any(cells) else ():
            cells.extend([""] * (box.right - len(cells)))
            first, *more = cells[box.left - 1 : box.right]
            over = [cell or Cell(value, marked=is_marked(value), spread=True) for cell in more]
            cells[box.left - 1 : box.right] = [first or value, *over]
        self._hanging = [(box, value) for box, value in [*self._hanging, *starting] if box.bottom > number and value]


def scan(part: IO[bytes], limit: int) -> tuple[Merged, int]:
    """Look through the XML of a sheet.

    Args:
        part: Its bytes.
        limit: Most of them that are read.

    Returns:
        Its merged cells, and how many formulas have no value.
    """
    boxes: list[Box] = []
    unvalued, rest = 0, b""
    while (piece := part.read(min(_PIECE, limit))) and len(boxes) < _AREA:
        limit -= len(piece)
        data = rest + piece
        end = 0
        for found in _MERGED.finditer(data):
            boxes.append(_box(found))
            end = found.end()
        for found in _UNVALUED.finditer(data):
            unvalued += b't="str"' not in found["cell"]  # which may be a text without characters
            end = max(end, found.end())
        rest = data[max(end, len(data) - _TAIL) :]
    return Merged(boxes), unvalued


def _box(found: re.Match[bytes]) -> Box:
    top, bottom = sorted((int(found[2]), int(found[4])))
    left, right = sorted((_column(found[1]), _column(found[3])))
    return Box(top, left, bottom, right)


def _column(letters: bytes) -> int:
    """Number of a column from 1, of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
