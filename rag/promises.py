"""What every answer promises, as far as the answer itself can show it: markers, support, refusals.

The pipeline asserts it of each answer before it is given out; an evaluation also compares the quotes with the stored
documents (`rag.evals.invariants`). Knows answers, and nothing of how one was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.types import Answer

_MARKER = re.compile(r"\[(\d+)\]")


def broken(answer: Answer) -> list[str]:
    """Look one answer over.

    Args:
        answer: As it is about to be given out.

    Returns:
        What does not hold, in words that begin with the number of the promise; empty where all hold.
    """
    return [*_markers(answer), *_sentences(answer), *_refusal(answer)]


def markers(answer: Answer) -> list[int]:
    """The `[n]` of an answer's text, in order, with repeats."""
    return [int(number) for number in _MARKER.findall(answer.text)]


def _markers(answer: Answer) -> Iterator[str]:
    shown, listed = set(markers(answer)), [citation.number for citation in answer.citations]
    if len(listed) != len(set(listed)):
        yield f"1: citation numbers repeat: {listed}"
    yield from (f"1: [{number}] is in the text and is no citation" for number in sorted(shown - set(listed)))
    yield from (f"1: citation [{number}] is not used in the text" for number in sorted(set(listed) - shown))


def _sentences(answer: Answer) -> Iterator[str]:
    if answer.status == "answered" and not (answer.sentences and answer.text.strip()):
        yield "3: answered with nothing"
    listed = {citation.number for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.verdict == "supported" and not sentence.citations:
            yield f"3: supported without a citation: {sentence.text[:60]!r}"
        if sentence.verdict == "unsupported" and sentence.citations:
            yield f"3: unsupported with a citation: {sentence.text[:60]!r}"
        if not set(sentence.citations) <= listed:
            yield f"3: cites what is not listed: {sentence.text[:60]!r}"
        if not 0 <= sentence.support <= 1:
            yield f"3: a support of {sentence.support}"


def _refusal(answer: Answer) -> Iterator[str]:
    if answer.status == "refused" and answer.citations:
        yield f"4: refused with {len(answer.citations)} citations"
    if answer.status == "refused" and answer.sentences:
        yield f"4: refused with {len(answer.sentences)} sentences"
    if answer.status == "refused" and not answer.reason:
        yield "4: refused without a reason"
    if answer.status == "answered" and not answer.sentences:
        yield "4: answered without a sentence"
