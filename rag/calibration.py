"""The decision whether there is an answer, fitted on one index, and the errors to expect of it.

    answerability.json   in the folder of the index, made by `rag calibrate`, read when the index is opened

What is shipped was fitted on public questions; the documents of a user may be more or less alike than those. Knows
features and weights as numbers, and nothing of how they come about.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag import logistic
from rag.answerability import probability, shipped
from rag.errors import ConfigError, UsageError
from rag.replacing import replacing

FILE = "answerability.json"
"""Name of the file, in the folder of the index."""
_PRIOR = 4.0
"""How many probes the shipped weights count for, about: with few probes little is moved."""

Weights = Mapping[str, float]
Pairs = Sequence[tuple["Observed", "Observed"]]
"""Questions: what each shows with its passages in the index, and without."""
Decided = Sequence[tuple["Observed", Weights]]


class Observed(NamedTuple):
    """What one probe showed: the features of the decision, none where there was no evidence; and what is so."""

    features: Weights
    answerable: bool


class Rates(NamedTuple):
    """Errors of a decision.

    Attributes:
        false_answers: Share of the questions without an answer that would be answered, in [0, 1].
        false_refusals: Share of the others that would be refused.
    """

    false_answers: float
    false_refusals: float

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the two shares that are right."""
        return 1 - (self.false_answers + self.false_refusals) / 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the decision for one index.

    Attributes:
        judge: Whose log-odds they weigh; empty where retrieval decides.
        weights: By feature, and `intercept`.
        beside: Those that were shipped then: where others are today, so is what they weigh.
        fitted: False where those that are shipped were as good, and these are the same.
        probes: How many questions they rest on, each asked with its passages and without.
        made: Day, ISO 8601.
        expected: Errors to expect of them at the bar that held then.
        shipped: Those of the weights that are shipped, likewise.
    """

    judge: str
    weights: Weights
    beside: Weights
    fitted: bool
    probes: int
    made: str
    expected: Rates
    shipped: Rates

    @property
    def outdated(self) -> bool:
        """Whether what it was fitted beside is no longer what is shipped."""
        return self.beside != shipped(self.judge)

    def weights_for(self, judge: str) -> Weights | None:
        """The weights, where they are of that judge, or with no name of retrieval, as it is today; None elsewhere."""
        return self.weights if self.judge == judge and not self.outdated else None

    def said(self) -> str:
        """The errors to expect, in words."""
        wrong = self.expected
        return f"{wrong.false_answers:.0%} wrong answers, {wrong.false_refusals:.0%} wrong refusals to be expected"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        rates = {"expected": self.expected._asdict(), "shipped": self.shipped._asdict()}
        return {**asdict(self), **rates}


def calibrated(pairs: Pairs, judge: str, bar: float) -> Calibration:
    """Weights for an index: fitted ones where they are better than those that are shipped.

    Args:
        pairs: At least two.
        judge: Whose log-odds were seen; empty where retrieval decides.
        bar: Probability from which a question is answered, in [0, 1].

    Returns:
        The weights, with the errors to expect of them.
    """
    before, left_out = shipped(judge), _left_out(pairs, judge)
    better = _surprise(left_out) < _surprise([(one, before) for pair in pairs for one in pair])
    rates = errors(pairs, before, bar)
    return Calibration(
        judge,
        fit(pairs, judge) if better else before,
        before,
        better,
        len(pairs),
        datetime.now(UTC).date().isoformat(),
        _rates(left_out, bar) if better else rates,
        rates,
    )


def fit(pairs: Pairs, judge: str) -> Weights:
    """Weights under which what was seen is likely, held near those that are shipped.

    Args:
        pairs: Any number.
        judge: Whose log-odds were seen; empty where retrieval decides.

    Returns:
        By feature, and `intercept`.
    """
    prior = shipped(judge)
    names = list(prior)
    seen = [one for pair in pairs for one in pair if one.features]
    if not seen:
        return prior
    inputs = np.array([[{"intercept": 1.0, **one.features}.get(name, 0.0) for name in names] for one in seen])
    scale = np.maximum(inputs.std(axis=0), 1e-3)
    scale[names.index("intercept")] = 1.0
    held = _PRIOR * np.diag(scale**2) / 4  # a probe bends the curve by a quarter at most
    weights = logistic.fit(inputs, [one.answerable for one in seen], centre=list(prior.values()), held=held)
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def expected(pairs: Pairs, judge: str, bar: float) -> Rates:
    """Errors to expect of fitted weights: each question is decided by those fitted on all the others.

    Args:
        pairs: At least two.
        judge: Whose log-odds were seen; empty where retrieval decides.
        bar: Probability from which a question is answered, in [0, 1].

    Returns:
        The shares of wrong answers and wrong refusals.
    """
    return _rates(_left_out(pairs, judge), bar)


def errors(pairs: Pairs, weights: Weights, bar: float) -> Rates:
    """Errors of some weights on what was seen.

    Args:
        pairs: At least one.
        weights: By feature, and `intercept`.
        bar: Probability from which a question is answered, in [0, 1].

    Returns:
        The shares of wrong answers and wrong refusals.
    """
    return _rates([(one, weights) for pair in pairs for one in pair], bar)


def _left_out(pairs: Pairs, judge: str) -> Decided:
    """What was seen, each pair with the weights that were fitted on all the others."""
    others = [fit([*pairs[:at], *pairs[at + 1 :]], judge) for at in range(len(pairs))]
    return [(one, weights) for pair, weights in zip(pairs, others, strict=True) for one in pair]


def _surprise(decided: Decided) -> float:
    """Mean negative logarithm of how likely what is so was put; what has no evidence is decided without weights."""
    likely = [(probability(one.features, weights), one.answerable) for one, weights in decided if one.features]
    return -float(np.mean([math.log(p if so else 1 - p) for p, so in likely] or [0.0]))


def _rates(decided: Decided, bar: float) -> Rates:
    answered = [(bool(one.features) and probability(one.features, w) >= bar, one.answerable) for one, w in decided]
    wrong = [[said != so for said, so in answered if so == which] for which in (False, True)]
    return Rates(*(sum(of) / len(of) for of in wrong))


def save(folder: Path, calibration: Calibration) -> Path:
    """Have an index decided by these weights when it is next opened.

    Args:
        folder: Folder of the index.
        calibration: To be kept.

    Returns:
        The file.

    Raises:
        UsageError: It cannot be written.
    """
    path = folder / FILE
    try:
        with replacing(path) as part:
            part.write_text(json.dumps(calibration.to_dict(), indent=2) + "\n", "utf-8")
    except OSError as exc:
        raise UsageError(f"{path}: cannot be written: {exc.strerror}", "check the disk and its permissions") from exc
    return path


def load(folder: Path) -> Calibration | None:
    """What an index is decided by.

    Args:
        folder: Folder of the index.

    Returns:
        The calibration; None where what is shipped decides.

    Raises:
        UsageError: There is one that cannot be read.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text("utf-8"))
        judge = str(data["judge"])
        beside = {str(name): _finite(weight) for name, weight in dict(data.get("beside", {})).items()}
        weights = {name: _finite(data["weights"][name]) for name in beside or data["weights"]}
        rates = [Rates(**{name: float(data[of][name]) for name in Rates._fields}) for of in ("expected", "shipped")]
        how = bool(data["fitted"]), int(data["probes"]), str(data["made"])
        shipped(judge)  # there are none for a judge that was never fitted
        return Calibration(judge, weights, beside, *how, *rates)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, OverflowError, ConfigError) as exc:
        back = f"go back to what is shipped: rag calibrate --reset --index {shlex.quote(str(folder))}"
        raise UsageError(f"{path}: not a calibration: {exc}", back) from exc


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} as a weight")
    return number


def clear(folder: Path) -> None:
    """Have an index decided by what is shipped again; harmless where it is."""
    (folder / FILE).unlink(missing_ok=True)
