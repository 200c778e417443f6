"""Which row of a table has the most or the least of what is asked for: reckoned, since no row by itself can say so.

A model that is asked for the cheapest of five takes the first that it sees as often as not. Where the question names
one column, or asks for money, time, weight or length of which a table has one column, its rows are compared. Pure;
knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rag.checks.table_rows import columns, is_named, table_around
from rag.checks.units import quantities
from rag.numerals import ends, figures, is_year
from rag.words import is_stop_word, terms

_LEAST = r"cheapest|least|lowest|fewest|smallest|shortest|lightest|quickest|narrowest|thinnest"
_MOST = r"most|highest|longest|largest|biggest|greatest|heaviest|dearest|priciest|costliest|tallest|widest|deepest"
_SOUGHT = re.compile(rf"(?<!\bat )(?<!\bat the )\b(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))\b(?! of\b)", re.IGNORECASE)
_KINDS = {
    "money": re.compile(
        r"\b(?:cheapest|dearest|priciest|costliest|expensive|money|costs?|prices?|pay|charges?|fees?)\b", re.I
    ),
    "time": re.compile(r"\b(?:longest|shortest|quickest|takes?|lasts?|time|duration)\b", re.I),
    "weight": re.compile(r"\b(?:heaviest|lightest|weighs?|weight)\b", re.I),
    "length": re.compile(r"\b(?:longest|shortest|length|distance)\b", re.I),
}
"""What a question asks for, whatever the column is called."""
_UNITS = {
    **dict.fromkeys("dollar euro pound crown krone franc yen yuan rupee".split(), "money"),
    **dict.fromkeys("seconds minute hour day week month year".split(), "time"),
    **dict.fromkeys("milligram gram kilogram tonne ounce stone".split(), "weight"),
    **dict.fromkeys("millimetre centimetre metre kilometre inch foot yard mile".split(), "length"),
}
_MINUTES = {"seconds": 1 / 60, "minute": 1, "hour": 60, "day": 1_440, "week": 10_080, "month": 43_200, "year": 525_600}
_HOURS_AND = re.compile(r"\b(\d+)\s?h(?:ours?|rs?)?\s?(\d{1,2})$", re.IGNORECASE)
_MINUS = re.compile(r"\W{0,2}[-−]\s?[$€£]?\d")
_AFTER = re.compile(r"\s+([^\W\d_]+)(-)?")
_FEWEST = 2 / 3
"""Share of the rows that must have a number in a column, for it to be compared."""
_FREE = re.compile(r"(?:free(?: of charge)?|gratis|nil|no charge)\W*", re.IGNORECASE)
"""What costs nothing."""
_TOTAL = re.compile(
    r"\b(?:(?:sub)?totals?|sum|overall|altogether|summe|gesamt\w*|insgesamt|totale|suma)\b", re.IGNORECASE
)
_YES, _NO = {"yes", "✓", "x"}, {"no", "✗", "–", "-", ""}
_SHOWN = 3
"""Most rows that may share the most or the least."""

Value = tuple[float, float]
"""The least and the most of a cell."""


def seeks(question: str) -> bool:
    """Does a question ask for the most or the least of something?"""
    return _SOUGHT.search(question) is not None


def is_of_kind(question: str, name: str, value: str) -> bool:
    """Does a question ask for money, time, weight or length, and has a cell that, by its unit or its column's name?

    Args:
        question: One that stands alone.
        name: Of the column.
        value: Of the cell.

    Returns:
        Whether a kind that the question asks for is the kind of the cell.
    """
    kinds = {kind for kind, words in _KINDS.items() if words.search(question)}
    return _is_of(kinds, _unit([value]) or "", name)


def extremes(question: str, lines: Sequence[str], at: int) -> list[int]:
    """Rows that have the most, or the least, of what a question asks for.

    Args:
        question: One that stands alone.
        lines: Sentences of a document, in order.
        at: Place of a row among them; those around it that begin with the same column are its table.

    Returns:
        Places of the rows, in order, among those alone that the question names, or says something of, if there are
        some; none where it asks for no such thing, names a single row, has a number that is no year, or does not
        tell which column, or where that cannot be compared. A total is none of them.
    """
    sought, rows = _SOUGHT.search(question), table_around(lines, at)
    rows = [row for row in rows if is_named(lines[row], question)] or rows
    rows = [row for row in rows if not _TOTAL.search(columns(lines[row])[0][1])]
    if not sought or len(rows) < 2:
        return []
    table = {row: dict(columns(lines[row])[1:]) for row in rows}
    column = _column(question, sought, list(table.values()))
    numbers = {number for number in figures(question) if not is_year(number)}
    if not column or _is_of_another(sought, column) or numbers - set(figures(column)):
        return []
    rows = _meant(question, column, table)
    values = {row: value for row in rows if (value := _value(table[row].get(column, "")))}
    if len(values) < max(2.0 if len(rows) == len(table) else 1.0, _FEWEST * len(rows)):
        return []
    least = sought.lastgroup == "least"
    best = min(low for low, _ in values.values()) if least else max(high for _, high in values.values())
    found = [row for row, value in values.items() if value[0 if least else 1] == best]
    return found if len(found) <= _SHOWN else []


def _meant(question: str, column: str, table: Mapping[int, Mapping[str, str]]) -> list[int]:
    """The rows of which another cell says what the question does, if there are any: "a sea view" by `View: sea`."""
    asked, rows = set(terms(question)), list(table)
    for name in dict.fromkeys(name for row in table.values() for name in row if name != column):
        said = {row: table[row].get(name, "").strip() for row in rows}
        if {cell.casefold() for cell in said.values()} <= _YES | _NO and set(terms(name)) <= asked:
            fit = [row for row, cell in said.items() if cell.casefold() in _YES]
        else:
            fit = [row for row, cell in said.items() if (words := set(terms(cell))) and words <= asked]
        rows = fit or rows
    return rows


def _column(question: str, sought: re.Match[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Name of the one column that a question asks for; empty where none is.

    What is the cheapest is so by a price, whatever else the question names.
    """
    asked = set(terms(_SOUGHT.sub(" ", question)))
    kinds = {kind for kind, words in _KINDS.items() if words.search(question)}
    firm = {kind for kind, words in _KINDS.items() if words.search(sought[0])}
    fit = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        said = [row[name] for row in rows if name in row]
        unit = _unit(said)
        unit = _unit([f"1 {name}"]) if unit == "" else unit
        if sum(_value(cell) is not None for cell in said) >= _FEWEST * len(rows) and unit is not None:
            is_firm, is_kind = (_is_of(of, unit, name) for of in (firm, kinds))
            fit[name] = is_firm, len(asked.intersection(terms(name))), is_kind
    best = max(fit.values(), default=(False, 0, False))
    chosen = [name for name, one in fit.items() if one == best]
    return chosen[0] if len(chosen) == 1 and any(best) else ""


