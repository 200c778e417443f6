"""What reading the hits once more, token by token, is worth: the order of passages, and the best sentences.

Takes the sets whose questions have gold documents, or answers that can be looked for; the same number of questions of
each. Beside the hits as they were found stand those read again, and beside sentences that are embedded by themselves
those that are read in their passage.

python benchmarks/nearness.py SETS -o benchmarks/results/nearness.json --half 1 -n 160
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from unittest.mock import patch

from common import arguments, datasets, progress, settings, spread, write

from rag import evidence, retrieval
from rag.evals.cases import Case, GoldSpan
from rag.evals.datasets import sample
from rag.evals.indexes import Indexes
from rag.evals.machine import commit, machine
from rag.evals.metrics import fold, mean, ndcg_at
from rag.evals.runner import open_parts
from rag.nearness import Reading
from rag.pipeline import Pipeline
from rag.protocols import Embedder
from rag.splitter import sentences
from rag.types import Evidence

_FIRST = (1, 3, 5, 8)
"""Sentences among which the answer is looked for."""


@dataclass
class Way:
    """What one way of looking found."""

    ndcg: list[float] = field(default_factory=list)
    stated: list[list[bool]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """As means; None where nothing could be measured."""
        stated = {str(first): mean(float(told[at]) for told in self.stated) for at, first in enumerate(_FIRST)}
        return {"ndcg@10": mean(self.ndcg), "answer_in_first": stated, "seconds": spread(self.seconds)}


def main() -> int:
    """Find, read, write."""
    given = arguments(__doc__, 160).parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=False)
    sets = {}
    for dataset in datasets(given.sets):
        ways = {"as found": Way(), "read again": Way()}
        indexes = Indexes(dataset, parts, progress)
        cases = [case for case in sample(dataset, given.n, given.half).cases if case.gold or case.spans or case.answers]
        for done, case in enumerate(indexes.sound(cases)):
            progress(f"reading for {dataset.name}", done, len(cases))
            pipeline, spans = indexes.pipeline(case), indexes.spans(case)
            with patch("rag.nearness.TokenEmbedder", ()):  # no embedder is one
                _look(case, spans, pipeline, ways["as found"])
            _look(case, spans, pipeline, ways["read again"])
        indexes.close()
        if cases:
            sets[dataset.name] = {"n": len(cases), **{name: way.figures() for name, way in ways.items()}}
            write(given.output, {"n": given.n, "half": given.half, "sets": sets, **_circumstances(parts.embedder)})
    return 0


def _circumstances(embedder: Embedder) -> dict[str, Any]:
    return {"embedder": embedder.name, "commit": commit(), "machine": machine()}


def _look(case: Case, spans: Sequence[GoldSpan], pipeline: Pipeline, way: Way) -> None:
    config = pipeline.config
    wanted = retrieval.wanted(case.text, case.history, pipeline.store, pipeline.embedder)
    found = retrieval.retrieve(wanted, pipeline.store, config.candidates)
    started_s = perf_counter()
    reading = Reading(wanted.query, wanted.whole, found[: config.k], pipeline.embedder)
    hits = reading.ranked(found[: config.k])
    chosen = evidence.weigh(wanted.query, hits, reading, sentences, config.evidence_sentences).evidence
    way.seconds.append(perf_counter() - started_s)
    if case.gold:
        ranking = fold(hit.chunk.document for hit in [*hits, *found[config.k :]])
        way.ndcg.append(ndcg_at(ranking, case.gold, 10))
    if spans or _short(case):
        told = list(_tells(case, spans, chosen))
        way.stated.append([any(told[:first]) for first in _FIRST])


def _tells(case: Case, spans: Sequence[GoldSpan], chosen: Sequence[Evidence]) -> Iterator[bool]:
    for item in chosen:
        if spans:
            yield any(span.meets(item.chunk.document, item.start, item.end) for span in spans)
        else:
            yield any(answer in item.text.casefold() for answer in _short(case))


def _short(case: Case) -> list[str]:
    """Answers that a sentence can be expected to have as they stand."""
    return [answer.casefold() for answer in case.answers if answer and len(answer.split()) <= 10]


if __name__ == "__main__":
    sys.exit(main())
