"""Does the evidence say it of the same thing? Names and numbers of a sentence, with the words around them.

A sentence that takes a name from here and a number from there has only words of its sources, and is wrong. So a name or
number is bound where some passage has it near enough of the words that stand beside it in the sentence. In the row of a
table all is near, but a number belongs to its column, and to what the row is about. docs/decisions/0011-binding.md says
how near, and what it is worth. Pure; knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from rag.checks.table_rows import cells, columns, of_another_column
from rag.checks.units import quantities
from rag.numerals import FIGURE, normal_number
from rag.words import content_words, is_stop_word, names, terms

_BESIDE, _NEAR = 2, 3
"""Content words on each side of it: in the sentence, and in the evidence."""
_SHARE = 1 / 3
"""Of the words beside it that the evidence has anywhere, how many it must have near it."""

_APART = re.compile(r"[\s\-‐‑.]{0,2}")
"""What may stand between neighbours."""
_NUMBERED = re.compile(r"[^\W\d_]+ \d+\b")
"""A word and the number right after it."""


class _Place(NamedTuple):
    """A word of the evidence by its term, the terms near it, and the cell it stands in where that is a table's row."""

    key: str
    near: frozenset[str]
    cell: int = 0


@lru_cache(maxsize=1_000)
def without_told(claim: str, context: str) -> str:
    """The sentence without numbers that stand beside the same word above its evidence, as in a model's name or a date.

    Args:
        claim: The sentence, its dates in one form.
        context: Words that stand above the evidence, likewise.

    Returns:
        What is left for the evidence to say: "The LavaWash weighs 60 kg" of "The LavaWash 700 weighs 60 kg", under a
        title that has "LavaWash 700". A number that counts units of something stays.
    """
    told = {pair for pair, _ in _neighbours(context)}
    counted = {one.number for one in quantities(claim)}
    left, end = "", 0
    for pair, number in _neighbours(claim):
        if pair in told and number.start() >= end and normal_number(number.group()) not in counted:
            left, end = left + claim[end : number.start()], number.end()
    return left + claim[end:]


def _neighbours(text: str) -> Iterator[tuple[tuple[str, str], re.Match[str]]]:
    """Neighbours that both say something, of which one at least is a number, and the number's place; in order."""
    for one, other in pairwise(FIGURE.finditer(text)):
        both = one.group().casefold(), other.group().casefold()
        if _APART.fullmatch(text, one.end(), other.start()) and not any(map(is_stop_word, both)):
            yield from ((both, place) for place in (one, other) if normal_number(place.group()))


def unbound(claim: str, evidence: Sequence[str], context: str = "") -> list[str]:
    """Names and numbers that the evidence has, but not with the words that they stand beside in a sentence.

    Args:
        claim: The sentence, without markers.
        evidence: The cited passages.
        context: Words that stand above the evidence; a name in them may be said of all of it.

    Returns:
        The names and numbers as the sentence has them, in order; its first word counts as a name where it is one in
        the evidence. None that the evidence lacks altogether, and none beside which no word stands that it has.
    """
    words = content_words(claim)
    keys = [key for _, key in words]
    opening = {name for text in evidence for name in names(text)}.intersection(keys[:1])
    named = opening.union(names(claim)).difference(terms(context))
    named |= _numbered(claim, named, evidence) - {one.number for one in quantities(claim)}
    anywhere = [place for text in evidence for place in _places(text)]
    of_this = list(_of_this(evidence, named, keys))
    stated = {place.key for place in anywhere}
    found = []
    for at, (word, key) in enumerate(words):
        if key in stated and (key in named or normal_number(word)):
            beside = (set(keys[max(0, at - _BESIDE) : at + _BESIDE + 1]) & stated) - {key}
            if beside and _nearest(key, beside, anywhere if key in named else of_this) < _SHARE:
                found.append(word)
    return list(dict.fromkeys([*found, *_listed_wrongly(words, evidence, named)]))


