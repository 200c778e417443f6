"""The support judge against labelled claims: does a high score mean that the evidence says it?

Knows the judge as a function and pairs by their label; nothing of documents or pipelines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.evals import metrics
from rag.evals.cases import Pair
from rag.evals.metrics import mean
from rag.protocols import Progress
from rag.support import Thresholds, judge_support

_STEP = 100
Scored = tuple[Pair, float]


def judge_all(pairs: Sequence[Pair], progress: Progress, thresholds: Thresholds) -> dict[str, Any]:
    """Judge every pair.

    Args:
        pairs: Claims with evidence, their labels folded to fully supported against the rest.
        progress: Told of the pairs judged.
        thresholds: Where the verdict `supported` begins.

    Returns:
        `auroc` and `balanced_accuracy`, each the mean over the files, `n`, and both by file; empty for no pairs.
    """
    scored: dict[str, list[Scored]] = {}
    for done, item in enumerate(pairs):
        if done % _STEP == 0:
            progress("judging", done, len(pairs))
        claim = metrics.without_markers(item.claim)
        scored.setdefault(item.group, []).append((item, judge_support(claim, item.evidence, "", thresholds).score))
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


def _figures(scored: Sequence[Scored], supported: float) -> dict[str, Any]:
    return {
        "auroc": metrics.auroc([(score, item.supported) for item, score in scored]),
        "balanced_accuracy": metrics.balanced_accuracy(
            [(score >= supported, item.supported) for item, score in scored]
        ),
        "supported": sum(item.supported for item, _ in scored),
        "n": len(scored),
    }
