"""Follow-ups: what the conversation is worth against the last turn alone, and what it costs where it is of no use.

python benchmarks/follow_ups.py SETS -o benchmarks/results/follow-ups.json --half 1

Sets with conversations are run as they are. Where a set has none, each question is asked after another one of the set
with its answer: one about another document (`switch`, the history is of no use) and, where there is one, one about the
same document (`same`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from statistics import median
from typing import Any, NamedTuple

from common import arguments, datasets, progress, settings, write

from rag.evals import metrics
from rag.evals.cases import Case, Dataset
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.pipeline import Pipeline
from rag.types import Turn

_DEPTH = 50
_SLACK = 0.01
"""What the questions of one set may lose that need no history, in nDCG@10."""
_GAIN = 0.04
"""What conversations must gain."""


class Pair(NamedTuple):
    """One question searched for without and with its history: nDCG@10 and seconds of each."""

    alone: float
    with_history: float
    alone_s: float
    with_history_s: float


def main() -> int:
    """Search, compare, write; 1 where follow-ups gain too little or questions that stand alone lose."""
    given = arguments(__doc__, 150).parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=False)
    found: dict[str, Any] = {}
    for dataset in datasets(given.sets):
        for kind, cases in _conversations(dataset, given.n, given.half).items():
            pairs = _search_all(replace(dataset, cases=cases), parts)
            found[f"{dataset.name}, {kind}"] = figures = _figures(pairs)
            print(dataset.name, kind, *(f"{name} {value:.4f}" for name, value in figures.items()))
    holds = all(_holds(name, figures["gain"]) for name, figures in found.items())
    about = {"commit": commit(), "config": config.fingerprint(), "embedder": parts.embedder.name, "machine": machine()}
    write(given.output, {"half": given.half, "holds": holds, "ndcg@10": found, **about})
    return 0 if holds else 1


def _conversations(dataset: Dataset, most: int, half: int | None) -> dict[str, tuple[Case, ...]]:
    """The questions to search for, by what their history is to them."""
    judged = [case for case in dataset.cases if case.gold and not case.passages]
    if any(case.history for case in judged):
        told = tuple(case for case in judged if case.history)
        return {"conversations": sample(replace(dataset, cases=told), most, half).cases}
    part = sample(replace(dataset, cases=tuple(judged)), most, half).cases
    kinds = {"switch": tuple(_after(part, judged, same=False)), "same": tuple(_after(part, judged, same=True))}
    return {kind: cases for kind, cases in kinds.items() if cases}


def _after(part: Sequence[Case], judged: Sequence[Case], *, same: bool) -> Iterator[Case]:
    """Each question after the next one of the set, in the order of its file, that is about the same document or not."""
    places = {case.id: at for at, case in enumerate(judged)}
    for case in part:
        at = places[case.id]
        others = (other for other in [*judged[at + 1 :], *judged[:at]] if bool(other.gold.keys() & case.gold) is same)
        if other := next(others, None):
            answer = next(iter(other.answers or other.targets), "Yes.")
            yield replace(case, history=(Turn("user", other.text), Turn("assistant", answer)))


def _search_all(dataset: Dataset, parts: Parts) -> list[Pair]:
    pairs = []
    with closing(Indexes(dataset, parts, progress)) as indexes:
        for done, case in enumerate(dataset.cases, start=1):
            pairs.append(_pair(case, indexes.pipeline(case)))
            progress("searching", done, len(dataset.cases))
    return pairs


def _pair(case: Case, pipeline: Pipeline) -> Pair:
    (alone, alone_s), (told, told_s) = (_search(case, pipeline, history) for history in ((), case.history))
    return Pair(alone, told, alone_s, told_s)


def _search(case: Case, pipeline: Pipeline, history: Sequence[Turn]) -> tuple[float, float]:
    started_s = time.perf_counter()
    hits = pipeline.search(case.text, _DEPTH, history=history)
    seconds = time.perf_counter() - started_s
    return metrics.ndcg_at(metrics.fold(hit.chunk.document for hit in hits), case.gold, 10), seconds


def _figures(pairs: Sequence[Pair]) -> dict[str, float]:
    gains = [pair.with_history - pair.alone for pair in pairs]
    return {
        "n": len(pairs),
        "alone": metrics.mean(pair.alone for pair in pairs) or 0.0,
        "with_history": metrics.mean(pair.with_history for pair in pairs) or 0.0,
        "gain": metrics.mean(gains) or 0.0,
        "better": sum(gain > 0 for gain in gains),
        "worse": sum(gain < 0 for gain in gains),
        "added_s": median(pair.with_history_s - pair.alone_s for pair in pairs) if pairs else 0.0,
    }


def _holds(name: str, gain: float) -> bool:
    return gain >= (_GAIN if name.endswith("conversations") else -_SLACK)


if __name__ == "__main__":
    sys.exit(main())
