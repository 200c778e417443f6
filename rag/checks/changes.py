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
    r"|revis|updat|correct|replac|supersed)(?:e|ed|es|ing)?\b"
    r"|\b(?:put back|brought forward|cut|rises?|rose|risen|falls?|fell|fallen|gr[eo]wn?|dropped)\b",
    re.IGNORECASE,
)
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
    found, told = list(_numbers(text)), _CHANGE.search(text)
    past = [one for one in found if _OLD.search(one.lead)]
    since = [one for one in found if told and told.end() <= one.start and one not in past and _NEW.search(one.lead)]
    if since:
        past = [one for one in found if one not in since]
    else:
        since = [one for one in found if one not in past]
    return tuple((old.word, new.word) for new in since for old in _in_the_place_of(new, past))


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
