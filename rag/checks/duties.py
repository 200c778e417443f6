"""What a text says one must, may or should do, and what may happen. Pure; English; knows nothing of documents.

"Members may bring guests, who must sign the book" has every word of "Members must bring guests". So each verb after
such a word is held against the same verb in the source. What must not be done is denied: `negation` reads that.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rag.types import Premise
from rag.words import CLAUSE_END, placed_terms, stem, terms

_IS = r"(?:am|is|are|be|was|were)"
_DUTY = re.compile(
    rf"\b(?:(?P<must>must|shall|ha(?:s|ve) to|needs? to|{_IS} (?:required|obliged) to)"
    rf"|(?P<may>may|can|might|could|{_IS} (?:allowed|permitted|entitled|free) to)"
    r"|(?P<should>should|ought to))\b(?! not\b)",
    re.IGNORECASE,
)
_MAY_HAPPEN = frozenset(
    map(stem, "contain cause include affect lead result occur happen vary change differ delay become".split())
)
"""Verbs of what happens, and is not done: "may contain nuts" is no leave to contain them."""


def other_duties(text: str, passages: Sequence[str]) -> list[Premise]:
    """Verbs of a text with "must", "may" or "should" before them where the passages have another of these.

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        Each with what the passages have in its place, in the order of the text; none that stands there as it does here.
        So too where something happens that in the passages only may.
    """
    mine, theirs = _read(text), defaultdict[str, dict[str, str]](dict)
    for passage in passages:
        for verb, said in _read(passage).items():
            theirs[verb].update(said)
    found = []
    for verb, said in mine.items():
        if theirs.get(verb) and not said.keys() & theirs[verb].keys():
            found.append(Premise(next(iter(said.values())), next(iter(theirs[verb].values()))))
    happens = [verb for verb in terms(text) if verb in _MAY_HAPPEN and verb not in mine]
    for verb in happens:
        sure = sum(terms(passage).count(verb) for passage in passages) > len(theirs.get(verb, ()))
        if "may" in theirs.get(verb, ()) and not sure:
            found.append(Premise(verb, theirs[verb]["may"]))
    return found


@lru_cache(maxsize=1_000)
def _read(text: str) -> Mapping[str, Mapping[str, str]]:
    """For each verb, by its term, what is said of it, and how it is said."""
    found = defaultdict[str, dict[str, str]](dict)
    for kind, verb, said in _said(text):
        found[verb].setdefault(kind, said)
    return found


def _said(text: str) -> Iterator[tuple[str, str, str]]:
    placed = list(placed_terms(text))
    starts = [start for start, _, _ in placed]
    for match in _DUTY.finditer(text):
        at = bisect_left(starts, match.end())
        if at < len(placed) and not CLAUSE_END.search(text, match.end(), placed[at][0]):
            yield match.lastgroup or "", placed[at][2], text[match.start() : placed[at][1]]
