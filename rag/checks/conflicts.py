"""Passages that say otherwise: than the one cited, as two versions of a policy do, or than the question. Pure.

A passage disagrees where it has another number, or month, beside the same words. So does what a question takes for
granted, where no passage has its number, or its word, and one has another number, or the opposite, beside the same
words. Knows nothing of documents or of how passages were found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from rag.checks.changes import changes
from rag.checks.dates import MONTHS, dates_in_words
from rag.checks.negation import negated
from rag.checks.units import converted, is_unit, signs_as_words
from rag.numerals import is_year, normal_number, number_word, numbers, read_otherwise, scale, scaled
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

_HOUR = re.compile(r"(?<![\d.,:/])(2[0-4]|[01]?\d)\b(?![.,:/]\d)(?:\s?([^\W\d_]+))?")
"""A number that may be an hour, and the word after it."""
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2})\.(\d{3})(?![.,]?\d)")
"""A number with a point that may stand between its thousands."""
_HOW_MANY = re.compile(r"\b(?:how many|wie viele)\s+((?:[^\W\d_]+\s+)?[^\W\d_]+)", re.IGNORECASE)
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
    mine, theirs = _readings(cited), _readings(other)
    changed, lacks = _changed(mine, other), _beyond(mine, theirs)
    differ = bool(lacks and _beyond(theirs, mine)) and not _of_other_years(mine.keys(), theirs.keys())
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
    if together and (_but_numbers(here) != _but_numbers(there) or len(lacks) > 1):
        return None
    found = [
        (shared, at, place)
        for at, (number, _) in enumerate(here)
        if _is_number(number) and not _read(here, at, mine) & _all(theirs)
        for shared, place in _in_its_place(here, at, there)
        if _is_number(there[place][0])
        and _is_month(there[place][0]) == _is_month(number)
        and not _read(there, place, theirs) & _all(mine)
        and not _may_be_scaled(here, at, there, place)
    ]
    if not found:
        return None
    _, at, place = max(found, key=lambda one: one[0])
    same = here[at][0] == there[place][0]
    return _said(here, at, with_scale=same), _said(there, place, with_scale=same)


def false_premises(question: str, passages: Sequence[str]) -> list[Premise]:
    """What does a question take for granted that the passages have otherwise?

    Args:
        question: One that stands alone.
        passages: Those that it may be answered from.

    Returns:
        Its numbers that no passage has, and its words of which none has but the opposite, each with what is in its
        place; in the order of the question. None for a unit of what comes to the same there, or whose number is asked.
    """
    question, passages = _dated(question), [_dated(text) for text in passages]
    here, mine, denied = _words(question), _readings(question), negated(question)
    comparable = [at for at, (word, term) in enumerate(here) if term in OPPOSITES or _is_number(word)]
    there = [(_words(text), negated(text), _readings(text)) for text in passages] if comparable else []
    stated = {term for words, _, _ in there for _, term in words}
    stated |= converted(question, passages) | _units_asked_for(question) if comparable else set()
    found: list[Premise] = []
    for at in comparable:
        word, term = here[at]
        if term in stated or (_is_number(word) and any(_read(here, at, mine) & _all(theirs) for *_, theirs in there)):
            continue
        others = [
            (shared, words[place][0])
            for words, denied_there, theirs in there
            for shared, place in _in_its_place(here, at, words)
            if _opposed(term, words[place][1], denied, denied_there)
            or (_is_number(word) and _is_number(words[place][0]) and not _read(words, place, theirs) & _all(mine))
        ]
        if others:
            found.append(Premise(word, max(others, key=lambda one: one[0])[1]))
    return found


def _opposed(term: str, other: str, denied: Collection[str], denied_there: Collection[str]) -> bool:
    """Is one the opposite of the other, and are both denied or neither?"""
    return other in OPPOSITES.get(term, ()) and (term in denied) == (other in denied_there)


def _units_asked_for(question: str) -> set[str]:
    """Units of which a question asks how many there are: those of "how many weeks"."""
    return {term for words in _HOW_MANY.findall(question) for term in terms(words) if is_unit(term)}


def _changed(mine: Mapping[str, frozenset[str]], other: str) -> tuple[str, str] | None:
    """A number that the other passage says has been changed, and the one since, where that is not here too."""
    ours, theirs = _all(mine), _readings(other)
    both = ((before, since) for before, since in changes(other) if _values(before) & ours)
    return next(((before, since) for before, since in both if not _told(since, theirs) & ours), None)


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


def _in_its_place(here: Sequence[_Word], at: int, there: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """How many words there are beside one there of those beside one here, where they suffice, and its place."""
    near = _around(here, at)
    for place in range(len(there)):
        beside = _around(there, place)
        shared, unit = near & beside, set(filter(is_unit, [_unit(here, at)]))
        reverse = {other for term in near - beside for other in OPPOSITES.get(term, ())} & (beside - near)
        alike = len(shared) >= _FEWEST and len(shared - unit) >= _SHARE * len(near - unit)
        if alike and not reverse and _unit(here, at) == _unit(there, place):
            yield len(shared), place


def _around(words: Sequence[_Word], at: int) -> set[str]:
    """Terms near a place, numbers left out, and its own scale."""
    after = at + 1 + (_scale(words, at) > 1)
    near = [*words[max(0, at - _NEAR) : at], *words[after : at + 1 + _NEAR]]
    return {term for word, term in near if not _is_number(word)}


def _but_numbers(words: Sequence[_Word]) -> set[str]:
    return {term for word, term in words if not _is_number(word) and scale(word) == 1}


@lru_cache(maxsize=1_000)
def _values(text: str) -> frozenset[str]:
    """Numbers in normal form, and months."""
    return frozenset(word.casefold() for word in tokens(text) if _is_month(word)) | numbers(text)


@lru_cache(maxsize=1_000)
def _readings(text: str) -> Mapping[str, frozenset[str]]:
    """Numbers and months of a text, each with all that it may be: `9` with `9:00`, `1.2` of "1.200" with `1200`."""
    hours = [(str(int(hour)), f"{int(hour)}:00") for hour, unit in _HOUR.findall(text) if not is_unit(stem(unit))]
    thousands = [(normal_number(f"{whole}.{part}"), whole + part) for whole, part in _THOUSANDS.findall(text)]
    otherwise = [*read_otherwise(text).items(), *hours, *thousands]
    return {value: frozenset([value, *(to for of, to in otherwise if of == value)]) for value in _values(text)}


def _all(readings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*readings.values())


def _beyond(mine: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]]) -> list[str]:
    """Numbers here that are none there, however they are read."""
    there = _all(theirs)
    return [value for value, readings in mine.items() if not readings & there]


def _told(number: str, readings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All that a number of a text may be."""
    return frozenset().union(*(readings.get(value, frozenset([value])) for value in _values(number)))


