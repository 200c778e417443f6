"""What the lines of a PDF page add up to: paragraphs, list items, table rows and headings. Pure geometry and text.

A line that ends where its next word would still have fitted was ended on purpose: that is how paragraphs are told from
wrapped lines. Words cut by a hyphen at the end of a line are put together again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from rag.formats.header import is_header
from rag.formats.pdflines import MARKER, Line, overlap
from rag.formats.pdfmargins import LOOSE, Mark, running_marks, without_running
from rag.formats.rows import named_rows

_HEADING_LEADING = 1.0
"""Usual distance between the lines of one heading, in heights of a line; two headings stand further apart."""
_OTHER_SIZE = 1.12
"""Letters this many times larger or smaller are not of the same paragraph."""
_LEVELS = ((1.6, 1), (1.3, 2), (1.12, 3))
"""Least size of a heading, in times that of the body, and its level."""
_HEADING_CHARACTERS = 200
_LEVEL = 0.2
"""Lines that are no further apart, in heights of a line, stand on one baseline."""
_PIECES = 50
"""A row of a table is put together out of this many pieces at most."""
_BULLET = re.compile(r"[•◦▪‣●○·∙■□–—*-]\s+(?=\S)")
_ITEM = re.compile(r"[•◦▪‣●○·∙■□–—*-]\s+\S|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+\S")
_ENDED = re.compile(r"[.!?:;…。！？][\"”’»)\]]*$")
_AMOUNT = re.compile(r"[^\w\s]{0,3}\s?[-+]?\d[\d.,%\s]*\D{0,4}")
_WORD_BEFORE = re.compile(r"(\w+)$")
_WORD_AFTER = re.compile(r"^(\w+)")


class Style(NamedTuple):
    """What is usual in a document: height of its lines, whether they are bold, and the running headers and footers."""

    height: float
    bold: bool
    running: frozenset[Mark]


class Block(NamedTuple):
    """A paragraph, list item, row or heading; `level` is 0 for all but headings."""

    text: str
    level: int = 0
    listed: bool = False
    row: bool = False


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
    kept = _whole_rows(without_running(lines, style.running, index))
    found: list[Block] = []
    for run in _runs(kept, style):
        if len(run) > 1 and all(len(line.cells) > 1 for line in run):
            found += [Block(row, row=True) for row in _rows(run)]
        else:
            found += [_block(part, style) for part in _paragraphs(run, kept)]
    return [block for block in found if block.text]


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
    return not _ENDED.search(last.text) and first.text[0].islower()


def _whole_rows(lines: Sequence[Line]) -> list[Line]:
    """Put together the rows of tables that the file gives in pieces, one after the other on one baseline."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and _beside(rows[-1][-1], line) and len(rows[-1]) < _PIECES:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(row) if len(row) > 1 else row[0] for row in rows]


def _beside(a: Line, b: Line) -> bool:
    level = abs(a.bottom - b.bottom) < _LEVEL * a.height and _same_size(a, b)
    in_cells = a.cells and b.cells and not MARKER.fullmatch(a.text)
    return bool(in_cells) and level and a.right <= b.left and not a.hyphened


def _row(pieces: Sequence[Line]) -> Line:
    return pieces[-1]._replace(
        text=" ".join(piece.text for piece in pieces),
        left=pieces[0].left,
        bold=all(piece.bold for piece in pieces),
        cells=tuple(cell for piece in pieces for cell in piece.cells),
    )


def _runs(lines: Sequence[Line], style: Style) -> list[list[Line]]:
    """Lines at the usual distance, in letters of one size, all or none of them in cells."""
    usual = _leading(lines)
    runs: list[list[Line]] = []
    for line in lines:
        large = line.height > _OTHER_SIZE * style.height
        if runs and _same_run(runs[-1][-1], line, _HEADING_LEADING if large else usual):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _leading(lines: Sequence[Line]) -> float:
    """Usual distance between lines, in heights of a line."""
    steps = [(a.bottom - b.bottom) / b.height for a, b in pairwise(lines) if _same_size(a, b) and len(b.cells) < 2]
    return median([step for step in steps if 0.7 < step < 2.5] or [1.2])


