"""Text to sentence spans with exact offsets, in any script and from any layout.

Layout comes first: blank lines, headings, list items and table rows bound sentences, while the line ends of a wrapped
paragraph do not. A row that names its columns is one sentence; within any other block the boundaries are those of
`sentencex`, with a few mended. Nothing is longer than `LONGEST`. Every character that is not white space is in exactly
one span. Knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise, starmap

import sentencex

from rag.abbreviations import OPENS, goes_on, is_known
from rag.checks.table_rows import names
from rag.types import Span

LONGEST = 600
"""Characters of the longest sentence: unpunctuated text is cut at a clause, else a space, else anywhere."""
_BLOCK = 4_000
"""Characters given to the library at once: its time grows with the square of the number of open quotes in a text."""
_LONG = 240
"""A sentence longer than this is looked through for ends that the library passed over, as within quotes."""
_FILLED = 0.85
"""A line ended early if the next word had fitted into this share of the width; the rest is for uneven letters."""

_BULLET = re.compile(r"[-*+•◦▪‣●○·–]\s|[☐☑✓✔]")
_NUMBERED = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})+\.?|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])\s")
_FIRST = re.compile(r"\(?1[.)]\s|\(?[aAi]\)\s")
_LABEL = re.compile(r"[^\W\d_][^\s:;]*(?: [^\s:;]+){0,3}: \S")
_LEADER = r"(?:[.…]{5,}|(?<=\s)(?:\.{4,}|…{2,}|\.(?: \.){3,}))"
"""Dots that lead from a date or a title to what belongs to it; four right after a word end a sentence."""
_ALONE = re.compile(
    r"#{1,6}\s|=+ .* =+$|\|.*\|$|[^\t]+\t|[-=*_~]{3,}$"  # heading, wiki heading, table row, columns, rule
    r"|(?P<bold>\*\*|__)(?:(?!(?P=bold)).)+(?P=bold):?$"
    rf"|.*?{_LEADER}"
)
_LED = re.compile(rf"{_LEADER}$")

_ORDINAL = re.compile(r"(?:\*\*|__)?(?:§ ?)?\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,5})[.)]")
_UNIT = (  # no initial: a number stands right before
    r"\.(?P<unit>(?:(?<=\d[ghlmt]\.)|(?<=\d\s[ghlmt]\.))(?!\s+\w\.)"
    rf"|(?:(?<=\d[^\W\d_]\.)|(?<=\d\s[^\W\d_]\.))(?=\s+{OPENS}))"
)
_WORD = r"(?:(?<=\bill)|(?<=\bmay)|(?<=\bmiss)|(?<=\bore))\."
"""The end of a word in small letters that is, in capitals, an abbreviation of which the library thinks first."""
_ENDED = re.compile(rf"(?:…|{_UNIT}|{_WORD}|[.!?][)\]]+)\s+(?=[\"“‘«(\[]*\w)")
_ENDED_WITHIN = re.compile(rf"(?:…|{_UNIT}|[.!?][\"”’»)\]]*)\s+(?=[\"“‘«(\[]*\w)")
_STUCK = re.compile(r"-?[A-Za-z\d]")
"""What goes on where no space follows a full stop: .NET, System.Out, Dipl.-Ing."""
_TRAILS = re.compile(r"(?:[*_`†‡\"'”’»)\]}⁰¹²³⁴-⁹]|[,–-](?=[⁰¹²³⁴-⁹])|\[\^?[^\W_][\w ]{0,20}\])+(?=\s|$)")
"""What stands right after the end of a sentence and is part of it: marks of footnotes, of markup, of quotes."""
_CLAUSE = re.compile(r"[;:—；：]\s*|,\s+|[，、]")
_OTHER_SPACE = re.compile(r"[^\S ]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sentences(text: str) -> list[Span]:
    """Cut a text into sentences.

    Args:
        text: Any string at all; unpaired surrogates and control characters too.

    Returns:
        Spans in ascending order, not overlapping, none longer than `LONGEST`, none beginning or ending in white space,
        and together holding every character that is not white space. Time is linear in the text.
    """
    return [span for start, end in _segments(text) for span in _cap(text, start, end)]


def is_item(text: str) -> bool:
    """True for a sentence that begins with a bullet, or with a number or letter as the items of a list have."""
    return _is_item(text, Span(0, len(text)))


def trim(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends; None if nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return Span(start + left, start + right) if left < right else None


def _blocks(text: str) -> Iterator[Span]:
    """Stretches that no sentence crosses: paragraphs, list items, headings, rows."""
    paragraph: list[Span] = []
    at = 0
    for line in text.splitlines(keepends=True):
        span = trim(text, at, at + len(line))
        at += len(line)
        if span:
            paragraph.append(span)
        else:
            yield from _lines_joined(text, paragraph)
            paragraph = []
    yield from _lines_joined(text, paragraph)


def _lines_joined(text: str, lines: list[Span]) -> Iterator[Span]:
    """Join the lines of a paragraph wherever a sentence may run on from one to the next."""
    if not lines:
        return
    width = max(end - start for start, end in lines)
    start, listed = lines[0].start, _is_item(text, lines[0])
    for before, line in pairwise(lines):
        if _breaks(text, before, line, width, listed):
            yield Span(start, before.end)
            start = line.start
        listed = listed or _is_item(text, line)
    yield Span(start, lines[-1].end)


def _is_item(text: str, line: Span) -> bool:
    return bool(_BULLET.match(text, *line) or _NUMBERED.match(text, *line))


def _breaks(text: str, before: Span, line: Span, width: int, listed: bool) -> bool:
    """Whether a sentence ends with a line, or begins with the next."""
    if _is_alone(text, before) or _is_alone(text, line) or _BULLET.match(text, *line):
        return True
    if _NUMBERED.match(text, *line):
        return listed or text[before.end - 1] in ".:;!?" or bool(_FIRST.match(text, *line))
    if _LABEL.match(text, *before) and _LABEL.match(text, *line):
        return True
    return not text[line.start].islower() and _ended_early(text, before, line, width)


def _is_alone(text: str, line: Span) -> bool:
    return bool(_ALONE.match(text, *line) or names(text, *line))


def _ended_early(text: str, before: Span, line: Span, width: int) -> bool:
    """Whether the next line's first word would have fitted: then a paragraph or a heading ended, not just a line."""
    word = text[line.start : line.start + width].split(maxsplit=1)[0]
    return before.end - before.start + 1 + len(word) <= _FILLED * width