def _read(words: Sequence[_Word], at: int, readings: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All that the number at a place may be, its scale included."""
    by = _scale(words, at)
    if by == 1:
        return _told(words[at][0], readings)
    return frozenset(scaled(value, by) for value in _values(words[at][0]))


def _scale(words: Sequence[_Word], at: int) -> int:
    """What the word after a place multiplies it by."""
    return scale(words[at + 1][0]) if at + 1 < len(words) else 1


def _may_be_scaled(here: Sequence[_Word], at: int, there: Sequence[_Word], place: int) -> bool:
    """Is it one number, with a scale on one side alone? 1.9 is 1.9, though of a million."""
    same = _values(here[at][0]) & _values(there[place][0])
    return bool(same) and 1 in (_scale(here, at), _scale(there, place))


def _said(words: Sequence[_Word], at: int, *, with_scale: bool) -> str:
    return f"{words[at][0]} {words[at + 1][0]}" if with_scale and _scale(words, at) > 1 else words[at][0]


def _of_other_years(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Are the numbers those of one year here, and of another there?"""
    here, there = (set(filter(is_year, values)) for values in (mine, theirs))
    return bool(here and there) and not here & there and set(mine) - here != set(theirs) - there


def _is_number(word: str) -> bool:
    return bool(normal_number(word) or number_word(word) or _is_month(word))


def _is_month(word: str) -> bool:
    return word == "May" or word.casefold() in _MONTHS


def _unit(words: Sequence[_Word], at: int) -> str:
    """The word after a place and its scale, if there is one: days are not compared with crowns."""
    after = at + 1 + (_scale(words, at) > 1)
    return words[after][1] if after < len(words) else ""
