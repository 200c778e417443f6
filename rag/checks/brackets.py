"""Which row of a table has the range that a number of the question falls into, as 60,000 euros into 25,001 to 100,000.

No row need have that number, so by their words all fit alike. Looked for where one column parts numbers among its rows,
as tables of prices, ages and limits do. Pure; knows nothing of documents or models.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.checks.bounds import sides
from rag.checks.table_rows import columns, is_named, table_around
from rag.checks.units import quantities
from rag.numerals import ends, figures
from rag.words import terms, tokens

_STRICTLY = re.compile(r"\D*(?:\b(?:under|below|before|over|above|exceed\w*|than)\b|[<>](?!=))", re.IGNORECASE)
"""What leaves the number itself out, where it stands before it."""
_PLUS = re.compile(r"(?<=\d)\s?\+")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_YEARS = range(1900, 2100)
"""Numbers that say when, where they have no unit and the ranges are not of years."""
_FEWEST = 2
"""Rows with a range that make a column one of ranges."""


class Range(NamedTuple):
    """From the least to the most, both of them in it."""

    low: float
    high: float


class _Amount(NamedTuple):
    """A number of a question and its unit, which may be none."""

    number: float
    unit: str


def within(question: str, lines: Sequence[str], at: int) -> list[int]:
    """The row whose range holds a number of the question.

    Args:
        question: One that stands alone.
        lines: Sentences of a document, in order.
        at: Place of a row among them; those around it that begin with the same column are its table.

    Returns:
        The place of one row; none where no column has ranges that are apart from one another, where no number is in
        one, or several rows or columns would do, or where the question says itself what the row is about.
    """
    rows = table_around(lines, at)
    amounts = _amounts(question)
    about = [row for row in rows if not parsed(columns(lines[row])[0][1])]
    if not amounts or any(is_named(lines[row], question) for row in about):
        return []
    table: dict[str, dict[int, str]] = {}
    for row in rows:
        for name, value in columns(lines[row]):
            table.setdefault(name, {})[row] = value
    found, asked = [], set(terms(question))
    for name, said in table.items():
        ranges = {row: one for row, cell in said.items() if (one := parsed(cell))}
        if len(ranges) < _FEWEST or not _are_apart(list(ranges.values())):
            continue
        unit, years = _unit(name, list(said.values())), all(map(_is_of_years, ranges.values()))
        is_asked = bool(set(terms(name)) & asked)
        fitting = [one for one in amounts if (one.unit == unit if one.unit and unit else is_asked)]
        fit = [one.number for one in fitting if one.unit or years or one.number not in _YEARS]
        found += [row for row, one in ranges.items() for number in fit if one.low <= number <= one.high]
    return found if len(found) == 1 else []


def has_ranges(row: str) -> bool:
    """Is a cell of a row of a table a range?"""
    return any(parsed(value) for _, value in columns(row))


def parsed(cell: str) -> Range | None:
    """The range that a cell is: `501 to 5,000`, `under 16`, `65 and over`; None for what is none."""
    told = [value for part in ends(cell) if (value := _number(part)) is not None]
    if len(told) == 2:
        return Range(*told) if told[0] <= told[1] else None
    bounded = [side for _, side in sides(_PLUS.sub(" and over", cell)) if side]
    if len(told) != 1 or len(bounded) != 1:
        return None
    strictly = bool(_STRICTLY.match(cell))
    if bounded[0] == "most":
        return Range(-math.inf, math.nextafter(told[0], -math.inf) if strictly else told[0])
    return Range(math.nextafter(told[0], math.inf) if strictly else told[0], math.inf)


def _is_of_years(one: Range) -> bool:
    return all(math.isinf(end) or round(end) in _YEARS for end in one)


def _are_apart(ranges: Sequence[Range]) -> bool:
    return all(one.high < other.low for one, other in pairwise(sorted(ranges)))


def _number(part: str) -> float | None:
    plain = [number for number in figures(part) if _PLAIN.fullmatch(number)]
    return float(plain[0]) if len(plain) == 1 else None


def _amounts(question: str) -> list[_Amount]:
    """Numbers of a question with their units, and those that have none."""
    measured = [(one.number, one.unit) for one in quantities(question)]
    bare = [(number, "") for number in figures(question) if number not in dict(measured)]
    return [_Amount(float(number), unit) for number, unit in [*measured, *bare] if _PLAIN.fullmatch(number)]


def _unit(name: str, cells: Sequence[str]) -> str:
    """The unit of a column, beside its numbers or in its name; empty for none."""
    named = [f"1 {word}" for word in tokens(name)]
    return next((one.unit for text in [*cells, *named] for one in quantities(text)), "")
