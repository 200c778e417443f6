"""What the answers are worth, end to end: right words, refusals, citations, and the five promises of every answer.

python benchmarks/truth.py SETS -o benchmarks/results/truth-extractive.json --half 1 -n 600 --generator extractive

Takes the sets that say what an answer is or whether there is one, the same number of questions from each. A run that
was cut off goes on with the sets that it lacks, as long as code, settings and sample are the same.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common import CIRCUMSTANCES, arguments, progress, settings, telling, write

from rag.evals.cases import Dataset
from rag.evals.datasets import sample
from rag.evals.machine import commit
from rag.evals.runner import evaluate, open_parts

_SECTIONS = ("answers", "refusal", "citations", "conflicts")


def main() -> int:
    """Ask, measure, write; 1 where an answer breaks a promise."""
    given = arguments(__doc__, 600).parse_args()
    found = list(telling(given.sets))
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    run = {"n": given.n, "half": given.half, "commit": commit(), "config": config.fingerprint()}
    sets = _done(given.output, run)
    for dataset, questions in zip(found, _shares(found, given.n), strict=True):
        if dataset.name in sets:
            continue
        part = sample(dataset, questions, given.half)
        evaluation = evaluate(part, parts, config, progress, retrieval_only=False)
        result, statuses = evaluation.result, Counter(o.answer.status for o in evaluation.outcomes if o.answer)
        figures = {name: result[name] for name in _SECTIONS if name in result}
        sets[dataset.name] = {**statuses, **figures, **result["invariants"], "errors": result["errors"]}
        circumstances = {name: result[name] for name in CIRCUMSTANCES}
        write(given.output, {**run, **_total(sets), "sets": sets, **circumstances})
    return 1 if _total(sets)["violated"] else 0


def _done(output: Path, run: Mapping[str, Any]) -> dict[str, Any]:
    """The sets that an earlier run has measured in the same way."""
    before = json.loads(output.read_text("utf-8")) if output.exists() else {}
    return dict(before["sets"]) if run.items() <= before.items() else {}


def _total(sets: Mapping[str, Any]) -> dict[str, int]:
    """Over the sets so far; written after each, so that a long run that is cut off leaves what it has."""
    counted = {name: sum(one[name] for one in sets.values()) for name in ("checked", "asked_twice")}
    return counted | {"violated": sum(len(one["violated"]) for one in sets.values())}


def _shares(found: list[Dataset], questions: int) -> list[int]:
    """The same number from each set, more from the large ones where a small one has too few."""
    shares = [0] * len(found)
    while sum(shares) < min(questions, sum(len(dataset.cases) for dataset in found)):
        for at, dataset in enumerate(found):
            shares[at] += len(dataset.cases) > shares[at]
    return shares


if __name__ == "__main__":
    sys.exit(main())
