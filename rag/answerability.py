"""Do the documents hold the answer? A probability, decided before anything is generated.

It rests on features that can be explained: the generator's own log-odds of "Yes" over "No" where they are known to tell
(see `calibrated`), and elsewhere how near the best sentence is to the question, and how many of the question's words,
names and numbers the evidence has. The weights are in `data/answerability.json`; docs/decisions/0008-answerability.md
says how they were chosen and what they are worth. Knows nothing of models or stores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.types import Chunk, Evidence, Hit
from rag.words import content_words, names, numbers, terms

_WORDS = "words"
"""The weights for any other generator."""


@dataclass(frozen=True, slots=True)
class Answerability:
    """How likely it is, in [0, 1], that the evidence answers, and what the question asks for that it lacks."""

    probability: float
    missing: tuple[str, ...]


def features(query: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> dict[str, float]:
    """What the decision rests on.

    Args:
        query: A question that stands alone.
        hits: Best first.
        evidence: Best first, from `rag.evidence.select`.

    Returns:
        Named features, each in [-1, 1].
    """
    wanted = set(terms(query))
    stated = [_words(item) for item in evidence]
    everything = set().union(*stated) if stated else set()
    figures = {n for item in evidence for n in numbers(item.text)}
    asked_names, asked_numbers = set(names(query)), numbers(query)
    passage = set(terms(hits[0].chunk.text)) | _above(hits[0].chunk) if hits else set()
    return {
        "nearness": evidence[0].score if evidence else 0.0,
        "passage": max((hit.dense_score for hit in hits if hit.dense_score is not None), default=0.0),
        "best": max((_share(wanted, words) for words in stated), default=0.0),
        "together": _share(wanted, everything),
        "in_passage": _share(wanted, passage),
        "names": _share(asked_names, everything),
        "subject": _share(wanted - asked_names, everything),
        "numbers": _share(asked_numbers, figures),
    }


def calibrated(generator: str) -> bool:
    """True for a generator whose log-odds were fitted; those of another may be no better than chance."""
    return generator in _weights() and generator != _WORDS


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
        log_odds: Of "Yes, the passages state the answer"; None to decide by words alone.

    Returns:
        The probability, and the question's words that no evidence has, in the order of the question.
    """
    if not evidence:
        return Answerability(0.0, tuple(word for word, _ in content_words(query)))
    values = features(query, hits, evidence)
    weights = _weights()[_WORDS if log_odds is None else generator]
    if log_odds is not None:
        values["log_odds"] = max(-10.0, min(10.0, log_odds))
    total = weights["intercept"] + sum(weights.get(name, 0.0) * value for name, value in values.items())
    everything = set().union(*(_words(item) for item in evidence))
    missing = tuple(dict.fromkeys(word for word, term in content_words(query) if term not in everything))
    return Answerability(1 / (1 + math.exp(-total)), missing)


def _words(item: Evidence) -> set[str]:
    return set(terms(item.text)) | _above(item.chunk)


def _above(chunk: Chunk) -> set[str]:
    return set(terms(f"{chunk.title} {chunk.heading}"))


def _share(wanted: set[str], stated: set[str]) -> float:
    return len(wanted & stated) / len(wanted) if wanted else 1.0


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = (files("rag") / "data" / "answerability.json").read_text("utf-8")
    weights: Mapping[str, Mapping[str, float]] = json.loads(text)
    return weights
