"""What `rag calibrate` is worth: the decision whether there is an answer, as shipped and fitted on a set's documents.

python benchmarks/calibration.py SETS -o FILE [-n 100] [--probes 40] [--half 1] [--generator NAME]

For each set of questions about one corpus: probes are made out of the corpus alone, as `rag calibrate` makes them; the
set's own questions, of which the fit has seen none, say how often each decision is wrong, and whether that is what the
fit expected.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from common import arguments, datasets, progress, refusals, settings, write

from rag.answerability import probability, shipped
from rag.calibration import Observed, calibrated
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.factory import open_writer
from rag.pipeline import Pipeline
from rag.probes import show
from rag.types import Question


def main() -> int:
    """Make probes, fit, ask, write."""
    parser = arguments(__doc__, 100)
    parser.add_argument("--probes", type=int, default=40, help="questions made out of each corpus (40)")
    given = parser.parse_args()
    config = settings(generator=given.generator)
    parts = open_parts(config, progress, generator=True)
    sets = [sample(dataset, given.n, given.half) for dataset in datasets(given.sets)]
    found = {dataset.name: _measured(dataset, parts, given.probes) for dataset in sets if _is_told(dataset)}
    circumstances = {"generator": parts.generator.name, "judge": parts.judge.name if parts.judge else ""}
    write(given.output, {"sets": found, **circumstances, "commit": commit(), "machine": machine()})
    return 0


def _is_told(dataset: Dataset) -> bool:
    """Whether it has questions with an answer and without, all about the same documents."""
    kinds = {case.answerable for case in dataset.cases} - {None}
    return len(kinds) == 2 and not any(case.passages for case in dataset.cases)


def _measured(dataset: Dataset, parts: Parts, probes: int) -> dict[str, Any]:
    cases = [case for case in dataset.cases if case.answerable is not None and case.label != "UNDERSPECIFIED"]
    indexes = Indexes(dataset, parts, progress)
    pipeline = indexes.pipeline(cases[0])
    shown = show(pipeline, open_writer(parts.config, pipeline, ""), probes, progress)
    judge, bar = parts.judge.name if parts.judge else "", parts.config.refuse_below
    found = calibrated([(one.held, one.lacking) for one in shown], judge, bar)
    asked = list(_asked(cases, pipeline))
    indexes.close()
    ways = {"shipped": shipped(judge), "fitted": found.weights}
    return {
        "calibration": found.to_dict(),
        **{name: refusals(_likely(asked, weights), bar) for name, weights in ways.items()},
    }


def _asked(cases: Sequence[Case], pipeline: Pipeline) -> Iterator[Observed]:
    for at, case in enumerate(cases):
        run = pipeline.prepare(Question(case.text, history=case.history))
        yield Observed(run.decision.features, bool(case.answerable))
        progress("asking the questions of the set", at + 1, len(cases))


def _likely(asked: Sequence[Observed], weights: Mapping[str, float]) -> list[tuple[float, bool]]:
    return [(probability(one.features, weights) if one.features else 0.0, one.answerable) for one in asked]


if __name__ == "__main__":
    sys.exit(main())
