"""Weights for the decision whether there is an answer: from a generator's log-odds of Yes over No, or from retrieval.

Looks at the first questions of each set that says what can be answered, fits the weights on those of the first `--fit`,
and reports on the rest. A local model is asked for its log-odds; with `--generator extractive` the features of
`rag.answerability` are weighed, which go for any generator that was not measured.

python benchmarks/answerability.py SETS -o benchmarks/results/answerability-NAME.json --asked FILE --generator NAME
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import arguments, datasets, progress, refusals, settings, write

from rag import logistic, prompts
from rag.answerability import features, probability
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.events import EvidenceSelected, Retrieved
from rag.protocols import Judge
from rag.types import Hit

_NEVER = threading.Event()


@dataclass(frozen=True, slots=True)
class Observation:
    """What one question showed, and whether it can be answered."""

    set: str
    place: int
    answerable: bool
    values: dict[str, float]


def main() -> int:
    """Ask, fit, report, write."""
    parser = arguments(__doc__, 160)
    parser.add_argument("--fit", type=int, default=80, help="questions of each set to fit on (80)")
    parser.add_argument("--answerable", type=float, default=1.0, help="what an answerable question counts for (1)")
    parser.add_argument(
        "--asked", type=Path, required=True, help="file of what was asked; a run that was cut off goes on"
    )
    given = parser.parse_args()
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    sets = [sample(dataset, given.n, given.half) for dataset in datasets(given.sets)]
    seen = list(_observe([dataset for dataset in sets if _tells(dataset)], parts, given.asked))
    weights = _fit([one for one in seen if one.place < given.fit], given.answerable)
    rest = [one for one in seen if one.place >= given.fit]
    names = sorted({one.set for one in seen})
    likely = [(one.set, probability(one.values, weights), one.answerable) for one in rest]
    figures = {name: refusals([(p, so) for of, p, so in likely if of == name], 0.5) for name in names}
    fitted = {
        "weights": weights,
        "fitted_on": Counter(one.set for one in seen if one.place < given.fit),
        "answerable_counts": given.answerable,
    }
    circumstances = {"generator": parts.generator.name, "commit": commit(), "machine": machine()}
    write(given.output, {**fitted, "reported_on": figures, **circumstances})
    return 0


def _tells(dataset: Dataset) -> bool:
    return len({case.answerable for case in dataset.cases} - {None}) == 2


def _observe(sets: Sequence[Dataset], parts: Parts, asked: Path) -> Iterator[Observation]:
    lines = asked.read_text("utf-8").splitlines() if asked.exists() else []
    known = {(line["set"], line["id"]): line["values"] for line in map(json.loads, lines)}
    with asked.open("a", encoding="utf-8") as out:
        for dataset in sets:
            indexes = Indexes(dataset, parts, progress)
            for place, case in enumerate(dataset.cases):
                progress(f"asking {dataset.name}", place, len(dataset.cases))
                if case.answerable is None or case.label == "UNDERSPECIFIED":
                    continue
                if (dataset.name, case.id) not in known:
                    known[dataset.name, case.id] = values = _values(case, indexes)
                    out.write(json.dumps({"set": dataset.name, "id": case.id, "values": values}) + "\n")
                    out.flush()
                if values := known[dataset.name, case.id]:
                    yield Observation(dataset.name, place, case.answerable, values)
            indexes.close()


def _values(case: Case, indexes: Indexes) -> dict[str, float]:
    """Log-odds of Yes, or the features; empty where no evidence was found, which decides without them."""
    pipeline = indexes.pipeline(case)
    query = ""
    hits: tuple[Hit, ...] = ()
    for event in pipeline.stream(case.text, case.history):
        if isinstance(event, Retrieved):
            query, hits = event.query, event.hits
        if isinstance(event, EvidenceSelected):
            if not event.evidence:
                return {}
            if not isinstance(pipeline.generator, Judge):
                return features(hits, event.evidence)
            yes, no = pipeline.generator.judge(prompts.judge_messages(query, event.evidence), ["Yes", "No"], _NEVER)
            return {"log_odds": yes - no}
    return {}


def _fit(seen: Sequence[Observation], answerable: float) -> dict[str, float]:
    """A logistic curve.

    Each set counts the same, and in it all answerable questions together so many times what the others do.
    """
    cells = Counter((one.set, one.answerable) for one in seen)
    counts = np.array([(answerable if one.answerable else 1) / cells[one.set, one.answerable] for one in seen])
    counts *= len(seen) / counts.sum()
    names = list(seen[0].values)
    inputs = [[1.0, *one.values.values()] for one in seen]
    weights = logistic.fit(inputs, [one.answerable for one in seen], counts)
    return {name: round(float(weight), 3) for name, weight in zip(["intercept", *names], weights, strict=True)}


if __name__ == "__main__":
    sys.exit(main())
