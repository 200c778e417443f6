"""Document to chunks: passages cut at headings and sentence ends, sized in the embedder's own tokens.

The size counts what the embedder reads, `embedded_text`: the passage under its title and headings. A longer text would
be cut in silence by the model, so none is made. Knows no model: the counting is handed in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rag.sentences import sentences
from rag.types import Chunk, Document, Heading, Span

__all__ = ["embedded_text", "sentences", "split"]

_PREFIX_PART = 60
"""Characters kept of each title or heading in the prefix, so that a hostile one leaves room for the text."""
_PREFIX_HEADINGS = 2
"""Innermost headings in the prefix; outer ones say less of a passage than they cost in tokens."""

CountTokens = Callable[[str], int]
"""Number of tokens of a text, special tokens left out."""


class _Unit(NamedTuple):
    """A stretch that stays whole, and its tokens."""

    start: int
    end: int
    tokens: int


def split(document: Document, count_tokens: CountTokens, max_tokens: int) -> list[Chunk]:
    """Cut a document into chunks.

    Args:
        document: Its headings and pages say what each chunk stands under.
        count_tokens: The embedder's; called once per sentence, not once per candidate.
        max_tokens: Most tokens of `embedded_text(chunk)`, from 1. Held exactly where the tokens of two sentences
            are those of each, as with WordPiece; a chunk of one character may need more.

    Returns:
        Chunks in ascending order, not overlapping, none across a heading, `document.text[start:end] == text`, together
        holding every character that is not white space.
    """
    return [chunk for section in _sections(document) for chunk in _chunks(document, section, count_tokens, max_tokens)]


def embedded_text(chunk: Chunk) -> str:
    """What the embedder reads and the lexical index holds: title and headings, then the passage.

    Args:
        chunk: A passage; a heading that it begins with is not said twice.

    Returns:
        One line of title and headings, where there are any, and the text.
    """
    prefix = _prefix(chunk.title, chunk.heading, chunk.text)
    return f"{prefix}\n{chunk.text}" if prefix else chunk.text


def _prefix(title: str, heading: str, text: str = "") -> str:
    said = {line.strip(" \t#=*").casefold() for line in text.split("\n", 4)[:4]}
    parts = [title, *heading.split(" > ")[-_PREFIX_HEADINGS:]]
    new = dict.fromkeys(part[:_PREFIX_PART] for part in parts if part and part.casefold() not in said)
    return " > ".join(new)


def _sections(document: Document) -> Iterator[tuple[Span, int]]:
    """Stretches that no chunk crosses, and where each one's text begins, past its heading lines.

    A heading with nothing under it goes with the first of its subsections.
    """
    text = document.text
    starts = [heading for heading in document.headings if 0 <= heading.start < len(text)]
    start = body = 0
    for heading, after in zip([Heading(0, 0, ""), *starts], [*starts, Heading(len(text), 0, "")], strict=True):
        body = _line_end(text, heading.start, after.start) if heading.level else heading.start
        if after.level > heading.level and not text[body : after.start].strip():
            continue
        yield Span(start, after.start), body
        start = after.start


def _line_end(text: str, start: int, limit: int) -> int:
    end = text.find("\n", start, limit)
    return limit if end < 0 else end


def _chunks(
    document: Document, section: tuple[Span, int], count_tokens: CountTokens, max_tokens: int
) -> Iterator[Chunk]:
    """Chunks of one section."""
    span, body = section
    heading = document.heading_at(body)
    room = max(1, max_tokens - count_tokens(_prefix(document.title, heading)))
    units = [
        unit
        for part in (Span(span.start, body), Span(body, span.end))
        for start, end in sentences(document.text[part.start : part.end])
        for unit in _units(document.text, Span(part.start + start, part.start + end), count_tokens, room)
    ]
    for start, end in _packed(units, room):
        page = document.page_at(start)
        yield Chunk(document.path, start, end, document.text[start:end], document.title, heading, page)


def _units(text: str, sentence: Span, count_tokens: CountTokens, room: int) -> Iterator[_Unit]:
    """The sentence whole, or halved at spaces, then anywhere, until each part fits."""
    start, end = sentence
    tokens = count_tokens(text[start:end])
    if tokens <= room or end - start < 2:
        yield _Unit(start, end, tokens)
        return
    middle = (start + end) // 2
    space = text.rfind(" ", start + 1, middle)
    if space < 0:
        space = text.find(" ", middle, end - 1)
    cut = middle if space < 0 else space + 1
    for part in (Span(start, cut), Span(cut, end)):
        left, right = part
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        if left < right:
            yield from _units(text, Span(left, right), count_tokens, room)


def _packed(units: list[_Unit], room: int) -> Iterator[Span]:
    """Units in a row together, as many as have room."""
    first, tokens = 0, 0
    for index, unit in enumerate(units):
        if index > first and tokens + unit.tokens > room:
            yield Span(units[first].start, units[index - 1].end)
            first, tokens = index, 0
        tokens += unit.tokens
    if units:
        yield Span(units[first].start, units[-1].end)
