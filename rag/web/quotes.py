"""Where a quote stands among the characters of a PDF page, whatever became of them when the page was read.

Loading joins cut words, takes ligatures apart, tidies white space and names the columns of a table in each row. So only
letters and digits are compared, without case and accents. Pure; knows neither PDF nor HTML.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from rag.types import Document, Span

_LONGEST = 300_000
"""Characters of a page that are looked through; a page of small print has 10,000."""
_SHORTEST_RUN = 6
"""Letters of the shortest part of a quote that is told from chance."""
_ENOUGH = 0.75
"""Share of a quote's letters that its beginning and its end must add up to, where something stands between them."""
_NAME = re.compile(r"^[^:;]{1,80}: ")
"""The name of a column, as loading puts it before a cell."""


class Part(NamedTuple):
    """What of a passage stands on one page; `nth` counts how often the same words come before it there, from 0."""

    page: int
    text: str
    nth: int = 0


def parts(document: Document, span: Span) -> list[Part]:
    """A passage by the pages that it stands on.

    Args:
        document: Its document.
        span: Where it is in the text.

    Returns:
        Its parts in order, none of them blank; none at all where the document has no pages.
    """
    found = []
    first = max(bisect_right(document.pages, span.start, key=lambda page: page.start) - 1, 0)
    for at, page in enumerate(document.pages[first:], first):
        if page.start >= span.end:
            break
        ends = document.pages[at + 1].start if at + 1 < len(document.pages) else len(document.text)
        start, end = max(span.start, page.start), min(span.end, ends)
        if text := document.text[start:end].strip():
            before = document.text[page.start : min(end, page.start + _LONGEST)]
            found.append(Part(page.number, text, max(len(_Letters(before).find(_fold(text))) - 1, 0)))
    return found


def find(part: Part, text: str) -> list[Span]:
    """Find a passage on its page.

    Args:
        part: What to look for, as the document has it.
        text: The page's characters, as the file has them.

    Returns:
        Where it is in `text`: as a whole, or in two pieces where something else stands in its midst; empty where it
        could not be found.
    """
    letters = _Letters(text[:_LONGEST])
    for words in (part.text, _without_names(part.text)):
        if found := letters.find(_fold(words)):
            return [_with_marks(found[min(part.nth, len(found) - 1)], words, text)]
    return letters.ends_of(_fold(part.text))


def _fold(text: str) -> str:
    """Letters and digits of a text in one spelling."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    """The letters and digits that a character stands for; a ligature is taken apart, an accent taken off."""
    spelt = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(letter for letter in spelt if letter.isalnum())


class _Letters:
    """The letters and digits of a text, folded, and which character each of them came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        folded = [(letter, at) for at, character in enumerate(text) for letter in _folded(character)]
        self.letters = "".join(letter for letter, _ in folded)
        self.at = [at for _, at in folded]

    def find(self, wanted: str) -> list[Span]:
        """All places of folded words, apart from each other; within longer words only where there are no others."""
        found, start = [], self.letters.find(wanted) if wanted else -1
        while start >= 0:
            found.append(self._span(start, start + len(wanted)))
            start = self.letters.find(wanted, start + len(wanted))
        return [span for span in found if self._whole(span)] or found

    def ends_of(self, wanted: str) -> list[Span]:
        """The longest beginning and the longest end of folded words, where they are nearly all of them."""
        size = len(wanted)
        head = _most(size, lambda length: wanted[:length] in self.letters)
        tail = _most(size - head, lambda length: wanted[size - length :] in self.letters)
        head, tail = (length if length >= _SHORTEST_RUN else 0 for length in (head, tail))
        if not size or head + tail < _ENOUGH * size:
            return []
        first = self.letters.find(wanted[:head])
        last = self.letters.find(wanted[size - tail :], first + head)
        if last < 0:
            last = self.letters.find(wanted[size - tail :])
        return [self._span(start, start + length) for start, length in ((first, head), (last, tail)) if length]

    def _span(self, start: int, end: int) -> Span:
        return Span(self.at[start], self.at[end - 1] + 1)

    def _whole(self, span: Span) -> bool:
        """Whether neither the first nor the last word is part of a longer one."""
        before, after = self.text[max(0, span.start - 1) : span.start], self.text[span.end : span.end + 1]
        return not (before.isalnum() or after.isalnum())


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to a limit that fits, where all smaller ones do too."""
    return bisect_right(range(1, limit + 1), 0, key=lambda length: not fits(length))


def _without_names(text: str) -> str:
    """Rows of a table without the names of its columns."""
    rows = (row.split("; ") for row in text.split("\n"))
    return " ".join(_NAME.sub("", cell) for row in rows for cell in row)


def _with_marks(span: Span, words: str, text: str) -> Span:
    """A place with the marks that the words begin and end with, a full stop most often."""
    opening, closing = set(takewhile(_is_mark, words.lstrip())), set(takewhile(_is_mark, words.rstrip()[::-1]))
    start, end = span
    while start and text[start - 1] in opening:
        start -= 1
    while end < len(text) and text[end] in closing:
        end += 1
    return Span(start, end)


def _is_mark(character: str) -> bool:
    return not character.isalnum() and not character.isspace()
