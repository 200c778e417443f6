"""Document to chunks: passages cut at headings and sentence ends, sized in the embedder's own tokens.

The size counts what the embedder reads, `embedded_text`: the passage under its title and headings. A longer text would
be cut in silence by the model, so none is made. Knows no model: the counting is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rag.sentences import sentences, trim
from rag.types import Chunk, Document, Heading, Span

__all__ = ["embedded_text", "sentences", "split"]

_PREFIX_PART = 60
"""Characters kept of each title or heading in the prefix, so that a hostile one leaves room for the text."""
_PREFIX_HEADINGS = 2
"""Innermost headings in the prefix; outer ones say less of a passage than they cost in tokens."""

_TOP = Heading(0, 0, "")
"""Stands above the first heading."""

CountTokens = Callable[[str], int]
"""Number of tokens of a text, special tokens left out."""


class _Section(NamedTuple):
    """A stretch that no chunk crosses: where it begins, where the text under its headings does, its end, its path."""

    start: int
    body: int
    end: int
    heading: str


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
    said = {_bare(line) for line in text.split("\n", 4)[:4]}
    parts = [title, *heading.split(" > ")[-_PREFIX_HEADINGS:]]
    new = dict.fromkeys(part[:_PREFIX_PART] for part in parts if part and part.casefold() not in said)
    return " > ".join(new)


def _bare(line: str) -> str:
    """A heading's words, without marks of markup."""
    return line.strip(" \t\r#=*").casefold()


def _sections(document: Document) -> Iterator[_Section]:
    """Cut at every heading. One with nothing under it goes with the first of its subsections."""
    text, path = document.text, list[Heading]()
    inside = [heading for heading in document.headings if 0 <= heading.start < len(text)]
    start = 0
    for heading, after in zip([_TOP, *inside], [*inside, _TOP._replace(start=len(text))], strict=True):
        while len(path) > 1 and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
        body = _body(text, heading, after.start)
        if after.level <= heading.level or text[body : after.start].strip():
            yield _Section(start, body, after.start, " > ".join(above.title for above in path[1:]))
            start = after.start


def _body(text: str, heading: Heading, limit: int) -> int:
    """Where the text under a heading begins: past its line, if that says the heading and no more."""
    end = text.find("\n", heading.start, limit)
    end = limit if end < 0 else end
    return end if _bare(text[heading.start : end]) == heading.title.casefold() else heading.start


def _chunks(document: Document, section: _Section, count_tokens: CountTokens, max_tokens: int) -> Iterator[Chunk]:
    text = document.text
    room = max(1, max_tokens - count_tokens(_prefix(document.title, section.heading)))
    units = [
        unit
        for first, last in ((section.start, section.body), (section.body, section.end))
        for start, end in sentences(text[first:last])
        for unit in _units(text, first + start, first + end, count_tokens, room)
    ]
    for start, end in _packed(units, room):
        page = document.page_at(start)
        heading = section.heading if end > section.body else document.heading_at(end - 1)
        yield Chunk(document.path, start, end, text[start:end], document.title, heading, page)


def _units(text: str, start: int, end: int, count_tokens: CountTokens, room: int) -> Iterator[_Unit]:
    """A sentence whole, or halved at spaces, else anywhere, until each part fits."""
    tokens = count_tokens(text[start:end])
    if tokens <= room or end - start < 2:
        yield _Unit(start, end, tokens)
        return
    middle = (start + end) // 2
    space = text.rfind(" ", start, middle)
    cut = middle if space < 0 else space
    for span in (trim(text, start, cut), trim(text, cut, end)):
        if span:
            yield from _units(text, *span, count_tokens, room)


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
