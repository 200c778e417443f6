"""The promises of every answer, checked from outside: what is returned, against the documents as they are stored.

Knows answers and a store; nothing of how an answer was made.
"""

from __future__ import annotations

import json

from rag.promises import broken
from rag.protocols import Store
from rag.types import Answer, Citation


def violations(answer: Answer, store: Store) -> list[str]:
    """Check one answer.

    Args:
        answer: As the pipeline returned it.
        store: The index that it was made from.

    Returns:
        What does not hold, in words that begin with the number of the promise; empty where all hold.
    """
    found = broken(answer)
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


def differs(first: Answer, second: Answer) -> list[str]:
    """Compare two answers to one question: fields other than the timings that are not the same to the byte."""
    one, other = first.to_dict(), second.to_dict()
    names = [name for name in one if name != "timings" and json.dumps(one[name]) != json.dumps(other.get(name))]
    return [f"5: {name} is not the same when asked again" for name in names]
