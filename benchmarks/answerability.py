"""Weights for the decision whether there is an answer, from a generator's own log-odds of Yes over No.

Asks the generator about the first questions of each set that says what can be answered, fits an intercept and a weight
on those of the first `--fit`, and reports on the rest.

python benchmarks/answerability.py SETS -o benchmarks/results/answerability-NAME.json --asked FILE --generator NAME
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from common import arguments, datasets, progress, settings, write

from rag import prompts
from rag.errors import UsageError
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.metrics import auroc, balanced_accuracy, mean
from rag.evals.runner import open_parts
from rag.events import EvidenceSelected, Retrieved
from rag.protocols import Judge


@dataclass(frozen=True, slots=True)
class Observation:
    """What the generator thought of one question."""

    set: str
    place: int
    answerable: bool
    log_odds: float


def main() -> int:
    """Ask, fit, report, write."""
    parser = arguments(__doc__, 160)
    parser.add_argument("--fit", type=int, default=80, help="questions of each set to fit on (80)")
    parser.add_argument(
        "--asked", type=Path, required=True, help="file of what was asked; a run that was cut off goes on"
    )
    given = parser.parse_args()
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    sets = [sample(dataset, given.n, given.half) for dataset in datasets(given.sets)]
    seen = list(_observe([dataset for dataset in sets if _tells(dataset)], parts, given.asked))
    weights = _fit([one for one in seen if one.place < given.fit])
    rest = [one for one in seen if one.place >= given.fit]
    names = sorted({one.set for one in seen})
    figures = {name: _figures([one for one in rest if one.set == name], weights) for name in names}
    circumstances = {"generator": parts.generator.name, "commit": commit(), "machine": machine()}
    fitted = Counter(one.set for one in seen if one.place < given.fit)
    write(given.output, {"weights": weights, "fitted_on": fitted, "reported_on": figures, **circumstances})
    return 0


def _tells(dataset: Dataset) -> bool:
    return len({case.answerable for case in dataset.cases} - {None}) == 2


def _observe(sets: Sequence[Dataset], parts: Parts, asked: Path) -> Iterator[Observation]:
    lines = asked.read_text("utf-8").splitlines() if asked.exists() else []
    known = {(line["set"], line["id"]): line["log_odds"] for line in map(json.loads, lines)}
    with asked.open("a", encoding="utf-8") as out:
        for dataset in sets:
            indexes = Indexes(dataset, parts, progress)
            for place, case in enumerate(dataset.cases):
                progress(f"asking {dataset.name}", place, len(dataset.cases))
                if case.answerable is None or case.label == "UNDERSPECIFIED":
                    continue
                if (dataset.name, case.id) not in known:
                    known[dataset.name, case.id] = log_odds = _log_odds(case, indexes)
                    out.write(json.dumps({"set": dataset.name, "id": case.id, "log_odds": log_odds}) + "\n")
                    out.flush()
                if (value := known[dataset.name, case.id]) is not None:
                    yield Observation(dataset.name, place, case.answerable, value)
            indexes.close()


def _log_odds(case: Case, indexes: Indexes) -> float | None:
    """Log-odds of Yes; None where no evidence was found, which decides without them."""
    pipeline = indexes.pipeline(case)
    if not isinstance(pipeline.generator, Judge):
        raise UsageError(f"{pipeline.generator.name} does not judge", "name a local model with --generator")
    query = ""
    for event in pipeline.stream(case.text, case.history):
        if isinstance(event, Retrieved):
            query = event.query
        if isinstance(event, EvidenceSelected):
            if not event.evidence:
                return None
            yes, no = pipeline.generator.judge(prompts.judge_messages(query, event.evidence), ["Yes", "No"])
            return yes - no
    return None


def _fit(seen: Sequence[Observation]) -> dict[str, float]:
    """Logistic regression by Newton's method; each set counts the same, and in it each answer."""
    cells = Counter((one.set, one.answerable) for one in seen)
    counts = np.array([1 / cells[one.set, one.answerable] for one in seen])
    counts *= len(seen) / counts.sum()
    inputs = np.array([[1.0, one.log_odds] for one in seen])
    wanted = np.array([one.answerable for one in seen], float)
    weights = np.zeros(2)
    for _ in range(30):
        likely = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (counts * (wanted - likely))
        bend = (inputs * (counts * likely * (1 - likely))[:, None]).T @ inputs
        weights += np.linalg.solve(bend, slope)
    return {"intercept": round(float(weights[0]), 3), "log_odds": round(float(weights[1]), 3)}


def _figures(seen: Sequence[Observation], weights: dict[str, float]) -> dict[str, Any]:
    decisions = [(weights["intercept"] + weights["log_odds"] * one.log_odds >= 0, one.answerable) for one in seen]
    return {
        "n": len(seen),
        "answerable": sum(one.answerable for one in seen),
        "auroc": auroc([(one.log_odds, one.answerable) for one in seen]),
        "balanced_accuracy": balanced_accuracy(decisions),
        "false_answers": mean(float(answered) for answered, answerable in decisions if not answerable),
        "false_refusals": mean(float(not answered) for answered, answerable in decisions if answerable),
    }


if __name__ == "__main__":
    sys.exit(main())
