"""Passages that give another number than the one cited, as two versions of a policy do: pure.

A cited passage and another one disagree where the other speaks of the same part of the question, and has another number
beside the same words. Knows nothing of documents or of how passages were found.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.words import content_words, normal_number, number_word, numbers, terms

_NEAR = 3
"""Content words on each side of a number that are compared."""
_SHARE = 2 / 3
"""Of the words near a number in the cited passage, how many must stand near the other number."""
_FEWEST = 2
"""Words near both numbers, at the least: a unit alone is no subject."""

_Word = tuple[str, str]


def other_number(question: str, cited: str, other: str) -> tuple[str, str] | None:
    """Does another passage put another number in the place of one that is cited?

    Args:
        question: One that stands alone; the other passage has all of its words that the cited one has.
        cited: A cited passage.
        other: Another passage.

    Returns:
        The number cited and the one in its place, as they stand; None where they agree or speak of different things.
    """
    here, there = content_words(cited), content_words(other)
    asked = set(terms(question))
    if not asked & {term for _, term in here} <= {term for _, term in there} or not asked & {term for _, term in here}:
        return None
    mine, theirs = numbers(cited), numbers(other)
    found: list[tuple[int, str, str]] = []
    for at, (number, _) in _places(here):
        near = _around(here, at)
        for place, (value, _) in _places(there):
            shared = near & _around(there, place)
            differs = not numbers(value) & mine and not numbers(number) & theirs
            if differs and len(shared) >= max(_FEWEST, _SHARE * len(near)) and _unit(here, at) == _unit(there, place):
                found.append((len(shared), number, value))
    best = max(found, key=lambda pair: pair[0], default=None)
    return None if best is None else best[1:]


def _places(words: Sequence[_Word]) -> list[tuple[int, _Word]]:
    return [(at, pair) for at, pair in enumerate(words) if _is_number(pair[0])]


def _around(words: Sequence[_Word], at: int) -> set[str]:
    """Terms near a place, numbers left out."""
    near = [*words[max(0, at - _NEAR) : at], *words[at + 1 : at + 1 + _NEAR]]
    return {term for word, term in near if not _is_number(word)}


def _is_number(word: str) -> bool:
    return bool(normal_number(word) or number_word(word))


def _unit(words: Sequence[_Word], at: int) -> str:
    """The word after a number, if it has one: days are not compared with crowns."""
    return words[at + 1][1] if at + 1 < len(words) else ""
