"""Do the documents hold the answer? A probability, decided before anything is generated.

It rests on features that can be explained: the generator's own log-odds of "Yes" over "No" where they are known to tell
(see `calibrated`), and elsewhere on what retrieval found: how near the question are the best sentence, by words and
vector, and the best passage, by vector. The weights are in `data/answerability.json`, fitted by
`benchmarks/answerability.py`; docs/decisions/0008-answerability.md says what they are worth. Knows nothing of models or
stores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from rag.types import Evidence, Hit
from rag.words import content_words, terms

_RETRIEVAL = "retrieval"
"""The weights for any other generator."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """Whether the evidence answers.

    Attributes:
        probability: How likely that is, in [0, 1].
        missing: What the question asks for that the evidence lacks, in its order.
        features: What it rests on: `log_odds`, or what `features` gives; empty without evidence.
    """

    probability: float
    missing: tuple[str, ...]
    features: Mapping[str, float] = field(default_factory=dict)


def features(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> dict[str, float]:
    """What the decision rests on where no generator is asked.

    Args:
        hits: Best first.
        evidence: Best first, from `rag.evidence.select`; not empty.

    Returns:
        `nearness`, the score of the best sentence; `passage`, the inner product of the question and the nearest
        passage, in [-1, 1].
    """
    return {
        "nearness": evidence[0].score,
        "passage": max((hit.dense_score for hit in hits if hit.dense_score is not None), default=0.0),
    }


def calibrated(generator: str) -> bool:
    """True for a generator whose log-odds were fitted; those of another may be no better than chance."""
    return generator in _weights() and generator != _RETRIEVAL


def decide(
    query: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    generator: str = "",
    log_odds: float | None = None,
) -> Answerability:
    """Probability that the evidence answers the question.

    Args:
        query: A question that stands alone.
        hits: Best first.
        evidence: Best first.
        generator: Whose log-odds these are; one that is `calibrated`.
        log_odds: Of "Yes, the passages state the answer"; None to decide by retrieval alone.

    Returns:
        The probability, what it rests on, and the question's words that no evidence has, in the order of the question.
    """
    if not evidence:
        return Answerability(0.0, tuple(word for word, _ in content_words(query)))
    values = features(hits, evidence) if log_odds is None else {"log_odds": max(-10.0, min(10.0, log_odds))}
    weights = _weights()[_RETRIEVAL if log_odds is None else generator]
    total = weights["intercept"] + sum(weights[name] * value for name, value in values.items())
    everything = {term for item in evidence for term in _words(item)}
    missing = tuple(dict.fromkeys(word for word, term in content_words(query) if term not in everything))
    return Answerability(1 / (1 + math.exp(-total)), missing, values)


def _words(item: Evidence) -> list[str]:
    return terms(f"{item.text} {item.chunk.title} {item.chunk.heading}")


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = (files("rag") / "data" / "answerability.json").read_text("utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(text)
    return weights
