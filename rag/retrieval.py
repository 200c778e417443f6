"""From a question to hits: follow-ups rewritten, dense and lexical search, their scores fused.

Deterministic: ties are broken by document and offset. Knows the store and the embedder by their protocols alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.protocols import Embedder, Store
from rag.types import Hit, Turn
from rag.words import terms

_DENSE = 0.7
"""Weight of the dense score against the lexical one."""
_LEANS = re.compile(
    r"^(?:and|but|or|so|what about|how about|then|also|why|when|where|how|who|which)\b[^?]{0,12}\??$"
    r"|^(?:and|but|what about|how about|what else|anything else)\b"
    r"|\b(?:it|its|he|his|him|she|her|hers|they|their|theirs|them|this|that|these|those|there|then|one|ones|former|"
    r"latter|same|above|previous|such)\b",
    re.IGNORECASE,
)
"""Words that lean on what was said before."""
_ALONE = 2
"""A question with fewer content words than this does not stand alone."""


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Make a follow-up searchable on its own.

    Args:
        question: The last turn.
        history: Earlier turns, oldest first.

    Returns:
        The question, with the earlier question that it leans on in front of it; unchanged where it stands alone.
    """
    question = " ".join(question.split())
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not earlier or not leans(question):
        return question
    before = standalone(earlier[-1], [Turn("user", text) for text in earlier[:-1]][-1:])
    return f"{before} {question}"


def leans(question: str) -> bool:
    """True for a question that points back at an earlier turn, or says too little to be searched for."""
    return len(set(terms(question))) < _ALONE or bool(_LEANS.search(question))


def retrieve(query: str, store: Store, embedder: Embedder, candidates: int, scope: Sequence[str] = ()) -> list[Hit]:
    """Search both ways and fuse.

    Args:
        query: A question that stands alone.
        store: Where to look.
        embedder: The one that the store was made with.
        candidates: Hits taken from each ranking.
        scope: Documents and folders to look in; empty for all.

    Returns:
        Every candidate of either, best first, with its rank in each ranking that it was in.
    """
    dense = store.dense(embedder.embed_query(query), candidates, scope)
    return fuse(dense, store.lexical(query, candidates, scope))


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit]) -> list[Hit]:
    """Convex combination of two rankings' scores, each divided by the best of its own ranking.

    Ranks alone throw away how far apart the scores are: on the development sets this beat reciprocal rank fusion on
    every one (docs/decisions/0007-fusion.md; Bruch, Gai and Ingber, TOIS 2023).

    Args:
        dense: Best first, scored by inner product.
        lexical: Best first, scored by BM25.

    Returns:
        Every hit of either, best first, scored in [0, 1], with its rank in each.
    """
    found: dict[tuple[str, int], Hit] = {}
    for rank, (hit, share) in enumerate(_shares(dense), start=1):
        found[hit.chunk.key] = replace(hit, score=_DENSE * share, dense_rank=rank)
    for rank, (hit, share) in enumerate(_shares(lexical), start=1):
        known = found.get(hit.chunk.key, replace(hit, score=0.0))
        score = known.score + (1 - _DENSE) * share
        found[hit.chunk.key] = replace(known, score=score, lexical_rank=rank, lexical_score=hit.score)
    return sorted(found.values(), key=lambda hit: (-hit.score, hit.chunk.key))


def _shares(hits: Sequence[Hit]) -> list[tuple[Hit, float]]:
    best = max((hit.score for hit in hits), default=0.0)
    return [(hit, max(0.0, hit.score / best) if best > 0 else 0.0) for hit in hits]
