"""What a last turn has to do with those before it: what was spoken of last, and the question made to stand alone.

Pure: knows turns and words, neither an index nor a model. docs/decisions/0015-follow-ups.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.types import Turn
from rag.words import is_stop_word, terms, tokens

_REPLY, _SAID = 25, 40
"""Words of a reply, and of question and reply together, that tell what was spoken of; more took longer to embed and
found no more."""
_EARLIER = 600
"""Characters of an earlier question that a follow-up leans on, so that a text put with it is not searched for again."""
_COURTESY = frozenset(
    """thank thanks thx ok okay great good nice fine cool perfect excellent interesting wonderful lovely hello hi hey
    yes no yeah bye welcome sorry see danke bitte ja nein hallo gut super merci oui non bonjour salut gracias sí hola
    bien vale grazie ciao obrigado obrigada sim não olá dank bedankt tack dziękuję""".split()
)
"""Turns of such words alone speak of nothing."""
_WORD_OF_IT = rf"(?:{'|'.join(sorted(_COURTESY))})\b"
_ASKS = re.compile(
    rf"^(?:(?:and|so|but|then|also|now|please|{_WORD_OF_IT})[\s,;:.!–—-]+)*"
    rf"(?:(?:what|which|who|whom|whose|where|when|why|how(?!\s+(?:very\s+)?{_WORD_OF_IT}\W*$))\s+(?!thank)"
    r"|(?:is|are|was|were|do|does|did|has|have|had|can|could|may|must|shall|should|will|would)\s+"
    r"(?:there|the|an?|i|you|we|it|they|he|she|this|that|my|our|your|any|all)\b)",
    re.IGNORECASE,
)
"""A question without its mark: a question word, or a verb and who does it, which no "How nice" is."""
_THING = re.compile(rf"\b(?:the|an?|my|our|your|his|her|its|their|any|each|every|some)\s+{_WORD_OF_IT}", re.IGNORECASE)
"""Such a word is the name of a thing where an article or whose it is stands before it: "the fine", "my super"."""
_OPENS = re.compile(
    r"^(?:and|but|or|so|what about|how about|then|also|why|when|where|how|who|which)\b[^?]{0,12}\??$"
    r"|^(?:and|but|what about|how about|what else|anything else)\b",
    re.IGNORECASE,
)
"""Openings of a question that goes on with what was said before."""
_POINTS = re.compile(
    r"\b(?:it|its|he|his|him|she|her|hers|they|their|theirs|them|this|that|these|those|there|then|one|ones|former|"
    r"latter|same|above|previous|such)\b",
    re.IGNORECASE,
)
"""Words that point at what was said before."""
_NAMED = 2
"""More content words than this before such a word, and it may well point at one of them."""
_ALONE, _WHOLE = 2, 7
"""Different content words under which a question does not stand alone, and from which its words point within it."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MARKER = re.compile(r"\s*\[\d+\]")


class Topic(NamedTuple):
    """What was spoken of last: the question that was asked, and the opening of it with that of the reply."""

    asked: str
    said: str


def topic(history: Sequence[Turn]) -> Topic | None:
    """What a conversation was about when its last turn came.

    Args:
        history: Earlier turns, oldest first.

    Returns:
        The last earlier question that is more than a courtesy, and its reply; None where nothing was asked.
    """
    for at in range(len(history) - 1, -1, -1):
        role, content = history[at]
        if role == "user" and not _is_idle(content):
            asked = " ".join(content.split())
            replies = [turn.content for turn in history[at + 1 : at + 2] if turn.role == "assistant"]
            opening = [word for text in replies for word in _MARKER.sub("", text).split()[:_REPLY]]
            return Topic(asked, " ".join([*asked.split(), *opening][:_SAID]))
    return None


def is_courtesy(text: str) -> bool:
    """True for thanks, a greeting or a nod, and nothing else."""
    return _is_idle(text) and any(_is_courteous(word) for word in tokens(text))


def without_courtesy(question: str) -> str:
    """A question, white space made single, without the thanks or greeting that it may begin with."""
    parts = _SENTENCE_END.split(" ".join(question.split()))
    kept = next((at for at, part in enumerate(parts) if not is_courtesy(part)), 0)
    return " ".join(parts[kept:])


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Make a follow-up readable on its own.

    Args:
        question: A last turn that leans on what was said before.
        history: Earlier turns, oldest first.

    Returns:
        The question with the one that it leans on in front of it, and in front of that the one that that one leans on.
    """
    asked = [_cut(turn.content) for turn in history if turn.role == "user" and not is_courtesy(turn.content)]
    reach = 2 if asked and leans(asked[-1]) else 1
    return " ".join([*asked[-reach:], question])


def _cut(turn: str) -> str:
    """The end of it, where a question stands that follows a text."""
    whole = " ".join(turn.split())
    end = whole[-_EARLIER:]
    return end if end == whole else end.partition(" ")[2] or end


def leans(question: str) -> bool:
    """True for a question whose words point back at an earlier turn, or are too few to be searched for."""
    said = len(set(terms(question)))
    if said < _ALONE or _OPENS.search(question):
        return True
    pointing = _POINTS.finditer(question) if said < _WHOLE else ()
    return any(len(terms(question[: match.start()])) <= _NAMED for match in pointing)


def _is_idle(text: str) -> bool:
    """True for a turn that asks nothing and names nothing: what it is about stands before it."""
    asks = re.search("[?？]", text) or _ASKS.search(text.strip()) or _THING.search(text)
    return not asks and all(_is_courteous(word) or is_stop_word(word) for word in tokens(text))


def _is_courteous(word: str) -> bool:
    return word.casefold() in _COURTESY
