"""The lines of a PDF page and where they stand, as pdfium gives them. The caller holds the lock.

Coordinates are points from the lower left corner of the page. Knows no paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import byref
from typing import Any, NamedTuple

from rag.formats.base import RAISED, raised

_END = re.compile("\r\n|\n|\ufffe|\x02")
"""pdfium ends lines with the first two, and stands the others for a hyphen at the end of a line."""
_BOLD_WEIGHT = 600
_SPACED = 0.5
"""Width per character, in heights of a line, above which a line is looked through for columns; most text is closer."""
_SHORT = 30
"""Characters of a line that is looked through whatever its width."""
MARKER = re.compile(r"[^\w\s]|\(?\w{1,3}[.)]")
"""What a list item begins with: the gap after it parts no cells."""
_GAP = 0.9
"""A gap this wide, in heights of a line, parts two cells."""
_CELL = 60
"""Characters of the longest cell; longer ones are columns of running text."""
_NUMBER = re.compile(r"[-+−]?\d+", re.ASCII)
_SMALLER, _HIGHER = 0.85, 0.1
"""A superscript is less than so many times as high as what stands beside it, and begins above its foot by so many."""
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


class Cell(NamedTuple):
    """A part of a line that stands apart."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """A line of text, its place and its looks; `hyphened` where its last word goes on in the next line."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    bold: bool
    hyphened: bool
    cells: tuple[Cell, ...]


class Edges(NamedTuple):
    """Where a character stands, the room that its font gives it included."""

    left: float
    right: float
    bottom: float
    top: float


def overlap(row: Sequence[Cell | Line], other: Sequence[Cell | Line]) -> bool:
    """Compare the places of two rows' cells.

    Args:
        row: Cells, or lines that stand for cells.
        other: Those of another row.

    Returns:
        True if half of the cells of the other row stand over or under cells of the first.
    """
    shared = sum(any(x.left < y.right and y.left < x.right for x in row) for y in other)
    return 2 * shared >= len(other)


def page_lines(page: Any) -> list[Line]:
    """Read a page.

    Args:
        page: A `pypdfium2.PdfPage`.

    Returns:
        Its lines in the order of the file.
    """
    textpage = page.get_textpage()
    try:
        return list(_lines(textpage, textpage.get_text_range()))
    finally:
        textpage.close()


def _lines(textpage: Any, text: str) -> Iterator[Line]:
    measure = _Measure(textpage, text)
    start = 0
    for end, after, hyphened in _ends(text):
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            yield measure.line(left, right, hyphened=hyphened)
        start = after


def _ends(text: str) -> Iterator[tuple[int, int, bool]]:
    for found in _END.finditer(text):
        yield found.start(), found.end(), found[0] in "\ufffe\x02"
    yield len(text), len(text), False


class _Measure:
    """Asks pdfium where characters stand."""

    def __init__(self, textpage: Any, text: str) -> None:
        from pypdfium2 import raw

        self.raw = raw
        self.textpage = textpage
        self.box = raw.FS_RECTF()
        self.text = _NUMBER.sub(self._with_raised, text)

    def line(self, start: int, end: int, *, hyphened: bool) -> Line:
        """The line between two places of the text, neither of them white space."""
        first, last = self._at(start), self._at(end - 1)
        left, _, bottom, top = self._edges(first)
        right = self._edges(last)[1]
        _, _, low, high = self._edges(self._at(start + len(self.text[start:end].rstrip(RAISED)) - 1))
        height = max(min(top - bottom, high - low), 1.0)  # the first may be a large bullet or initial
        bold = self._weight(first) >= _BOLD_WEIGHT and self._weight(last) >= _BOLD_WEIGHT
        words = self.text[start:end].translate(_LIGATURES)
        spaced = end - start < _SHORT or right - left > _SPACED * height * (end - start)
        cells = tuple(self._cells(start, end, height)) if spaced else ()
        if any(len(cell.text) > _CELL for cell in cells):
            cells = ()
        return Line(words, left, max(right, left), bottom, height, bold, hyphened, cells)

    def _with_raised(self, found: re.Match[str]) -> str:
        """A number, those of its digits at the end that are smaller and stand higher as superscripts."""
        number, (begin, end) = found[0], found.span()
        glued = begin > 0 and not found.string[begin - 1].isspace()
        first = begin if glued else begin + 1
        beside, at = self._edges(self._at(first - 1)), end
        while at > first and _above(self._edges(self._at(at - 1)), beside):
            at -= 1
        return number[: at - begin] + raised(number[at - begin :])

    def _cells(self, start: int, end: int, height: float) -> Iterator[Cell]:
        begun = start
        for space in re.finditer(r"\s+", self.text[start:end]):
            before, after = start + space.start(), start + space.end()
            right, left = self._edges(self._at(before - 1))[1], self._edges(self._at(after))[0]
            if left - right > _GAP * height and not MARKER.fullmatch(self.text, begun, before):
                yield self._cell(begun, before)
                begun = after
        yield self._cell(begun, end)

    def _cell(self, start: int, end: int) -> Cell:
        left, right = self._edges(self._at(start))[0], self._edges(self._at(end - 1))[1]
        return Cell(self.text[start:end].translate(_LIGATURES), left, right)

    def _at(self, place: int) -> int:
        """Number within pdfium of a character of the text."""
        index: int = self.raw.FPDFText_GetCharIndexFromTextIndex(self.textpage, place)
        return max(index, 0)

    def _edges(self, index: int) -> Edges:
        self.raw.FPDFText_GetLooseCharBox(self.textpage, index, byref(self.box))
        box = self.box
        return Edges(box.left, box.right, box.bottom, box.top)

    def _weight(self, index: int) -> int:
        weight: int = self.raw.FPDFText_GetFontWeight(self.textpage, index)
        return weight


def _above(one: Edges, beside: Edges) -> bool:
    """Is a character to the right of another a superscript to it?"""
    height = beside.top - beside.bottom
    smaller = one.top - one.bottom < _SMALLER * height
    return smaller and one.bottom > beside.bottom + _HIGHER * height and one.left > (beside.left + beside.right) / 2
