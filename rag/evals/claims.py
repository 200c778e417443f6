"""The support judge against labelled claims: does a high score mean that the evidence says it?

The evidence is read as an answer's is, in passages. Knows the judge as a function and pairs by their label; nothing of
indexes or pipelines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from rag.evals import metrics
from rag.evals.cases import Pair
from rag.evals.metrics import mean
from rag.nearness import Reading
from rag.protocols import Embedder, Progress
from rag.splitter import split_for
from rag.support import Support, Thresholds, judge_support
from rag.types import Document, Evidence, Hit

_STEP = 100
Scored = tuple[Pair, float]


def judge_all(
    pairs: Sequence[Pair], progress: Progress, thresholds: Thresholds, embedder: Embedder, chunk_tokens: int
) -> dict[str, Any]:
    """Judge every pair.

    Args:
        pairs: Claims with evidence, their labels folded to fully supported against the rest.
        progress: Told of the pairs judged.
        thresholds: Where the verdict `supported` begins.
        embedder: Reads the evidence.
        chunk_tokens: Most tokens of a passage.

    Returns:
        `auroc` and `balanced_accuracy`, each the mean over the files, `n`, and both by file; empty for no pairs.
    """
    scored: dict[str, list[Scored]] = {}
    for done, item in enumerate(pairs):
        if done % _STEP == 0:
            progress("judging", done, len(pairs))
        scored.setdefault(item.group, []).append((item, judge(item, thresholds, embedder, chunk_tokens).score))
    groups = {name: _figures(found, thresholds.supported) for name, found in sorted(scored.items())}
    if not groups:
        return {}
    return {
        "auroc": mean(part["auroc"] for part in groups.values() if part["auroc"] is not None),
        "balanced_accuracy": mean(
            part["balanced_accuracy"] for part in groups.values() if part["balanced_accuracy"] is not None
        ),
        "fold": "fully supported against the rest; Generic left out",
        "n": len(pairs),
        "files": groups,
    }


def judge(pair: Pair, thresholds: Thresholds, embedder: Embedder, chunk_tokens: int) -> Support:
    """Judge one pair, see `judge_all`."""
    claim = metrics.without_markers(pair.claim)
    document = Document("", "", "\n\n".join(pair.evidence), sha256="")
    passages = list(split_for(embedder, document, chunk_tokens))
    reading = Reading(claim, claim, [Hit(passage, 0.0) for passage in passages], embedder)
    whole = [Evidence(passage, passage.start, passage.end, passage.text, 0.0) for passage in passages]
    return judge_support(claim, pair.evidence, "", thresholds, partial(reading.farthest, claim, whole))


def _figures(scored: Sequence[Scored], supported: float) -> dict[str, Any]:
    return {
        "auroc": metrics.auroc([(score, item.supported) for item, score in scored]),
        "balanced_accuracy": metrics.balanced_accuracy(
            [(score >= supported, item.supported) for item, score in scored]
        ),
        "supported": sum(item.supported for item, _ in scored),
        "n": len(scored),
    }
