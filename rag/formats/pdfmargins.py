"""Which lines at the edges of a PDF's pages are running headers, footers and page numbers. Pure geometry and text.

What is left out cannot be found again, and a page number that stays does little harm. So a line goes only where it
stands apart from the text and is the same on many pages, but for one number at most, which counts the pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from rag.formats.pdflines import Line, overlap

LOOSE = 1.25
"""A row stands apart at this many times the usual distance."""
_CLEAR = 3.0
"""The same, where one page is all there is to go by."""
_LARGE = 1.12
"""Letters this many times larger than usual are a title's, even where its number counts."""
_MARGIN_ROWS = 3
"""Rows at the top and at the bottom of a page among which running headers are looked for."""
_RUNNING_CHARACTERS = 80
"""Longer lines are text, even where they differ by numbers only."""
_USUAL = (0.7, 4.0)
"""Distances between rows, in heights of a line, that say what is usual; others are gaps."""
_TABLE_STEP = 2.5
"""Rows of one table are closer, in heights of a line."""
_NUMBER = re.compile(
    r"(?<!\d)(?<!\d[-.,:/])\d+(?!\d|[-.,:]\d|/\d+/)"  # no part of a date or an amount; the first of 3/9
    r"|\b(?:[ivxlc]{1,7}|[IVXLC]{1,7})\b"
)
_ROMAN = re.compile(r"c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_VALUES = {"c": 100, "l": 50, "x": 10, "v": 5, "i": 1}
_PAGE = r"(?:page|seite|p[aá]gina|pg|p)\b\.?\s*"
_PAGE_NUMBER = re.compile(rf"[-–—|\s]*(?:{_PAGE})?#(?:\s*(?:/|of)\s*\d{{1,5}})?[-–—|\s]*", re.IGNORECASE)
_OF_A_PAGE = re.compile(rf"\b{_PAGE}#", re.IGNORECASE)
_OF_A_DAY = re.compile(
    r"#(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?[^\W\d]+[.,]?\s(?:de\s)?\d{4}|[^\W\d]\.?\s#(?:st|nd|rd|th)?,?\s\d{4}"
)


class Mark(NamedTuple):
    """What a running line is known by: its words, its place, and what its number is more than the page's index.

    The number is written `#`, which stands for all of a line like `Page 3 of 9`; where all words are the same on each
    page, `ahead` is None.
    """

    words: str
    place: int
    ahead: int | None


def running_marks(pages: Mapping[int, Sequence[Line]], height: float) -> frozenset[Mark]:
    """Find the running lines of a document.

    Args:
        pages: Lines of some pages from throughout the document, by index of the page from 0.
        height: Usual height of its lines, in points.

    Returns:
        Marks that stand apart on a third of these pages, two or three at least; of page numbers alone, on two.
    """
    rows = {index: rows_of(page) for index, page in pages.items()}
    usual = median([step for page in rows.values() for step in _steps(page, height) if _is_usual(step)] or [1.2])
    loose = _CLEAR if len(pages) == 1 else LOOSE
    seen: Counter[Mark] = Counter()
    for index, page in rows.items():
        apart = _apart(_steps(page, height), loose, usual)
        lines = [line for number, row in enumerate(page) if number in apart for line in row]
        marks = {mark for line in lines for mark in _marks(line, index) if len(page) == 1 or _sure(mark, line, height)}
        seen.update(marks | {mark for line in lines for mark in _counters(line, index)})
    return frozenset(mark for mark, count in seen.items() if count >= _least(mark, len(pages)))


def without_running(lines: Sequence[Line], running: frozenset[Mark], index: int) -> list[Line]:
    """Take the running lines out of a page.

    Args:
        lines: Of the page, in the order of the file.
        running: Marks of the document's running lines.
        index: Of the page, from 0.

    Returns:
        The other lines, in the same order.
    """
    rows = rows_of(lines)
    gone = _running(rows, running, index) | _running(rows[::-1], running, index)
    return [line for line in lines if id(line) not in gone]


def rows_of(page: Sequence[Line]) -> list[list[Line]]:
    """Sort a page.

    Args:
        page: Its lines, in any order.

    Returns:
        The lines from the top of the page down, those that stand beside each other together.
    """
    rows: list[list[Line]] = []
    for line in sorted(page, key=lambda line: -line.bottom):
        if rows and rows[-1][0].bottom - line.bottom < line.height / 2:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _running(rows: Sequence[Sequence[Line]], running: frozenset[Mark], index: int) -> set[int]:
    """Ids of the running lines of one edge, its outermost row first; names of columns stay with their table."""
    gone: set[int] = set()
    for number in reversed(range(min(_MARGIN_ROWS, len(rows)))):
        inner = rows[number + 1] if number + 1 < len(rows) else ()
        heads = _tabled(rows[number], [line for line in inner if id(line) not in gone])
        for line in rows[number]:
            marks = running.intersection(_marks(line, index))
            if any(not heads or mark.ahead is not None for mark in marks):
                gone.add(id(line))
    return gone


def _tabled(row: Sequence[Line], inner: Sequence[Line]) -> bool:
    """Whether two neighbouring rows, in either order, are of one table."""
    a, b = ([cell for line in part for cell in line.cells or (line,)] for part in (row, inner))
    if min(len(a), len(b)) < 2:
        return False
    return abs(row[0].bottom - inner[0].bottom) < _TABLE_STEP * inner[0].height and overlap(a, b)


def _steps(rows: Sequence[Sequence[Line]], height: float) -> list[float]:
    """Distance from each row to the next, in heights of a line, as it would be were all lines of one height."""
    return [
        1 + (min(line.bottom for line in a) - max(line.bottom + line.height for line in b)) / height
        for a, b in pairwise(rows)
    ]


def _is_usual(step: float) -> bool:
    return _USUAL[0] < step < _USUAL[1]


def _apart(steps: Sequence[float], loose: float, usual: float) -> set[int]:
    """Numbers of the rows at both edges that a gap parts from the rest of the page; of its only row, if it has one."""
    own = [step for step in steps if _is_usual(step)]
    if len(own) > _MARGIN_ROWS:
        usual = max(usual, median(own))
    wide = [step > loose * usual for step in steps] or [True]
    top = max((n for n, gap in enumerate(wide[:_MARGIN_ROWS]) if gap), default=-1)
    bottom = max((n for n, gap in enumerate(wide[::-1][:_MARGIN_ROWS]) if gap), default=-1)
    return {*range(top + 1), *range(len(steps) - bottom, len(steps) + 1)}


def _marks(line: Line, index: int) -> Iterator[Mark]:
    """All that it may be known by."""
    if len(line.text) > _RUNNING_CHARACTERS:
        return
    place = round(line.bottom / 4)
    yield Mark(line.text, place, None)
    for found in _NUMBER.finditer(line.text):
        value = _value(found[0])
        if value is not None:
            words = f"{line.text[: found.start()]}#{line.text[found.end() :]}"
            yield Mark("#" if _PAGE_NUMBER.fullmatch(words) else words, place, value - index)


def _counters(line: Line, index: int) -> Iterator[Mark]:
    """A number that it begins or ends with, as it would stand alone on the first page of a chapter."""
    for mark in _marks(line, index):
        if mark.ahead is not None and "#" in (mark.words[0], mark.words[-1]):
            yield mark._replace(words="#")


def _value(number: str) -> int | None:
    if number[0].isdecimal():
        return int(number)
    roman = number.lower()
    if not _ROMAN.fullmatch(roman):
        return None
    values = [_VALUES[letter] for letter in roman]
    return sum(-a if a < b else a for a, b in pairwise([*values, 0]))


def _sure(mark: Mark, line: Line, height: float) -> bool:
    """Whether its number, if it has one, is sure to count pages, not receipts or days of which each page has one."""
    if mark.ahead is None or mark.words == "#" or _OF_A_PAGE.search(mark.words):
        return True
    return line.height < _LARGE * height and mark.ahead < 2 and not _OF_A_DAY.search(mark.words)


def _least(mark: Mark, pages: int) -> float:
    """On how many of the pages it has to be found."""
    if mark.ahead is None or mark.words != "#":
        return max(2, min(3, pages), pages / 3)
    return 1 if pages == 1 and mark.ahead < 2 else 2
