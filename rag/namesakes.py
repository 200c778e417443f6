"""Documents whose names differ by a word or a number, of which the question has one: two years of a policy, two flats.

Whoever asks for the policy of 2026 is not answered by that of 2024, whatever it says in the same words. Pure; knows no
store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.types import Hit
from rag.words import names, terms

_PARTS = re.compile(r"[^\W_]+")


class _Named(NamedTuple):
    """A document by the terms of its path, without suffix, and of its title."""

    path: frozenset[str]
    title: frozenset[str]


def meant(query: str, hits: Sequence[Hit]) -> list[Hit]:
    """Leave out passages of documents that a question, by the name of another, does not mean.

    Args:
        query: A question that stands alone.
        hits: In any order.

    Returns:
        The others in the same order; among them those that have themselves what the question names, as minutes of 2026
        may speak of the accounts of 2025.
    """
    asked = {term for term in terms(query) if term[0].isdigit()}.union(names(query))
    documents = {hit.chunk.document: _named(hit) for hit in hits} if asked else {}
    marks = {document: _marks(named, documents.values(), asked) for document, named in documents.items()}
    return [hit for hit in hits if not (wanted := marks.get(hit.chunk.document)) or wanted & _said(hit)]


def _marks(named: _Named, others: Iterable[_Named], asked: set[str]) -> set[str]:
    """What the question has of the names of a document's namesakes, and not of its own."""
    return set().union(*(_mark(*pair, asked) for other in others for pair in zip(named, other, strict=True)))


def _mark(mine: frozenset[str], its: frozenset[str], asked: set[str]) -> frozenset[str]:
    """The words by which a question means the other of two documents; none where it does not, or they are no namesakes.

    Namesakes differ in one word each and share some, or differ in numbers alone.
    """
    here, there = mine - its, its - mine
    wanted = there & asked
    if not here or not wanted or here & asked:
        return frozenset()
    of_a_kind = (len(here) == len(there) == 1 and mine & its) or all(term[0].isdigit() for term in here | there)
    return wanted if of_a_kind else frozenset()


def _named(hit: Hit) -> _Named:
    stem, _, _ = hit.chunk.document.rpartition(".")
    return _Named(_words(stem or hit.chunk.document), _words(hit.chunk.title))


def _words(name: str) -> frozenset[str]:
    return frozenset(term for part in _PARTS.findall(name) for term in terms(part))


def _said(hit: Hit) -> set[str]:
    return set(terms(f"{hit.chunk.heading} {hit.chunk.text}"))
