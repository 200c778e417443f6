"""Retrieval over many sets: dense, lexical and fused beside each other, and whether the whole beats its parts.

python benchmarks/retrieval.py SETS -o benchmarks/results/retrieval.json [--float32]

With `--float32` all is embedded and searched once more with the embedder in torch, in float32, to see what the number
format that this processor is fast in costs.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from common import arguments, datasets, progress, settings, write

from rag.config import Config
from rag.embedder import SentenceTransformerEmbedder
from rag.evals.datasets import sample
from rag.evals.indexes import Parts
from rag.evals.metrics import mean
from rag.evals.runner import evaluate, open_parts
from rag.factory import open_weights

_SLACK = 0.01
"""What the fused ranking may lose on one set against the better of its parts."""


def main() -> int:
    """Search, compare, write; 1 where the fused ranking falls behind its parts."""
    parser = arguments(__doc__)
    parser.add_argument("--float32", action="store_true", help="also with the embedder in float32")
    given = parser.parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=False)
    exact = _in_float32(parts, config) if given.float32 else None
    sets: dict[str, Any] = {}
    moved: dict[str, dict[str, float]] = {}
    for dataset in datasets(given.sets):
        if any(case.gold for case in dataset.cases):
            asked = sample(dataset, None, given.half)
            sets[dataset.name] = evaluate(asked, parts, config, progress, retrieval_only=True).result
            found = _ndcg(sets[dataset.name])
            print(dataset.name, *(f"{part} {value:.4f}" for part, value in found.items()))
            if exact:
                before = _ndcg(evaluate(asked, exact, config, progress, retrieval_only=True).result)
                moved[dataset.name] = {part: found[part] - value for part, value in before.items()}
    summary = _summary({name: result["retrieval"]["parts"] for name, result in sets.items()})
    print(summary, moved)
    write(given.output, {"half": given.half, "summary": summary, "moved_from_float32": moved or None, "sets": sets})
    return 0 if summary["holds"] else 1


def _in_float32(parts: Parts, config: Config) -> Parts:
    """The same with the embedder in torch; its vectors and indexes are kept beside the others."""
    embedder = SentenceTransformerEmbedder(open_weights(config, progress).path(config.embedder), config.embedder)
    digest, made_with = f"{parts.embedder_digest} float32", f"{parts.made_with} float32"
    return replace(parts, embedder=embedder, embedder_digest=digest, made_with=made_with)


def _ndcg(result: dict[str, Any]) -> dict[str, float]:
    return {name: part["ndcg@10"] for name, part in result["retrieval"]["parts"].items()}


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
