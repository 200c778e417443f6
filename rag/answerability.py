"""Do the documents hold the answer? A probability, decided before anything is generated.

It rests on features that can be explained: a judge's log-odds of "Yes" over "No" where there is one (see `judge_of`),
with whether yes or no is what the question wants; and elsewhere on what retrieval found: how near the question are the
best sentence, by words and vector, and the best passage, by vector. The weights are in `data/answerability.json`; the
benchmarks `answerability.py` and `measure_judge.py` fit them, and docs/decisions/0008-answerability.md and
0026-yes-or-no.md say what they are worth. Knows nothing of models or stores.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rag.checks.conflicts import false_premises
from rag.checks.dates import dated_terms, dates_in_words, weekdays
from rag.checks.yes_or_no import wants_yes_or_no
from rag.errors import ConfigError
from rag.follow_ups import leans, without_courtesy
from rag.types import Evidence, Hit, Premise
from rag.words import content_words, stem

_RETRIEVAL = "retrieval"
"""The weights where there is no judge."""
_REVIEW = " reviewing"
"""After a judge's name: the weights of its second look."""
_MOST = 10.0
"""Farthest that log-odds count."""
_SURE = 30.0
"""Farther out the curve is 0 or 1 to a double, and its logarithm endless."""
_HYPHENED = re.compile(r"\b[^\W\d_]+(?:[-‐‑][^\W\d_]+)+\b")
_UNSAID = 2.0
"""Log-odds by which a judge has to be surer where nothing of the last turn is said: of five such turns that the
evidence does not answer none had more than -0.2, though it answers the turn before."""
_SOME = 2
"""Fewest content words by which a last turn says itself what it asks for."""


class Opinion(NamedTuple):
    """What a judge says of the evidence: its name, and its log-odds of "Yes, it states the answer" over "No"."""

    judge: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Answerability:
    """Whether the evidence answers.

    Attributes:
        probability: How likely that is, in [0, 1].
        missing: What the question asks for that the evidence lacks, in its order.
        features: What it rests on: `log_odds` and `yes_no`, or what `features` gives; empty without evidence.
        judge: Name of the model whose log-odds these are; empty where retrieval decided.
        premises: What the question takes for granted and the evidence has otherwise, in its order.
    """

    probability: float
    missing: tuple[str, ...]
    features: Mapping[str, float] = field(default_factory=dict)
    judge: str = ""
    premises: tuple[Premise, ...] = ()


