"""The lines of a PDF page and where they stand, as pdfium gives them. The caller holds the lock.

Coordinates are points from the lower left corner of the page. Knows no paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ctypes import byref, create_string_buffer
from typing import Any, NamedTuple

from rag.formats.base import raised

_END = re.compile("\u2010?\r?\n|\ufffe|\x02")
"""pdfium ends lines with a break, and stands the others for a hyphen at the end of a line; it knows no U+2010."""
_BREAK = re.compile(r"[ \t]{0,3}\r?\n[ \t]{0,3}")
_NOTHING = "\u2060"
"""Stands, until a line is read, for what is left of a break that is none."""
_GAPS = re.compile(rf"\s+{_NOTHING}*")
_TOUCHING, _SPACE = 0.4, 0.1
"""Gaps in heights of a line: a wider one than the first is no mere space, a smaller one than the other is none."""
_BOLD = re.compile(rb"bold|black|heavy|demi(?!light)|[-,](?:bd|medi)\b|\b(?:cm|sf|ec)\w{0,4}bx", re.IGNORECASE)
"""Names of bold fonts."""
_BOLD_WEIGHT = 600
"""The same where fonts have no name; pdfium guesses from the width of stems, which few files say as it is."""
_NAME_BYTES = 128
_SAMPLE = 7
"""Characters throughout a line that say what is usual in it."""
_SPACED = 0.5
"""Width per character, in heights of a line, above which a line is looked through for columns; most text is closer."""
_SHORT = 30
"""Characters of a line that is looked through whatever its width."""
MARKER = re.compile(r"[^\w\s]|\(?\w{1,3}[.)]")
"""What a list item begins with: the gap after it parts no cells."""
_OTHER_SIZE = 1.12
"""Letters this many times larger or smaller are not of the same paragraph."""
_GAP = 0.9
"""A gap this wide, in heights of a line, parts two cells."""
_CELL = 60
"""Characters of the longest cell; longer ones are columns of running text."""
_NUMBER = re.compile(r"[-+−]?\d+", re.ASCII)
_BARS = "/⁄"
"""What the upper number of a fraction stands before."""
_NEAR = 8
"""Characters within which the word that a mark belongs to ends or begins."""
_SMALLER, _HIGHER = 0.95, 0.2
"""A superscript is less than so many times as high as what stands beside it, and begins above its foot by so many."""
_PLAIN = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", _NOTHING: None})


class Cell(NamedTuple):
    """A part of a line that stands apart."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """A line of text, its place and its looks; `hyphened` where its last word goes on in the next line.

    `edge` is where the lines of its column end, infinity where it ended on purpose, and 0 where that is not known.
    """

    text: str
    left: float
    right: float
    bottom: float
    height: float
    bold: bool
    hyphened: bool
    cells: tuple[Cell, ...]
    edge: float = 0.0


class Edges(NamedTuple):
    """Where a character stands, the room that its font gives it included."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """From its foot to its top."""
        return self.top - self.bottom


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


def same_size(a: Line, b: Line) -> bool:
    """Compare the letters of two lines.

    Args:
        a: A line.
        b: Another.

    Returns:
        True if they may be of one paragraph.
    """
    return max(a.height, b.height) <= _OTHER_SIZE * min(a.height, b.height)


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
    for end, after, hyphened in _ends(measure.text):
        piece = measure.text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            yield measure.line(left, right, hyphened=hyphened)
        start = after


def _ends(text: str) -> Iterator[tuple[int, int, bool]]:
    for found in _END.finditer(text):
        yield found.start(), found.end(), found[0][0] in "\u2010\ufffe\x02"
    yield len(text), len(text), False


class _Measure:
    """Asks pdfium where characters stand."""

    def __init__(self, textpage: Any, text: str) -> None:
        from pypdfium2 import raw

        self.raw = raw
        self.textpage = textpage
        self.box = raw.FS_RECTF()
        self.name = create_string_buffer(_NAME_BYTES)
        self.text = _NUMBER.sub(self._with_raised, _BREAK.sub(self._read_on, text))

    def line(self, start: int, end: int, *, hyphened: bool) -> Line:
        """The line between two places of the text, neither of them white space."""
        left, right = self._edges(start).left, self._edges(end - 1).right
        middling = self._middling(start, end)
        usual = self._edges(middling)
        height = max(usual.height, 1.0)
        bold = all(map(self._bold, (start, middling, end - 1)))
        words = self.text[start:end].translate(_PLAIN)
        spaced = end - start < _SHORT or right - left > _SPACED * height * (end - start)
        cells = tuple(self._cells(start, end, height)) if spaced else ()
        if any(len(cell.text) > _CELL for cell in cells):
            cells = ()
        return Line(words, left, max(right, left), usual.bottom, height, bold, hyphened, cells)

    def _with_raised(self, found: re.Match[str]) -> str:
        """A number, those of its digits that are smaller and stand higher than what they mark as superscripts."""
        number, (begin, end) = found[0], found.span()
        alone = not begin or _is_gap(found.string[begin - 1])
        if alone and self._is_mark(found.string, begin, end):
            return raised(number)
        first = begin + alone
        beside, at = self._edges(first - 1), end
        while at > first and _above(self._edges(at - 1), beside):
            at -= 1
        return number[: at - begin] + raised(number[at - begin :])

    def _is_mark(self, text: str, begin: int, end: int) -> bool:
        """Whether a number is a superscript to the word before it or, as in a footnote, to the word behind it."""
        before = next((n for n in range(begin - 1, max(-1, begin - _NEAR), -1) if not _is_gap(text[n])), begin)
        behind = next((n for n in range(end, min(len(text), end + _NEAR)) if not _is_gap(text[n])), begin)
        if text[behind] in _BARS and not text[end:behind].strip(_NOTHING):
            return False
        first, last = self._edges(begin), self._edges(end - 1)
        left, right = self._edges(before), self._edges(behind)
        marks_left = abs(first.left - left.right) < _GAP * left.height and _raised(first, left)
        marks_right = abs(right.left - last.right) < _GAP * right.height and _raised(first, right)
        return marks_left or (marks_right and _raised(last, right))

    def _read_on(self, found: re.Match[str]) -> str:
        """A break as it is, or no break where the next character stands right beside the last: pdfium breaks at marks
        of footnotes.
        """
        begin, end = found.span()
        if begin == 0 or end == len(found.string):
            return found[0]
        last, following = self._edges(begin - 1), self._edges(end)
        height = min(last.height, following.height)
        level = min(last.top, following.top) - max(last.bottom, following.bottom) > height / 2
        gap = (following.left - last.right) / max(height, 1.0)
        if not level or abs(gap) > (_GAP if _raised(last, following) else _TOUCHING):
            return found[0]
        spaced = " " in found[0] or gap > _SPACE
        return " " * spaced + _NOTHING * (len(found[0]) - spaced)

    def _middling(self, start: int, end: int) -> int:
        """Place of a character of middling height or more: inline code, bullets, initials and marks are of others."""
        step = -(-(end - start) // _SAMPLE)
        places = [place for place in range(start, end, step) if not _is_gap(self.text[place])]
        return sorted(places, key=lambda place: self._edges(place).height)[2 * (len(places) - 1) // 3]

    def _cells(self, start: int, end: int, height: float) -> Iterator[Cell]:
        begun = start
        for space in _GAPS.finditer(self.text[start:end]):
            before, after = start + space.start(), start + space.end()
            right, left = self._edges(before - 1).right, self._edges(after).left
            if left - right > _GAP * height and not MARKER.fullmatch(self.text, begun, before):
                yield self._cell(begun, before)
                begun = after
        yield self._cell(begun, end)

    def _cell(self, start: int, end: int) -> Cell:
        left, right = self._edges(start).left, self._edges(end - 1).right
        return Cell(self.text[start:end].translate(_PLAIN), left, right)

    def _at(self, place: int) -> int:
        """Number within pdfium of a character of the text."""
        index: int = self.raw.FPDFText_GetCharIndexFromTextIndex(self.textpage, place)
        return max(index, 0)

    def _edges(self, place: int) -> Edges:
        self.raw.FPDFText_GetLooseCharBox(self.textpage, self._at(place), byref(self.box))
        box = self.box
        return Edges(box.left, box.right, box.bottom, box.top)

    def _bold(self, place: int) -> bool:
        index = self._at(place)
        self.name.value = b""
        self.raw.FPDFText_GetFontInfo(self.textpage, index, self.name, _NAME_BYTES, None)
        if self.name.value:
            return bool(_BOLD.search(self.name.value))
        weight: int = self.raw.FPDFText_GetFontWeight(self.textpage, index)
        return weight >= _BOLD_WEIGHT


def _is_gap(char: str) -> bool:
    return char.isspace() or char == _NOTHING


def _above(one: Edges, beside: Edges) -> bool:
    """Is a character to the right of another a superscript to it?"""
    return _raised(one, beside) and one.left > (beside.left + beside.right) / 2


def _raised(one: Edges, beside: Edges) -> bool:
    """Is a character smaller than one beside it, and does it stand higher?"""
    foot = beside.bottom + _HIGHER * beside.height
    return one.height < _SMALLER * beside.height and foot < one.bottom < beside.top
