"""HTML tables: whether one holds data or lays out a page, and its rows with the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.formats.base import squeeze
from rag.formats.rows import named_rows
from rag.formats.spread import Box, covered, spread

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
    yield from named_rows(spread(map(_boxes, table.iter("tr"))))


def _boxes(row: Any) -> Iterator[Box]:
    for cell in row.iterchildren("td", "th"):
        columns, rows = covered(cell.get("colspan")), covered(cell.get("rowspan"))
        yield Box(_text(cell), columns, rows, is_marked=_is_bold(cell))


def _is_bold(element: Any) -> bool:
    """Whether all that an element says is bold; one without words is not."""
    if element.tag in ("b", "strong", "th"):
        return True
    is_plain = any((text or "").strip() for text in (element.text, *(inner.tail for inner in element)))
    return not is_plain and len(element) > 0 and all(_is_bold(inner) for inner in element if inner.tag != "br")


def _text(element: Any) -> str:
    if not len(element):
        return squeeze(element.text or "")
    for block in element.iterdescendants("br", "p", "div", "li"):
        block.text, block.tail = f" {block.text or ''}", f" {block.tail or ''}"
    return squeeze("".join(element.itertext()))