def _listed_wrongly(words: Sequence[tuple[str, str]], evidence: Sequence[str], named: Set[str]) -> Iterator[str]:
    """Of rows that a sentence lists, one after the other, what those are about that lack what it says of them all.

    That is a name, or a word that is all of a cell, as "closed", which another of the rows has.
    """
    keys = [key for _, key in words]
    rows = {text: set(cells(text)[0].value) for text in evidence if cells(text) and cells(text)[0].value}
    said_of = [about for about in rows.values() if about <= set(keys)]
    listed = {text: about for text, about in rows.items() if about in said_of and not any(about < o for o in said_of)}
    subjects = set().union(*listed.values())
    places = [at for at, key in enumerate(keys) if key in subjects]
    if len(set(map(frozenset, listed.values()))) < 2 or places != list(range(places[0], places[-1] + 1)):
        return
    whole = {cell.value[0] for text in listed for cell in cells(text)[1:] if len(cell.value) == 1}
    said = {key for key in keys if key in named or (key in whole and not key[0].isdigit())} - subjects
    of_all = said & set().union(*map(terms, listed))
    for text, about in listed.items():
        if of_all - set(terms(text)):
            yield next(word for word, key in reversed(words) if key in about)


def gives(claim: str, row: str) -> bool:
    """Does a sentence say of what a row is about what stands in its columns, and no other number?

    Args:
        claim: The sentence.
        row: Of a table; its first cell tells what it is about.

    Returns:
        True where the sentence has all words of the first cell, and each other number stands below a column that the
        sentence names, or that alone has its unit, or alone has a number.
    """
    found, stated = cells(row), terms(claim)
    if not found or not found[0].value or not set(found[0].value) <= set(stated):
        return False
    wanted = _figures(stated) - _figures(found[0].value)
    units = [{one.unit for one in quantities(value)} for _, value in columns(row)]
    unit_of = {one.number: one.unit for one in quantities(claim)}
    counted = [at for at in range(1, len(found)) if _figures(found[at].value)]

    def is_told(at: int, figure: str) -> bool:
        unit = unit_of.get(figure)
        alone = len(counted) == 1 or (unit in units[at] and sum(unit in one for one in units) == 1)
        named = bool(set(found[at].name).intersection(stated))
        return figure in found[at].value and (alone or named) and not of_another_column(at, found, stated)

    return bool(wanted) and all(any(is_told(at, figure) for at in counted) for figure in wanted)


def _figures(found: Iterable[str]) -> set[str]:
    return {term for term in found if term[0].isdigit()}


def _numbered(claim: str, named: Set[str], evidence: Sequence[str]) -> set[str]:
    """Numbers that are part of a name, as `Widget 9` has one, here and in the evidence."""
    pairs = [match.group() for match in _NUMBERED.finditer(claim)]
    said = [terms(pair) for pair in pairs if any(pair in text for text in evidence)]
    return {pair[-1] for pair in said if pair[0] in named}


def _of_this(evidence: Sequence[str], named: Set[str], keys: Sequence[str]) -> Iterator[_Place]:
    """Places that numbers may be taken from: in rows, those that are most about it, and in the columns named."""
    about = {text: _about(text, named, keys) for text in evidence if cells(text)}
    for text in evidence:
        row = cells(text)
        if not row or about[text] == max(about.values()):
            others = {at for at in range(len(row)) if of_another_column(at, row, keys)}
            yield from (one for one in _places(text) if one.cell not in others)


def _about(row: str, named: Set[str], keys: Sequence[str]) -> int:
    """How many of the names a row has, and one more where the sentence has all of what it begins with."""
    begins = set(cells(row)[0].value)
    return len({place.key for place in _places(row)} & named) + bool(begins and begins <= set(keys))


def _nearest(key: str, beside: set[str], places: Sequence[_Place]) -> float:
    """The largest share of the words beside it that stand near it in one place."""
    return max((len(beside & place.near) / len(beside) for place in places if place.key == key), default=0.0)


@lru_cache(maxsize=1_000)
def _places(text: str) -> tuple[_Place, ...]:
    """The words of a sentence; in a row what stands in other cells is near, and so is the name of their column."""
    row = cells(text)
    if not row:
        return tuple(_Place(key, near) for key, near in _windows(terms(text)))
    found = []
    for at, cell in enumerate(row):
        around = chain.from_iterable(other.name + other.value for other in row[:at] + row[at + 1 :])
        together = frozenset(cell.name).union(around)
        found += [_Place(key, near | together, at) for key, near in _windows(cell.name + cell.value)]
    return tuple(found)


def _windows(keys: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each term with those near it, itself among them."""
    return ((key, frozenset(keys[max(0, at - _NEAR) : at + _NEAR + 1])) for at, key in enumerate(keys))
