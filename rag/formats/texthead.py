"""Headings of plain text, which marks none: short lines that stand before a paragraph and end no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, groupby, islice, pairwise
from typing import NamedTuple

from rag.types import Heading

_LABEL = re.compile(
    r"(?P<number>\d{1,3}(?:(?:\.\d{1,3})+[.)]?|[.)]))\s+|§+\s*\d+\w*\s*"
    r"|(?:article|section|chapter|part|item|clause|annex|appendix|schedule|step|day)\s+(?:\d{1,3}|[ivxlc]+|[a-z])\b\s*[.:)–—-]*\s*",
    re.IGNORECASE,
)
"""What a heading is counted by."""
_MARKED = re.compile(
    r"(?P<mark>\*\*|__|={2,3}(?!=)) ?(?P<said>(?:(?!(?P=mark)).)+?):? ?(?P=mark):?"
    r"|(?P<hash>#{1,6}) +(?P<under>.*[^#\s])[ #]*"
)
"""A line between signs of bold or of a heading, or after those of one, as Markdown and wikis have them."""
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_WORDS = re.compile(r"[^\W\d_]|§")
_OTHER = re.compile(
    r"[.!?:;,…]$|\t|\S {2,}\S|@|://|^[-*•–—|>\"“(]|^[^:]{1,30}: \S|[$€£¥]\s?\d|\d\s?(?:[€%]|EUR|USD|CHF|GBP)"
)
"""No heading: a sentence, a lead to what follows, a row, an address, a list item, a quotation, "From: X", a price."""
_LINE = re.compile(r"[^\n]+\n?|\n")
_LONGEST, _MOST_WORDS = 80, 12
_PROSE = 50
"""Characters from which a line is taken for one of a paragraph, though no stop ends it."""
_BY_SIGN = "marked by"
"""Begins the kind of a heading that a sign shows, whatever its words are."""
_FIRST_LEVEL = 2
"""The first is that of a title, and the title of a text is the name of its file."""


class _Line(NamedTuple):
    """A line that is not blank, where it begins, whether it is the first of its paragraph, and the width of that."""

    start: int
    text: str
    first: bool
    width: int


def headings(text: str) -> tuple[Heading, ...]:
    """Find the headings of a plain text.

    A heading stands first in its paragraph, is short, begins with a capital or a number, ends no sentence and is no
    wrapped line of one; what follows is prose, or, under one that is numbered, in capitals, underlined or between signs
    of bold, anything but another.

    Args:
        text: As it stands.

    Returns:
        Headings without such signs, each from where its line begins, whose levels go by the order in which their kinds
        first occur: in capitals, numbered so deep, underlined or marked in one way, others.
    """
    levels: dict[str, int] = {}
    found = []
    for line, after in pairwise(_lines(text)):
        title, kind = _title(line, after) if line.first else ("", "")
        if kind and _stands_over(line, after, kind):
            level = levels.setdefault(kind, len(levels) + _FIRST_LEVEL)
            found.append(Heading(line.start, level, title))
    return tuple(found)


def _lines(text: str) -> Iterator[_Line]:
    """The first two lines of each paragraph; no more is held of one, as long as it may be."""
    for blank, lines in groupby(_LINE.finditer(text), lambda line: line.group().isspace()):
        if not blank:
            opening = list(islice(lines, 2))
            width = max(len(line.group().strip()) for line in chain(opening, lines))
            for line in opening:
                said = line.group()
                yield _Line(line.start() + len(said) - len(said.lstrip()), said.strip(), line is opening[0], width)


def _title(line: _Line, after: _Line | None) -> tuple[str, str]:
    """What a line says without what marks it, and what sort of heading it can be; empty where it can be none."""
    if marked := _MARKED.fullmatch(line.text):
        title, mark = marked["said"] or marked["under"], marked["mark"] or marked["hash"]
    else:
        underlined = after and not after.first and _UNDERLINE.fullmatch(after.text)
        title, mark = line.text, underlined[0][0] if underlined else ""
    kind = sort_of(title)
    return title, f"{_BY_SIGN} {mark}" if kind and mark else kind


def sort_of(line: str) -> str:
    """What sort of heading words can be by themselves.

    Args:
        line: They, in one line.

    Returns:
        A name for the sort; empty for words that can be none.
    """
    label = _LABEL.match(line)
    said = line[label.end() :] if label else line
    if len(line) > _LONGEST or len(said.split()) > _MOST_WORDS or not _WORDS.search(line) or _OTHER.search(said):
        return ""
    if not (label or said[0].isupper()):
        return ""
    if label:
        return f"numbered {(label['number'] or '').rstrip('.)').count('.')}"
    return "capitals" if said == said.upper() else "plain"


def _stands_over(line: _Line, after: _Line, kind: str) -> bool:
    """Is what follows something that a heading may stand over, and no rest of the line?"""
    if after.text[0].islower() or _title(after, None)[1] == kind:
        return False
    if kind.startswith(_BY_SIGN):
        return True
    ended_early = after.first or len(line.text) + len(after.text.split()[0]) < line.width
    prose = after.text[-1] in ".!?:;" or len(after.text) >= _PROSE
    return ended_early and (prose or kind != "plain")
