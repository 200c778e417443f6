"""What a text denies, and whether a sentence says no where its source does not. Pure; knows nothing of documents.

A negation bears on the two content words after it in its clause: those are denied; where it leads up to a list, those
of each item are. What stands before it may be, as in "batteries are not covered", so it may answer a negation of the
other side, but alone proves none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.checks.lists import items
from rag.numerals import SMALL
from rag.words import CLAUSE_END, placed_terms, terms

_THAN = r"\s+(?:more|less|fewer|later|earlier|sooner|longer|shorter|higher|lower|older|younger)\s+than\b"
_BOUND = rf"(?:{_THAN}|(?:\s+\w+){{1,2}}{_THAN}\s+[$€£]?(?:\d|{'|'.join(SMALL)}))"
_FORBIDDEN = (
    r"forbidden|prohibited|banned|verboten|untersagt|interdite?s?|prohibid[oa]s?|vietat[oaie]|verboden"  # participles
)
_ENGLISH = (
    rf"no(?!\.\s*\d|\s*\d[\d.,/]*(?![-‐–\w])|{_THAN})|not(?!\s+only|\s+exceed|{_BOUND})|non|never|none|nobody|nothing"
    rf"|neither|nor|cannot(?!{_BOUND})|without|unable|\w+n['’]t(?!{_BOUND})|hardly|scarcely|rarely|seldom|unless"
    r"|(?<!\ba )(?<!the )(?<!no )lack(?:s|ed)?(?!\s+of\b)"
    r"|exclud(?:e|es|ed|ing)|except(?!ion|\s+(?:that|when|if|as)\b)|(?:instead|exception)\s+of"
    r"|(?:rather|other)\s+than|apart\s+from|(?:refus|declin|ceas)(?:e|es|ed|ing)(?=\s+to\b)"
    r"|(?:fail(?:s|ed|ing)?|forg[eo]t(?:s|ten|ting)?)(?=\s+to\b)|refrain(?:s|ed|ing)?(?=\s+from\b)"
    rf"|(?<!not )(?<!n't )(?<!n’t )(?<!never )(?<!longer )(?:forbids?|prohibits?|{_FORBIDDEN})"
)
"""A number ("No. 12") denies nothing, but "no 24-hour bar" does; nor does a bound: "no later than", "do not take more
than two" (`rag.checks.bounds`)."""
_OTHERS = (
    r"nicht|kein\w*|niemals|niemand|nichts|weder|kaum|ohne|außer|statt|niet|geen|nooit|pas|jamais|aucune?|sans|ni|rien"
    r"|sauf|à\s+moins|nunca|ning[uú]n\w*|nessun\w*|senza|n[aã]o|inte|icke|ikkj?e|nie|nem|nikdy|değil|не|нет|нельзя|без"
    r"|لا|لم|لن|ليس"
)
_NEGATION = re.compile(rf"\b(?:{_ENGLISH}|{_OTHERS})\b", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:without|except|unless|instead|exception|rather|other|apart|lack|exclu|ohne|außer|statt|sans|sauf|à)",
    re.IGNORECASE,
)
"""What denies only what follows: "butter rather than oil"."""
_CLAUSE = re.compile(rf"{CLAUSE_END.pattern}|\b(?:but|however|while|whereas|aber|jedoch|mais)\b", re.IGNORECASE)
_PASSIVE = re.compile(_FORBIDDEN, re.IGNORECASE)
_TO = re.compile(r"\s+(?:to|from)\b", re.IGNORECASE)
"""After a participle what is denied; elsewhere that stands before it: "smoking on the balcony is forbidden"."""
_JOINS = re.compile(r"\s+(?:and|or|so|nor|und|oder|et)\b", re.IGNORECASE)
"""After a comma: what follows is no aside, beyond which a negation would go on."""
_VERB = re.compile(r"\b(?:may|might|must|shall|should|can|could|will|would)\b", re.IGNORECASE)
"""Before another verb a negation ends to bear if it has borne on anything, as in "who do not pay may not enter"."""
_TWICE = re.compile(
    r"\b(?:not|no|never|nobody|neither|cannot|\w+n['’]t)\b([^.;:!?]*?)\b(?:until|unless|without|except)\b",
    re.IGNORECASE,
)
"""Two negations that together say on what condition: "not until it is paid"."""
_CONDITION = re.compile(r"\b(?:only|once|after|when|if|as soon as|with|must|needs? to|ha(?:s|ve) to)\b", re.IGNORECASE)
_BORNE = 2
"""Most content words after a negation that it is taken to bear on."""
_PREFIXES, _STEM = ("un", "non"), 4
"""What makes a word its opposite, and the fewest letters of that."""
_NEAR = 0.5
"""Share of a sentence's words that a piece of evidence must have before its negations are compared."""


class Negation(NamedTuple):
    """The terms that a negation bears on, and with them those before it that it may bear on."""

    on: frozenset[str]
    perhaps: frozenset[str]


def negated(text: str) -> frozenset[str]:
    """Terms that any negation bears on."""
    return frozenset().union(*(one.on for one in negations(text)))


