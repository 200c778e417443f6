"""What a refusal says, and why, in words. Knows what is known of a question and what the check made of its draft."""

from __future__ import annotations

from rag.citations import Checker
from rag.clarify import asks_back, question_back
from rag.prompts import DONT_KNOW
from rag.run import Run
from rag.scope import listed

_STOPPED = "Stopped before there was an answer."
"""What the documents say is not known then."""


def refusal(run: Run) -> str:
    """What stands in the place of an answer: a question back where that would help, else that there is none."""
    if run.stopped:
        return _STOPPED
    return question_back(run.question, run.query, run.hits) or DONT_KNOW


def is_refusal(text: str) -> bool:
    """Is a text one that stands in the place of an answer?"""
    return text in (_STOPPED, DONT_KNOW) or asks_back(text)


def reason(run: Run, checker: Checker, answerable: bool) -> str:
    """Say why.

    Args:
        run: The question.
        checker: What became of its draft.
        answerable: Whether one was written.

    Returns:
        A clause without a full stop; where only a part of the index was looked at, it says so.
    """
    where = f"looked only in {listed(run.scope)}: " if run.scope else ""
    return where + _why(run, checker, answerable)


def _why(run: Run, checker: Checker, answerable: bool) -> str:
    if run.stopped:
        return "stopped before a supported sentence was complete"
    if not run.hits:
        return (
            f"no passage was found: {'it' if run.scope else 'the index'} is empty or shares no word with the question"
        )
    if not answerable:
        missing = ", ".join(run.decision.missing)
        lacks = f"no passage near the question mentions: {missing}" if missing else "the passages found are near"
        found = "; ".join([*map(str, run.decision.premises), lacks])
        return f"{found}; the chance that they answer it is put at {run.decision.probability:.0%}"
    if fell := [sentence for sentence in checker.dropped if sentence.verdict != "supported"]:
        return f"the model wrote what the passages do not support: {fell[0].why}"
    if checker.kept or checker.dropped:
        return "what the model wrote rests on passages that say little of what was asked"
    return "the model found no answer in the passages"
