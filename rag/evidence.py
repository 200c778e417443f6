"""From hits to evidence: the sentences of the retrieved passages that fit the question best.

A sentence is scored by its nearness to the question (inner product of their vectors), by the share of the question's
words that stand in it or above it, and by the rank of its passage. Only the more promising ones are embedded, so the
cost does not grow with the length of the passages. Knows the embedder by its protocol alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.protocols import Embedder
from rag.types import Evidence, Hit, Span
from rag.words import terms

_EMBEDDED = 32
"""Most sentences that are embedded for one question."""
_NEARNESS, _WORDS, _ABOVE, _RANK = 1.0, 0.5, 0.25, 0.2
"""Weights of nearness, of question words in the sentence, of those in its headings, and of the passage's rank."""
_FLOOR = 0.4
"""Share of the best sentence's score that a sentence needs to be evidence; docs/decisions/0010-evidence-floor.md."""

Split = Callable[[str], Sequence[Span]]
"""Sentence spans of a text."""


def select(query: str, hits: Sequence[Hit], embedder: Embedder, split: Split, most: int) -> list[Evidence]:
    """Choose the sentences to answer from.

    Args:
        query: A question that stands alone.
        hits: Best first.
        embedder: Gives the nearness of sentence and question.
        split: Cuts a passage into sentence spans.
        most: How many sentences at most.

    Returns:
        At most `most` sentences, best first, no two with the same words, none that has little to do with the question;
        offsets count in the document.
    """
    wanted = set(terms(query))
    found = [item for rank, hit in enumerate(hits) for item in _sentences(hit, rank, wanted, split)]
    likely = sorted(found, key=_order)[:_EMBEDDED]
    if not likely:
        return []
    nearness = embedder.embed_documents([item.text for item in likely]) @ embedder.embed_query(query)
    scored = [
        replace(item, score=item.score + _NEARNESS * float(near)) for item, near in zip(likely, nearness, strict=True)
    ]
    scored.sort(key=_order)
    return _distinct([item for item in scored if item.score >= _FLOOR * scored[0].score])[:most]


def around(hits: Sequence[Hit], split: Split) -> list[Evidence]:
    """Every sentence of the hits that is no heading, unscored, in the order of the hits.

    Args:
        hits: Best first.
        split: Cuts a passage into sentence spans.

    Returns:
        Sentences, no two with the same words.
    """
    return _distinct([item for rank, hit in enumerate(hits) for item in _sentences(hit, rank, set(), split)])


def _sentences(hit: Hit, rank: int, wanted: set[str], split: Split) -> list[Evidence]:
    chunk = hit.chunk
    above = set(terms(f"{chunk.title} {chunk.heading}"))
    heading = terms(chunk.heading.rpartition(" > ")[2])
    found = []
    for start, end in split(chunk.text):
        text = chunk.text[start:end]
        words = set(terms(text))
        if not words or terms(text) == heading:  # a heading says what is spoken of, and nothing of it
            continue
        score = _RANK / (1 + rank)
        if wanted:
            score += (_WORDS * len(wanted & words) + _ABOVE * len(wanted & above - words)) / len(wanted)
        found.append(Evidence(chunk, chunk.start + start, chunk.start + end, text, score))
    return found


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    first: dict[str, Evidence] = {}
    for item in evidence:
        first.setdefault(" ".join(terms(item.text)), item)
    return list(first.values())


def _order(item: Evidence) -> tuple[float, str, int]:
    return (-item.score, item.chunk.document, item.start)
