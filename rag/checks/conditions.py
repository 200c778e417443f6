"""Conditions, exceptions and parts that a sentence leaves out of its source. Pure; English; knows nothing of documents.

Without "only with written consent", "except on Sundays" or "half of" a sentence has every word of its source, and
promises more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.checks.lists import items
from rag.words import stem, terms, tokens

_CONDITION = re.compile(
    r"\b(?:only (?:if|when|with|after|once|for|to|by|on|in|at|during)|if|unless|except(?!ion)(?: (?:for|on|in|at))?"
    r"|(?:provided|providing) (?:that|the|an?|you|they|it|he|she|we|there|no|all|at least)|(?:as|so) long as"
    r"|on condition that|subject to|with the exception of"
    r"|with (?=(?:[\w'’]+ ){0,4}(?:consent|approval|permission)\b)"
    r"|(?:not|never|cannot|\w+n['’]t)\b[^.,;:!?\n]*?\buntil)\b(?P<of>[^.,;:!?()\n]*(?:[.,](?=\d)[^.,;:!?()\n]*)*)",
    re.IGNORECASE,
)
_THE = r"(?:the |all |its |our |these |those )?(?:\d+ )?"
_PART = re.compile(
    r"\b(?:(?P<some>half|some|most|part|few|several|many|none|thirds?|quarters?|fifths?|majority|minority) of"
    rf"|every (?P<other>other)) {_THE}(?P<of>[^\W\d_]+)",
    re.IGNORECASE,
)
"""Of what is spoken of, not all: "half of the seats"."""
_ANY_PART = re.compile(rf"\bof {_THE}([^\W\d_]+)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_MOST = 0.8
"""Share of a sentence's words that one of the source must have for its conditions to count."""


class _Left(NamedTuple):
    """What may be left out, as it stands; words that tell it, and the term of what it is a part of."""

    said: str
    words: frozenset[str]
    part_of: str = ""


def dropped(claim: str, question: str, evidence: Sequence[str]) -> list[str]:
    """Conditions, exceptions and parts of the source that neither a sentence has nor its question.

    Args:
        claim: The sentence.
        question: One that stands alone; empty for none.
        evidence: The cited passages; order does not matter.

    Returns:
        They as they stand, in order; none where a sentence of the source says as much of it without one.
    """
    wanted, said = set(terms(claim)), f"{claim} {question}"
    known = {*terms(said), *map(str.casefold, tokens(said))}
    parts = {stem(noun) for noun in _ANY_PART.findall(claim)}

    def is_left(one: _Left) -> bool:
        return not one.words & known and (not one.part_of or one.part_of in wanted - parts)

    found = [one for text in evidence for one in _read(text)]
    best = max((len(wanted & words) for words, _ in found), default=0)
    if not wanted or best < _MOST * len(wanted):
        return []
    left = [[one.said for one in may if is_left(one)] for words, may in found if len(wanted & words) == best]
    return min(left, key=len)


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[tuple[frozenset[str], tuple[_Left, ...]], ...]:
    """For each sentence its terms and what may be left out."""
    ends = [*_SENTENCE_END.finditer(text), None]
    found, at = [], 0
    for end in ends:
        begin, at = at, end.end() if end else len(text)
        sentence = text[begin : end.start() if end else len(text)]
        told = " ".join(text[item.start : item.end] for item in items(text, begin + len(sentence) - 1))
        found.append((frozenset(terms(sentence)), tuple(_left(sentence, told))))
    return tuple(found)


def _left(sentence: str, told: str) -> Iterator[_Left]:
    """What may be left out of a sentence, given the items that it leads up to.

    A condition is told by what the rest of its sentence does not say too; where it says no more, by its first words.
    """
    for one in _CONDITION.finditer(sentence):
        if words := terms(f"{one['of']} {told}" if one.end() >= len(sentence) - 1 else one["of"]):
            own = frozenset(words) - set(terms(sentence[: one.start()] + sentence[one.end() :]))
            opening = one.group()[: one.start("of") - one.start()]
            yield _Left(" ".join(one.group().split()), own or frozenset(map(str.casefold, tokens(opening))))
    for one in _PART.finditer(sentence):
        yield _Left(one.group(), frozenset({(one["some"] or one["other"]).casefold()}), stem(one["of"]))
