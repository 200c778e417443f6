"""The promises of every answer, checked from outside: what is returned, against the documents as they are stored.

Knows answers and a store; nothing of how an answer was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rag.protocols import Store
from rag.types import Answer, Citation

_MARKER = re.compile(r"\[(\d+)\]")


def violations(answer: Answer, store: Store) -> list[str]:
    """Check one answer.

    Args:
        answer: As the pipeline returned it.
        store: The index that it was made from.

    Returns:
        What does not hold, in words that begin with the number of the promise; empty where all hold.
    """
    found = [*_markers(answer), *_sentences(answer), *_refusal(answer)]
    quoted = [*answer.citations, *(conflict.passage for conflict in answer.conflicts)]
    found += [f"2: the quote of [{c.number}] does not stand at its place" for c in quoted if not exact(c, store)]
    listed = {citation.number for citation in answer.citations}
    return found + [f"2: a conflict with [{p.number}], which is not listed" for p in quoted if p.number not in listed]


def exact(citation: Citation, store: Store) -> bool:
    """True where the quote stands in the stored document, at its offsets, and says something."""
    try:
        text = store.read(citation.document).text
    except KeyError:
        return False
    return bool(citation.quote) and citation.start >= 0 and text[citation.start : citation.end] == citation.quote


def markers(answer: Answer) -> list[int]:
    """The `[n]` of an answer's text, in order, with repeats."""
    return [int(number) for number in _MARKER.findall(answer.text)]


def differs(first: Answer, second: Answer) -> list[str]:
    """Compare two answers to one question: fields other than the timings that are not the same to the byte."""
    one, other = first.to_dict(), second.to_dict()
    names = [name for name in one if name != "timings" and json.dumps(one[name]) != json.dumps(other.get(name))]
    return [f"5: {name} is not the same when asked again" for name in names]


def _markers(answer: Answer) -> Iterator[str]:
    shown, listed = set(markers(answer)), [citation.number for citation in answer.citations]
    if len(listed) != len(set(listed)):
        yield f"1: citation numbers repeat: {listed}"
    yield from (f"1: [{number}] is in the text and is no citation" for number in sorted(shown - set(listed)))
    yield from (f"1: citation [{number}] is not used in the text" for number in sorted(set(listed) - shown))


def _sentences(answer: Answer) -> Iterator[str]:
    listed = {citation.number for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.verdict == "supported" and not sentence.citations:
            yield f"3: supported without a citation: {sentence.text[:60]!r}"
        if not set(sentence.citations) <= listed:
            yield f"3: cites what is not listed: {sentence.text[:60]!r}"
        if not 0 <= sentence.support <= 1:
            yield f"3: a support of {sentence.support}"


def _refusal(answer: Answer) -> Iterator[str]:
    if answer.status == "refused" and answer.citations:
        yield f"4: refused with {len(answer.citations)} citations"
    if answer.status == "refused" and answer.sentences:
        yield f"4: refused with {len(answer.sentences)} sentences"
    if answer.status == "answered" and not answer.sentences:
        yield "4: answered without a sentence"
