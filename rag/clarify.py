"""A question back, where a question that is refused does not say what it is about.

Told by English words alone, and only in the place of a refusal, so that a question which can be answered is never held
up for it. docs/decisions/0015-follow-ups.md says what can be told so, and what cannot. Knows no model and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.follow_ups import is_courtesy, without_courtesy
from rag.types import Hit
from rag.words import names, terms

_NOTHING_ASKED = "What would you like to know?"
_NOTHING_NAMED = "What is your question about? Name the thing, the person or the document that you mean."
_POINTING = re.compile(r"\b(it|its|he|his|him|she|her|this|these|those)\b", re.IGNORECASE)
_DEMONSTRATIVE = ("this", "these", "those")
_DESCRIBED = 3
"""Content words before a demonstrative that may say by themselves what it stands for."""
_IDLE = re.compile(
    r"\b(?:is|was|does|did|would|will|can|could|has|should) it (?:\w+ )?(?:take|cost|mean|possible|legal|safe|"
    r"necessary|true|important|better|like|called|work|rain|snow|to|that|if|for)\b|\bit(?:'s| is| was| takes| took)\b"
    r"|\bhis or her\b|\bthis (?:year|month|week|day|season|time|morning|century)\b|\bthese days\b",
    re.IGNORECASE,
)
"""Where these words point at nothing that was said."""
_OFFERED = 3
"""Documents that are offered."""
_TITLE = 80
"""Longest title, in characters."""
_ASKED_BACK = re.compile(
    rf"What is meant by “{_POINTING.pattern}”(?:: something in “[^\[\]\n]+”, or something else)?\?", re.IGNORECASE
)


def asks_nothing(query: str) -> bool:
    """Is it a question that has not one word to search for, or thanks, or a greeting?

    Args:
        query: The question as it stands alone.

    Returns:
        Whether it is.
    """
    return not terms(query) or is_courtesy(query)


def asks_back(text: str) -> bool:
    """Is a text one of the questions that `question_back` puts, whatever titles it offers?"""
    return text in (_NOTHING_ASKED, _NOTHING_NAMED) or bool(_ASKED_BACK.fullmatch(text))


def question_back(question: str, query: str, hits: Sequence[Hit]) -> str:
    """What to ask the user instead of saying that the documents do not say.

    Args:
        question: As asked; one that is refused.
        query: As it stands alone: longer where earlier turns say what it is about.
        hits: What was found, best first; their titles are offered.

    Returns:
        One line; empty where the question says what it is about, as far as can be told.
    """
    if asks_nothing(query):
        return _NOTHING_ASKED if is_courtesy(query) else _NOTHING_NAMED
    pointing = _unresolved(query) if query == without_courtesy(question) else ""
    if not pointing:
        return ""
    offered = _listed(list(dict.fromkeys(_titles(hits)))[:_OFFERED])
    return f"What is meant by “{pointing}”" + (f": something in {offered}, or something else?" if offered else "?")


def _unresolved(query: str) -> str:
    """The first word that points at something which the question does not name; empty for none."""
    for match in [] if _IDLE.search(query) else _POINTING.finditer(query):
        before = len(terms(query[: match.start()]))
        demonstrative = match.group().lower() in _DEMONSTRATIVE
        if before == 0 or (demonstrative and before < _DESCRIBED and not names(query)):
            return match.group()
    return ""


def _titles(hits: Sequence[Hit]) -> Iterator[str]:
    """Titles of their documents, or else paths, on one line and without what could pass for a marker."""
    for hit in hits:
        title = " ".join((hit.chunk.title or hit.chunk.document).split()).replace("[", "(").replace("]", ")")
        yield f"“{title if len(title) <= _TITLE else title[:_TITLE].rstrip() + '…'}”"


def _listed(titles: Sequence[str]) -> str:
    return " or ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)