def _is_of(kinds: Collection[str], unit: str, name: str) -> bool:
    """Is a column of one of some kinds, by the unit of its numbers or by its name?"""
    return _UNITS.get(unit) in kinds or any(_KINDS[kind].search(name) for kind in kinds)


def _is_of_another(sought: re.Match[str], column: str) -> bool:
    """Does "most" stand before a word for something else, as in "most important", or "longest" in "longest-serving"?"""
    if sought.string[sought.end() :].startswith("-"):
        return True
    after = _AFTER.match(sought.string, sought.end()) if sought[0].casefold() in ("most", "least") else None
    if after is None or is_stop_word(after[1]):
        return False
    return bool(after[2]) or not (set(terms(after[1])) & set(terms(column)) or _is_kind(after[1]))


def _is_kind(word: str) -> bool:
    return any(words.search(word) for words in _KINDS.values())


def _unit(said: Sequence[str]) -> str | None:
    """The unit of all numbers of a column, empty for none; None where they have several that differ."""
    units = {one.unit for cell in said for one in quantities(cell)}
    if units <= _MINUTES.keys() and units:
        return "minute"
    return next(iter(units), "") if len(units) <= 1 else None


def _value(cell: str) -> Value | None:
    """What a cell has; the two ends of a range; hours and minutes together. None for what is no number; free is 0."""
    if _FREE.fullmatch(cell):
        return 0.0, 0.0
    sides = ends(cell)
    told = [value for side in sides if (value := _number(side)) is not None]
    units = [one.unit for one in quantities(cell) if one.unit in _MINUTES]
    if units and len(told) == 2 and not quantities(sides[0]):
        told[0] *= _MINUTES[units[0]]  # "1 to 2 hours"
    return (min(told), max(told)) if told else None


def _number(part: str) -> float | None:
    """The first number, times what scales it; of times the minutes."""
    times = [one for one in quantities(part) if one.unit in _MINUTES and _is_plain(one.number)]
    if times:
        left = _HOURS_AND.search(part)
        more = float(left[2]) if left and len(times) == 1 else 0
        return sum(float(one.number) * _MINUTES[one.unit] for one in times) + more
    plain = next(filter(_is_plain, figures(part)), None)
    return float(plain) * (-1 if _MINUS.match(part) else 1) if plain else None


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?", number) is not None
