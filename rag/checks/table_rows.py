"""Rows of tables, as the readers write them: `Boat: Teal; Half day: 33; Day: 55`. Pure; knows nothing of documents.

All cells of a row speak of one thing, however far apart they stand, and a number of what heads its column alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from rag.abbreviations import OPENS
from rag.types import Span
from rag.words import terms

_CELLS, _NAMES = "; ", ": "
"""What parts the cells of a row, and the name of a column from what stands below it."""
_LONGEST = 80
"""Most characters of a column's name."""
_FEWEST = 2
"""Cells with a name that make a row."""
_WORDS = rf"(?:[^.;:!?()]|[!?](?!\s)|\([^():;]{{0,60}}\)|\b[^\W\d_]{{1,6}}\.(?!\s+{OPENS})){{1,{_LONGEST}}}"
"""No sentence ends in a name and no bracket stays open, but words may be short: `Item no.`, `Max. load (kg)`."""
_FIRST = re.compile(rf"{_WORDS}(?:; |{_NAMES})")
_NAMED = re.compile(rf"{_CELLS}({_WORDS}{_NAMES})")


class Cell(NamedTuple):
    """Terms of a column's name, which may have none, and of what stands below it, in order."""

    name: tuple[str, ...]
    value: tuple[str, ...]

    def is_given(self, stated: Collection[str]) -> bool:
        """Whether a sentence of these terms gives what stands here: its number, or any word where it has none."""
        figures = [term for term in self.value if term[0].isdigit()]
        return not self.value or any(term in stated for term in figures or self.value)


def names(text: str, start: int, end: int) -> list[Span]:
    """Where the names of columns stand in a line that is a row from its beginning.

    In a table all of them begin alike, while prose that begins with a label goes on in small letters: `Note: it is
    cold; see also: coats`.

    Args:
        text: What the line stands in.
        start: Offset of its first character.
        end: Offset past its last.

    Returns:
        Spans in order, each with the colon and the space that end it; the first begins the line, and is empty where the
        first cell has no name. None where the line is no row.
    """
    first = _FIRST.match(text, start, end)
    if not first:
        return []
    at = first.end() - len(_CELLS)
    found = [Span(start, start if text.startswith(_CELLS, at) else first.end())]
    found += [Span(*name.span(1)) for name in _NAMED.finditer(text, at, end)]
    if not text[start].islower():
        found = [name for name in found if not text[name.start].islower()]
    return found if sum(name.start < name.end for name in found) >= _FEWEST else []


@lru_cache(maxsize=1_000)
def columns(text: str) -> tuple[tuple[str, str], ...]:
    """Names and cells of a row.

    Args:
        text: A sentence of a document.

    Returns:
        The name of each column, which may be empty, and what stands below it, in order; none where it is no row with
        names of columns.
    """
    found: list[tuple[str, str]] = []
    for part in text.split(_CELLS):
        name, named, value = part.partition(_NAMES)
        if named and len(name) <= _LONGEST:
            found.append((name, value))
        elif found:
            found[-1] = found[-1][0], f"{found[-1][1]}{_CELLS}{part}"
        else:
            found.append(("", part))
    return tuple(found) if sum(bool(name) for name, _ in found) >= _FEWEST else ()


@lru_cache(maxsize=1_000)
def cells(text: str) -> tuple[Cell, ...]:
    """The cells of a row by their terms, as `columns`."""
    return tuple(Cell(terms(name), terms(value)) for name, value in columns(text))


def table_around(lines: Sequence[str], at: int) -> list[int]:
    """Rows that stand together and begin with the same column; any other may be missing, where a cell is empty.

    Args:
        lines: Sentences of a document, in order.
        at: Place of one of the rows.

    Returns:
        Their places, in order; none where the line is no row with names of columns.
    """
    first = [name for name, _ in columns(lines[at])[:1]]

    def is_same(row: int) -> bool:
        return [name for name, _ in columns(lines[row])[:1]] == first

    before = list(takewhile(is_same, range(at - 1, -1, -1)))
    return [*reversed(before), *takewhile(is_same, range(at, len(lines)))] if first else []


def is_named(row: str, question: str) -> bool:
    """Does a question say all of what a row with names of columns is about, which its first cell says?"""
    about = set(cells(row)[0].value)
    return bool(about) and about <= set(terms(question))


def of_another_column(at: int, row: Sequence[Cell], stated: Collection[str]) -> bool:
    """Does a sentence that gives the number of one cell name the column of another?

    Args:
        at: Place of the cell.
        row: All of them.
        stated: Terms of the sentence.

    Returns:
        True where the name of a column of which the sentence gives nothing fits it better; what a name has in common
        with that of another column which it does give a value of is left to the latter.
    """
    others = [cell for place, cell in enumerate(row) if place != at]
    free = set(stated).difference(*(cell.name for cell in others if cell.is_given(stated)))
    mine = _fit(row[at], stated)
    return any(_fit(cell, free) > mine for cell in others if not cell.is_given(stated))


def _fit(cell: Cell, stated: Collection[str]) -> tuple[int, int]:
    """How many terms of a column's name a sentence has, and then how few it lacks."""
    name = set(cell.name)
    shared = len(name.intersection(stated))
    return shared, (shared - len(name)) if shared else 0