def _segments(text: str) -> Iterator[Span]:
    """Sentences of all blocks. That a neighbour has columns of the same name makes sure that a row is one."""
    blocks = [(block, names(text, *block)) for block in _blocks(text)]
    said = [{text[slice(*name)] for name in found} - {""} for _, found in blocks]
    for (block, found), above, own, below in zip(blocks, [set(), *said], said, [*said[1:], set()], strict=False):
        if found:
            yield from _row(text, block, found, is_sure=not own.isdisjoint(above | below))
        else:
            yield from _prose(text, block)


def _row(text: str, row: Span, found: list[Span], *, is_sure: bool) -> Iterator[Span]:
    """A row whole, as far as it has room. What may be a paragraph that begins with labels ends with a sentence."""
    more = [] if is_sure else _starts_within(text, found[-1], row.end)
    bounds = [*more, row.end]
    yield from _packed(_cells(text, found, bounds[0]))
    yield from starmap(Span, pairwise(bounds))


def _cells(text: str, found: list[Span], end: int) -> Iterator[Span]:
    """Cells with their names; of one that is too long its sentences together."""
    for name, after in pairwise([*found, Span(end, end)]):
        is_long = after.start - name.start > LONGEST
        within = _starts_within(text, name, after.start) if is_long else []
        yield from _packed(starmap(Span, pairwise([name.start, *within, after.start])))


