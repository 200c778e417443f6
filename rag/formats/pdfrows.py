"""Rows on a PDF page: cells that the file gives in pieces, markers apart from their items, tables and their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.formats.header import is_header
from rag.formats.pdflines import MARKER, Line, same_size
from rag.formats.pdfmargins import rows_of
from rag.formats.rows import named_rows

_LEVEL = 0.2
"""Lines that are no further apart, in heights of a line, stand on one baseline."""
_PIECES = 50
"""A row of a table is put together out of this many pieces at most."""
_INDENT = 1.5
"""Most distance from the marker of an item to its words, in heights of a line."""
_ITEM_MARKER = re.compile(r"[•◦▪‣●○·∙■□–—*-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]")
_AMOUNT = re.compile(r"[^\w\s]{0,3}\s?[-+]?\d[\d.,%\s]*\D{0,4}")


def marked(lines: Sequence[Line]) -> list[Line]:
    """Put the bullets and numbers of items before them; some programs paint all of these last.

    Args:
        lines: Of a page, in the order of the file.

    Returns:
        The lines without those that were mere markers of others.
    """
    markers: dict[int, Line] = {}
    for row in rows_of(lines):
        for marker, item in pairwise(sorted(row, key=lambda line: line.left)):
            near = 0 <= item.left - marker.right < _INDENT * item.height and _level(marker, item)
            if near and _ITEM_MARKER.fullmatch(marker.text):
                markers[id(item)] = marker
    gone = {id(marker) for marker in markers.values()}
    return [_marked(line, markers.get(id(line))) for line in lines if id(line) not in gone]


def whole_rows(lines: Sequence[Line]) -> list[Line]:
    """Put together the rows of tables that the file gives in pieces, one after the other on one baseline.

    Args:
        lines: Of a page, in the order of the file.

    Returns:
        The lines, each row of such pieces one.
    """
    rows: list[list[Line]] = []
    for line in lines:
        if rows and _beside(rows[-1][-1], line) and len(rows[-1]) < _PIECES:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(row) if len(row) > 1 else row[0] for row in rows]


def table(run: Sequence[Line]) -> list[str]:
    """A table, its columns named where its first row is sure to name them; else its lines as they are.

    Args:
        run: Its rows, each of at least two cells.

    Returns:
        The text of each row; a cell is in the column whose place is nearest, counted by the row with the most cells.
    """
    widest = max(run, key=lambda line: len(line.cells))
    centres = [(cell.left + cell.right) / 2 for cell in widest.cells]
    grid = []
    for line in run:
        row = [""] * len(centres)
        for cell in line.cells:
            column = min(range(len(centres)), key=lambda n: abs(centres[n] - (cell.left + cell.right) / 2))
            row[column] = f"{row[column]} {cell.text}".strip()
        grid.append(row)
    stands_out = run[0].bold and not any(line.bold for line in run[1:])
    if is_header(grid[0]) and (stands_out or _counts(grid[1:])):
        return list(named_rows(grid, header=True))
    return [line.text for line in run]


def _level(a: Line, b: Line) -> bool:
    return abs(a.bottom - b.bottom) < _LEVEL * a.height


def _marked(line: Line, marker: Line | None) -> Line:
    if marker is None:
        return line
    cells = tuple(cell._replace(text=f"{marker.text} {cell.text}", left=marker.left) for cell in line.cells[:1])
    return line._replace(text=f"{marker.text} {line.text}", left=marker.left, cells=cells + line.cells[1:])


def _beside(a: Line, b: Line) -> bool:
    in_cells = a.cells and b.cells and not MARKER.fullmatch(a.text)
    return bool(in_cells) and _level(a, b) and same_size(a, b) and a.right <= b.left and not a.hyphened


def _row(pieces: Sequence[Line]) -> Line:
    return pieces[-1]._replace(
        text=" ".join(piece.text for piece in pieces),
        left=pieces[0].left,
        bold=all(piece.bold for piece in pieces),
        cells=tuple(cell for piece in pieces for cell in piece.cells),
    )


def _counts(body: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds nothing but amounts, which a name above it would not be."""
    columns = [[cell for cell in column if cell] for column in zip(*body, strict=True)]
    return any(column and all(_AMOUNT.fullmatch(cell) for cell in column) for column in columns)
