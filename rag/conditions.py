"""Conditions and exceptions of a source that a sentence leaves out: "only with written consent", "except on Sundays".

A sentence without them has every word of its source and promises more. Pure; English; knows nothing of documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.words import terms

_OPENS = (
    r"only (?:if|when|with|after|once|for|to|by|on|in|at|during)|if|unless|except(?!ion)(?: (?:for|on|in|at|that))?"
    r"|provided that|providing that|as long as|on condition that|subject to|with the exception of"
    r"|(?:not|never|cannot|\w+n['’]t)\b[^.,;:!?\n]*?\buntil"
)
_CONDITION = re.compile(rf"\b(?:{_OPENS})\b(?P<of>[^.,;:!?()\n]*(?:[.,](?=\d)[^.,;:!?()\n]*)*)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_MOST = 0.8
"""Share of a sentence's words that one of the source must have for its conditions to count."""


class _Conditional(NamedTuple):
    words: frozenset[str]
    conditions: tuple[tuple[str, frozenset[str]], ...]


def dropped(claim: str, question: str, evidence: Sequence[str]) -> list[str]:
    """Conditions and exceptions of the source that neither a sentence has nor its question.

    Args:
        claim: The sentence.
        question: One that stands alone; empty for none.
        evidence: The cited passages; order does not matter.

    Returns:
        They as they stand, in order; none where a sentence of the source says as much of it without one.
    """
    wanted, known = set(terms(claim)), set(terms(f"{claim} {question}"))
    found = [one for text in evidence for one in _read(text)]
    share = {one: len(wanted & one.words) for one in found}
    best = max(share.values(), default=0)
    if not wanted or best < _MOST * len(wanted):
        return []
    left = [[said for said, words in one.conditions if not words & known] for one in found if share[one] == best]
    return min(left, key=len)


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[_Conditional, ...]:
    found = []
    for sentence in _SENTENCE_END.split(text):
        conditions = [
            (" ".join(one.group().split()), frozenset(terms(one["of"]))) for one in _CONDITION.finditer(sentence)
        ]
        found.append(_Conditional(frozenset(terms(sentence)), tuple(one for one in conditions if one[1])))
    return tuple(found)
