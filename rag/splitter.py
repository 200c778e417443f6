"""Document to chunks: passages cut at headings and sentence ends, sized in the embedder's own tokens.

The size counts what the embedder reads, `embedded_text`: the passage under its title and headings. A longer text would
be cut in silence by the model, so none is made. Chunks come one by one, and of a long text only a stretch is looked at
at a time. Knows no model: the counting is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rag.protocols import Embedder
from rag.sentences import sentences, trim
from rag.types import Chunk, Document, Heading, Span

__all__ = ["embedded_text", "sentences", "split"]

_PREFIX_PART = 60
"""Characters kept of each title or heading in the prefix, so that a hostile one leaves room for the text."""
_PREFIX_HEADINGS = 2
"""Innermost headings in the prefix; outer ones say less of a passage than they cost in tokens."""

_MARKS = 200
"""Characters that a heading's own line may have beside its words."""
_STRETCH = 1 << 16
"""Characters after which a text is parted at the next blank line, where no sentence goes on."""
_LONGEST_STRETCH = 1 << 20
"""Characters without a blank line after which it is parted at the last line end: tables, logs."""

_TOP = Heading(0, 0, "")
"""Stands above the first heading."""
_INK = re.compile(r"\S")

CountTokens = Callable[[str], int]
"""Number of tokens of a text, special tokens left out."""


class _Section(NamedTuple):
    """A stretch that no chunk crosses, from `start` to `end`.

    Its path is that of the last heading in it, which begins at `last` and whose text begins at `body`.
    """

    start: int
    last: int
    body: int
    end: int
    heading: str


class _Unit(NamedTuple):
    """A stretch that stays whole, and its tokens."""

    start: int
    end: int
    tokens: int


class _Piece(NamedTuple):
    """What is to be counted: a sentence and where it stands, or else the prefix of its section."""

    section: _Section
    span: Span
    text: str


def split(document: Document, count_tokens: CountTokens, max_tokens: int) -> Iterator[Chunk]:
    """Cut a document into chunks.

    Args:
        document: Its headings and pages say what each chunk stands under.
        count_tokens: The embedder's; given each sentence once, not once per candidate.
        max_tokens: Most tokens of `embedded_text(chunk)`, from 1. Held exactly where the tokens of two sentences
            are those of each, as with WordPiece; a chunk of one character may need more.

    Yields:
        Chunks in ascending order, not overlapping, none across a heading, `document.text[start:end] == text`, together
        holding every character that is not white space. Memory for them is the caller's business.
    """
    for section, counted in groupby(_counted(_pieces(document), count_tokens), itemgetter(0)):
        spans = _spans(document.text, (unit for _, unit in counted), count_tokens, max_tokens)
        yield from _chunks(document, section, spans)


def split_for(embedder: Embedder, document: Document, chunk_tokens: int) -> Iterator[Chunk]:
    """Cut a document into chunks that an embedder reads whole.

    Args:
        embedder: Counts the tokens.
        document: As in `split`.
        chunk_tokens: Most tokens, unless the embedder reads fewer.

    Returns:
        What `split` yields.
    """
    return split(document, embedder.count_tokens, min(chunk_tokens, embedder.max_tokens))


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
        if start < after.start and (after.level <= heading.level or _INK.search(text, body, after.start)):
            yield _Section(start, heading.start, body, after.start, " > ".join(above.title for above in path[1:]))
            start = after.start


def _body(text: str, heading: Heading, limit: int) -> int:
    """Where the text under a heading begins: past its line, if that says the heading and no more."""
    end = text.find("\n", heading.start, limit)
    end = limit if end < 0 else end
    if end - heading.start > len(heading.title) + _MARKS:
        return heading.start
    return end if _bare(text[heading.start : end]) == heading.title.casefold() else heading.start


def _pieces(document: Document) -> Iterator[_Piece]:
    """Of each section its prefix and then its sentences."""
    text = document.text
    for section in _sections(document):
        yield _Piece(section, Span(section.start, section.start), _prefix(document.title, section.heading))
        for part in (Span(section.start, section.body), Span(section.body, section.end)):
            for first, last in _stretches(text, *part):
                for start, end in sentences(text[first:last]):
                    yield _Piece(section, Span(first + start, first + end), text[first + start : first + end])


def _stretches(text: str, start: int, end: int) -> Iterator[Span]:
    """A section in parts that have no sentence in common, so that a large one is not copied whole."""
    while end - start > _STRETCH:
        cut = _border(text, start, end)
        yield Span(start, cut)
        start = cut
    yield Span(start, end)


def _border(text: str, start: int, end: int) -> int:
    """Past the next blank line; where none is near, past the last line end or space."""
    low, high = start + _STRETCH, min(start + _LONGEST_STRETCH, end)
    blank = text.find("\n\n", low, high)
    if blank >= 0:
        return blank + 2
    if high == end:
        return end
    last = next((at for at in (text.rfind(mark, low, high) for mark in "\n ") if at >= 0), high - 1)
    return last + 1


def _counted(pieces: Iterator[_Piece], count_tokens: CountTokens) -> Iterator[tuple[_Section, _Unit]]:
    """Prefixes and sentences with their tokens."""
    for section, span, text in pieces:
        yield section, _Unit(*span, count_tokens(text))


def _spans(text: str, units: Iterator[_Unit], count_tokens: CountTokens, max_tokens: int) -> Iterator[Span]:
    """Chunks of a section, whose prefix comes first."""
    room = max(1, max_tokens - next(units).tokens)
    return _packed((part for unit in units for part in _units(text, unit, count_tokens, room)), room)


def _chunks(document: Document, section: _Section, spans: Iterator[Span]) -> Iterator[Chunk]:
    for start, end in spans:
        page = document.page_at(start)
        heading = section.heading if end > section.last else document.heading_at(end - 1)
        yield Chunk(document.path, start, end, document.text[start:end], document.title, heading, page)


def _units(text: str, unit: _Unit, count_tokens: CountTokens, room: int) -> Iterator[_Unit]:
    """A sentence whole, or halved at spaces, else anywhere, until each part fits."""
    start, end, tokens = unit
    if tokens <= room or end - start < 2:
        yield unit
        return
    middle = (start + end) // 2
    space = text.rfind(" ", start, middle)
    cut = middle if space < 0 else space
    halves = [span for span in (trim(text, start, cut), trim(text, cut, end)) if span]
    for half in halves:
        yield from _units(text, _Unit(*half, count_tokens(text[slice(*half)])), count_tokens, room)


def _packed(units: Iterator[_Unit], room: int) -> Iterator[Span]:
    """Units in a row together, as many as have room."""
    row: Span | None = None
    tokens = 0
    for unit in units:
        if row and tokens + unit.tokens <= room:
            row, tokens = Span(row.start, unit.end), tokens + unit.tokens
            continue
        if row:
            yield row
        row, tokens = Span(unit.start, unit.end), unit.tokens
    if row:
        yield row
