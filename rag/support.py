"""How well evidence supports a sentence: pure, calibrated, explained.

A sentence is weighed by the share of its content words, and of pairs of neighbouring ones, that stand in the evidence,
and by how near the evidence those of its words are that are farthest from it, where that is known (`rag.nearness`). A
number, its unit or a negation that the evidence does not have, or the opposite of one of its words, takes the most of
the score; a name that stands nowhere near it, or a name or number said of something else there, caps it. So a wrong
number is never "supported", whatever the words say. The weights were fitted on half of the labelled claim and evidence
pairs of BEGIN and WiCE (docs/log.md has the figures). Knows nothing of documents, models or citations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.checks.binding import gives, unbound, without_told
from rag.checks.bounds import other_bounds, other_signs
from rag.checks.conditions import dropped
from rag.checks.conflicts import false_premises
from rag.checks.dates import dates_in_words
from rag.checks.duties import other_duties
from rag.checks.lacking import Lacking, lacking
from rag.checks.negation import negated, turned, undone
from rag.checks.roles import exchanged
from rag.checks.swaps import swapped
from rag.checks.units import converted, other_units
from rag.checks.yes_or_no import belied, parted, taken_from
from rag.numerals import numbers
from rag.types import Verdict
from rag.words import OPPOSITES, content_words, names, stem, terms, tokens

_INTERCEPT = -3.5
_COVERAGE = 3.05
_COVERAGE_4 = 1.62
"""Weight of the fourth power of coverage: nearly all words is worth more than many."""
_PAIRS = 0.98
_NAME_MISSING = -0.46
_WITH_NEARNESS = (-1.82, 0.935, 3.588)
"""Intercept and weights of the sum of the above and of the nearness; the intercept leaves as many claims supported."""
_LEFT = 0.2
"""Share of its score that a sentence keeps with a wrong number or unit, a turned negation or an opposite."""
_FEW = 3
"""Most different content words of a reply that says nothing without its question, as "In 2019." does."""
_ASKED = 0.5
"""Share of the question's words that evidence must have to speak of what was asked; docs/log.md has the figures."""
_OPEN = frozenset("how what when where which who whom whose why".split())
"""Words that ask for something which the question does not name, unless it offers a choice."""
_EXTREME = re.compile(r"\b(?:\w{3,}est|most|least|best|worst)\b", re.IGNORECASE)
"""What asks for one among many; also "guest", which then lends nothing."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_JUST_UNDER = 0.01
"""How far under "supported" a score is held by an objection that leaves room for doubt."""


@dataclass(frozen=True, slots=True)
class Support:
    """Outcome of the check.

    Attributes:
        score: In [0, 1].
        verdict: What that comes to.
        why: What it rests on, in words.
        words: What the score would be with nothing to be said against it.
        lacks: Terms of the sentence that the evidence has not.
    """

    score: float
    verdict: Verdict
    why: str
    words: float
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `supported` up a sentence is supported; under `unsupported` it is not; between the two it is weak."""

    supported: float = 0.6
    unsupported: float = 0.35


DEFAULT_THRESHOLDS = Thresholds()
Near = Callable[[], float | None]
"""How near the evidence the farthest words of a sentence are, in [-1, 1], or None; asked where it counts."""


def judge_support(
    claim: str,
    evidence: Sequence[str],
    context: str = "",
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    near: Near | None = None,
) -> Support:
    """Weigh one sentence against the evidence cited for it.

    Args:
        claim: The sentence, without markers.
        evidence: The cited passages; order does not matter.
        context: Words that stand above the evidence, such as its title and headings; may name who is spoken of, but
            lends no numbers beside those of a name or a date.
        thresholds: Where the verdicts begin.
        near: Says how near the evidence its words are; None where nothing does.

    Returns:
        A score in [0, 1], never `supported` with a number that the evidence lacks or a negation turned round.
    """
    claim, context, *evidence = map(dates_in_words, (claim, context, *evidence))
    wanted = terms(claim)
    if any(not _contrary(claim, [sentence]) for sentence in _standing(claim, evidence)):
        return Support(1.0, "supported", "its words stand in the source in this order", words=1.0)
    if not wanted or not evidence:
        return Support(0.0, "unsupported", "nothing to check" if evidence else "no evidence", 0.0)
    lacks = lacking(claim, wanted, evidence, context)
    score = _logistic(lacks, wanted, evidence, near() if near else None)
    objections, words = [], score
    if lacks.numbers:
        objections.append("number not in the source: " + ", ".join(lacks.numbers))
    objections += _contrary(claim, evidence)
    alike = converted(claim, evidence)
    if reverse := [one for one in false_premises(claim, evidence) if stem(one.said) in OPPOSITES.keys() - alike]:
        objections.append("the source has the opposite: " + ", ".join(one.instead for one in reverse))
    if opposite := undone(lacks.words, claim, evidence):
        objections.append("the source has the opposite: " + ", ".join(opposite))
    if objections:
        score = min(score * _LEFT, thresholds.supported - _JUST_UNDER)
    if lacks.names:
        objections.append("name not in the source: " + ", ".join(lacks.names))
    elsewhere = unbound(without_told(claim, context), evidence, context)
    if elsewhere:
        objections.append("not said of the same thing in the source: " + ", ".join(elsewhere))
    moved = [*exchanged(claim, evidence), *swapped(claim, evidence)]
    if moved:
        objections.append("the other way round in the source: " + ", ".join(moved))
    if lacks.names or elsewhere or moved:
        score = min(score, thresholds.supported - _JUST_UNDER)
    share = f"{round(100 * lacks.coverage)} % of its words stand in the source"
    why = "; ".join([share, *objections])
    return Support(round(score, 4), _verdict(score, thresholds), why, words, tuple(lacks.words))


