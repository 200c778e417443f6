"""True sentences with one thing changed: how many does the check still call supported?

Two kinds of true sentences: those of the sets' own documents, cited to the sentences around them, and labelled claims
that the check rightly passes, cited to their evidence. In each one number, its unit, one name or one negation is
changed, two numbers or names change places, or one word becomes its opposite. What is new is not in the evidence or,
where it says `borrowed`, elsewhere in it.

python benchmarks/mutations.py SETS -o benchmarks/results/mutations.json
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from common import arguments, datasets, progress, settings, write

from rag.checks.negation import negated
from rag.citations import Checker, clean
from rag.evals.cases import Dataset, order, parity
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.nearness import Reading
from rag.numerals import numbers
from rag.protocols import Embedder
from rag.splitter import sentences
from rag.types import Chunk, Evidence, Hit
from rag.words import is_stop_word, terms

_SHOWN = 8
"""Sentences that the check may choose from, as many as a generator is shown."""
_WORDS = range(6, 31)
"""Content words of a sentence that is taken."""
_NUMBER = re.compile(r"(?<![\w.,:/[-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w:/-]|[.,]\d)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?![\w'’-])")
_FULL_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,} [A-Z][a-z]{2,}(?![\w'’-]| [A-Z])")
_NOT = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|may|did|does|do) not\b")
_VERB = re.compile(r"\b(is|are|was|were|has|had|can|could|will|would|should|must|may)\b(?! not\b)")
_SIDES = (
    "most least, more less, before after, first last, highest lowest, higher lower, largest smallest, north south, "
    "east west, northern southern, eastern western, increase decrease, inside outside, public private, above below, "
    "over under, must may, all some"
)
_PAIRS = [pair.split() for pair in _SIDES.split(",")]
_OPPOSITE = dict(_PAIRS) | {right: left for left, right in _PAIRS}
_OPPOSED = re.compile(rf"\b({'|'.join(_OPPOSITE)})\b")
_KINDS = [
    kind.split()
    for kind in (
        "weeks days hours months years minutes",
        "miles km metres feet",
        "euros dollars pounds",
        "kg mg pounds",
    )
]
_QUANTITY = re.compile(rf"\b\d+ (?:{'|'.join(unit for kind in _KINDS for unit in kind)})\b")

Change = Callable[[str, str, Sequence[str]], str]
"""A sentence, all of its evidence, and names from elsewhere, to the changed sentence; empty where nothing can be."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A true sentence and its evidence."""

    text: str
    evidence: tuple[str, ...]


def main() -> int:
    """Change, check, write."""
    given = arguments(__doc__, 500).parse_args()
    sets = list(datasets(given.sets))
    embedder = open_parts(settings(generator="extractive"), progress, generator=False).embedder
    kinds = {
        "document": _ordered(one for one in _of_documents(sets) if given.half in (None, parity(one.text))),
        "claim": _ordered(_of_claims(sets, given.half, embedder)),
    }
    found = {name for one in kinds["document"] for name in _NAME.findall(one.text) if not is_stop_word(name)}
    elsewhere = sorted(found, key=order)
    figures = {
        f"{kind}, {name}": _figures(kind_of, change, elsewhere, given.n, embedder)
        for kind, kind_of in kinds.items()
        for name, change in _CHANGES.items()
    }
    write(given.output, {"changed": figures, "half": given.half, "commit": commit(), "machine": machine()})
    return 0


def _figures(
    true: Iterable[Cited], change: Change, elsewhere: Sequence[str], most: int, embedder: Embedder
) -> dict[str, object]:
    tried = 0
    passed = 0
    for one in true:
        new = change(one.text, " ".join(one.evidence), elsewhere)
        if tried == most:
            break
        if new:
            tried += 1
            if is_supported(new, one.evidence, embedder):
                passed += 1
                print(f"passed: {new}\n  true: {one.text}", file=sys.stderr)
    return {"n": tried, "supported": passed, "share": round(passed / max(1, tried), 4)}


def _ordered(found: Iterable[Cited]) -> list[Cited]:
    return sorted({one.text: one for one in found}.values(), key=lambda one: order(one.text))


