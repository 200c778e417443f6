"""Bounds of a text: which of its numbers are the most or the least that there may be. Pure; knows nothing of documents.

"At most", "up to", "within", "no later than" and "until" leave what is below a number; "at least", "from", "after" and
"no less than" what is above it. A sentence that takes the one for the other has every word of its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.numerals import FIGURE, normal_number, number_word
from rag.types import Premise

_LESS, _MORE = "less|fewer|shorter|earlier|sooner|lower|younger", "more|longer|later|higher|older|greater"
_MOST = rf"at (?:the )?most|up to|within|until|till|(?:no|not) (?:{_MORE}) than|not exceed(?:ing)?|(?:{_LESS}) than"
_LEAST = rf"at least|from|after|since|(?:no|not) (?:{_LESS}) than|exceed(?:s|ed|ing)?|(?:{_MORE}) than"
_BOUND = re.compile(
    rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))(?: (?:the|a|an|about|age|of))* [$€£]? ?$", re.IGNORECASE
)
"""Words of a bound, up to where its number begins."""
_LOOKED_AT = 40
"""Characters before a number that they are looked for in."""


class _Bounded(NamedTuple):
    number: str
    side: str
    said: str


def other_bounds(text: str, passages: Sequence[str]) -> list[Premise]:
    """Numbers that a text has as the most where the passages have them as the least, or the reverse.

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        Each with what the passages have in its place, in the order of the text; none that stands there as it does
        here, or by itself, too.
    """
    mine = [one for one in _read(text) if one.side]
    theirs = [one for passage in passages for one in _read(passage)] if mine else []
    found = []
    for one in mine:
        same = [other for other in theirs if other.number == one.number]
        if same and all(other.side not in ("", one.side) for other in same):
            found.append(Premise(one.said, same[0].said))
    return found


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[_Bounded, ...]:
    text = " ".join(text.split())
    found = []
    for match in FIGURE.finditer(text):
        if number := normal_number(match.group()) or number_word(match.group()):
            begin = max(0, match.start() - _LOOKED_AT)
            bound = _BOUND.search(text[begin : match.start()])
            start = begin + bound.start() if bound else match.start()
            found.append(_Bounded(number, (bound.lastgroup or "") if bound else "", text[start : match.end()]))
    return tuple(found)
