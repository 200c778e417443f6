"""Why this answer? The read path walked once more, as far as the decision, and everything that it saw laid open.

It is the path that answers questions, `Pipeline.prepare`, so what is shown is what happens. Nothing is generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag import loss
from rag.explanation import Candidate, Considered, Decision, Expected, Explanation
from rag.pipeline import Pipeline
from rag.run import Run
from rag.types import Chunk, Question, Turn
from rag.words import content_words, terms

__all__ = ["Expected", "Explanation", "explain"]


def explain(
    pipeline: Pipeline,
    question: str,
    history: Sequence[Turn] = (),
    expected: Expected | None = None,
    scope: Sequence[str] = (),
) -> Explanation:
    """Explain what the evidence of an answer is, and why.

    Args:
        pipeline: The one that answers.
        question: The last turn.
        history: Earlier turns, oldest first.
        expected: A passage that should have been answered from; None for none.
        scope: Documents and folders to look in; empty for all.

    Returns:
        Every candidate, every sentence of the hits, the decision, and where the expected passage was lost.

    Raises:
        UsageError: The question is empty or too long; or the expected passage is, or says neither words nor place.
    """
    if expected is not None:
        loss.check(expected)
    run = pipeline.prepare(Question(question, history=tuple(history), scope=tuple(scope)))
    found = replace(_explanation(run, pipeline), history=tuple(history))
    return replace(found, expected=loss.trace(found, pipeline, expected)) if expected else found


def _explanation(run: Run, pipeline: Pipeline) -> Explanation:
    decision = run.decision
    return Explanation(
        question=run.question,
        query=run.query,
        candidates=tuple(_candidates(run)),
        sentences=tuple(_sentences(run, pipeline.config.evidence_tokens)),
        floor=run.selection.floor,
        decision=Decision(
            answered=pipeline.answerable(run),
            probability=decision.probability,
            bar=pipeline.config.refuse_below,
            judge=decision.judge,
            features=decision.features,
            missing=decision.missing,
            premises=decision.premises,
        ),
        depth=max(pipeline.config.candidates, pipeline.config.k),
        scope=run.scope,
        model=pipeline.generator.name,
        embedder=pipeline.embedder.name,
    )


def _candidates(run: Run) -> Iterator[Candidate]:
    hits = {hit.chunk.key: (place, hit.score) for place, hit in enumerate(run.hits, start=1)}
    wanted = content_words(run.query)
    for rank, hit in enumerate(run.candidates, start=1):
        had = _terms(hit.chunk)
        words = dict.fromkeys(word for word, term in wanted if term in had)
        place, score = hits.get(hit.chunk.key, (None, None))
        yield Candidate(hit, rank, place, tuple(words), score)


def _terms(chunk: Chunk) -> set[str]:
    return set(terms(f"{chunk.title} {chunk.heading} {chunk.text}"))


def _sentences(run: Run, budget_tokens: int) -> Iterator[Considered]:
    places = {hit.chunk.key: place for place, hit in enumerate(run.hits, start=1)}
    told = [(item.chunk.key, range(item.start, item.end), n) for n, item in enumerate(run.evidence, start=1)]
    for item in run.selection.sentences:
        number = next((n for key, said, n in told if key == item.chunk.key and item.start in said), None)
        full = item.fate == "kept" and number is None
        reason = f"no room in the {budget_tokens} tokens of evidence" if full else run.selection.reason(item)
        yield Considered(item, places[item.chunk.key], number, reason)
