"""Passages that say otherwise: than the one cited, as two versions of a policy do, or than the question. Pure.

A passage disagrees where it has another number, or month, beside the same words. So does what a question takes for
granted, where no passage has its number, or its word, and one has another number, or the opposite, beside the same
words. Knows nothing of documents or of how passages were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.checks.changes import changes
from rag.checks.dates import MONTHS, dates_in_words
from rag.checks.negation import negated
from rag.checks.units import is_unit, signs_as_words
from rag.numerals import normal_number, number_word, numbers
from rag.types import Premise
from rag.words import OPPOSITES, content_words, is_stop_word, stem, terms, tokens

_NEAR = 3
"""Words on each side of a number, or of an opposite, that are compared."""
_SHARE = 2 / 3
"""Of the words near it here, its unit left out, how many must stand near what is in its place there."""
_FEWEST = 2
"""Words near both, at the least."""
_FORBIDS = re.compile(r"\b(?:must|may|can|shall|should) not\b", re.IGNORECASE)
"""Each forbids alike, though `must` and `may` do not demand alike."""

_LABEL = re.compile(
    r"^\s*\(?(?:\d+[.)]|\d+(?:\.\d+)+[.)]?)\s+(?=[^\W\d])"
    r"|\b(?:section|sections|article|clause|paragraph|annex|appendix|schedule|step|page|figure|table|no)\b\.?\s*\d+(?:\.\d+)*",
    re.IGNORECASE,
)
"""A number that says where something stands, and counts nothing."""
_MONTHS = MONTHS - {"may"}
"""They stand for numbers; `may` is a verb more often, unless a day stands before it."""
_NO_MONTH = re.compile(r"(?<![0-9] )May\b")

_YEAR = re.compile(r"(?:19|20)\d\d")
_Word = tuple[str, str]


def other_number(
    question: str, cited: str, other: str, around: str = "", *, above: str = "", together: bool = False
) -> tuple[str, str] | None:
    """Does another passage put another number in the place of one that is cited?

    Args:
        question: One that stands alone.
        cited: A cited passage.
        other: Another passage.
        around: What the other one stands in; it and the other one have all words of the question that the cited has.
        above: What the cited one stands under; its words count as those of the cited one where the question has them.
        together: Whether both are of one document, where the steps of a scale and the rows of a table have other
            numbers beside the same words, and only what is the same but for one number disagrees.

    Returns:
        The number cited and the one in its place, as they stand, or as they do in a date that is written out; None
        where they agree or speak of different things.
    """
    cited, other = _comparable(cited), _comparable(other)
    mine, theirs = _values(cited), _values(other)
    changed = _changed(mine, other)
    differ = not (mine <= theirs or theirs <= mine or _of_other_years(mine, theirs))
    if not (changed or differ):
        return None
    here, there = content_words(cited), content_words(other)
    asked, wanted = set(terms(question)) & {term for _, term in here}, set(terms(question)) & set(terms(above))
    if not asked or not asked | wanted <= {term for _, term in there} | set(terms(around)):
        return None
    if changed and _but_numbers(here) & _but_numbers(there):
        return changed
    if not differ:
        return None
    if together and (_but_numbers(here) != _but_numbers(there) or len(mine - theirs) > 1):
        return None
    found = [
        (shared, number, value)
        for at, (number, _) in enumerate(here)
        if _is_number(number) and not _values(number) & theirs
        for shared, (value, _) in _in_its_place(here, at, there)
        if _is_number(value)
        and _is_month(value) == _is_month(number)
        and not _values(value) & (mine | _values(number))  # 1.9 is 1.9, though of a million
    ]
    best = max(found, key=lambda one: one[0], default=None)
    return best[1:] if best else None


def false_premises(question: str, passages: Sequence[str]) -> list[Premise]:
    """What does a question take for granted that the passages have otherwise?

    Args:
        question: One that stands alone.
        passages: Those that it may be answered from.

    Returns:
        Its numbers that no passage has, and its words of which none has but the opposite, each with what is in its
        place; in the order of the question.
    """
    question, passages = _dated(question), [_dated(text) for text in passages]
    here, mine, denied = _words(question), _values(question), negated(question)
    comparable = [at for at, (word, term) in enumerate(here) if term in OPPOSITES or _is_number(word)]
    there = [(_words(text), negated(text)) for text in passages] if comparable else []
    stated = {term for words, _ in there for _, term in words}
    found: list[Premise] = []
    for at in comparable:
        word, term = here[at]
        if term in stated or any(_values(word) & _values(text) for text in passages):
            continue
        others = [
            (shared, other)
            for words, denied_there in there
            for shared, (other, opposite) in _in_its_place(here, at, words)
            if (opposite in OPPOSITES.get(term, ()) and (term in denied) == (opposite in denied_there))
            or (_is_number(word) and _is_number(other) and not _values(other) & mine)
        ]
        if others:
            found.append(Premise(word, max(others, key=lambda one: one[0])[1]))
    return found


def _changed(mine: frozenset[str], other: str) -> tuple[str, str] | None:
    """A number that the other passage says has been changed, and the one since, where that is not here too."""
    both = ((before, since) for before, since in changes(other) if _values(before) & mine)
    return next(((before, since) for before, since in both if not _values(since) & mine), None)


@lru_cache(maxsize=1_000)
def _comparable(text: str) -> str:
    """Without numbers that are labels, currencies and dates in words."""
    return signs_as_words(_LABEL.sub(" ", _dated(text)))


def _dated(text: str) -> str:
    """With dates in words; `May` in a capital is left to them."""
    return _NO_MONTH.sub("may", dates_in_words(text))


def _words(text: str) -> list[_Word]:
    """Content words, and whatever has an opposite, each with its term."""
    found = [(word, normal_number(word) or stem(word)) for word in tokens(_FORBIDS.sub("not", text))]
    return [(word, term) for word, term in found if term in OPPOSITES or not is_stop_word(word)]


def _in_its_place(here: Sequence[_Word], at: int, there: Sequence[_Word]) -> Iterator[tuple[int, _Word]]:
    """Words beside which there stand those that stand beside one here, and how many of them."""
    near = _around(here, at)
    for place, word in enumerate(there):
        beside = _around(there, place)
        shared, unit = near & beside, set(filter(is_unit, [_unit(here, at)]))
        reverse = {other for term in near - beside for other in OPPOSITES.get(term, ())} & (beside - near)
        alike = len(shared) >= _FEWEST and len(shared - unit) >= _SHARE * len(near - unit)
        if alike and not reverse and _unit(here, at) == _unit(there, place):
            yield len(shared), word


def _around(words: Sequence[_Word], at: int) -> set[str]:
    """Terms near a place, numbers left out."""
    near = [*words[max(0, at - _NEAR) : at], *words[at + 1 : at + 1 + _NEAR]]
    return {term for word, term in near if not _is_number(word)}


def _but_numbers(words: Sequence[_Word]) -> set[str]:
    return {term for word, term in words if not _is_number(word)}


@lru_cache(maxsize=1_000)
def _values(text: str) -> frozenset[str]:
    """Numbers in normal form, and months."""
    return frozenset(word.casefold() for word in tokens(text) if _is_month(word)) | numbers(text)


def _of_other_years(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Are the numbers those of one year here, and of another there?"""
    here, there = ({value for value in values if _YEAR.fullmatch(value)} for values in (mine, theirs))
    return bool(here and there) and not here & there and mine - here != theirs - there


def _is_number(word: str) -> bool:
    return bool(normal_number(word) or number_word(word) or _is_month(word))


def _is_month(word: str) -> bool:
    return word == "May" or word.casefold() in _MONTHS


def _unit(words: Sequence[_Word], at: int) -> str:
    """The word after a place, if it has one: days are not compared with crowns."""
    return words[at + 1][1] if at + 1 < len(words) else ""
