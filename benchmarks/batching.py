"""Seconds for many questions together, by `ask_many`, and for the same ones one by one, by `ask`, in turn.

python benchmarks/batching.py SET -o benchmarks/results/batching.json [-n 64] [--turns 5] [--generator NAME]

Questions of SET are all asked of the documents of its first one. For each way and turn the weights are opened anew, so
that neither finds what the other has kept; answers are compared to the byte. Where the time goes is told by the timings
of those that were asked one by one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

from common import arguments, datasets, progress, settings, spread, write

from rag.config import Config
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes
from rag.evals.invariants import differs
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.pipeline import Pipeline
from rag.types import Answer, Question

_WARM = "Which of these is the first?"

Ask = Callable[[Pipeline, Sequence[Question]], list[Answer]]


def main() -> int:
    """Ask both ways, compare, write."""
    parser = arguments(__doc__, 64)
    parser.add_argument("--turns", type=int, default=5, help="how often each is measured (5)")
    given = parser.parse_args()
    config = settings(generator=given.generator)
    sets = {
        dataset.name: _both(sample(dataset, given.n, given.half), config, given.turns)
        for dataset in datasets(given.sets)
        if dataset.cases
    }
    write(given.output, {"sets": sets, "config": config.fingerprint(), "commit": commit(), "machine": machine()})
    return 0


def _both(dataset: Dataset, config: Config, turns: int) -> dict[str, Any]:
    ways: dict[str, Ask] = {"one_by_one": _one_by_one, "together": _together}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, list[Answer]] = {}
    for turn in range(turns):
        for name, ask in ways.items():
            answers[name], taken_s = _timed(dataset, config, ask)
            seconds[name].append(taken_s)
            progress(f"{dataset.name}: {taken_s:.1f} s {name}, turn", turn + 1, turns)
    pairs = list(zip(*answers.values(), strict=True))
    return {
        "n": len(pairs),
        "generator": pairs[0][0].model,
        "judge": pairs[0][0].judge,
        "answered": sum(answer.status == "answered" for answer in answers["together"]),
        "differ": [one.id for one, other in pairs if differs(one, other)],
        "seconds": {name: spread(found) for name, found in seconds.items()},
        "ratio": spread([one / other for one, other in zip(*seconds.values(), strict=True)]),
        "stages": _stages(answers["one_by_one"]),
    }


def _timed(dataset: Dataset, config: Config, ask: Ask) -> tuple[list[Answer], float]:
    parts = open_parts(config, progress, generator=True)
    indexes = Indexes(dataset, parts, progress)
    try:
        pipeline = indexes.pipeline(dataset.cases[0])
        pipeline.ask(_WARM)
        started_s = time.perf_counter()
        found = ask(pipeline, [_question(case) for case in dataset.cases])
        return found, time.perf_counter() - started_s
    finally:
        indexes.close()


def _question(case: Case) -> Question:
    return Question(case.text, case.id, tuple(case.history))


def _one_by_one(pipeline: Pipeline, questions: Sequence[Question]) -> list[Answer]:
    return [pipeline.ask(asked.text, asked.history, id=asked.id) for asked in questions]


def _together(pipeline: Pipeline, questions: Sequence[Question]) -> list[Answer]:
    return list(pipeline.ask_many(questions))


def _stages(answers: Sequence[Answer]) -> dict[str, float]:
    """Mean seconds of a question by what is done for it; of what is written, over all questions, refused ones too."""
    timings = [answer.timings for answer in answers]
    read = [t.get("retrieve", 0.0) + t.get("evidence", 0.0) + t.get("judge", 0.0) for t in timings]
    stages = {stage: mean(t.get(stage, 0.0) for t in timings) for stage in ("retrieve", "evidence", "judge")}
    return {**stages, "rest": mean(t["total"] - before for t, before in zip(timings, read, strict=True))}


if __name__ == "__main__":
    sys.exit(main())
