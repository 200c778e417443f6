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
    r"(?:am|is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)(?:n['’]t)?"
    r"\s+(?!\d|(?:you|we)\s+(?:please\s+)?(?:tell|say|explain|describe|give|list|name|show|find|help)\b)",
    re.IGNORECASE,
)


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
        request to be told something.
    """
    last = _SENTENCE_END.split(question.strip())[-1]
    return any(map(_VERB_FIRST.match, _CLAUSE_END.split(last)))


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