def _starts_within(text: str, name: Span, end: int) -> list[int]:
    """Where sentences of a cell begin after its first, none in its name."""
    return [span.start for span in _prose(text, Span(name.start, end)) if span.start > name.end]


def _packed(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours together, as many as have room."""
    kept: Span | None = None
    for span in spans:
        if kept and span.end - kept.start <= LONGEST:
            kept = Span(kept.start, span.end)
            continue
        if kept:
            yield kept
        kept = span
    if kept:
        yield kept


def _prose(text: str, block: Span) -> Iterator[Span]:
    """Sentences of a block: the library's, mended."""
    spans: list[Span] = []
    start = block.start
    while start < block.end:
        end = min(start + _BLOCK, block.end)
        found = list(_library(text, start, end))
        start = end
        if end < block.end and found and found[-1].start > end - _BLOCK // 2:
            start = found.pop().start  # it may go on past what the library was given
        spans += found
    yield from _parted(text, _joined(text, spans))


def _library(text: str, start: int, end: int) -> Iterator[Span]:
    piece = _SURROGATE.sub("\ufffd", text[start:end])
    # The library takes line ends for boundaries; those that are, were found before.
    flat = _OTHER_SPACE.sub(" ", piece)
    at = 0
    for boundary in [*(int(found["end_index"]) for found in sentencex.get_sentence_boundaries("en", flat)), len(flat)]:
        if at < boundary <= len(flat):
            yield from _kept(text, start + at, start + boundary)
            at = boundary


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """Undo boundaries after what ends no sentence, and move those before what trails one."""
    kept: list[Span] = []
    for span in spans:
        if kept and kept[-1].end == span.start and (trail := _TRAILS.match(text, *span)):
            kept[-1] = Span(kept[-1].start, trail.end())
            kept += _kept(text, trail.end(), span.end)
        elif kept and _runs_on(text, kept[-1], span):
            kept[-1] = Span(kept[-1].start, span.end)
        else:
            kept.append(span)
    return kept


def _runs_on(text: str, before: Span, after: Span) -> bool:
    if _ORDINAL.fullmatch(text, *before) or text[after.start] in ",;":
        return True
    if text[before.end - 1] in "!?" and text[after.start].islower():
        return True  # a name such as Panic! at the Disco
    if before.end == after.start and text[before.end - 1] == "." and text[after.start].isascii():
        return bool(_STUCK.match(text, after.start))
    return _is_led(text, *before) or goes_on(text, *before, after.start)


def _is_led(text: str, start: int, end: int) -> bool:
    return bool(_LED.search(text, max(start, end - 9), end))


def _parted(text: str, spans: list[Span]) -> Iterator[Span]:
    """Add boundaries that the library passed over: after an ellipsis or a bracket, and within long quotes."""
    for start, end in spans:
        ending = _ENDED_WITHIN if end - start > _LONG else _ENDED
        for found in ending.finditer(text, start, end):
            if _starts_upper(text, found.end()) and (found["unit"] is not None or not _leads_on(text, start, found)):
                yield from _kept(text, start, found.end())
                start = found.end()
        yield from _kept(text, start, end)


def _leads_on(text: str, start: int, found: re.Match[str]) -> bool:
    end = found.start() + 1
    return _is_led(text, start, end) or is_known(text, start, end) or goes_on(text, start, end, found.end())


def _starts_upper(text: str, at: int) -> bool:
    return next((char.isupper() for char in text[at : at + 4] if char.isalnum()), False)


def _cap(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        cut = _best_cut(text, start + LONGEST // 2, start + LONGEST)
        yield from _kept(text, start, cut)
        start = cut
    yield from _kept(text, start, end)


def _best_cut(text: str, low: int, high: int) -> int:
    clauses = [found.end() for found in _CLAUSE.finditer(text, low, high)]
    if clauses:
        return clauses[-1]
    space = max(text.rfind(" ", low, high), text.rfind("\n", low, high))
    return space + 1 if space >= 0 else high


def _kept(text: str, start: int, end: int) -> Iterator[Span]:
    if span := trim(text, start, end):
        yield span
