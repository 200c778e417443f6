"""HTML tables: whether one holds data or lays out a page, and its rows with the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from rag.formats.base import squeeze
from rag.formats.cells import Row, is_across
from rag.formats.rows import name_row, named_rows
from rag.formats.spread import Box, covered, spread

_HEADS = 3
"""Most rows of names."""
_LAYOUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section", "form")


def is_data_table(table: Any) -> bool:
    """Whether a table holds data, not the layout of a page.

    Args:
        table: An lxml element.

    Returns:
        False where it says so itself, holds headings, sections or other tables, or has one column.
    """
    if table.get("role") in ("presentation", "none") or next(table.iterdescendants(*_LAYOUT), None) is not None:
        return False
    return any(len(row) > 1 for row in table.iter("tr"))


def table_lines(table: Any) -> Iterator[str]:
    """Write out a data table: its caption, then a line per row.

    Args:
        table: An lxml element.

    Yields:
        Lines.
    """
    caption = table.find("caption")
    if caption is not None and (text := _text(caption)):
        yield text
    grid = [row for row in spread(map(_boxes, table.iter("tr"))) if row]
    titles = sum(1 for _ in takewhile(is_across, grid))
    marked = takewhile(lambda row: all(cell.marked for cell in row), grid[titles : titles + _HEADS])
    if heads := sum(1 for _ in marked):
        yield from named_rows(grid, header=titles + heads)
    elif any(row[0].marked for row in grid):
        yield from filter(None, (name_row((), row) if is_across(row) else _labelled(row) for row in grid))
    else:
        yield from named_rows(grid)


def _boxes(row: Any) -> Iterator[Box]:
    for cell in row.iterchildren("td", "th"):
        columns, rows = covered(cell.get("colspan")), covered(cell.get("rowspan"))
        yield Box(_text(cell), columns, rows, is_marked=cell.tag == "th")


def _labelled(row: Row) -> str:
    """A row that its first cell names."""
    rest = "; ".join(filter(None, row[1:]))
    return name_row([row[0].rstrip(" :")], [rest]) if rest else row[0]


def _text(element: Any) -> str:
    if not len(element):
        return squeeze(element.text or "")
    for block in element.iterdescendants("br", "p", "div", "li"):
        block.text, block.tail = f" {block.text or ''}", f" {block.tail or ''}"
    return squeeze("".join(element.itertext()))
