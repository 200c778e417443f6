"""Prompts as files in `rag/prompts/`, and the packing of evidence into a token budget.

Evidence goes in as lines `[n] sentence`, best first; the extractive generator reads the same lines. A sentence that
lacks words of the question comes after the title and the headings that have them: a row does not say which sheet it is
of, nor a paragraph which product (docs/decisions/0030-headings-in-prompts.md). Knows nothing of models: the caller says
how tokens are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from string import Template

from rag.checks.dates import dated_terms
from rag.protocols import Message
from rag.types import Evidence

DONT_KNOW = "The documents do not say."
"""What the prompt tells the model to reply when the passages hold no answer, and what a refusal shows."""
_ABOVE_ENDS = ":  "
"""Between what stands above a sentence and the sentence; nothing else in a line has two spaces."""
_LONGEST = 120
"""Characters told of a title or heading."""
_PATH = " > "
"""What parts the headings of a passage."""


def answer_messages(question: str, evidence: Sequence[Evidence]) -> list[Message]:
    """Ask for an answer from the evidence: a system and a user message."""
    return _messages(f"{_user(question, evidence)}\n\n{_read('answer.md')}")


def judge_messages(question: str, evidence: Sequence[Evidence]) -> list[Message]:
    """Ask whether the evidence states the answer, Yes or No.

    The messages begin as those of `answer_messages` do, up to the last paragraph, so that a generator can go on from
    what it has computed. The question stands in that paragraph once more: it is what a judge reads with its adapter on.
    """
    asked = Template(_read("judge.md")).substitute(question=_plain(question))
    return _messages(f"{_user(question, evidence)}\n\n{asked}")


def review_messages(question: str, evidence: Sequence[Evidence], reply: str) -> list[Message]:
    """Ask whether the evidence says all of a reply, and that answers the question, Yes or No; begins likewise."""
    asked = Template(_read("review.md")).substitute(question=_plain(question), reply=_plain(reply))
    return _messages(f"{_user(question, evidence)}\n\n{asked}")


def question_messages(title: str, sentence: str) -> list[Message]:
    """Ask for a question that a sentence answers: a user message."""
    asked = Template(_read("question.md")).substitute(title=_plain(title), sentence=_plain(sentence))
    return [{"role": "user", "content": asked}]


def pack(
    question: str, evidence: Sequence[Evidence], count_tokens: Callable[[str], int], budget_tokens: int
) -> list[Evidence]:
    """Keep the best evidence that fits.

    Args:
        question: As the prompts will have it.
        evidence: Best first.
        count_tokens: Tokens of a text, as the generator counts them.
        budget_tokens: Most tokens of evidence lines.

    Returns:
        The evidence that fits, best first; at least the first piece, whatever its length.
    """
    kept: list[Evidence] = []
    used = 0
    for item in evidence:
        used += count_tokens(_line(len(kept) + 1, item, question))
        if kept and used > budget_tokens:
            break
        kept.append(item)
    return kept


def is_refusal(draft: str) -> bool:
    """True for a draft that begins by saying that the documents do not say, whatever follows."""
    return draft.strip().casefold().startswith(DONT_KNOW.casefold().rstrip("."))


def _messages(user: str) -> list[Message]:
    return [{"role": "system", "content": _read("system.md")}, {"role": "user", "content": user}]


def _user(question: str, evidence: Sequence[Evidence]) -> str:
    lines = "\n".join(_line(number, item, question) for number, item in enumerate(evidence, start=1))
    return Template(_read("user.md")).substitute(evidence=lines, question=_plain(question))


def _line(number: int, item: Evidence, question: str) -> str:
    """The sentence, after what stands above it and has words of the question that it lacks."""
    lacks = set(dated_terms(question)).difference(dated_terms(item.text))
    above = dict.fromkeys([item.chunk.title, *item.chunk.heading.split(_PATH)])
    told = _PATH.join(part[:_LONGEST] for part in above if lacks.intersection(dated_terms(part[:_LONGEST])))
    return f"[{number}] {_plain(told)}{_ABOVE_ENDS if told else ''}{_plain(item.text)}"


def _plain(text: str) -> str:
    """On one line: what is given ends no paragraph of a prompt."""
    return " ".join(text.split())


@cache
def _read(name: str) -> str:
    return (files("rag") / "prompts" / name).read_text("utf-8").strip()
