"""From a question to hits: dense and lexical search, their scores fused, drawn towards what was spoken of before.

Deterministic: ties are broken by document and offset. Knows the store and the embedder by their protocols alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rag.follow_ups import is_courtesy, leans, standalone, topic, without_courtesy
from rag.protocols import Embedder, Store
from rag.types import Hit, Turn, Vector
from rag.words import terms

_DENSE = 0.7
"""Weight of the dense score against the lexical one."""
_CODES = 0.7
"""Share of it that a question of nothing but numbers and codes loses: to the vectors one is much like another."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
"""A number that is no code: a year stands with words that say of what."""
_BEFORE_DENSE, _BEFORE_LEXICAL = 0.4, 0.2
"""Weights of what was spoken of before, against 1 of the last turn, where it counts in full."""
_KINDRED = 0.5
"""Inner product with what was spoken of before from which a last turn is about the same thing."""
_PLAIN, _CLEAR, _VAGUE = 0.8, 0.5, 0.3
"""Inner product with the nearest passage: from the first, a last turn needs no help, whatever it is about; from the
second, none unless it is about the same thing; from the third down, all there is."""
_REWRITTEN = 0.3
"""How much what was spoken of before must count for a question to be rewritten; below it is another topic."""
_LOST, _AKIN = 0.25, 0.2
"""With nothing nearer than the first, a turn that is as kindred as the second leans on what was said before, though in
a language that neither the rules nor the index know."""
_STRANGE, _FEW = 0.06, 2
"""Less kindred than the first, a turn of more content words than the second is about something else, whatever words it
points with."""


class Wanted(NamedTuple):
    """What is searched for: to be read, by vector, and by words.

    Attributes:
        query: The question as it stands alone.
        vector: (dim,) float32, unit length.
        words: Texts whose words are searched for, each with the weight of its score.
        whole: The question, with what was spoken of before where that counts: what the hits are read for.
    """

    query: str
    vector: Vector
    words: tuple[tuple[str, float], ...]
    whole: str


def wanted(
    question: str, history: Sequence[Turn], store: Store, embedder: Embedder, scope: Sequence[str] = ()
) -> Wanted:
    """What to search for, the conversation considered.

    The more a last turn has to do with what was spoken of before, and the less there is near it by itself, the more of
    that is mixed in, and always less than of the last turn: a new topic is found as it is without a history. Vectors
    decide so, in any language that the embedder reads. A turn that leans on an earlier one is searched for both as it
    is and as it is rewritten. docs/decisions/0015-follow-ups.md has the figures.

    Args:
        question: The last turn.
        history: Earlier turns, oldest first.
        store: Where to look.
        embedder: The one that the store was made with.
        scope: Documents and folders to look in; empty for all.

    Returns:
        The question alone where nothing was asked before.
    """
    question = without_courtesy(question)
    found = Wanted(question, embedder.embed_query(question), ((question, 1.0),), question)
    before = None if is_courtesy(question) else topic(history)
    if before is None:
        return found
    theirs = embedder.embed_query(before.said)
    nearest = max((hit.score for hit in store.dense(found.vector, 1, scope)), default=0.0)
    kinship = float(found.vector @ theirs)
    pull = _pull(kinship, nearest)
    if pull >= _REWRITTEN and _goes_on(question, kinship, nearest):
        found = _rewritten(found, standalone(question, history), embedder)
    elif pull:
        found = found._replace(words=(*found.words, (before.asked, pull * _BEFORE_LEXICAL)))
    if not pull:
        return found
    mixed = _unit(found.vector + np.float32(pull * _BEFORE_DENSE) * theirs)
    return found._replace(vector=mixed, whole=f"{before.said} {question}")


def _goes_on(question: str, kinship: float, nearest: float) -> bool:
    """Can a turn be read only with what was said before? A question that nothing is near need not be one of those."""
    if leans(question):
        return kinship >= _STRANGE or len(set(terms(question))) <= _FEW
    return nearest < _LOST and kinship >= _AKIN


def _rewritten(found: Wanted, query: str, embedder: Embedder) -> Wanted:
    """Half of the question as it was put, half of it as it stands alone: each finds what the other loses."""
    vector = _unit(found.vector + embedder.embed_query(query))
    return Wanted(query, vector, ((found.query, 0.5), (query, 0.5)), query)