def features(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> dict[str, float]:
    """What the decision rests on where no judge is asked.

    Args:
        hits: Best first.
        evidence: Best first, from `rag.evidence.weigh`; not empty.

    Returns:
        `nearness`, the best score that a sentence has by itself; `passage`, the inner product of the question and the
        nearest passage, in [-1, 1].
    """
    return {
        "nearness": max(item.score for item in evidence),
        "passage": max((hit.dense_score for hit in hits if hit.dense_score is not None), default=0.0),
    }


def judged(query: str, opinion: Opinion) -> dict[str, float]:
    """What the decision rests on where a judge was asked.

    Args:
        query: The question that it was asked.
        opinion: What it said.

    Returns:
        `log_odds`, in [-10, 10]; `yes_no`, 1 where the question wants yes or no, else 0.
    """
    return {"log_odds": max(-_MOST, min(_MOST, opinion.log_odds)), "yes_no": float(wants_yes_or_no(query))}


def likely_right(first: Answerability, log_odds: float) -> float:
    """How likely a reply is right, of all that was thought of it.

    Args:
        first: What was decided before it was written, by a judge for which `reviews` is true.
        log_odds: Of "Yes, the passages say all of the reply, and it answers the question" over "No".

    Returns:
        The probability, in (0, 1).
    """
    before = math.log(first.probability / (1 - first.probability))
    values = {"decision": before, "reply": max(-_MOST, min(_MOST, log_odds))}
    return probability(values, _weights()[first.judge + _REVIEW])


def reviews(judge: str) -> bool:
    """Whether a model's look at a reply is worth anything: its log-odds were fitted."""
    return judge + _REVIEW in _weights()


def judge_of(generator: str, judge: str = "") -> str:
    """Name of the model that is asked.

    Args:
        generator: As `Config.generator` names it.
        judge: As `Config.judge` names it; empty for none.

    Returns:
        The judge, or else the generator where its own log-odds were fitted; empty where retrieval decides.

    Raises:
        ConfigError: The log-odds of that judge were never fitted, so they may be no better than chance.
    """
    if judge:
        return _fitted(judge)
    return generator if generator in _judges() else ""


def decide(
    query: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    opinion: Opinion | None = None,
    weights: Mapping[str, float] | None = None,
    turn: str = "",
    times: float = 1.0,
) -> Answerability:
    """Probability that the evidence answers the question.

    Args:
        query: A question that stands alone.
        hits: Best first.
        evidence: Best first.
        opinion: Of the judge; None to decide by retrieval.
        weights: By feature, and `intercept`; None for those that are shipped.
        turn: The last turn of a conversation as it was put. Where earlier turns were put before it, they may have an
            answer, and it none: evidence that says not one of its own words, however they are written, answers it
            not, unless a judge is sure that it does.
        times: How many times the odds count, for what else tells; over 0.

    Returns:
        The probability, what it rests on, and what of the question the evidence lacks or has otherwise, in its order.

    Raises:
        ConfigError: The log-odds of that judge were never fitted.
    """
    if not evidence:
        return Answerability(0.0, tuple(word for word, _ in content_words(query)))
    values = judged(query, opinion) if opinion else features(hits, evidence)
    weights = dict(weights or shipped(opinion.judge if opinion else ""))
    weights["intercept"] += math.log(times)
    everything = {term for item in evidence for term in _words(item)}
    own = set(dated_terms(turn)) if leans(turn) and without_courtesy(turn) != query else set()
    if len(own) >= _SOME and not _forms(turn) & everything:
        weights["intercept"] -= _UNSAID if opinion else math.inf
    likely = probability(values, weights)
    missing = _missing(query, everything)
    premises = tuple(false_premises(query, [item.text for item in evidence]))
    return Answerability(likely, missing, values, opinion.judge if opinion else "", premises)


def shipped(judge: str) -> Mapping[str, float]:
    """The weights that were fitted on public questions.

    Args:
        judge: Whose log-odds they weigh; empty for those of retrieval.

    Returns:
        By feature, and `intercept`.

    Raises:
        ConfigError: The log-odds of that judge were never fitted.
    """
    return _weights()[_fitted(judge) if judge else _RETRIEVAL]


def probability(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """How likely there is an answer, in (0, 1): a logistic curve over the features."""
    total = weights["intercept"] + sum(weights[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-max(-_SURE, min(_SURE, total))))


def _words(item: Evidence) -> set[str]:
    return _forms(f"{item.text} {item.chunk.title} {item.chunk.heading}")


def _forms(text: str) -> set[str]:
    """Terms of a text, dates and days in one form, and those of "e-mail" as of "email" too."""
    joined = {stem(_joined(found)) for found in _HYPHENED.finditer(text)}
    return joined.union(dated_terms(text), map(stem, weekdays(text)))


def _joined(hyphened: re.Match[str]) -> str:
    return re.sub("[-‐‑]", "", hyphened.group())


def _missing(query: str, everything: AbstractSet[str]) -> tuple[str, ...]:
    """Words of a question of which no form is among these."""
    asked = _HYPHENED.sub(lambda found: " " if stem(_joined(found)) in everything else found.group(), query)
    words = content_words(dates_in_words(asked))
    return tuple(dict.fromkeys(word for word, term in words if not {term, *_forms(word)} & everything))


def _fitted(judge: str) -> str:
    if judge not in _judges():
        raise ConfigError(
            f"judge = {judge!r}: its log-odds were never fitted, so its Yes may be worth nothing",
            f"name one whose were: {', '.join(_judges())}; or leave the judge out",
        )
    return judge


def _judges() -> list[str]:
    return sorted(name for name in _weights() if name != _RETRIEVAL and not name.endswith(_REVIEW))


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = (files("rag") / "data" / "answerability.json").read_text("utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(text)
    return weights
