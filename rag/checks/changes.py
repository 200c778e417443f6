"""What a passage says has changed: "moved from 20 to 28 July", "replaced by 60 days", "8, no longer 5". Pure; English.

Such a passage has the number of one that is out of date too, so by its numbers alone it does not disagree with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.checks.dates import MONTHS
from rag.numerals import FIGURE, normal_number, number_word
from rag.words import is_stop_word, stem

_CHANGE = re.compile(
    r"\b(?:mov|chang|postpon|deferr|delay|reschedul|rais|lift|lower|reduc|increas|extend|shorten|amend|alter|adjust"
    r"|revis|updat|correct|replac|supersed)(?:e|(?P<past>ed)|(?P<third>e?s)|ing)?\b"
    r"|\b(?:cut|falls?|(?P<plain>put back|brought forward|rises?|rose|risen|fell|fallen|gr[eo]wn?|dropped))\b",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"\b(?:am|is|are|was|were|be|been|being|has|have|had|do|does|did|will|would|shall|should|may|might|can|could|must|to"
    r"|I|we|they|you|it|not)\s+(?:\w+ly\s+|(?:not|now|been|be|also|again)\s+)*$",
    re.IGNORECASE,
)
"""What has the form of a noun or an adjective after it be a verb: "is changing", "will cut"."""
_TAKES = re.compile(r"\s+(?:the|an?|its|our|your|their|this|that|these|those)\b", re.IGNORECASE)
"""What is a verb has after it: "cut the fee"."""
_NAMES = re.compile(r"(?:^|[.!?:;]|\b(?:the|an?|our|your|their|its|all))\s*$", re.IGNORECASE)
"""What has a past or third person after it be an adjective or a noun: "Extended hours", "the lifts"."""
_HOW_FAR = re.compile(r"\s+(?:from|to|by|in|of)\b")
_PARTS = re.compile(
    r"(?<!\d):|:(?!\d)|;|\b(?:opens|runs|lasts|applies|works)\b"
    r"|\b(?:is|are|was|were|be|stays?|remains?)\s+(?:\w+\s+)?(?:open|closed|valid|available)\b"
    r"|\b(?:is|are|was|were|open|run|last|apply|work|valid|available)\s+(?:(?:now|daily|only)\s+)?from\b",
    re.IGNORECASE,
)
"""Between a verb of change and a number: what another verb says of it."""
_AMOUNTS = frozenset("increase raise reduce".split())
"""Forms that are no name of a thing, whatever stands before them."""
_SINCE = r"\b(?:to|into|now|but|becomes?|(?:replaced|superseded) (?:by|with))"
_BEFORE = r"\b(?i:instead of|rather than|in place of|no longer|not|previously|formerly|used to be)"
_LEADS = r"\s+(?:(?:the|on|at|only|[A-Z][\w.]*)\s+){0,2}(?:an?\s+\w+\s+of\s+)?$"
"""What may stand between one of these and the number that it is about: "to Saturday 28 July", "by a fee of 45"."""
_NEW, _OLD = re.compile(_SINCE + _LEADS), re.compile(_BEFORE + _LEADS)
_TELLS = re.compile(f"{_CHANGE.pattern}|{_BEFORE}", re.IGNORECASE)
_LEAD = 80
"""Characters before a number that are looked through for them."""
_MONTHS = frozenset(map(stem, MONTHS))
_STOPS = re.compile(r"[,;:.!?()]")
"""What parts a number from the words of another."""


class _Number(NamedTuple):
    """A number as it stands and where, in normal form, the term of the next word before a stop, and its lead."""

    word: str
    start: int
    value: str
    unit: str
    lead: str


@lru_cache(maxsize=1_000)
def changes(text: str) -> tuple[tuple[str, str], ...]:
    """Numbers that have taken the place of others.

    Args:
        text: A sentence, with its dates in words and its signs of currency as words; see `dates` and `units`.

    Returns:
        The number before and the number since, as they stand, each pair of one unit or of months.
    """
    if not _TELLS.search(text):
        return ()
    found = list(_numbers(text))
    past = [one for one in found if _OLD.search(one.lead)]
    since = [one for one in found if one not in past and _NEW.search(one.lead) and _is_changed(text, one.start)]
    if since:
        past = [one for one in found if one not in since]
    else:
        since = [one for one in found if one not in past]
    return tuple((old.word, new.word) for new in since for old in _in_the_place_of(new, past))


def _is_changed(text: str, at: int) -> bool:
    """Does a verb of change stand before a number, and no other verb between them?"""
    told = (found for found in _CHANGE.finditer(text, 0, at) if _is_verb(text, found))
    return any(not _PARTS.search(text, found.end(), at) for found in told)


def _is_verb(text: str, word: re.Match[str]) -> bool:
    before = text[max(0, word.start() - _LEAD) : word.start()]
    if _DOES.search(before) or _TAKES.match(text, word.end()):
        return True
    if word["past"] or word["plain"] or word.group().casefold() in _AMOUNTS:
        return not _NAMES.search(before) or bool(_HOW_FAR.match(text, word.end()))
    return bool(word["third"]) and not _NAMES.search(before)


def _numbers(text: str) -> Iterator[_Number]:
    """The last one first."""
    unit, after = "", len(text)
    for found in reversed(list(FIGURE.finditer(text))):
        word, start = found.group(), found.start()
        unit = "" if _STOPS.search(text, found.end(), after) else unit
        if value := normal_number(word) or number_word(word):
            lead = text[max(0, start - _LEAD) : start]
            yield _Number(word, start, value, "hours" if ":" in value else unit, lead)
        elif not is_stop_word(word):
            unit = stem(word)
        after = start


def _in_the_place_of(new: _Number, past: Sequence[_Number]) -> list[_Number]:
    """Those that a number can have taken the place of: of the same unit, or else both of a month."""
    others = [old for old in past if old.value != new.value]
    same = [old for old in others if old.unit == new.unit]
    return same or [old for old in others if {old.unit, new.unit} <= _MONTHS]
