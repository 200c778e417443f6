"""Questions that a judge is trained and measured on: the evidence that is found for each, and whether it answers.

A question that its set calls answerable is asked a second time, of what is found when every passage that is gold, or
that has the words of a right answer, is taken out of the ranking: what is left is near the question and answers it not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from common import progress

from rag.evals.cases import Case, Dataset, GoldSpan, parity
from rag.evals.indexes import Indexes, Parts
from rag.types import Chunk, Evidence, Question

_SHORT = 10
"""Most words of an answer that a text can be expected to have as it stands."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its evidence.

    Attributes:
        set: Name of its set.
        id: Of the question, and whether its gold was taken out.
        half: 0 for training, 1 for measuring.
        query: As searched for.
        evidence: Best first.
        answerable: Whether it answers.
        stated: Whether it has the words of a right answer, or all that the set marks; where the set gives neither short
            answers nor marks, `answerable`.
    """

    set: str
    id: str
    half: int
    query: str
    evidence: Sequence[Evidence]
    answerable: bool
    stated: bool


def questions(dataset: Dataset, parts: Parts, *, without_gold: bool) -> Iterator[Asked]:
    """The questions of a set that says what can be answered, or whose questions all can.

    Args:
        dataset: The set, or a part of it.
        parts: What to find evidence with.
        without_gold: Whether answerable ones are asked a second time.

    Yields:
        Those that evidence was found for.
    """
    indexes = Indexes(dataset, parts, progress)
    for at, case in enumerate(dataset.cases):
        progress(f"evidence of {dataset.name}", at + 1, len(dataset.cases))
        if case.label == "UNDERSPECIFIED":
            continue
        pipeline = indexes.pipeline(case)
        run = pipeline.prepare(Question(case.text, case.id, case.history))
        answerable = case.answerable if case.answerable is not None else bool(case.gold or case.spans)
        if run.evidence:
            stated = answerable and _states(case, indexes.spans(case), run.evidence)
            yield Asked(dataset.name, case.id, parity(case.id), run.query, run.evidence, answerable, stated)
        if answerable and without_gold and (case.gold or case.answers):
            rest = pipeline.prepare(Question(case.text, case.id, case.history), partial(_answers, case)).evidence
            if rest:
                yield Asked(dataset.name, f"{case.id} without gold", parity(case.id), run.query, rest, False, False)
    indexes.close()


def _states(case: Case, spans: Sequence[GoldSpan], evidence: Sequence[Evidence]) -> bool:
    if spans:
        places = [(item.chunk.document, item.start, item.end) for item in evidence]
        return all(any(span.meets(*place) for place in places) for span in spans)
    return not _short(case) or any(_says(case, item.text) for item in evidence)


def _answers(case: Case, chunk: Chunk) -> bool:
    if _says(case, chunk.text):
        return True
    if case.spans:
        return any(span.meets(chunk.document, chunk.start, chunk.end) for span in case.spans)
    return chunk.document in case.gold


def _short(case: Case) -> bool:
    return any(len(answer.split()) <= _SHORT for answer in case.answers)


def _says(case: Case, text: str) -> bool:
    said = text.casefold()
    return any(answer.casefold() in said for answer in (*case.answers, *case.all_answers) if answer)
