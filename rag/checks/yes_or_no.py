"""Questions that want yes or no, and what a reply says to them. Pure; English, but for the yes or no itself.

Such a question has the words of its answer, so a model that repeats it as a statement says yes without having read
one. So what a reply has of the question, the source must have too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from rag.checks.negation import negated
from rag.words import content_words, terms

_PARTICLE = re.compile(
    r"\s*(?:(?P<yes>yes|ja|oui|sí|sì)|(?P<no>no|nein|non|nee))(?:[,;:–—]|\.(?!\s*\d))\s+(?=\w)", re.I
)
_CONDITION = re.compile(r"\b(?:only|unless|except|if|without|until|but)\b", re.IGNORECASE)
_SENTENCE_END, _CLAUSE_END = re.compile(r"[.?!]\s+"), re.compile(r"[,;:–—-]\s+")
_VERB_FIRST = re.compile(
    r"(?:(?:and|so|but|or|ok|okay|then)\s+)*"
    r"(?:am(?=\s+(?:not\s+)?I\b)|is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will"
    r"|would)(?:n['’]t)?\s+(?!\d)",
    re.IGNORECASE,
)
_WAS = re.compile(
    r"\bwas\s+(?!(?:the|an?|it|he|she|there|this|that|my|your|our|his|her|their|any|no)\b)(?=(?-i:[a-zäöü])).*"
    r"\b(?:der|die|das|dem|den|des|ein|eine|einen|einem|ist|sind|wird|werden|kann|muss|darf|hat|haben|ich|wir|sie|es"
    r"|für|mit|von|zu|im|am|auf|und|nicht)\b",
    re.IGNORECASE,
)
"""The German word for what, with no English subject after it and another German word somewhere."""
_KINDLY = r"(?:(?:please|perhaps|maybe|just|also|mind|be able to|\w+ly)\s+)*"
_SOMEONE = r"(?:some|any)(?:one|body)"
_TO_BE_TOLD = re.compile(
    rf"(?:(?:you|we)\s+{_KINDLY}(?:tell(?:ing)?|say|explain(?:ing)?|describe|give|list|name|show|find|help)"
    rf"|{_SOMEONE}\s+{_KINDLY}(?:tell|say|explain|describe|list|name)|(?:you|we|i|{_SOMEONE})\s+{_KINDLY}know"
    rf"|i\s+{_KINDLY}(?:ask|see|hear|learn|find out|be told)(?=\s+(?:you\s+)?(?:wh(?:at|ich|om?|ose|ere|en|y)|how)\b))"
    r"\b(?!\s+(?:(?:me|us)\s+)?(?:if|whether)\b)",
    re.IGNORECASE,
)
"""What follows the verb of a request to be told something, which is more than whether it is so."""


class Reply(NamedTuple):
    """A sentence as it follows a yes or no, and whether that was a no; None where neither stands before it."""

    stated: str
    denies: bool | None = None


def parted(claim: str) -> Reply:
    """Take off the yes or no in front of a sentence."""
    found = _PARTICLE.match(claim)
    return Reply(claim[found.end() :], found.lastgroup == "no") if found else Reply(claim)


def wants_yes_or_no(question: str) -> bool:
    """Is yes or no what an English question wants?

    A passage that settles such a question seldom states a yes, so a judge is less sure of it.

    Args:
        question: One that stands alone.

    Returns:
        Whether its last sentence begins with its verb, or a clause of that does: "I lost it, can I claim it?"; no
        request to be told something, unless that is whether it is so, and not the German "Was".
    """
    last = _SENTENCE_END.split(question.strip())[-1]
    begun = [(clause, _VERB_FIRST.match(clause)) for clause in _CLAUSE_END.split(last) if not _WAS.match(clause)]
    return any(found and not _TO_BE_TOLD.match(clause, found.end()) for clause, found in begun)


def belied(reply: Reply, question: str) -> bool:
    """Does a sentence say all of the question, unconditionally, and the reverse of the yes or no before it?"""
    if reply.denies is None:
        return False
    asked = set(terms(question))
    comparable = asked <= set(terms(reply.stated)) and not negated(question) and not _CONDITION.search(reply.stated)
    return bool(asked) and comparable and reply.denies != bool(negated(reply.stated) & asked)


def taken_from(question: str, stated: str, lacks: Collection[str]) -> list[str]:
    """Words that a reply to a question which wants yes or no has from there alone.

    Args:
        question: One that stands alone.
        stated: The sentence, without a yes or no before it.
        lacks: Terms of the sentence that its evidence has not.

    Returns:
        As they stand; none where the question does not want yes or no.
    """
    taken = set(terms(question)).intersection(lacks)
    if not taken or not wants_yes_or_no(question):
        return []
    return list(dict.fromkeys(word for word, term in content_words(stated) if term in taken))
