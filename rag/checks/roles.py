"""Who does it to whom: the words on either side of a word, in a sentence and in its evidence. Pure.

"The seller shall pay the buyer" has every word of "The buyer shall pay the seller", and no number or name that would be
out of place. So each word that stands between two others is looked up in the evidence: where those two stand there the
other way round, and nowhere as they do here, they have changed places. Knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.words import CLAUSE_END, placed_terms

_LINK = re.compile(
    r"\b(?:by|to|of|from|for|with|in|on|at|into|onto|over|under|against|about|than|as|before|after|between|"
    r"and|or|but|nor|if|because|while|when|that|which|who)\b",
    re.IGNORECASE,
)
"""Words after which something else is spoken of, or the same thing in another relation."""


class _Said(NamedTuple):
    """A word and its term, what stands before and after it, and what leads over to that; a passive is turned round."""

    said: str
    word: str
    before: frozenset[str]
    link: str
    after: frozenset[str]


def exchanged(claim: str, evidence: Sequence[str]) -> list[str]:
    """Words of a sentence whose two sides have changed places.

    Args:
        claim: The sentence, without markers.
        evidence: The cited passages.

    Returns:
        They as they stand, in order; none whose sides some passage has as the sentence has them.
    """
    said = _read(claim)
    theirs = [one for text in evidence for one in _read(text)] if said else []
    found = []
    for mine in said:
        same = [one for one in theirs if (one.word, one.link) == (mine.word, mine.link)]
        turned = any(_meet(one, mine.after, mine.before) and not _meet_at_all(one, mine) for one in same)
        if turned and not any(_meet(one, mine.before, mine.after) for one in same):
            found.append(mine.said)
    return list(dict.fromkeys(found))


def _meet(one: _Said, before: frozenset[str], after: frozenset[str]) -> bool:
    return bool(one.before & before and one.after & after)


def _meet_at_all(one: _Said, other: _Said) -> bool:
    return bool(one.before & other.before or one.after & other.after)


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[_Said, ...]:
    words = list(placed_terms(text))
    terms = [term for _, _, term in words]
    inner = [_links(text[end:start]) for (_, end, _), (start, _, _) in pairwise(words)]
    gaps = [None, *inner, None]
    found = []
    for at in range(1, len(words) - 1):
        link = gaps[at + 1]
        if gaps[at] == [] and link is not None and len(link) <= 1:
            before = frozenset(terms[at - 1 - (gaps[at - 1] == []) : at])
            after = frozenset(terms[at + 1 : at + 2 + (gaps[at + 2] == [])])
            sides = (after, "", before) if link == ["by"] else (before, "".join(link), after)
            found.append(_Said(text[words[at][0] : words[at][1]], terms[at], *sides))
    return tuple(found)


def _links(gap: str) -> list[str] | None:
    """The words between two content words that lead over; None where a clause ends."""
    return None if CLAUSE_END.search(gap) else [match.group().casefold() for match in _LINK.finditer(gap)]