def _same_size(a: Line, b: Line) -> bool:
    return max(a.height, b.height) <= _OTHER_SIZE * min(a.height, b.height)


def _same_run(a: Line, b: Line, usual: float) -> bool:
    step = (a.bottom - b.bottom) / b.height
    if a.hyphened:
        return True
    if len(a.cells) > 1 and len(b.cells) > 1:
        return 0 < step < 4 and overlap(a.cells, b.cells)
    if not _same_size(a, b) or a.bold != b.bold or (len(a.cells) > 1) != (len(b.cells) > 1):
        return False
    if step < 0:  # the top of the next column
        return not _ENDED.search(a.text) and b.text[0].islower()
    return 0.3 < step < LOOSE * usual


def _paragraphs(run: Sequence[Line], page: Sequence[Line]) -> list[list[Line]]:
    edge = max(line.right for line in run)
    if len(run) < 3:
        edge = max(edge, _column_edge(run[0], page))
    margin = min(line.left for line in run)
    parts = [[run[0]]]
    for a, b in pairwise(run):
        if _parted(a, b, margin, edge):
            parts.append([b])
        else:
            parts[-1].append(b)
    return parts


def _column_edge(line: Line, page: Sequence[Line]) -> float:
    """Where most lines that begin at the same place end at the latest; 0 where there are few."""
    rights = sorted(other.right for other in page if abs(other.left - line.left) < line.height and not other.cells)
    return rights[int(0.8 * len(rights))] if len(rights) > 4 else 0.0


def _parted(a: Line, b: Line, margin: float, edge: float) -> bool:
    if a.hyphened:
        return False
    if _ITEM.match(b.text) and (_BULLET.match(b.text) or _ENDED.search(a.text) or _ITEM.match(a.text)):
        return True
    width = (b.right - b.left) / len(b.text) * (len(b.text.split(maxsplit=1)[0]) + 1)
    fitted = a.right + 1.3 * width + 0.5 * a.height < edge
    if fitted and (_ENDED.search(a.text) or not b.text[0].islower()):
        return True
    indented = b.left > margin + 0.8 * b.height and a.left < margin + 0.3 * a.height
    return indented and bool(_ENDED.search(a.text))


def _block(part: Sequence[Line], style: Style) -> Block:
    text = _joined(part)
    bullet = _BULLET.match(text)
    if bullet:
        text = f"- {text[bullet.end() :]}"
    level = 0 if bullet else _heading_level(text, part, style)
    return Block(text, level, listed=bool(_ITEM.match(text)) and not level)


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
    bold = all(line.bold for line in part) and not style.bold
    return 3 if bold and len(part) == 1 and size > 0.95 and not text.endswith(":") else 0


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


def _rows(run: Sequence[Line]) -> list[str]:
    """A table, its columns named where its first row is sure to name them; else its lines as they are.

    Each cell goes to the column whose place is nearest, counted by the row with the most cells.
    """
    widest = max(run, key=lambda line: len(line.cells))
    centres = [(cell.left + cell.right) / 2 for cell in widest.cells]
    table = []
    for line in run:
        row = [""] * len(centres)
        for cell in line.cells:
            column = min(range(len(centres)), key=lambda n: abs(centres[n] - (cell.left + cell.right) / 2))
            row[column] = f"{row[column]} {cell.text}".strip()
        table.append(row)
    stands_out = run[0].bold and not any(line.bold for line in run[1:])
    if is_header(table[0]) and (stands_out or _counts(table[1:])):
        return list(named_rows(table, header=True))
    return [line.text for line in run]


def _counts(body: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds nothing but amounts, which a name above it would not be."""
    columns = [[cell for cell in column if cell] for column in zip(*body, strict=True)]
    return any(column and all(_AMOUNT.fullmatch(cell) for cell in column) for column in columns)