def _of_documents(sets: Iterable[Dataset]) -> Iterator[Cited]:
    for dataset in sets:
        for passage in dataset.corpus:
            spans = sentences(passage.text)
            texts = [passage.text[start:end] for start, end in spans]
            for at, text in enumerate(texts):
                if len(set(terms(text))) in _WORDS:
                    first = max(0, at - _SHOWN // 2)
                    yield Cited(clean(text), tuple(texts[first : first + _SHOWN]))


def _of_claims(sets: Iterable[Dataset], half: int | None, embedder: Embedder) -> Iterator[Cited]:
    for dataset in sets:
        for pair in dataset.pairs:
            if pair.supported and half in (None, parity(pair.id)):
                claim = clean(pair.claim)
                evidence = tuple(t[a:b] for t in pair.evidence for a, b in sentences(t))
                if len(set(terms(claim))) in _WORDS and is_supported(claim, evidence, embedder):
                    yield Cited(claim, evidence)


def is_supported(text: str, evidence: Sequence[str], embedder: Embedder) -> bool:
    """As in an answer from one passage, which has these sentences."""
    starts = [sum(len(before) + 1 for before in evidence[:at]) for at in range(len(evidence))]
    whole = " ".join(evidence)
    passage = Chunk("", 0, len(whole), whole)
    pieces = [Evidence(passage, at, at + len(item), item, 0.0) for at, item in zip(starts, evidence, strict=True)]
    reading = Reading(text, text, [Hit(passage, 0.0)], embedder)
    checker = Checker(pieces, lambda _: (None, ""), "flag", farthest=reading.farthest)
    return checker.check(text).sentence.verdict == "supported"


def _other_number(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    def new(old: str) -> str:
        value = int(float(old.replace(",", "")))
        return next(str(value + step) for step in range(1, 1_000) if not numbers(str(value + step)) & numbers(evidence))

    return _replaced(_NUMBER, text, new)


def _borrowed_number(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    mine = numbers(text)
    others = [number for number in _NUMBER.findall(evidence) if not numbers(number) & mine]
    return _replaced(_NUMBER, text, lambda old: _alike(old, others))


def _other_name(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    there = set(terms(evidence))
    start = int(order(text), 16) % max(1, len(elsewhere))
    turned = [*elsewhere[start:], *elsewhere[:start]]
    return _replaced(_NAME, text, lambda _: next((name for name in turned if not there & set(terms(name))), ""))


def _borrowed(pattern: re.Pattern[str], text: str, evidence: str) -> str:
    others = [name for name in pattern.findall(evidence) if not set(terms(name)) & set(terms(text))]
    return _replaced(pattern, text, lambda _: others[0] if others else "")


def _negated(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    if _NOT.search(text):
        return _NOT.sub(r"\1", text, count=1)
    return "" if negated(text) or not _VERB.search(text) else _VERB.sub(r"\1 not", text, count=1)


def _other_unit(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    def new(old: str) -> str:
        number, unit = old.split()
        kind = next(kind for kind in _KINDS if unit in kind)
        return next((f"{number} {other}" for other in kind if other != unit and other not in evidence), "")

    return _replaced(_QUANTITY, text, new)


def _opposed(text: str, evidence: str, elsewhere: Sequence[str]) -> str:
    def new(old: str) -> str:
        return "" if _OPPOSITE[old] in evidence.casefold().split() else _OPPOSITE[old]

    return _replaced(_OPPOSED, text, new)


def _replaced(pattern: re.Pattern[str], text: str, new: Callable[[str], str]) -> str:
    found = pattern.search(text)
    word = new(found.group()) if found else ""
    if not found or not word or word == found.group():
        return ""
    return text[: found.start()] + word + text[found.end() :]


def _exchanged(pattern: re.Pattern[str], text: str) -> str:
    """The first two that differ, with a word between them, in each other's place."""
    for one, other in combinations(pattern.finditer(text), 2):
        between = text[one.end() : other.start()]
        if one.group() != other.group() and between.strip():
            return text[: one.start()] + other.group() + between + one.group() + text[other.end() :]
    return ""


def _alike(old: str, others: Sequence[str]) -> str:
    """A number of as many digits if there is one, so that a year takes the place of a year."""
    return next((one for one in others if len(one) == len(old)), others[0] if others else "")


_CHANGES: dict[str, Change] = {
    "number": _other_number,
    "number, borrowed": _borrowed_number,
    "name": _other_name,
    "name, borrowed": lambda text, evidence, _: _borrowed(_NAME, text, evidence),
    "full name, borrowed": lambda text, evidence, _: _borrowed(_FULL_NAME, text, evidence),
    "two numbers exchanged": lambda text, evidence, elsewhere: _exchanged(_NUMBER, text),
    "two names exchanged": lambda text, evidence, elsewhere: _exchanged(_NAME, text),
    "negation": _negated,
    "unit": _other_unit,
    "opposite": _opposed,
}


if __name__ == "__main__":
    sys.exit(main())
