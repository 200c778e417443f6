"""Does the evidence say it of the same thing? Names and numbers of a sentence, with the words around them.

A sentence that takes a name from here and a number from there has only words of its sources, and is wrong. So a name or
number is bound where some passage has it near enough of the words that stand beside it in the sentence;
docs/decisions/0011-binding.md says how near, and what it is worth. Pure; knows nothing of documents or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.numerals import normal_number, number_word
from rag.words import content_words, names

_BESIDE, _NEAR = 2, 3
"""Content words on each side of it: in the sentence, and in the evidence."""
_SHARE = 1 / 3
"""Of the words beside it that the evidence has anywhere, how many it must have near it."""


def unbound(claim: str, evidence: Sequence[str], context: str = "") -> list[str]:
    """Names and numbers that the evidence has, but not with the words that they stand beside in a sentence.

    Args:
        claim: The sentence, without markers.
        evidence: The cited passages.
        context: Words that stand above the evidence; a name in them may be said of all of it.

    Returns:
        The names and numbers as the sentence has them, in order; its first word counts as a name where it is one in
        the evidence. None that the evidence lacks altogether, and none beside which no word stands that it has.
    """
    words = _words(claim)
    opening = {key for _, key in words[:1]} & {name for text in evidence for name in _names(text)}
    named = (opening | set(names(claim))) - {key for _, key in _words(context)}
    places = [at for at, (word, key) in enumerate(words) if key in named or normal_number(word)]
    sources = [[key for _, key in _words(text)] for text in evidence]
    stated = {key for source in sources for key in source}
    keys = [key for _, key in words]
    found = []
    for at in places:
        beside = {key for key in keys[max(0, at - _BESIDE) : at + _BESIDE + 1] if key in stated} - {keys[at]}
        if beside and keys[at] in stated and _nearest(keys[at], beside, sources) < _SHARE:
            found.append(words[at][0])
    return list(dict.fromkeys(found))


def _nearest(key: str, beside: set[str], sources: Sequence[Sequence[str]]) -> float:
    """The largest share of the words beside it that stand near it in one place of the sources."""
    return max(
        len(beside.intersection(source[max(0, at - _NEAR) : at + _NEAR + 1])) / len(beside)
        for source in sources
        for at, here in enumerate(source)
        if here == key
    )


@lru_cache(maxsize=1_000)
def _words(text: str) -> tuple[tuple[str, str], ...]:
    """Content words as they stand, each with its term; a number spelled out has that of its digits."""
    return tuple((word, number_word(word) or term) for word, term in content_words(text))


@lru_cache(maxsize=1_000)
def _names(text: str) -> frozenset[str]:
    return frozenset(names(text))
