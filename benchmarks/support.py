"""The check of sentences against labelled claims: by words alone, and with how near their words are to the evidence.

python benchmarks/support.py SETS -o benchmarks/results/support.json --half 1
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from common import arguments, datasets, progress, settings, write

from rag.evals import metrics
from rag.evals.cases import Pair
from rag.evals.claims import judge
from rag.evals.datasets import sample
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.support import Thresholds, judge_support


def main() -> int:
    """Judge every claim both ways, write."""
    given = arguments(__doc__).parse_args()
    config = settings(generator="extractive")
    embedder = open_parts(config, progress, generator=False).embedder
    thresholds = Thresholds(config.support_above, config.support_below)
    pairs = [pair for dataset in datasets(given.sets) for pair in sample(dataset, None, given.half).pairs]
    figures: dict[str, Any] = {}
    for name in sorted({pair.group for pair in pairs}):
        own = [pair for pair in pairs if pair.group == name]
        words = [judge_support(metrics.without_markers(pair.claim), pair.evidence).score for pair in own]
        near = [judge(pair, thresholds, embedder, config.chunk_tokens).score for pair in own]
        figures[name] = {
            "n": len(own),
            "supported": sum(pair.supported for pair in own),
            "words": _figures(own, words, thresholds.supported),
            "with_nearness": _figures(own, near, thresholds.supported),
        }
    write(given.output, {"files": figures, "half": given.half, "commit": commit(), "machine": machine()})
    return 0


def _figures(pairs: Sequence[Pair], scores: Sequence[float], bar: float) -> dict[str, float | None]:
    """How well the scores order the claims, and the share of true and of other claims that are called supported."""
    return {
        "auroc": metrics.auroc([(score, pair.supported) for pair, score in zip(pairs, scores, strict=True)]),
        "passed_of_true": metrics.mean([s >= bar for s, pair in zip(scores, pairs, strict=True) if pair.supported]),
        "passed_of_others": metrics.mean(
            [s >= bar for s, pair in zip(scores, pairs, strict=True) if not pair.supported]
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
