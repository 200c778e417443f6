"""What of an answer can be opened in its document: each passage by a name that the page gives it, row by row.

Pure: a `View` in, passages out. Knows nothing of HTML.
"""

from __future__ import annotations

from typing import NamedTuple

from rag.types import Chunk, Citation, Hit
from rag.web.view import View


class Named(NamedTuple):
    """A passage with its names.

    Attributes:
        name: Tells it from the others of its question.
        sign: What its marker shows; empty where it has none.
        said: What to call it, as `source 1`, in small letters.
        passage: Itself; number 0 where nothing cites it.
    """

    name: str
    sign: str
    said: str
    passage: Citation


def cited(view: View) -> list[Named]:
    """The sources, named by their numbers."""
    return [
        Named(f"{passage.number}", f"{passage.number}", f"source {passage.number}", passage)
        for passage in view.citations
    ]


def others(view: View) -> list[Named]:
    """The passages that disagree with a source: `other-1` and so on."""
    return [
        Named(f"other-{at}", "≠", f"passage that disagrees with source {conflict.passage.number}", conflict.passage)
        for at, conflict in enumerate(view.conflicts, 1)
    ]


def found(view: View) -> list[Named]:
    """The best sentence of each passage that is evidence: `found-1` and so on, best first."""
    best = {item.chunk: item for item in reversed(view.evidence)}
    return [
        Named(f"found-{at}", "", f"passage {at}", _at(chunk, best[chunk].start, best[chunk].end))
        for at, chunk in enumerate(dict.fromkeys(item.chunk for item in view.evidence), 1)
    ]


def looked_at(view: View) -> list[tuple[Hit, Named]]:
    """The passages that were looked at: `hit-1` and so on, best first."""
    return [
        (hit, Named(f"hit-{at}", "", f"passage {at}", _at(hit.chunk, hit.chunk.start, hit.chunk.end)))
        for at, hit in enumerate(view.hits, 1)
    ]


def named(view: View | None, name: str) -> Named | None:
    """A passage by its name; None where there is no such."""
    return next((item for row in _rows(view) for item in row if item.name == name), None)


def beside(view: View | None, name: str) -> tuple[Named, Named] | None:
    """The passages before and after one in its row, round and round; None where it is alone."""
    for row in _rows(view):
        at = next((at for at, item in enumerate(row) if item.name == name), None)
        if at is not None and len(row) > 1:
            return row[at - 1], row[(at + 1) % len(row)]
    return None


def _rows(view: View | None) -> list[list[Named]]:
    """The rows that one goes along: what is cited and disagrees, the evidence, what was looked at."""
    return [[*cited(view), *others(view)], found(view), [item for _, item in looked_at(view)]] if view else []


def _at(chunk: Chunk, start: int, end: int) -> Citation:
    """A stretch of a chunk as a passage that nothing cites."""
    quote = chunk.text[start - chunk.start : end - chunk.start]
    return Citation(0, chunk.document, start, end, quote, chunk.page, chunk.heading, 0.0)
