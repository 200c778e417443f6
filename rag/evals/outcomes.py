"""Questions asked, and the answers turned into figures: right words, refusals, citations, promises kept, times.

Knows pipelines by their events and cases by their gold; nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.errors import RagError
from rag.evals import metrics
from rag.evals.cases import Case, GoldSpan
from rag.evals.indexes import Indexes
from rag.evals.invariants import differs, exact, violations
from rag.evals.metrics import mean, ratio, spread
from rag.events import EvidenceSelected
from rag.pipeline import Pipeline
from rag.promises import markers
from rag.protocols import Progress
from rag.types import Answer, Evidence, Span

_AGAIN_EVERY = 20
"""One question in so many is asked twice, to see that the answer is the same to the byte."""
Figures = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """One question asked.

    Attributes:
        case: The question with its gold.
        spans: Its gold spans, in the text as it was indexed.
        answer: None where asking failed.
        error: Why it failed.
        evidence: What the generator was shown.
        violated: Promises that the answer breaks.
        exact: For each citation, whether the quote stands where it says.
        again: Whether it was asked twice.
    """

    case: Case
    spans: Sequence[GoldSpan] = ()
    answer: Answer | None = None
    error: str = ""
    evidence: tuple[Evidence, ...] = ()
    violated: list[str] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    again: bool = False

    @property
    def answered(self) -> bool:
        """True for an answer that is no refusal."""
        return self.answer is not None and self.answer.status == "answered"

    @property
    def words(self) -> str:
        """The answer without its markers; empty for a refusal."""
        return metrics.without_markers(self.answer.text) if self.answer and self.answered else ""

    @property
    def prompt_tokens(self) -> int | None:
        """Length of the prompt; None where nothing was generated."""
        tokens = self.answer.timings.get("prompt_tokens") if self.answer else None
        return None if tokens is None else int(tokens)


def ask_all(cases: Sequence[Case], indexes: Indexes, progress: Progress) -> Iterator[Outcome]:
    """Ask every question of a set.

    Args:
        cases: Questions.
        indexes: Opens the documents of each.
        progress: Told of the questions asked.

    Yields:
        An outcome for each, in order; a question that fails is one too.
    """
    for done, case in enumerate(cases):
        progress("answering", done, len(cases))
        yield _ask(case, indexes, again=done % _AGAIN_EVERY == 0)
    progress("answering", len(cases), len(cases))


def _ask(case: Case, indexes: Indexes, *, again: bool) -> Outcome:
    pipeline = indexes.pipeline(case)
    outcome = Outcome(case, indexes.spans(case))
    try:
        _run(pipeline, outcome)
        if again and outcome.answer:
            outcome.again = True
            second = pipeline.ask(case.text, case.history, id=case.id)
            outcome.violated += differs(outcome.answer, second)
    except RagError as exc:
        outcome.answer, outcome.error = None, f"{type(exc).__name__}: {exc.message}"
    return outcome


def _run(pipeline: Pipeline, outcome: Outcome) -> None:
    for event in pipeline.stream(outcome.case.text, outcome.case.history, id=outcome.case.id):
        if isinstance(event, EvidenceSelected):
            outcome.evidence = event.evidence
        if isinstance(event, Answer):
            outcome.answer = event
            outcome.violated += violations(event, pipeline.store)
            outcome.exact = [exact(citation, pipeline.store) for citation in event.citations]


def summary(outcomes: Sequence[Outcome]) -> Figures:
    """Every figure that these outcomes give.

    Args:
        outcomes: Of one set.

    Returns:
        `answers`, `refusal`, `citations`, `conflicts` where the set has what they need, `invariants`, `errors`.
    """
    parts = {
        "answers": _answers(outcomes),
        "refusal": _refusal(outcomes),
        "citations": _citations(outcomes),
        "conflicts": _conflicts(outcomes),
    }
    return {
        **{name: part for name, part in parts.items() if part},
        "invariants": _invariants(outcomes),
        "errors": [{"id": o.case.id, "error": o.error} for o in outcomes if o.error],
    }


def _answers(outcomes: Sequence[Outcome]) -> Figures:
    """Over answerable questions with a reference; a refusal is a wrong answer."""
    asked = [o for o in outcomes if o.case.answerable is not False and (o.case.answers or o.case.targets)]
    short = [o for o in asked if o.case.answers]
    if not asked:
        return {}
    return {
        "exact_match": mean(metrics.exact_match(o.words, o.case.answers) for o in short),
        "f1": mean(metrics.f1(o.words, (*o.case.answers, *o.case.targets)) for o in asked),
        "contains": mean(metrics.contains(o.words, o.case.answers) for o in short),
        "contains_answered": mean(metrics.contains(o.words, o.case.answers) for o in short if o.answered),
        "contains_evidence": mean(metrics.contains(_shown(o), o.case.answers) for o in short),
        "n": len(asked),
    }


def _shown(outcome: Outcome) -> str:
    return " ".join(item.text for item in outcome.evidence)


def _refusal(outcomes: Sequence[Outcome]) -> Figures:
    sure = [(o, o.case.answerable) for o in outcomes if o.case.answerable is not None and o.answer]
    aside = [o for o in outcomes if o.case.label and o.case.answerable is None and o.answer]
    able = [o.answered for o, truth in sure if truth]
    unable = [o.answered for o, truth in sure if not truth]
    if not sure:
        return {}
    figures: Figures = {
        "false_answer_rate": mean(map(float, unable)),
        "false_refusal_rate": mean(float(not answered) for answered in able),
        "balanced_accuracy": metrics.balanced_accuracy([(o.answered, truth) for o, truth in sure]),
        "auroc": metrics.auroc([(o.answer.answerable if o.answer else 0.0, truth) for o, truth in sure]),
        "answerable": len(able),
        "unanswerable": len(unable),
    }
    for label in sorted({o.case.label for o in aside}):
        share = mean(float(o.answered) for o in aside if o.case.label == label)
        figures[label.lower()] = {"answered": share, "n": sum(o.case.label == label for o in aside)}
    return figures


def _citations(outcomes: Sequence[Outcome]) -> Figures:
    """Precision over citations, recall over answers: whether a gold document, or a gold span, is cited at all."""
    answered = [(o, o.answer) for o in outcomes if o.answer and o.answered]
    shown = [number in {c.number for c in answer.citations} for _, answer in answered for number in markers(answer)]
    sentences = [bool(sentence.citations) for _, answer in answered for sentence in answer.sentences]
    judged = [(o, a) for o, a in answered if o.case.gold]
    spanned = [(o, a) for o, a in answered if o.spans]
    right = [[c.document in o.case.gold for c in a.citations] for o, a in judged]
    near = [[any(s.meets(c.document, c.start, c.end) for s in o.spans) for c in a.citations] for o, a in spanned]
    return {
        "resolved": mean(map(float, shown)),
        "exact_quote": mean(float(ok) for o, _ in answered for ok in o.exact),
        "cited_sentences": mean(map(float, sentences)),
        "precision": mean(float(ok) for each in right for ok in each),
        "recall": mean(float(any(each)) for each in right),
        "span_precision": mean(float(ok) for each in near for ok in each),
        "span_recall": mean(_spans_cited(o.spans, a) for o, a in spanned),
        "per_answer": ratio(sum(len(answer.citations) for _, answer in answered), len(answered)),
        "n": len(answered),
    }


def _spans_cited(spans: Sequence[GoldSpan], answer: Answer) -> float:
    """Share of the characters of the gold spans that are cited."""
    documents = {span.document for span in spans}
    both = 0
    for document in documents:
        gold = [Span(s.start, s.end) for s in spans if s.document == document]
        both += metrics.overlap(gold, [Span(c.start, c.end) for c in answer.citations if c.document == document])
    whole = sum(metrics.length(Span(s.start, s.end) for s in spans if s.document == d) for d in documents)
    return both / whole


def _conflicts(outcomes: Sequence[Outcome]) -> Figures:
    """Questions with several right answers, or with known wrong ones: are all given, and none of the wrong?"""
    asked = [o for o in outcomes if o.case.all_answers]
    if not asked:
        return {}
    every = [all(metrics.contains(o.words, [a]) for a in o.case.all_answers) for o in asked]
    wrong = [bool(metrics.contains(o.words, o.case.wrong_answers)) for o in asked]
    share = [mean(metrics.contains(o.words, [a]) for a in o.case.all_answers) or 0.0 for o in asked]
    return {
        "all_answers": mean(map(float, every)),
        "answers_given": mean(share),
        "wrong_answer": mean(float(w) for w, o in zip(wrong, asked, strict=True) if o.case.wrong_answers),
        "all_and_no_wrong": mean(float(a and not w) for a, w in zip(every, wrong, strict=True)),
        "n": len(asked),
    }


def _invariants(outcomes: Sequence[Outcome]) -> Figures:
    return {
        "checked": sum(o.answer is not None for o in outcomes),
        "asked_twice": sum(o.again for o in outcomes),
        "violated": [{"id": o.case.id, "broken": o.violated} for o in outcomes if o.violated],
    }


def timings(outcomes: Sequence[Outcome]) -> Figures:
    """Median and 95th percentile of each stage's seconds."""
    answers = [o.answer for o in outcomes if o.answer]
    stages = ("retrieve", "evidence", "judge", "first_token", "attend", "review", "total")
    found = {stage: [a.timings[stage] for a in answers if stage in a.timings] for stage in stages}
    return {stage: spread(values) for stage, values in found.items() if values}


def prompt_tokens(outcomes: Sequence[Outcome]) -> Figures:
    """Median and 95th percentile of the length of the prompts, in the generator's tokens."""
    return spread([float(o.prompt_tokens) for o in outcomes if o.prompt_tokens is not None])
