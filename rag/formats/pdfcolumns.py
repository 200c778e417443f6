"""Where the columns of text on a PDF page end, which says whether a line ended for want of room. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rag.formats.pdflines import Line, same_size

_FEW = 5
"""Lines that begin at one place, fewer of which do not say where their column ends."""
_ALIGNED = 0.2
"""Edges of lines that are no further apart, in heights of a line, are one."""
_EVEN = 0.25
"""Gaps between words differ by less, in heights of a line, where they were stretched to fill it."""
_CLOSE = 2.0
"""Lines of one paragraph are no further apart, in heights of a line."""
_WIDER = 1.3
"""A word may be this many times as wide as others with as many characters."""
_SLACK = 0.5
"""Room that a line may leave free, in heights of a line, though a word would just have fitted."""


def unstretched(lines: Sequence[Line]) -> list[Line]:
    """Take words for words that a narrow, justified column has drawn apart like cells.

    Args:
        lines: Of a page, in the order of the file.

    Returns:
        The lines; those have no cells that fill the same width as a line of text beside them in this order, with even
        gaps between all of their words.
    """
    found = list(lines)
    for order in (range(len(found)), range(len(found) - 1, -1, -1)):
        for a, b in pairwise(order):
            if len(found[a].cells) < 2 and _stretched(found[b], found[a]):
                found[b] = found[b]._replace(cells=())
    return found


def with_edges(lines: Sequence[Line], height: float) -> list[Line]:
    """Find where the columns end.

    Args:
        lines: Of a page, in the order of the file.
        height: Usual height of the document's lines, in points.

    Returns:
        The lines, with the edge of their column where enough of them begin at one place.
    """
    found = list(lines)
    for column in _columns(lines, height):
        usual = [lines[n].right for n in column if lines[n].height < _WIDER * height]
        if len(usual) >= _FEW:
            edge = max(usual)
            for n in column:
                found[n] = lines[n]._replace(edge=lines[n].edge or edge)
    return found


def room(line: Line, edge: float) -> float:
    """How much longer a line could have been.

    Args:
        line: The line.
        edge: Where its column ends.

    Returns:
        Characters that would still have fitted.
    """
    width = max(0.1, (line.right - line.left) / len(line.text))
    return (edge - line.right - _SLACK * line.height) / (_WIDER * width)


def _stretched(line: Line, beside: Line) -> bool:
    if len(line.cells) < 2 or any(" " in cell.text for cell in line.cells) or not same_size(line, beside):
        return False
    gaps = [b.left - a.right for a, b in pairwise(line.cells)]
    apart = max(abs(line.left - beside.left), abs(line.right - beside.right)) / line.height
    close = abs(line.bottom - beside.bottom) < _CLOSE * line.height
    return close and apart < _ALIGNED and max(gaps) - min(gaps) < _EVEN * line.height


def _columns(lines: Sequence[Line], height: float) -> list[list[int]]:
    """Numbers of the lines that begin at one place, those of tables left out."""
    columns: list[list[int]] = []
    for n in sorted((n for n, line in enumerate(lines) if len(line.cells) < 2), key=lambda n: lines[n].left):
        if columns and lines[n].left - lines[columns[-1][-1]].left < height / 2:
            columns[-1].append(n)
        else:
            columns.append([n])
    return columns
