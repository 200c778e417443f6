"""Documents whose names differ by a word or a number, of which the question has one: two years of a policy, two flats.

Whoever asks for the policy of 2026 is not answered by that of 2024, whatever it says in the same words. Pure; knows no
store. docs/decisions/0037-namesakes.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.checks.dates import MONTHS, dated_terms, dates_in_words
from rag.numerals import is_year
from rag.types import Hit
from rag.words import names, stem, terms

_PARTS = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(?<!\d)(\d{4})[-_.](\d\d)[-_.](\d\d)(?!\d)")
_SINCE = re.compile(r"\b(?:since|after|before|until|till|by|seit|nach|vor|bis)\s+(?:19|20)\d\d\b", re.IGNORECASE)
"""A year that bounds a time, and names none."""
_MONTHS = frozenset(map(stem, MONTHS))

Pair = tuple[str, str]
"""A word and the one after it."""


class _Said(NamedTuple):
    """Terms of a name or a question, the pairs of neighbouring ones, and of a path those of the file's own name."""

    words: frozenset[str]
    pairs: frozenset[Pair]
    own: frozenset[str]


class _Asked(NamedTuple):
    """What a question says, and what of it may name a document by itself: names, years, codes."""

    said: _Said
    naming: frozenset[str]


def meant(query: str, hits: Sequence[Hit]) -> list[Hit]:
    """Leave out passages of documents that a question, by the name of another, does not mean.

    Args:
        query: A question that stands alone.
        hits: In any order.

    Returns:
        The others in the same order; among them those that have themselves what the question names, as minutes of 2026
        may speak of the accounts of 2025.
    """
    asked = _asked(query)
    named = {hit.chunk.document: _names_of(hit) for hit in hits}
    marked = {document: [_marks(name, asked) for name in both] for document, both in named.items()}
    others = [(named[document], marks) for document, marks in marked.items() if any(marks)]
    passed = {document: _passed(both, others, asked) for document, both in named.items()}
    return [hit for hit in hits if not (wanted := passed[hit.chunk.document]) or wanted & _says(hit)]


def _asked(query: str) -> _Asked:
    said = _said(dated_terms(_SINCE.sub(" ", query)))
    codes = {term for term in said.words if not term.isdigit() and any(letter.isdigit() for letter in term)}
    return _Asked(said, frozenset({*names(query), *codes, *filter(is_year, said.words)}))


def _marks(name: _Said, asked: _Asked) -> frozenset[str]:
    """By what of its name a question may mean a document; by a number, where the same word stands before it."""
    return (name.words & asked.naming) | {number for _, number in name.pairs & asked.said.pairs if number.isdigit()}


def _passed(
    mine: Sequence[_Said], others: Iterable[tuple[Sequence[_Said], Sequence[frozenset[str]]]], asked: _Asked
) -> set[str]:
    """What the question has of the names of a document's namesakes in the place of its own."""
    found = set[str]()
    for theirs, marks in others:
        for own, its, by in zip(mine, theirs, marks, strict=True):
            here, there = own.words - its.words, its.words - own.words
            if here and by & there and not here & asked.said.words and _are_namesakes(own, its):
                found |= by & there
    return found


def _are_namesakes(one: _Said, other: _Said) -> bool:
    """Do two names that share words differ in numbers and months, or in a word each and share more than a folder?"""
    here, there = one.words - other.words, other.words - one.words
    if all(word.isdigit() or word in _MONTHS for word in here | there):
        return bool(one.words & other.words)
    return len(here) == len(there) == 1 and bool(one.own & other.own)


def _names_of(hit: Hit) -> tuple[_Said, _Said]:
    """The path and the title, without the suffix, which names nothing that two share."""
    suffix = PurePosixPath(hit.chunk.document).suffix
    return _name(hit.chunk.document.removesuffix(suffix)), _name(hit.chunk.title.removesuffix(suffix))


@lru_cache(maxsize=1_000)
def _name(name: str) -> _Said:
    return _said(_terms(name), _terms(name.rpartition("/")[2]))


def _terms(name: str) -> list[str]:
    dated = dates_in_words(_DATE.sub(r" \1-\2-\3 ", name))
    return [term for part in _PARTS.findall(dated) for term in terms(part)]


def _said(found: Sequence[str], own: Sequence[str] = ()) -> _Said:
    return _Said(frozenset(found), frozenset(pairwise(found)), frozenset(own))


def _says(hit: Hit) -> set[str]:
    return set(terms(f"{hit.chunk.heading} {hit.chunk.text}"))
