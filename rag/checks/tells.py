"""Does a row of a table tell what a question asks for, with all that it says of it? Pure; knows no documents or models.

A row is no sentence, so a judge is less sure of "Treatment: Crown; Cost: £319" than of "The crown costs £319".
"""

from __future__ import annotations

import re

from rag.checks.extremes import is_of_kind
from rag.checks.table_rows import cells, columns
from rag.checks.units import quantities
from rag.numerals import numbers
from rag.words import terms

_PAID = re.compile(r"\b(?:costs?|prices?|priced|charged?|charges|fees?|pay|paid)\b", re.IGNORECASE)
_HOW_MUCH = re.compile(rf"\bhow (?:much|many)\b|{_PAID.pattern}", re.IGNORECASE)
"""Words that only say that a sum, or a number, is asked for."""


def tells(question: str, row: str, above: str = "") -> bool:
    """Has a row all that a question says, and one thing more that it asks for?

    Args:
        question: One that stands alone.
        row: A sentence, which may be the row of a table.
        above: Title and headings that it stands under.

    Returns:
        True where each word of the question stands in a cell that says nothing else, at the head of a column, or above
        the row; some cell is so named; and another, with something in it, is below a column that the question names, or
        has money, time or weight where that is asked for.
    """
    found, asks = cells(row), set(terms(question))
    about = [at for at, cell in enumerate(found) if cell.value and set(cell.value) <= asks]
    rest = [at for at, cell in enumerate(found) if cell.value and at not in about]
    sum_of = {at for at in rest if is_of_kind(_HOW_MUCH.sub("price", question), *columns(row)[at])}
    named = {at for at in rest if asks.intersection(found[at].name)}
    known = {term for at in about for term in found[at].value}.union(*(cell.name for cell in found), terms(above))
    counted = sum_of or any(_is_number(question, columns(row)[at][1]) for at in named)
    said = set(terms(_HOW_MUCH.sub(" ", question))) if counted else asks
    return bool(about) and bool(sum_of | named) and said <= known


def _is_number(question: str, value: str) -> bool:
    """Has a cell a number, and where a price is asked for none of metres or watts?"""
    return bool(numbers(value)) and not (_PAID.search(question) and quantities(value))
