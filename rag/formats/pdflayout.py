"""What the lines of a PDF page add up to: paragraphs, list items, table rows and headings. Pure geometry and text.

A line that ends where its next word would still have fitted was ended on purpose: that is how paragraphs are told from
wrapped lines. Words cut by a hyphen at the end of a line are put together again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from statistics import median
from typing import NamedTuple

from rag.formats.pdfcolumns import room, unstretched, with_edges
from rag.formats.pdflines import Line, overlap, same_size
from rag.formats.pdfmargins import LOOSE, Mark, running_marks, without_running
from rag.formats.pdfrows import marked, table, whole_rows
from rag.formats.texthead import sort_of

_HEADING_LEADING = 1.0
"""Usual distance between the lines of one heading, in heights of a line; two headings stand further apart."""
_LEVELS = ((1.6, 1), (1.3, 2), (1.12, 3))
"""Least size of a heading, in times that of the body, and its level."""
_HEADING_CHARACTERS = 200
_COLUMN_LINES = 5
"""The next column begins higher than the last line by more heights of a line; cells of a table are not so high."""
_NEARLY = 5
"""A line of text ends this near to the edge of its column, in heights of a line."""
_BULLET = re.compile(r"[•◦▪‣●○·∙■□–—*-]\s+(?=\S)")
_ITEM = re.compile(r"[•◦▪‣●○·∙■□–—*-]\s+\S|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+\S|[⁰¹²³⁴-⁹]{1,3}\s?\S")
_ENDED = re.compile(r"[.!?:;…。！？][\"”’»)\]]*$")
_SENTENCES = re.compile(r"[^\W\d_]{3}[.!?]\s+[^\W\d_]")
"""The end of one, and no abbreviation, before the begin of another."""
_WORD_BEFORE = re.compile(r"(\w+)$")
_WORD_AFTER = re.compile(r"^(\w+)")


class Style(NamedTuple):
    """What is usual in a document: height of its lines, whether they are bold, and the running headers and footers."""

    height: float
    bold: bool
    running: frozenset[Mark]


class Block(NamedTuple):
    """A paragraph, list item, row or heading; `level` is 0 for all but headings.

    Of the last of a page, `room` are the characters that would still have fitted behind it, where that is known;
    `hyphened` says that its last word goes on over the page.
    """

    text: str
    level: int = 0
    listed: bool = False
    row: bool = False
    room: float = inf
    hyphened: bool = False


def style_of(pages: Mapping[int, Sequence[Line]]) -> Style:
    """Find what is usual.

    Args:
        pages: Lines of some pages from throughout the document, by index of the page from 0.

    Returns:
        Its style.
    """
    heights: Counter[float] = Counter()
    bold = 0
    for page in pages.values():
        for line in page:
            heights[round(line.height, 1)] += len(line.text)
            bold += len(line.text) * line.bold
    usual = heights.most_common(1)[0][0] if heights else 10.0
    return Style(usual, 2 * bold > heights.total(), running_marks(pages, usual))


def blocks(lines: Sequence[Line], style: Style, index: int) -> list[Block]:
    """Put the lines of a page together.

    Args:
        lines: In the order of the file.
        style: What is usual in the document.
        index: Of the page, from 0.

    Returns:
        Its blocks in that order.
    """
    kept = whole_rows(unstretched(marked(without_running(lines, style.running, index))))
    kept = with_edges(kept, style.height)
    page_edge = max((line.right for line in kept), default=0.0)
    found: list[Block] = []
    for run in _runs(kept, style):
        if len(run) > 1 and all(len(line.cells) > 1 for line in run):
            found += [Block(row, row=True) for row in table(run)]
        else:
            found += [_block(part, style) for part in _paragraphs(run, style, page_edge)]
    found = [block for block in found if block.text]
    if found:
        left = room(kept[-1], kept[-1].edge) if kept[-1].edge else inf
        found[-1] = found[-1]._replace(room=left, hyphened=kept[-1].hyphened)
    return found


def continues(last: Block, first: Block) -> bool:
    """Whether a page begins in the middle of the paragraph that the one before it ended in.

    Args:
        last: Last block of a page.
        first: First of the next.

    Returns:
        True if the sentence goes on.
    """
    if last.level or first.level or last.row or first.row or first.listed:
        return False
    if _ENDED.search(last.text):
        return False
    return first.text[0].islower() or (last.room < _first_word(first.text) and bool(_ENDED.search(first.text)))


def _runs(lines: Sequence[Line], style: Style) -> list[list[Line]]:
    """Lines at the usual distance, in letters of one size, all or none of them in cells."""
    usual = _leading(lines)
    runs: list[list[Line]] = []
    for line in lines:
        large = line.height > _LEVELS[-1][0] * style.height
        if runs and _same_run(runs[-1], line, _HEADING_LEADING if large else usual):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _leading(lines: Sequence[Line]) -> float:
    """Usual distance between lines, in heights of a line."""
    steps = [(a.bottom - b.bottom) / b.height for a, b in pairwise(lines) if same_size(a, b) and len(b.cells) < 2]
    return median([step for step in steps if 0.7 < step < 2.5] or [1.2])


def _same_run(run: Sequence[Line], b: Line, usual: float) -> bool:
    a = run[-1]
    step = (a.bottom - b.bottom) / b.height
    if a.hyphened:
        return True
    if len(a.cells) > 1 and len(b.cells) > 1:
        return 0 < step < 4 and overlap(a.cells, b.cells)
    if not same_size(a, b) or (len(a.cells) > 1) != (len(b.cells) > 1):
        return False
    if step < 0:
        return a.bold == b.bold and _over_columns(a, b, -step)
    if a.bold != b.bold and not (_unfinished(a, b) and (len(run) > 1 or b.bold or b.text[0].islower())):
        return False  # not emphasis within a paragraph, but a heading
    return 0.3 < step < LOOSE * usual


def _over_columns(a: Line, b: Line, rise: float) -> bool:
    """Whether a sentence goes on at the top of the next column."""
    if b.text[0].islower():
        return not _ENDED.search(a.text)
    apart = rise > _COLUMN_LINES and (a.right < b.left or b.right < a.left)
    prose = bool(_ENDED.search(b.text)) or 0 < b.edge < b.right + _NEARLY * b.height
    return apart and prose and not _ITEM.match(b.text) and _unfinished(a, b)


def _unfinished(a: Line, b: Line) -> bool:
    """Whether a line ends in the middle of a sentence, for want of room."""
    return a.edge > 0 and not _ENDED.search(a.text) and room(a, a.edge) < _first_word(b.text)


def _paragraphs(run: Sequence[Line], style: Style, page_edge: float) -> list[list[Line]]:
    """The paragraphs of a run; one that reaches over columns has been seen to go on there."""
    parts: list[list[Line]] = []
    for column in _columns(run):
        found = _column_parts(column, style, page_edge)
        if parts:
            parts[-1] += found.pop(0)
        parts += found
    return parts


def _columns(run: Sequence[Line]) -> list[list[Line]]:
    columns = [[run[0]]]
    for a, b in pairwise(run):
        if b.bottom > a.bottom:
            columns.append([b])
        else:
            columns[-1].append(b)
    return columns


def _column_parts(run: Sequence[Line], style: Style, page_edge: float) -> list[list[Line]]:
    own, afresh = max(line.right for line in run), _afresh(run, style)
    margin = min(line.left for line in run)
    parts = [[run[0]]]
    for a, b in pairwise(run):
        known = a.edge or (page_edge if afresh else 0.0)
        if _parted(a, b, margin, max(own, known) if afresh or len(run) < 3 else own):
            parts.append([b])
        else:
            parts[-1].append(b)
    return parts


def _afresh(run: Sequence[Line], style: Style) -> bool:
    """Whether lines are like those of an address or a list: few begin in small letters, no sentence ends within one."""
    on = sum(line.text[0].isalpha() and not line.text[0].isupper() for line in run[1:])
    prose = 4 * on >= len(run) or any(_SENTENCES.search(line.text) for line in run)
    return not prose and run[0].height < _LEVELS[-1][0] * style.height


def _first_word(text: str) -> int:
    """Room, in characters, that a word takes with the space before it."""
    return len(text.split(maxsplit=1)[0]) + 1


def _parted(a: Line, b: Line, margin: float, edge: float) -> bool:
    if a.hyphened:
        return False
    if _ITEM.match(b.text) and (_BULLET.match(b.text) or _ENDED.search(a.text) or _ITEM.match(a.text)):
        return True
    if _first_word(b.text) < room(a, edge) and (_ENDED.search(a.text) or not b.text[0].islower()):
        return True
    indented = b.left > margin + 0.8 * b.height and a.left < margin + 0.3 * a.height
    return indented and bool(_ENDED.search(a.text))


def _block(part: Sequence[Line], style: Style) -> Block:
    text = _joined(part)
    bullet = _BULLET.match(text)
    if bullet:
        text = f"- {text[bullet.end() :]}"
    level = 0 if bullet else _heading_level(text, part, style)
    row = all(line.bold and len(line.cells) > 1 for line in part) and not style.bold
    return Block(text, level, listed=bool(_ITEM.match(text)) and not level, row=row)


def _heading_level(text: str, part: Sequence[Line], style: Style) -> int:
    if (
        len(part) > 3
        or len(text) > _HEADING_CHARACTERS
        or text.endswith((".", ",", ";"))
        or not any(map(str.isalpha, text))
    ):
        return 0
    size = part[0].height / style.height
    for least, level in _LEVELS:
        if size >= least:
            return level
    bold = len(part) == 1 and part[0].bold and len(part[0].cells) < 2 and not style.bold
    return 3 if bold and size > 0.95 and not text.endswith(":") and sort_of(text.rstrip("?")) else 0


def _joined(part: Sequence[Line]) -> str:
    text = part[0].text
    for a, b in pairwise(part):
        text = _unhyphened(text, b.text) if a.hyphened else f"{text} {b.text}"
    return text


def _unhyphened(before: str, after: str) -> str:
    """Join a cut word; a compound keeps its hyphen where it has a capital or a digit, or is spelt with one nearby."""
    left, right = _WORD_BEFORE.search(before), _WORD_AFTER.search(after)
    if left and right and right[1].islower() and left[1].isalpha() and f"{left[1]}-{right[1]}" not in before + after:
        return before + after
    return f"{before}-{after}"