def judge_reply(
    claim: str,
    question: str,
    evidence: Sequence[str],
    context: str = "",
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    near: Near | None = None,
) -> Support:
    """Weigh one sentence as the reply to a question.

    A bare name or number stands in many places, so a reply of a few words is "supported" only by evidence that speaks
    of what was asked, or that says just this and no more. A yes or no in front of a sentence needs no words in the
    source, and is held against the sentence where that repeats the question; a reply to a question that wants yes or no
    takes no word from it which the source has not. What gives the cells of a table's row may take its other words from
    the question, but for names; not where that asks for the most or the least, of which one row knows nothing.

    Args:
        claim: The sentence, without markers.
        question: One that stands alone.
        evidence: The cited passages; order does not matter.
        context: Words that stand above the evidence.
        thresholds: Where the verdicts begin.
        near: Says how near the evidence its words are; None where nothing does.

    Returns:
        As `judge_support`, or just under "supported".
    """
    reply = parted(claim)
    stated = reply.stated
    lent = _lent(question) if len(evidence) == 1 and gives(stated, evidence[0]) else ""
    support = judge_support(stated, evidence, f"{context} {lent}" if lent else context, thresholds, near)
    if lent:
        support = replace(support, why=support.why.replace("in the source", "in the source or the question", 1))
    if support.verdict != "supported":
        return support
    if belied(reply, question):
        objection = "its yes or no is not what follows"
    elif taken := taken_from(question, stated, support.lacks):
        objection = "only the question has: " + ", ".join(taken)
    elif is_short(stated) and not answers(stated, question, evidence, context):
        objection = "the source says little of what was asked"
    elif left := dropped(stated, question, evidence):
        objection = "leaves out of the source: " + ", ".join(left)
    else:
        return support
    score = round(thresholds.supported - _JUST_UNDER, 4)
    return Support(score, _verdict(score, thresholds), f"{support.why}; {objection}", support.words)


def answers(claim: str, question: str, evidence: Sequence[str], context: str = "") -> bool:
    """Does the evidence for a sentence speak of what was asked?

    Args:
        claim: The sentence, without markers.
        question: One that stands alone.
        evidence: The cited passages; order does not matter.
        context: Words that stand above the evidence.

    Returns:
        True where the evidence has half of the question's words, or is that sentence and no more.
    """
    asked = set(terms(question))
    stated = set(terms(" ".join([*evidence, context])))
    return len(asked & stated) >= _ASKED * len(asked) or _plain(claim) in map(_plain, evidence)


def echoes(claim: str, question: str) -> bool:
    """True for a reply to an open question that has none but its words, as "The envoy is the envoy." has."""
    asked = {word.casefold() for word in tokens(question)}
    is_open = bool(asked & _OPEN) and "or" not in asked
    says_more = numbers(claim) or negated(claim) or set(terms(claim)) - set(terms(question))
    return is_open and not says_more


def is_short(claim: str) -> bool:
    """True for a sentence of so few words that it says nothing without its question."""
    return len(set(terms(claim))) <= _FEW


def _logistic(lacks: Lacking, wanted: Sequence[str], evidence: Sequence[str], near: float | None) -> float:
    pairs = set(pairwise(wanted))
    stated = {pair for text in evidence for pair in pairwise(terms(text))}
    share = len(pairs & stated) / len(pairs) if pairs else lacks.coverage
    total = _INTERCEPT + _COVERAGE * lacks.coverage + _COVERAGE_4 * lacks.coverage**4 + _PAIRS * share
    total += _NAME_MISSING * min(2, len(lacks.names))
    if near is not None:
        intercept, words, nearness = _WITH_NEARNESS
        total = intercept + words * total + nearness * near
    return 1 / (1 + math.exp(-total))


def _lent(question: str) -> str:
    """Words of a question that no row need say."""
    if _EXTREME.search(question):
        return ""
    named = names(question)
    return " ".join(word for word, term in content_words(question) if term not in named and not term[0].isdigit())


def _contrary(claim: str, evidence: Sequence[str]) -> list[str]:
    """What is amiss with a sentence though all of its words and numbers may stand in the evidence."""
    found = []
    if amiss := other_units(claim, evidence):
        found.append("in another unit in the source: " + ", ".join(one.instead for one in amiss))
    if amiss := other_bounds(claim, evidence):
        found.append("bounded the other way in the source: " + ", ".join(one.instead for one in amiss))
    if amiss := other_signs(claim, evidence):
        found.append("on the other side of zero in the source: " + ", ".join(one.instead for one in amiss))
    if amiss := other_duties(claim, evidence):
        found.append("must, may or should otherwise in the source: " + ", ".join(one.instead for one in amiss))
    if turned(claim, evidence):
        found.append("says no where the source does not, or the reverse")
    return found


def _standing(claim: str, evidence: Sequence[str]) -> Iterator[str]:
    """The sentences of the evidence that a sentence stands in, word for word; itself where it goes over several."""
    words = _plain(claim)
    for text in evidence:
        if words.strip() and words in _plain(text):
            yield next((one for one in _SENTENCE_END.split(text) if words in _plain(one)), claim)


def _plain(text: str) -> str:
    """Its words; those of one number are one, so that no part of it stands there."""
    return f" {' '.join('-'.join(word.casefold().split()) for word in tokens(text))} "


def _verdict(score: float, thresholds: Thresholds) -> Verdict:
    if score >= thresholds.supported:
        return "supported"
    return "weak" if score >= thresholds.unsupported else "unsupported"
