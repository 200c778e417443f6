"""Retrieval over many sets: dense, lexical and fused beside each other, and whether the whole beats its parts.

python benchmarks/retrieval.py SETS -o benchmarks/results/retrieval.json
"""

from __future__ import annotations

import sys
from typing import Any

from common import arguments, datasets, progress, settings, write

from rag.evals.datasets import sample
from rag.evals.metrics import mean
from rag.evals.runner import evaluate, open_parts

_SLACK = 0.01
"""What the fused ranking may lose on one set against the better of its parts."""


def main() -> int:
    """Search, compare, write; 1 where the fused ranking falls behind its parts."""
    given = arguments(__doc__).parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=False)
    sets: dict[str, Any] = {}
    for dataset in datasets(given.sets):
        if any(case.gold for case in dataset.cases):
            result = evaluate(sample(dataset, None, given.half), parts, config, progress, retrieval_only=True).result
            sets[dataset.name] = result
            print(dataset.name, *(f"{name} {p['ndcg@10']:.4f}" for name, p in result["retrieval"]["parts"].items()))
    summary = _summary({name: result["retrieval"]["parts"] for name, result in sets.items()})
    print(summary)
    write(given.output, {"half": given.half, "summary": summary, "sets": sets})
    return 0 if summary["holds"] else 1


def _summary(sets: dict[str, Any]) -> dict[str, Any]:
    """Mean nDCG@10 of each part, and how far the fused one is from the better of the others on each set."""
    names = ("dense", "lexical", "fused")
    means = {name: mean(parts[name]["ndcg@10"] for parts in sets.values()) for name in names}
    better = {name: max(parts["dense"]["ndcg@10"], parts["lexical"]["ndcg@10"]) for name, parts in sets.items()}
    margins = {name: parts["fused"]["ndcg@10"] - better[name] for name, parts in sets.items()}
    of_better = mean(better.values()) or 0.0
    holds = min(margins.values()) >= -_SLACK and (means["fused"] or 0.0) >= of_better
    return {"ndcg@10": means, "better_of_both": of_better, "margins": margins, "holds": holds}


if __name__ == "__main__":
    sys.exit(main())
