"""From a question to hits: follow-ups rewritten, dense and lexical search, fused by reciprocal rank.

Deterministic: ties are broken by document and offset. Knows the store and the embedder by their protocols alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.protocols import Embedder, Store
from rag.types import Hit, Turn
from rag.words import terms

_RRF_K = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
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


def retrieve(query: str, store: Store, embedder: Embedder, *, candidates: int, k: int) -> list[Hit]:
    """Search both ways and fuse.

    Args:
        query: A question that stands alone.
        store: Where to look.
        embedder: The one that the store was made with.
        candidates: Hits taken from each ranking.
        k: Most hits returned.

    Returns:
        At most `k` hits, best first, with their rank in each ranking that they were in.
    """
    dense = store.dense(embedder.embed_query(query), candidates)
    return fuse(dense, store.lexical(query, candidates))[:k]


def fuse(dense: Sequence[Hit], lexical: Sequence[Hit]) -> list[Hit]:
    """Reciprocal rank fusion of two rankings.

    Args:
        dense: Best first.
        lexical: Best first.

    Returns:
        Every hit of either, best first, scored by the sum of `1 / (60 + rank)`.
    """
    found: dict[tuple[str, int], Hit] = {}
    for rank, hit in enumerate(dense, start=1):
        found[hit.chunk.key] = replace(hit, score=1 / (_RRF_K + rank), dense_rank=rank)
    for rank, hit in enumerate(lexical, start=1):
        known = found.get(hit.chunk.key, replace(hit, score=0.0))
        score = known.score + 1 / (_RRF_K + rank)
        found[hit.chunk.key] = replace(known, score=score, lexical_rank=rank, lexical_score=hit.lexical_score)
    return sorted(found.values(), key=lambda hit: (-hit.score, hit.chunk.key))