@lru_cache(maxsize=1_000)
def negations(text: str) -> tuple[Negation, ...]:
    """For each negation the terms that it bears on: the next two in its clause or, where none follows, the one before.

    It bears on none that comes after another negation.
    """
    placed, found = list(placed_terms(text)), list(_NEGATION.finditer(text))
    starts = [start for start, _, _ in placed]
    clauses = [end.start() for end in _CLAUSE.finditer(text)]
    ends = sorted([*clauses, *(one.start() for one in found)])
    verbs = [verb.start() for verb in _VERB.finditer(text)]
    borne = []
    for match in found:
        first = bisect_left(starts, match.end())
        verb = _next(verbs, starts[first] + 1, len(text)) if first < len(starts) else len(text)
        end, ended = (min(_next(places, match.end(), len(text)), verb) for places in (ends, clauses))
        after = [term for start, _, term in placed[first : first + _BORNE] if start < end]
        last = bisect_left(starts, match.start())
        clause = bisect_left(starts, clauses[at - 1] if (at := bisect_left(clauses, match.start())) else 0)
        if _PASSIVE.match(match.group()) and not _TO.match(text, match.end()):
            after = [term for _, _, term in placed[max(clause, last - _BORNE) : last]]
        elif not after and (listed := items(text, end)):
            borne += [
                Negation(each, each) for item in listed if (each := frozenset(terms(text[slice(*item)])[:_BORNE]))
            ]
            continue
        elif not after and text[end : end + 1] == "," and not _JOINS.match(text, end + 1):
            beyond = bisect_left(starts, _next(clauses, end + 1, len(text)))
            after = [term for _, _, term in placed[beyond : beyond + _BORNE]]
        on = frozenset(after or [term for _, _, term in placed[max(0, last - 1) : last]])
        is_sure = len(after) == _BORNE or _ASIDE.match(match.group())
        around = () if is_sure else placed[max(clause, last - 2 * _BORNE) : first + len(after) + _BORNE]
        borne.append(Negation(on, on.union(term for start, _, term in around if start < ended)))
    return tuple(borne)


def turned(claim: str, evidence: Sequence[str]) -> bool:
    """Does a sentence say no where its source does not, or the reverse?

    Args:
        claim: The sentence.
        evidence: The cited passages; order does not matter.

    Returns:
        True where one side negates a word that both have, and the other negates none of them; or all words of one of
        its negations stand on the other side, and none is negated there. Not where each clause of a sentence that
        denies nothing stands in a clause of the source that does not either, nor where two negations come to a
        condition that is told.
    """
    if not _turned(claim, evidence):
        return False
    mine = _affirmed(claim) if any(map(_CONDITION.search, evidence)) else claim
    theirs = [_affirmed(text) for text in evidence] if _CONDITION.search(claim) else evidence
    others = {(one, tuple(texts)) for one in (claim, mine) for texts in (evidence, theirs)} - {(claim, tuple(evidence))}
    if not all(_turned(one, texts) for one, texts in others):
        return False
    there = [clause for text in evidence for clause in _clauses(text) if not _is_denied(clause, text)]
    return bool(negations(claim)) or not all(_stands(clause, there) for clause in _clauses(claim))


def undone(words: Collection[str], claim: str, evidence: Sequence[str]) -> list[str]:
    """What a prefix makes the opposite: `unfurnished` of the source, where a sentence has "furnished".

    Args:
        words: Terms that the sentence has and the evidence has not.
        claim: The sentence.
        evidence: The cited passages; order does not matter.

    Returns:
        Terms of the evidence by the alphabet; not where one of the two is denied besides.
    """
    stated = {term for text in evidence for term in terms(text)}
    here, there = negated(claim), frozenset().union(*map(negated, evidence))
    pairs = ((word, other) for word in words for other in _by_prefix(word) & stated)
    return sorted({other for word, other in pairs if (word in here) == (other in there)})


def _by_prefix(word: str) -> set[str]:
    made = {prefix + word for prefix in _PREFIXES} | {word.removeprefix(prefix) for prefix in _PREFIXES} - {word}
    return {other for other in made if min(len(word), len(other)) >= _STEM and "unless" not in (word, other)}


def _turned(claim: str, evidence: Sequence[str]) -> bool:
    """Each negation is looked at by itself, too: where the other side has all of its words, some must be negated there.

    Of the sentence's own only those count that bear on two: "none" by itself may only say once more what is negated.
    """
    unique = set(terms(claim))
    near = [text for text in evidence if len(unique & set(terms(text))) >= _NEAR * len(unique)]
    stated = {term for text in near for term in terms(text)}
    here, there = negations(claim), [one for text in near for one in negations(text)]
    denied, denied_there = negated(claim), frozenset().union(*(one.on for one in there)) & unique
    if denied_there and not denied:
        return True
    if denied & stated and not denied & denied_there and not any(_meet(one, other) for one in here for other in there):
        return True
    lost = any(one.on and one.on <= unique and not _met(one, here, there) for one in there)
    return lost or any(len(one.on) == _BORNE and one.on <= stated and not _met(one, there, here) for one in here)


def _met(one: Negation, others: Sequence[Negation], own: Sequence[Negation]) -> bool:
    """Does another side negate some of what a negation bears on, by one that is not a different one of its own side?"""
    alike = (other for other in others if one.on & other.perhaps)
    return any(other not in own or other.on <= one.on or one.on <= other.on for other in alike)


def _meet(one: Negation, other: Negation) -> bool:
    return bool(one.on & other.perhaps or one.perhaps & other.on)


def _affirmed(text: str) -> str:
    """With each pair of negations that comes to a condition as that."""
    return _TWICE.sub(r"\1 only with ", text)


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE.split(text) if terms(clause)]


def _is_denied(clause: str, text: str) -> bool:
    """Does a negation bear on a clause that itself has none, as on the item of a list?"""
    words = set(terms(clause))
    return not negations(clause) and any(len(one.on) == _BORNE and one.on <= words for one in negations(text))


def _stands(clause: str, there: Sequence[str]) -> bool:
    """Is there a clause that has all words of this one, and denies none of them?"""
    words = set(terms(clause))
    return len(words) >= _BORNE and any(words <= set(terms(other)) and not _turned(clause, [other]) for other in there)


def _next(places: Sequence[int], at: int, otherwise: int) -> int:
    return places[place] if (place := bisect_left(places, at)) < len(places) else otherwise
