"""What a sentence has that its evidence lacks: words, numbers, names. Pure; knows nothing of verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.checks.binding import without_told
from rag.checks.dates import months, weekdays
from rag.checks.units import converted, units_alike
from rag.numerals import codes, numbers, read_otherwise, scale, told_otherwise
from rag.words import names, terms, tokens

_ACRONYM = range(3, 7)
"""Letters of an acronym that the capitals of neighbouring words may stand for."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a sentence has beyond its evidence.

    Attributes:
        coverage: Share of its content words that the evidence has, in [0, 1].
        words: Terms that it has not.
        numbers: Numbers and months that it has not, in normal form.
        names: Terms of names that it has not.
    """

    coverage: float
    words: list[str]
    numbers: list[str]
    names: list[str]


def lacking(claim: str, wanted: Sequence[str], evidence: Sequence[str], context: str) -> Lacking:
    """Hold a sentence against its evidence, word for word.

    Args:
        claim: The sentence.
        wanted: Its terms; not empty.
        evidence: The cited passages.
        context: Words that stand above the evidence.

    Returns:
        What the evidence lacks.
    """
    stated = {term for text in evidence for term in terms(text)} | set(terms(context))
    stated |= {acronym for text in [*evidence, context] for acronym in _acronyms(text)}
    unique, told = set(wanted), without_told(claim, context)
    times, alike = set().union(*map(told_otherwise, evidence)), converted(claim, evidence)
    figures = times.union(*map(numbers, evidence))
    theirs = set().union(*map(codes, evidence))
    figures = figures.union(*(numbers(said) for code, said in codes(claim).items() if code in theirs))
    figures |= {number for number, other in read_otherwise(claim).items() if other in figures} | (
        alike & numbers(claim)
    )
    stated |= units_alike(claim, evidence) | times | alike | (figures & unique)
    days = weekdays(claim).difference(*map(weekdays, [*evidence, context]))
    spelled = {word for text in evidence for word, by in _spelled(text) if scale(by) == 1}
    return Lacking(
        coverage=len(unique & stated) / len(unique),
        words=sorted(unique - stated),
        numbers=sorted((numbers(told) | months(told)) - figures - spelled),
        names=sorted({name for name in names(claim) if name not in stated | figures} | days),
    )


def _spelled(text: str) -> Iterator[tuple[str, str]]:
    """Each word and number as it stands, with the one after it."""
    return pairwise([*(word.casefold() for word in tokens(text)), ""])


def _acronyms(text: str) -> Iterator[str]:
    """What the capitals of neighbouring words spell, as `mls` of Major League Soccer."""
    initials = [word[0] for word in tokens(text)]
    for run in re.finditer(r"[A-Z]{2,}", "".join(letter if letter.isascii() else "-" for letter in initials)):
        letters = run.group().casefold()
        yield from (letters[at : at + size] for size in _ACRONYM for at in range(len(letters) - size + 1))