def _unit(vector: Vector) -> Vector:
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def _pull(kinship: float, nearest: float) -> float:
    """How much what was spoken of before counts, in [0, 1]: for being kindred, or for want of anything near."""
    kindred = _within(kinship / _KINDRED) * _within((_PLAIN - nearest) / (_PLAIN - _CLEAR))
    return max(kindred, _within((_CLEAR - nearest) / (_CLEAR - _VAGUE)))


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def retrieve(wanted: Wanted, store: Store, candidates: int, scope: Sequence[str] = ()) -> list[Hit]:
    """Search both ways and fuse.

    Args:
        wanted: What to search for.
        store: Where to look.
        candidates: Hits taken from each ranking.
        scope: Documents and folders to look in; empty for all.

    Returns:
        Every candidate of either, best first, with its rank in each ranking that it was in.
    """
    hits = store.dense(wanted.vector, candidates, scope), lexical(wanted, store, candidates, scope)
    return fuse(*hits, dense_weight(wanted.query))


def dense_weight(query: str) -> float:
    """What the dense score counts, in [0, 1]: the less, the more of a question's terms are codes.

    Args:
        query: The question as it stands alone.

    Returns:
        The weight against that of the lexical score, which is the rest.
    """
    known = set(terms(query))
    codes = sum(any(char.isdigit() for char in word) and not _YEAR.fullmatch(word) for word in known)
    return _DENSE * (1 - _CODES * codes / max(1, len(known)))


def lexical(wanted: Wanted, store: Store, k: int, scope: Sequence[str] = ()) -> list[Hit]:
    """The ranking by words: BM25 is a sum over words, so texts of different weights are searched for one by one.

    Args:
        wanted: What to search for.
        store: Where to look.
        k: Most hits.
        scope: Documents and folders to look in; empty for all.

    Returns:
        Hits by falling sum of weighted scores, ties by document and start, with their ranks.
    """
    found: dict[tuple[str, int], Hit] = {}
    for text, weight in wanted.words:
        for hit in store.lexical(text, k, scope):
            score = weight * hit.score + (found[hit.chunk.key].score if hit.chunk.key in found else 0.0)
            found[hit.chunk.key] = replace(hit, score=score, lexical_score=score)
    best = sorted(found.values(), key=_order)[:k]
    return [replace(hit, lexical_rank=rank) for rank, hit in enumerate(best, start=1)]


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit], weight: float = _DENSE) -> list[Hit]:
    """Convex combination of two rankings' scores, each divided by the best of its own ranking.

    Ranks alone throw away how far apart the scores are: on the development sets this beat reciprocal rank fusion on
    every one (docs/decisions/0007-fusion.md; Bruch, Gai and Ingber, TOIS 2023). What the vectors did not bring counts
    as near as the last that they did: it may be hardly less, and one that has all the words of a question is not lost.

    Args:
        dense: Best first, scored by inner product.
        lexical: Best first, scored by BM25.
        weight: Of the dense ranking, in [0, 1]; the other has the rest.

    Returns:
        Every hit of either, best first, scored in [0, 1], with its rank in each.
    """
    found: dict[tuple[str, int], Hit] = {}
    near = _shares(dense)
    least = min((share for _, share in near), default=0.0)
    for rank, (hit, share) in enumerate(near, start=1):
        found[hit.chunk.key] = replace(hit, score=weight * share, dense_rank=rank)
    for rank, (hit, share) in enumerate(_shares(lexical), start=1):
        known = found.get(hit.chunk.key, replace(hit, score=weight * least))
        score = known.score + (1 - weight) * share
        found[hit.chunk.key] = replace(known, score=score, lexical_rank=rank, lexical_score=hit.score)
    return sorted(found.values(), key=_order)


def _shares(hits: Sequence[Hit]) -> list[tuple[Hit, float]]:
    best = max((hit.score for hit in hits), default=0.0)
    return [(hit, max(0.0, hit.score / best) if best > 0 else 0.0) for hit in hits]


def _order(hit: Hit) -> tuple[float, tuple[str, int]]:
    return (-hit.score, hit.chunk.key)
