"""The five promises of every answer, over many answers to the questions of many sets.

python benchmarks/invariants.py SETS -o benchmarks/results/invariants-extractive.json --generator extractive
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from common import CIRCUMSTANCES, arguments, datasets, progress, settings, write

from rag.evals.cases import Dataset
from rag.evals.datasets import sample
from rag.evals.runner import evaluate, open_parts


def main() -> int:
    """Ask, check, write; 1 where an answer breaks a promise."""
    given = arguments(__doc__, 500).parse_args()
    found = [dataset for dataset in datasets(given.sets) if dataset.cases]
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    checks: dict[str, Any] = {}
    for dataset, questions in zip(found, _shares(found, given.n), strict=True):
        part = sample(dataset, questions, given.half)
        evaluation = evaluate(part, parts, config, progress, retrieval_only=False)
        result, statuses = evaluation.result, Counter(o.answer.status for o in evaluation.outcomes if o.answer)
        checks[dataset.name] = {**statuses, **result["invariants"], "errors": result["errors"]}
        circumstances = {name: result[name] for name in CIRCUMSTANCES}
        write(given.output, {**_total(checks), "sets": checks, **circumstances})
    return 1 if _total(checks)["violated"] else 0


def _total(checks: Mapping[str, Any]) -> dict[str, int]:
    """Over the sets so far; written after each, so that a long run that is cut off leaves what it has."""
    counted = {name: sum(check[name] for check in checks.values()) for name in ("checked", "asked_twice")}
    return counted | {"violated": sum(len(check["violated"]) for check in checks.values())}


def _shares(found: list[Dataset], questions: int) -> list[int]:
    """The same number from each set, more from the large ones where a small one has too few."""
    shares = [0] * len(found)
    while sum(shares) < min(questions, sum(len(dataset.cases) for dataset in found)):
        for at, dataset in enumerate(found):
            shares[at] += len(dataset.cases) > shares[at]
    return shares


if __name__ == "__main__":
    sys.exit(main())
