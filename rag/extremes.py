"""Which row of a table has the most or the least of what is asked for: reckoned, since no row by itself can say so.

A model that is asked for the cheapest of five takes the first that it sees as often as not. Where the question names
one column, or asks for money, time or weight of which a table has one column, its rows are compared. Pure; knows
nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rag.numerals import FIGURE, normal_number
from rag.table_rows import cells, columns
from rag.units import quantities
from rag.words import terms

_LEAST = r"cheapest|least|lowest|fewest|smallest|shortest|lightest|quickest|narrowest|thinnest"
_MOST = r"most|highest|longest|largest|biggest|greatest|heaviest|dearest|priciest|costliest|tallest|widest|deepest"
_SOUGHT = re.compile(rf"(?<!\bat )(?<!\bat the )\b(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))\b(?! of\b)", re.IGNORECASE)
_KINDS = {
    "money": re.compile(
        r"\b(?:cheapest|dearest|priciest|costliest|expensive|costs?|prices?|pay|charges?|fees?)\b", re.I
    ),
    "time": re.compile(r"\b(?:longest|shortest|quickest|takes?|lasts?|duration)\b", re.I),
    "weight": re.compile(r"\b(?:heaviest|lightest|weighs?|weight)\b", re.I),
}
"""What a question asks for, whatever the column is called."""
_UNITS = {
    **dict.fromkeys("dollar euro pound crown krone franc yen yuan rupee".split(), "money"),
    **dict.fromkeys("seconds minute hour day week month year".split(), "time"),
    **dict.fromkeys("milligram gram kilogram tonne ounce stone".split(), "weight"),
}
_MINUTES = {"seconds": 1 / 60, "minute": 1, "hour": 60, "day": 1_440, "week": 10_080, "month": 43_200, "year": 525_600}
_HOURS_AND = re.compile(r"\b(\d+)\s?h(?:ours?|rs?)?\s?(\d{1,2})$", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:-|–|to|up to)\s?")
_FEWEST = 2 / 3
"""Share of the rows that must have a number in a column, for it to be compared."""
_SHOWN = 3
"""Most rows that may share the most or the least."""

Value = tuple[float, float]
"""The least and the most of a cell."""


def seeks(question: str) -> bool:
    """Does a question ask for the most or the least of something?"""
    return _SOUGHT.search(question) is not None


def extremes(question: str, lines: Sequence[str], at: int) -> list[int]:
    """Rows that have the most, or the least, of what a question asks for.

    Args:
        question: One that stands alone.
        lines: Sentences of a document, in order.
        at: Place of a row among them; those that stand right before and after it, with the same columns, are its table.

    Returns:
        Places of the rows, in order, among those alone that the question names if it names some; none where it asks for
        no such thing, names a single row, or does not tell which column, or where that cannot be compared.
    """
    sought, rows = _SOUGHT.search(question), _table(lines, at)
    rows = [row for row in rows if _is_named(lines[row], question)] or rows
    if not sought or len(rows) < 2:
        return []
    column = _column(question, [columns(lines[row]) for row in rows])
    values = {row: value for row in rows if column and (value := _value(columns(lines[row])[column][1]))}
    if len(values) < max(2.0, _FEWEST * len(rows)):
        return []
    least = sought.lastgroup == "least"
    best = min(low for low, _ in values.values()) if least else max(high for _, high in values.values())
    found = [row for row, value in values.items() if value[0 if least else 1] == best]
    return found if len(found) <= _SHOWN else []


def _table(lines: Sequence[str], at: int) -> list[int]:
    names = [name for name, _ in columns(lines[at])]

    def is_same(row: int) -> bool:
        return [name for name, _ in columns(lines[row])] == names

    before = list(takewhile(is_same, range(at - 1, -1, -1)))
    return [*reversed(before), *takewhile(is_same, range(at, len(lines)))] if names else []


def _is_named(line: str, question: str) -> bool:
    """Does a question say what a row is about?"""
    about = set(cells(line)[0].value)
    return bool(about) and about <= set(terms(question))


def _column(question: str, rows: Sequence[tuple[tuple[str, str], ...]]) -> int:
    """Place of the one column that a question asks for; 0, that of what the rows are about, where none is."""
    asked = set(terms(_SOUGHT.sub(" ", question)))
    kinds = {kind for kind, words in _KINDS.items() if words.search(question)}
    fit = {}
    for place in range(1, len(rows[0])):
        said = [row[place][1] for row in rows]
        unit = _unit(said)
        unit = _unit([f"1 {rows[0][place][0]}"]) if unit == "" else unit
        name = set(terms(rows[0][place][0]))
        if sum(_value(cell) is not None for cell in said) >= _FEWEST * len(rows) and unit is not None:
            is_kind = _UNITS.get(unit) in kinds or any(_KINDS[kind].search(rows[0][place][0]) for kind in kinds)
            fit[place] = len(name & asked), is_kind
    best = max(fit.values(), default=(0, False))
    chosen = [place for place, one in fit.items() if one == best]
    return chosen[0] if len(chosen) == 1 and any(best) else 0


def _unit(said: Sequence[str]) -> str | None:
    """The unit of all numbers of a column, empty for none; None where they have several that differ."""
    units = {one.unit for cell in said for one in quantities(cell)}
    if units <= _MINUTES.keys() and units:
        return "minute"
    return next(iter(units), "") if len(units) <= 1 else None


def _value(cell: str) -> Value | None:
    """What a cell has; the two ends of a range; hours and minutes together. None for what is no number."""
    if parts := [one for one in quantities(cell) if one.unit in _MINUTES]:
        left = _HOURS_AND.search(cell)
        whole = sum(float(one.number) * _MINUTES[one.unit] for one in parts if _is_plain(one.number))
        whole += float(left[2]) if left and len(parts) == 1 else 0
        return whole, whole
    found = list(_figures(cell))
    if not found:
        return None
    (first, value), *rest = found
    if rest and _RANGE.fullmatch(cell, first.end(), rest[0][0].start()):
        return min(value, rest[0][1]), max(value, rest[0][1])
    return value, value


def _figures(cell: str) -> Iterator[tuple[re.Match[str], float]]:
    for match in FIGURE.finditer(cell):
        if _is_plain(number := normal_number(match.group())):
            yield match, float(number)


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?", number) is not None
