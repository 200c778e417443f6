"""A page of a PDF as a picture, and where its characters stand on it. Everything here calls pdfium: hold its lock.

Bounded in pixels and in time, whatever a file asks for: a page may claim to be 200 inches wide, or never be drawn.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import pypdfium2
from PIL.Image import Image
from pypdfium2 import internal, raw

PIXELS = 4_000_000
"""Most pixels of a picture."""
_SIDE_PX = 5_000
_LIMIT_S = 10.0
"""Longest time that drawing a page may take; looked at between one thing drawn and the next."""
_WHITE = (255, 255, 255, 255)
_SAME_LINE = 0.5
"""Share of the lower of two characters that must be level with the other on one line."""
_GAP = 12.0
"""Characters further apart than this many times their height have boxes of their own."""


class Box(NamedTuple):
    """A rectangle of a picture, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Canvas:
    """A page laid out as a picture of a size that is bounded.

    Args:
        page: A `pypdfium2.PdfPage`.
        width_px: Wanted width; less where the page would be too high or too large.

    Attributes:
        width: In pixels.
        height: In pixels.
    """

    def __init__(self, page: Any, width_px: int) -> None:
        self._page = page
        width, height = (max(side, 1e-3) for side in page.get_size())
        scale = min(width_px / width, _SIDE_PX / max(width, height), sqrt(PIXELS / (width * height)))
        self.width, self.height = (max(1, round(side * scale)) for side in (width, height))
        self._place = (0, 0, self.width, self.height, 0)

    def picture(self) -> Image:
        """Draw it.

        Returns:
            A copy in RGB.

        Raises:
            TimeoutError: It takes too long.
            PdfiumError: It cannot be drawn.
        """
        bitmap = pypdfium2.PdfBitmap.new_native(self.width, self.height, raw.FPDFBitmap_BGR)
        try:
            bitmap.fill_rect(_WHITE, 0, 0, self.width, self.height)
            self._draw(bitmap)
            copy: Image = bitmap.to_pil().convert("RGB").copy()
            return copy
        finally:
            bitmap.close()

    def _draw(self, bitmap: Any) -> None:
        ends = time.monotonic() + _LIMIT_S
        pause = raw.IFSDK_PAUSE(version=1)
        internal.set_callback(pause, "NeedToPauseNow", lambda _pause: time.monotonic() > ends)
        try:
            status = raw.FPDF_RenderPageBitmap_Start(bitmap, self._page, *self._place, raw.FPDF_ANNOT, pause)
        finally:
            raw.FPDF_RenderPage_Close(self._page)
        if status == raw.FPDF_RENDER_TOBECONTINUED:
            raise TimeoutError
        if status != raw.FPDF_RENDER_DONE:
            raise pypdfium2.PdfiumError(f"drawing ended with status {status}")

    def box(self, textpage: Any, index: int) -> Box | None:
        """Where a character stands; None where it has no place, or none on the picture."""
        try:
            left, bottom, right, top = textpage.get_charbox(index, loose=True)
        except pypdfium2.PdfiumError:
            return None
        place = pypdfium2.PdfPosConv(self._page, self._place)
        (x, y), (other_x, other_y) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
        found = Box(
            max(0, min(x, other_x)),
            max(0, min(y, other_y)),
            min(self.width, max(x, other_x)),
            min(self.height, max(y, other_y)),
        )
        return found if found.left < found.right and found.top < found.bottom else None


@contextmanager
def page_of(document: Any, index: int) -> Iterator[tuple[Any, Any]]:
    """A page and its text, closed afterwards.

    Args:
        document: A `pypdfium2.PdfDocument`.
        index: Of the page, from 0.

    Yields:
        A `PdfPage` and its `PdfTextPage`.
    """
    page = document[index]
    try:
        textpage = page.get_textpage()
        try:
            yield page, textpage
        finally:
            textpage.close()
    finally:
        page.close()


def characters(textpage: Any) -> str:
    """The characters of a page, one for each that pdfium counts; the second half of a pair is left blank."""
    codes = [raw.FPDFText_GetUnicode(textpage, index) for index in range(textpage.count_chars())]
    found = [chr(code) if code < 0x110000 else " " for code in codes]
    for at, (first, second) in enumerate(pairwise(codes)):
        if 0xD800 <= first < 0xDC00 <= second < 0xE000:
            found[at : at + 2] = chr(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), " "
    return "".join(found)


def lines(boxes: Iterable[Box]) -> list[Box]:
    """Boxes of characters as boxes of lines, along the page or up and down it.

    Args:
        boxes: In the order of the text.

    Returns:
        One for each line, or for each part of a line that stands apart.
    """
    found: list[Box] = []
    last: Box | None = None
    for box in boxes:
        if last and _beside(last, box):
            found[-1] = _around(found[-1], box)
        else:
            found.append(box)
        last = box
    return found


def _beside(a: Box, b: Box) -> bool:
    """Whether one character follows another on a line: most lines are level, those of a turned table are not."""
    across, down = _shared(a.left, a.right, b.left, b.right), _shared(a.top, a.bottom, b.top, b.bottom)
    wide, high = min(a.right - a.left, b.right - b.left), min(a.bottom - a.top, b.bottom - b.top)
    level = down >= _SAME_LINE * high and -across < _GAP * high
    return level or (across >= _SAME_LINE * wide and -down < wide)


def _shared(start: float, end: float, other_start: float, other_end: float) -> float:
    """Length that two stretches share; less than 0 by as much as lies between them."""
    return min(end, other_end) - max(start, other_start)


def _around(a: Box, b: Box) -> Box:
    return Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
