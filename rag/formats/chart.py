"""Charts of office files: the values that they keep of their data, as rows that name their columns.

Knows the chart's own part only, not the workbook behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from rag.formats.archive import local
from rag.formats.base import squeeze
from rag.formats.cells import COLUMNS
from rag.formats.numberformat import shown
from rag.formats.ooxml import attribute, child, switched_on
from rag.formats.rows import named_rows

_Points = dict[int, str]
"""Values of a series, or their categories, by place."""


def chart_lines(root: Any) -> Iterator[str]:
    """Write out a chart: its title, then a line for each category or point.

    Args:
        root: Of the chart's part, an lxml element.

    Yields:
        Lines; a value stands after the name of its series. Of the series, the first `COLUMNS`.
    """
    said = _inside(child(root, "chart", "title"), "p", "v")
    if title := squeeze(" ".join("".join(part.text or "" for part in _inside(line, "t", "v")) for line in said)):
        yield title
    is_1904 = switched_on(child(root, "date1904"))
    tables: list[tuple[_Points, list[tuple[str, _Points]]]] = []
    for series in islice(_inside(root, "ser"), COLUMNS):
        values = _points(series, is_1904, "val", "yVal")
        categories = _points(series, is_1904, "cat", "xVal")
        if not tables or categories not in ({}, tables[-1][0]):
            tables.append((categories, []))
        tables[-1][1].append((_name(series), values))
    for categories, columns in tables:
        places = sorted(set().union(*(values for _, values in columns)))
        rows = ([categories.get(at, ""), *(values.get(at, "") for _, values in columns)] for at in places)
        yield from named_rows([["", *(name for name, _ in columns)], *rows], header=True)


def _name(series: Any) -> str:
    """What a series is called, in a cell or by the chart itself."""
    return squeeze(" ".join(inner.text or "" for inner in _inside(child(series, "tx"), "v")))


def _points(series: Any, is_1904: bool, *parts: str) -> _Points:
    """Those of the parts that are there; of categories in levels those of the innermost."""
    points: _Points = {}
    code = ""
    for element in (inner for part in parts for inner in _inside(child(series, part), "formatCode", "pt")):
        place, value = attribute(element, "idx"), child(element, "v")
        if local(element) == "formatCode":
            code = element.text or ""
        elif place.isdecimal() and len(place) < 10 and value is not None:
            said = _said(squeeze(value.text or ""), attribute(element, "formatCode", code), is_1904)
            points.setdefault(int(place), said)
    return points


def _said(value: str, code: str, is_1904: bool) -> str:
    """A value as the chart shows it, by the code of its format; one without is no number."""
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    try:
        number = float(value) if code else None
        if number is None or not is_date_format(code):
            return value if number is None else shown(number, code)
        moment = from_excel(number, CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900)
    except (ValueError, OverflowError):
        return value
    return str(moment).removesuffix(" 00:00:00")


def _inside(element: Any, *names: str) -> Iterator[Any]:
    return (inner for inner in (element.iter() if element is not None else ()) if local(inner) in names)
