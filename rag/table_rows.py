"""Rows of tables, as the readers write them: `Boat: Teal; Half day: 33; Day: 55`. Pure; knows nothing of documents.

All cells of a row speak of one thing, however far apart they stand, and a number of what heads its column alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.words import terms

_CELLS, _NAMES = "; ", ": "
"""What parts the cells of a row, and the name of a column from what stands below it."""
_LONGEST = 80
"""Most characters of a column's name."""
_FEWEST = 2
"""Cells with a name that make a row."""


class Cell(NamedTuple):
    """Terms of a column's name, which may have none, and of what stands below it, in order."""

    name: tuple[str, ...]
    value: tuple[str, ...]

    def is_given(self, stated: Collection[str]) -> bool:
        """Whether a sentence of these terms gives what stands here: its number, or any word where it has none."""
        figures = [term for term in self.value if term[0].isdigit()]
        return not self.value or any(term in stated for term in figures or self.value)


@lru_cache(maxsize=1_000)
def cells(text: str) -> tuple[Cell, ...]:
    """The cells of a row.

    Args:
        text: A sentence of a document.

    Returns:
        Its cells, in order; none where it is no row with names of columns.
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
    if sum(bool(name) for name, _ in found) < _FEWEST:
        return ()
    return tuple(Cell(terms(name), terms(value)) for name, value in found)


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


def gives(row: Sequence[Cell], stated: Collection[str]) -> bool:
    """Does a sentence say of a row's subject what stands in its columns, and no other number?

    Args:
        row: Its cells; the first tells what the row is about.
        stated: Terms of the sentence.

    Returns:
        True where it has all words of the first cell, and every other number of it stands below a column that it names,
        or that is the only one with a number.
    """
    if not row or not row[0].value or not set(row[0].value) <= set(stated):
        return False
    figures = _figures(stated) - _figures(row[0].value)
    counted = [at for at in range(1, len(row)) if _figures(row[at].value)]
    told = [at for at in counted if len(counted) == 1 or set(row[at].name).intersection(stated)]
    given = [row[at].value for at in told if not of_another_column(at, row, stated)]
    return bool(figures) and all(any(figure in value for value in given) for figure in figures)


def _figures(found: Collection[str]) -> set[str]:
    return {term for term in found if term[0].isdigit()}


def _fit(cell: Cell, stated: Collection[str]) -> tuple[int, int]:
    """How many terms of a column's name a sentence has, and then how few it lacks."""
    name = set(cell.name)
    shared = len(name.intersection(stated))
    return shared, (shared - len(name)) if shared else 0
