"""Measures on plain lists and strings: rankings, answers, spans, two-way decisions, probabilities.

Pure; knows nothing of files, indexes or models. A measure of nothing is None, never 0 or 1.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rag.types import Span

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_MARKER = re.compile(r"\s*\[\d+\]")


def recall_at(ranking: Sequence[str], gold: Mapping[str, float], k: int) -> float:
    """Share of the relevant documents that are among the first `k`."""
    return sum(document in gold for document in ranking[:k]) / len(gold)


def mrr_at(ranking: Sequence[str], gold: Mapping[str, float], k: int) -> float:
    """One over the place of the first relevant document; 0 where none is among the first `k`."""
    return next((1 / rank for rank, document in enumerate(ranking[:k], start=1) if document in gold), 0.0)


def ndcg_at(ranking: Sequence[str], gold: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain as trec_eval has it: gain is the grade, discount log2(place + 1)."""
    gain = _discounted([gold.get(document, 0.0) for document in ranking[:k]])
    return gain / _discounted(sorted(gold.values(), reverse=True)[:k])


def _discounted(grades: Iterable[float]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def fold(documents: Iterable[str]) -> list[str]:
    """Chunk ranking to document ranking: each document at the place of its best chunk."""
    return list(dict.fromkeys(documents))


def normalise(text: str) -> str:
    """SQuAD's normal form: lower case, no punctuation, no articles, single spaces; each CJK character a word."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = "".join(c for c in plain if c not in string.punctuation and not unicodedata.category(c).startswith("P"))
    return " ".join(_CJK.sub(r" \1 ", _ARTICLE.sub(" ", plain)).split())


def without_markers(text: str) -> str:
    """An answer's words, its `[n]` taken out."""
    return _MARKER.sub("", text)


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the normal forms are the same for any answer."""
    return float(any(normalise(prediction) == normalise(answer) for answer in answers))


def contains(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction holds the words of any answer, next to each other and in order, in normal form."""
    text = f" {normalise(prediction)} "
    return float(any(f" {wanted} " in text for wanted in map(normalise, answers) if wanted))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of words, in normal form; the best over the answers."""
    return max((_f1(normalise(prediction).split(), normalise(answer).split()) for answer in answers), default=0.0)


def _f1(predicted: Sequence[str], wanted: Sequence[str]) -> float:
    if not predicted or not wanted:
        return float(predicted == wanted)
    shared = sum((Counter(predicted) & Counter(wanted)).values())
    return 2 * shared / (len(predicted) + len(wanted))


def covered(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans that do not overlap, ascending."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        elif span.end > span.start:
            merged.append(span)
    return merged


def length(spans: Iterable[Span]) -> int:
    """Characters of the spans together, each counted once."""
    return sum(span.end - span.start for span in covered(spans))


def overlap(left: Iterable[Span], right: Iterable[Span]) -> int:
    """Characters that both have."""
    mine, other = covered(left), covered(right)
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in mine for b in other)


def mean(values: Iterable[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    items = list(values)
    return math.fsum(items) / len(items) if items else None


def ratio(part: float, whole: float) -> float | None:
    """A share; None of nothing."""
    return part / whole if whole else None


def balanced_accuracy(decisions: Iterable[tuple[bool, bool]]) -> float | None:
    """Mean of the share right among the true and among the false.

    Args:
        decisions: Pairs of what was decided and what is so.

    Returns:
        In [0, 1]; None where one of the two sides is missing.
    """
    right: dict[bool, list[float]] = {True: [], False: []}
    for decided, truth in decisions:
        right[truth].append(float(decided == truth))
    sides = [mean(right[True]), mean(right[False])]
    return None if None in sides else mean(side for side in sides if side is not None)


def auroc(scored: Sequence[tuple[float, bool]]) -> float | None:
    """Area under the receiver operating characteristic, by ranks (Mann and Whitney); ties share their ranks.

    Args:
        scored: Pairs of score and truth.

    Returns:
        Chance that a true one is scored above a false one, in [0, 1]; None where one of the two sides is missing.
    """
    positives = sum(truth for _, truth in scored)
    negatives = len(scored) - positives
    if not positives or not negatives:
        return None
    ranks = _ranks([score for score, _ in scored])
    total = math.fsum(rank for rank, (_, truth) in zip(ranks, scored, strict=True) if truth)
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def _ranks(values: Sequence[float]) -> list[float]:
    """Rank of each value from 1, equal ones sharing the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for at in order[first : last + 1]:
            ranks[at] = (first + last) / 2 + 1
        first = last + 1
    return ranks


def quantile(values: Sequence[float], q: float) -> float | None:
    """A quantile, in between two values by proportion; None of nothing.

    Args:
        values: In any order.
        q: In [0, 1]; 0.5 is the median.

    Returns:
        In the unit of the values.
    """
    if not values:
        return None
    items = sorted(values)
    place = q * (len(items) - 1)
    low = math.floor(place)
    high = min(low + 1, len(items) - 1)
    return items[low] + (items[high] - items[low]) * (place - low)


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile."""
    return {"p50": quantile(values, 0.5), "p95": quantile(values, 0.95)}
