"""Retrieval measured alone: the whole, each of its parts side by side, and the characters that its chunks hold.

Chunk rankings are folded to documents, each at the place of its best chunk. Knows pipelines and cases, no files.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag import retrieval
from rag.evals import metrics
from rag.evals.cases import Case, GoldSpan
from rag.evals.indexes import Indexes
from rag.evals.metrics import mean, ratio
from rag.pipeline import Pipeline
from rag.protocols import Progress
from rag.types import Hit, Span

_CHUNKS = 5
"""Chunks whose characters are measured, as in Smith and Troynikov, Evaluating Chunking Strategies for Retrieval."""
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """One question searched for: rankings of chunks by part (`fused`, `dense`, `lexical`, `last_turn`), and seconds."""

    case: Case
    rankings: Mapping[str, Sequence[Hit]]
    spans: Sequence[GoldSpan]
    seconds: float


def search_all(cases: Sequence[Case], indexes: Indexes, progress: Progress) -> list[Search]:
    """Search for every question that has a gold document or span.

    Args:
        cases: Questions; those without gold are passed over.
        indexes: Opens the documents of each.
        progress: Told of the questions searched for.

    Returns:
        Rankings as deep as the pipeline's own candidates.
    """
    judged = [case for case in cases if case.gold or case.spans]
    found = []
    for done, case in enumerate(judged, start=1):
        found.append(_search(case, indexes.pipeline(case), indexes.spans(case)))
        progress("searching", done, len(judged))
    return found


def _search(case: Case, pipeline: Pipeline, spans: Sequence[GoldSpan]) -> Search:
    depth = max(pipeline.config.candidates, pipeline.config.k)
    started_s = time.perf_counter()
    rankings = {"fused": pipeline.search(case.text, depth, history=case.history)}
    seconds = time.perf_counter() - started_s
    wanted = retrieval.wanted(case.text, case.history, pipeline.store, pipeline.embedder)
    rankings["dense"] = pipeline.store.dense(wanted.vector, depth)
    rankings["lexical"] = retrieval.lexical(wanted, pipeline.store, depth)
    if case.history:
        rankings["last_turn"] = pipeline.search(case.text, depth)
    return Search(case, rankings, spans, seconds)


def ranking_figures(searches: Sequence[Search]) -> Figures:
    """Figures of the fused ranking, and under `parts` those of each.

    Args:
        searches: Of one set.

    Returns:
        `recall@5, recall@10, mrr@10, ndcg@10, n, parts`; empty where no question has a gold document.
    """
    judged = [search for search in searches if search.case.gold]
    if not judged:
        return {}
    names = [name for name in ("dense", "lexical", "fused", "last_turn") if any(name in s.rankings for s in judged)]
    parts = {name: _figures(judged, name) for name in names}
    return {**parts["fused"], "parts": parts}


def _figures(searches: Sequence[Search], name: str) -> Figures:
    """Of one ranking; a question without a history has its last turn, and nothing else, in the fused one."""
    rankings = [search.rankings.get(name, search.rankings["fused"]) for search in searches]
    folded = [metrics.fold(hit.chunk.document for hit in ranking) for ranking in rankings]
    ranked = list(zip(folded, [search.case.gold for search in searches], strict=True))
    return {**_measures(ranked), "n": len(ranked)}


def _measures(ranked: Sequence[tuple[Sequence[str], Mapping[str, float]]]) -> Figures:
    """Means over pairs of a ranking and its gold."""
    return {
        "recall@5": mean(metrics.recall_at(ranking, gold, 5) for ranking, gold in ranked),
        "recall@10": mean(metrics.recall_at(ranking, gold, 10) for ranking, gold in ranked),
        "mrr@10": mean(metrics.mrr_at(ranking, gold, 10) for ranking, gold in ranked),
        "ndcg@10": mean(metrics.ndcg_at(ranking, gold, 10) for ranking, gold in ranked),
    }


def chunk_figures(searches: Sequence[Search]) -> Figures:
    """How well the first five chunks and the gold spans agree, in characters.

    Args:
        searches: Of one set.

    Returns:
        Means over questions of `recall`, `precision` and `iou` (both over either), `k` and `n`; empty where no
        question has a gold span.
    """
    judged = [search for search in searches if search.spans]
    if not judged:
        return {}
    counts = [_characters(search) for search in judged]
    return {
        "recall": mean(both / gold for both, gold, _ in counts),
        "precision": mean(ratio(both, taken) or 0.0 for both, _, taken in counts),
        "iou": mean(both / (gold + taken - both) for both, gold, taken in counts),
        "k": _CHUNKS,
        "n": len(judged),
    }


def passage_figures(searches: Sequence[Search], k: int) -> Figures:
    """Whether the gold spans are found, each at the place of the first chunk that meets it.

    Args:
        searches: Of one set.
        k: Hits that an answer is written from.

    Returns:
        `found` (share of questions with a gold span among the `k` hits), `recall@5, recall@10, mrr@10, ndcg@10` over
        spans, `k` and `n`; empty where no question has a gold span.
    """
    judged = [search for search in searches if search.spans]
    if not judged:
        return {}
    ranked = [(_met(search), {str(at): 1.0 for at in range(len(search.spans))}) for search in judged]
    return {
        "found": mean(float(metrics.mrr_at(ranking, gold, k) > 0) for ranking, gold in ranked),
        **_measures(ranked),
        "k": k,
        "n": len(ranked),
    }


def _met(search: Search) -> list[str]:
    """The fused ranking as numbers of the spans that each chunk meets first; empty for a chunk that meets none."""
    ranking: list[str] = []
    for hit in search.rankings["fused"]:
        met = [
            str(at)
            for at, span in enumerate(search.spans)
            if span.meets(hit.chunk.document, hit.chunk.start, hit.chunk.end)
        ]
        ranking += [number for number in met if number not in ranking] or [""]
    return ranking


def _characters(search: Search) -> tuple[int, int, int]:
    """Characters in both, in the gold spans, and in the chunks."""
    chunks = [hit.chunk for hit in search.rankings["fused"][:_CHUNKS]]
    both = gold = taken = 0
    for document in {span.document for span in search.spans} | {chunk.document for chunk in chunks}:
        wanted = [Span(span.start, span.end) for span in search.spans if span.document == document]
        got = [Span(chunk.start, chunk.end) for chunk in chunks if chunk.document == document]
        both += metrics.overlap(wanted, got)
        gold += metrics.length(wanted)
        taken += metrics.length(got)
    return both, gold, taken
