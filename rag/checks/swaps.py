"""Have two numbers, or two names, of a sentence changed places? Told by the words around them. Pure.

"Adults pay 10 euros and children 20" has every word of "Adults pay 20 euros and children 10", each near the words that
it stands beside. So each pair is tried the other way round: where each of them is in the evidence among words that are
more like those around the other in the sentence, they have changed places. docs/decisions/0011-binding.md has the
figures. Rows of tables bind their numbers otherwise (`rag.checks.binding`). Knows nothing of documents or models.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from rag.checks.table_rows import cells
from rag.numerals import normal_number
from rag.words import content_words, names, terms

_FAR = 3
"""Content words on each side that count, the nearer the more."""
_BETTER = 1.1
"""How many times as well each must fit in the other's place."""

Around = Mapping[str, float]
"""Terms near a word, each with one over how many words away it is."""


def swapped(claim: str, evidence: Sequence[str]) -> list[str]:
    """Numbers and names of a sentence that stand in each other's place.

    Args:
        claim: The sentence, without markers.
        evidence: The cited passages.

    Returns:
        They as they stand, in order. None that the sentence has twice, or the evidence not at all.
    """
    words = content_words(claim)
    keys, pairs = [key for _, key in words], list(_pairs(words, names(claim)))
    wanted = {keys[at] for pair in pairs for at in pair}
    prose = [terms(text) for text in evidence if wanted and not cells(text)]
    neighbours = {frozenset(both) for text in prose for both in pairwise(text)}
    ours = {key: _around(keys, keys.index(key)) for key in wanted}
    theirs = {key: [_around(text, at) for text in prose for at in _where(text, key)] for key in wanted}
    found: set[int] = set()
    for one, other in pairs:
        mine, its = pair = keys[one], keys[other]
        if (frozenset(pair) in neighbours) == (other - one == 1) and all(
            _rather(theirs[key], ours[to], ours[key], pair) for key, to in ((mine, its), (its, mine))
        ):
            found |= {one, other}
    return [words[at][0] for at in sorted(found)]


def _pairs(words: Sequence[tuple[str, str]], named: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of two numbers, or of two names that are no neighbours and so not one, that the sentence has once each."""
    keys = [key for _, key in words]
    once = [at for at, key in enumerate(keys) if keys.count(key) == 1]
    numbers = [at for at in once if normal_number(words[at][0])]
    others = [at for at in once if keys[at] in named and at not in numbers]
    yield from combinations(numbers, 2)
    yield from ((one, other) for one, other in combinations(others, 2) if other - one > 1)


def _rather(places: Sequence[Around], there: Around, here: Around, pair: Sequence[str]) -> bool:
    """Is a term in these places among words that are more like those there than those here?"""
    best = [max((_alike(words, place, pair) for place in places), default=0.0) for words in (there, here)]
    return best[0] > _BETTER * best[1]


def _alike(one: Around, other: Around, pair: Sequence[str]) -> float:
    """Cosine, in [0, 1]; the pair itself does not count."""
    mine, its = ({term: near for term, near in words.items() if term not in pair} for words in (one, other))
    length = math.hypot(*mine.values()) * math.hypot(*its.values())
    return sum(near * its.get(term, 0.0) for term, near in mine.items()) / length if length else 0.0


def _around(keys: Sequence[str], at: int) -> Around:
    """What is around a place; of a term that is there twice the nearer one counts."""
    found: dict[str, float] = {}
    for far in range(_FAR, 0, -1):
        near = [keys[place] for place in (at - far, at + far) if 0 <= place < len(keys)]
        found.update(dict.fromkeys(near, 1 / far))
    return found


def _where(keys: Sequence[str], term: str) -> list[int]:
    return [at for at, key in enumerate(keys) if key == term]
