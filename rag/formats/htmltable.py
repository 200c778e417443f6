"""HTML tables: whether one holds data or lays out a page, and its rows with the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rag.formats.base import squeeze
from rag.formats.rows import name_row, named_rows

_SPAN = 100
"""Most columns or rows that a cell is spread over; a hostile one claims a billion."""
_CELLS = 200_000
"""Most cells of one table after spreading."""
_LAYOUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section", "form")


class _Cell(NamedTuple):
    text: str
    is_header: bool


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
    grid = [row for row in _grid(table) if row]
    texts = [[cell.text for cell in row] for row in grid]
    names = _column_names(grid)
    if names is not None:
        yield from named_rows([names, *texts[_header_rows(grid) :]], header=True)
    elif any(row[0].is_header for row in grid):
        yield from filter(None, map(_labelled, texts))
    else:
        yield from named_rows(texts)


def _labelled(row: list[str]) -> str:
    """A row that its first cell names."""
    rest = "; ".join(filter(None, row[1:]))
    return name_row([row[0].rstrip(" :")], [rest]) if rest else row[0]


def _header_rows(grid: list[list[_Cell]]) -> int:
    """Rows at the top that are headers only; a row of one is a title, and all of them are data."""
    count = 0
    while count < min(3, len(grid) - 1) and all(cell.is_header for cell in grid[count]):
        count += 1
    return count


def _column_names(grid: list[list[_Cell]]) -> list[str] | None:
    """Names from one or more header rows, those that stand above others first; None where there are none."""
    top = grid[: _header_rows(grid)]
    if not top or max(map(len, top)) < 2:
        return None
    width = max(map(len, top))
    columns = [[row[column].text for row in top if column < len(row)] for column in range(width)]
    return [" ".join(dict.fromkeys(filter(None, names))) for names in columns]


def _grid(table: Any) -> Iterator[list[_Cell]]:
    """Rows with their spanning cells spread out."""
    hanging: dict[int, tuple[int, _Cell]] = {}
    room = _CELLS
    for row in table.iter("tr"):
        cells: list[_Cell] = []
        for element in row.iterchildren("td", "th"):
            _hang(cells, hanging)
            cell = _Cell(_text(element), element.tag == "th")
            below = _span(element, "rowspan") - 1
            for _ in range(min(_span(element, "colspan"), max(1, room))):
                if below:
                    hanging[len(cells)] = (below, cell)
                cells.append(cell)
                room -= 1
        _hang(cells, hanging)
        yield cells


def _hang(cells: list[_Cell], hanging: dict[int, tuple[int, _Cell]]) -> None:
    """Continue the cells that hang down from rows above into this one."""
    while (held := hanging.pop(len(cells), None)) is not None:
        left, cell = held
        if left > 1:
            hanging[len(cells)] = (left - 1, cell)
        cells.append(cell)


def _span(element: Any, name: str) -> int:
    value = element.get(name)
    if value is None:
        return 1
    value = value.strip()
    return max(1, min(int(value), _SPAN)) if value.isascii() and value.isdigit() and len(value) < 10 else 1


def _text(element: Any) -> str:
    if not len(element):
        return squeeze(element.text or "")
    for block in element.iterdescendants("br", "p", "div", "li"):
        block.text, block.tail = f" {block.text or ''}", f" {block.tail or ''}"
    return squeeze("".join(element.itertext()))
