"""Seconds to the first token and to the full answer, one question at a time, and how long the prompts were.

python benchmarks/latency.py SET -o benchmarks/results/latency.json
"""

from __future__ import annotations

import sys

from common import CIRCUMSTANCES, arguments, asked, datasets, progress, settings, write

from rag.evals.datasets import sample
from rag.evals.runner import evaluate, open_parts


def main() -> int:
    """Ask, time, write."""
    given = arguments(__doc__, 20).parse_args()
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    sets = {}
    for dataset in datasets(given.sets):
        if dataset.cases:
            evaluation = evaluate(sample(dataset, given.n, given.half), parts, config, progress, retrieval_only=False)
            kept = ("n", "index", "timings", "prompt_tokens", *CIRCUMSTANCES)
            questions = [asked(outcome) for outcome in evaluation.outcomes]
            sets[dataset.name] = {**{name: evaluation.result.get(name) for name in kept}, "questions": questions}
    write(given.output, sets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
