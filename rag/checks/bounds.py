"""Bounds and signs of the numbers of a text: which are the most or the least, which below zero. Pure.

"At most", "up to", "within", "before", "under" and "12 or younger" leave what is below a number; "at least", "from",
"after", "over" and "65 and older" what is above it; "not more than" turns the one into the other, and of "8 to 18" the
ends are the least and the most. A sentence that takes the one for the other, or 18 degrees for 18 below zero, has every
word of its source. Knows nothing of documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.checks.dates import MONTHS
from rag.numerals import FIGURE, normal_number, number_word
from rag.types import Premise

_LESS, _MORE = "less|fewer|shorter|earlier|sooner|lower|younger", "more|longer|later|higher|older|greater"
_MOST = rf"at (?:the )?most|up to|within|until|till|before|prior to|under|below|(?:{_LESS}) than"
_MOST += "|höchstens|maximal|bis(?: zu)?|spätestens|vor|unter|au plus|jusqu['’](?:à|au)|avant"
_LEAST = rf"at least|from|after|since|over|above|exceed(?:s|ed|ing)?|(?:{_MORE}) than"
_LEAST += "|mindestens|wenigstens|ab|frühestens|nach|über|au moins|à partir d[eu]|après|dès"
_BOUND = re.compile(
    rf"(?:(?P<most>\b(?:{_MOST})\b|[<≤]=?)|(?P<least>\b(?:{_LEAST})\b|[>≥]=?)|(?P<by>\bby\b))"
    r"(?: (?:the|a|an|about|age|of|der?|den|dem|le|la))* ?[$€£]? ?$",
    re.IGNORECASE,
)
"""Words or the sign of a bound, up to where its number begins; "by" is one before a day or a time alone."""
_DENIED = re.compile(r"\b(?:no|not|never|cannot|\w+n['’]t|nicht|kein\w*|pas)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
"""What turns a bound into the other one before it: "not exceed", "do not take more than"."""
_AND_ON = re.compile(
    r"(?: ?\w+)?,? (?:and|or|und|oder|et) (?:(?P<most>under|below|younger|less|fewer|earlier|jünger|weniger|moins)"
    r"|(?P<least>over|above|older|up|upwards|more|longer|later|älter|mehr|plus))\b(?! than)",
    re.IGNORECASE,
)
"""A bound behind its number and its unit: "65 and over", "12 years or younger"."""
_LATEST = re.compile(r"up to|until|till|by|later|bis|spätestens|jusqu", re.IGNORECASE)
_AHEAD = re.compile(
    r"(?: ?[^\W\d_]+){1,3}? (?:before|prior to|ahead of|in advance|vorher)\b|(?: [^\W\d_]+){1,2} vor\b", re.I
)
"""Up to a day before a day is at least a day before it."""
_RANGE = re.compile(r"(?: ?[^\W\d_]{1,12}\.?| ?[%°$€£])? ?(?:[-–]|to|bis|à) ?[$€£]? ?", re.IGNORECASE)
"""Between the ends of a range: the unit of the first, if it has one, and what joins them."""
_COMPARES = re.compile(rf"(?:{_LESS}|{_MORE}|exceed)", re.IGNORECASE)
"""Bounds that a negation turns round; "not before" and "not until" it leaves to what they say."""
_MONTH_AFTER = re.compile(rf" (?:{'|'.join(MONTHS)})\b", re.IGNORECASE)
_MINUS = re.compile(r"(?:^|[^\d\s%°]\s+|[(\[:=|/$€£]\s*)(?:[-−]|\bminus\s+)[$€£]?$", re.IGNORECASE)
"""A sign before a number; what follows a number, as in "9 -17", goes on to another."""
_BELOW_ZERO = re.compile(r"\s?°?\s?[CF]?(?:degrees?(?:\s\w+)?)?\s+below\s+(?:zero|freezing)\b", re.IGNORECASE)
_LOOKED_AT = 40
"""Characters before a number that they are looked for in."""


class _Bounded(NamedTuple):
    """A number, its side, whether it is below zero, and how it is said."""

    number: str
    side: str
    below: bool
    said: str


def sides(text: str) -> list[tuple[str, str]]:
    """Each number of a text, and whether it is said to be the `most` or the `least`; empty for neither."""
    return [(one.number, one.side) for one in _read(text)]


def other_bounds(text: str, passages: Sequence[str]) -> list[Premise]:
    """Numbers that a text has as the most where the passages have them as the least, or the reverse.

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        Each with what the passages have in its place, in the order of the text; none that stands there as it does
        here, or by itself, too.
    """
    bounded = [one for one in _read(text) if one.side]
    return _otherwise(bounded, passages, lambda mine, other: other.side not in ("", mine.side))


def other_signs(text: str, passages: Sequence[str]) -> list[Premise]:
    """Numbers that are below zero in the passages and not in a text, or the reverse.

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        As `other_bounds`.
    """
    return _otherwise(_read(text), passages, lambda mine, other: other.below != mine.below)


def _otherwise(
    mine: Sequence[_Bounded], passages: Sequence[str], differs: Callable[[_Bounded, _Bounded], bool]
) -> list[Premise]:
    """Those that differ from each of the same number in the passages, which are read only where there is one."""
    theirs = [one for passage in passages for one in _read(passage)] if mine else []
    found = []
    for one in mine:
        same = [other for other in theirs if other.number == one.number]
        if same and all(differs(one, other) for other in same):
            found.append(Premise(one.said, same[0].said))
    return found


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[_Bounded, ...]:
    text = " ".join(text.split())
    found, last = list[_Bounded](), 0
    for match in FIGURE.finditer(text):
        if number := normal_number(match.group()) or number_word(match.group()):
            before = text[max(0, match.start() - _LOOKED_AT) : match.start()]
            side, said = _side(before, number, text[match.end() :])
            minus, below = _MINUS.search(before), _BELOW_ZERO.match(text, match.end())
            said = said or (before[minus.start() :] if minus else "")
            end = below.end() if below else match.end()
            if found and not side and found[-1].side != "most" and _RANGE.fullmatch(text, last, match.start()):
                found[-1], side = found[-1]._replace(side="least"), "most"
            found.append(_Bounded(number, side, bool(minus or below), said + text[match.start() : end]))
            last = match.end()
    return tuple(found)


def _side(before: str, number: str, after: str) -> tuple[str, str]:
    """The side on which a number bounds, empty for none, and the words that say so before it."""
    bound, on = _BOUND.search(before), _AND_ON.match(after)
    if on:
        return on.lastgroup or "", ""
    if not bound or (bound.lastgroup == "by" and not (":" in number or _MONTH_AFTER.match(after))):
        return "", ""
    side = "least" if bound.lastgroup == "least" else "most"
    if _COMPARES.match(bound.group()) and _DENIED.search(before[: bound.start()]):
        side = "most" if side == "least" else "least"
    if side == "most" and _LATEST.match(bound.group()) and _AHEAD.match(after):
        side = "least"
    return side, before[bound.start() :]
