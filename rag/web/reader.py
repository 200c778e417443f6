"""A document's text as indexed, opened at a place: a window of it, its headings and pages shown, the quote lit up.

Pure. A window is bounded, so that neither a document of 300 MB nor a line without an end breaks the page; all text goes
through `rag.web.html`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from rag.types import Document, Heading, Page, Span
from rag.web.html import count, dated, element, escape, name_of, place

WINDOW = 20_000
"""Characters shown at once, or a few more, so that it ends with a line."""
_SLACK = 500
"""Most characters by which a window is extended at either end to begin and end with a line, or else a word."""
_LOWEST = 6
"""Level of the lowest heading that HTML has; that of the reader itself is 2."""
_GAP = re.compile(r"\n\s*\n")

Mark = TypeVar("Mark", Page, Heading)


def reader(document: Document, span: Span | None, at: int | None) -> str:
    """Show a window of a document.

    Args:
        document: All of it.
        span: The quote to light up; None for none.
        at: Offset to begin at; None for a window around the quote, or the beginning where there is none.

    Returns:
        A section with a bar that says where one is, the text, and buttons (`fn-to-text`, `data-at`) to what comes
        earlier and later, and back to a quote out of sight. The quote has the id `fn-text-spot`, to scroll to.
    """
    shown = window_of(document.text, span, at)
    here = span.start if span and shown.start <= span.start < shown.end else shown.start
    body = element("div", "".join(_blocks(document, shown, span)), class_="fn-reader-text", tabindex="-1")
    bar = _bar(document, shown, here)
    above, below = _earlier(shown), _later(shown, len(document.text))
    label = f"Text of {name_of(document.path)}"
    return element("section", bar + above + _back(shown, span) + body + below, class_="fn-reader", aria_label=label)


def window_of(text: str, span: Span | None, at: int | None) -> Span:
    """The part of a text to show.

    Args:
        text: All of it.
        span: The quote.
        at: Offset to begin at; any number.

    Returns:
        Where it begins and ends: `WINDOW` characters, and up to `_SLACK` more at each end. Windows that begin where the
        last one ended, or at the offset that `_earlier` gives, leave nothing out.
    """
    if at is None:
        at = max(0, (span.start + min(span.end, span.start + WINDOW)) // 2 - WINDOW // 2) if span else 0
    start = _line_before(text, min(max(at, 0), max(len(text) - 1, 0)))
    return Span(start, _line_after(text, min(start + WINDOW, len(text))))


def _line_before(text: str, at: int) -> int:
    """The start of the line that holds an offset; of its word where that is far; else the offset."""
    low = max(0, at - _SLACK)
    if low == 0:
        return 0
    starts = (found + 1 for found in (text.rfind("\n", low, at), text.rfind(" ", low, at)) if found >= 0)
    return next(starts, at)


def _line_after(text: str, at: int) -> int:
    """The end of the line that holds an offset; of its word where that is far; else the offset."""
    high = at + _SLACK
    if high >= len(text):
        return len(text)
    ends = (found + 1 for found in (text.find("\n", at, high), text.find(" ", at, high)) if found >= 0)
    return next(ends, at)


def _blocks(document: Document, shown: Span, span: Span | None) -> Iterator[str]:
    """The text in paragraphs and headings, with a line where a page begins."""
    pages = {page.start: page.number for page in _within(document.pages, shown)}
    headings: dict[int, list[Heading]] = {}
    for heading in _within(document.headings, shown):
        headings.setdefault(heading.start, []).append(heading)
    lit = _Lit(document.text, span)
    for start, end in _cuts(document, shown, [*pages, *headings]):
        if start in pages:
            yield element("div", f"Page {pages[start]:,}", class_="fn-leaf", role="separator")
        yield from _headed(lit, Span(start, end), headings.get(start, []))


def _within(marks: tuple[Mark, ...], shown: Span) -> tuple[Mark, ...]:
    """Those of pages or headings that begin in a window."""
    first, last = (bisect_left(marks, at, key=lambda mark: mark.start) for at in shown)
    return marks[first:last]


def _cuts(document: Document, shown: Span, marks: list[int]) -> Iterator[Span]:
    """Paragraphs, parted by blank lines and wherever a page or a heading begins."""
    gaps = [gap.end() for gap in _GAP.finditer(document.text, shown.start, shown.end)]
    cuts = sorted({shown.start, shown.end, *gaps, *marks})
    yield from (Span(start, end) for start, end in pairwise(cuts))


class _Lit:
    """A text with a stretch of it lit up; the first piece of that has the id to scroll to."""

    def __init__(self, text: str, span: Span | None) -> None:
        self._text = text
        self._span = span or Span(0, 0)
        self._begun = False

    def html(self, part: Span) -> str:
        """A part of the text, safe."""
        start, end = max(part.start, self._span.start), min(part.end, self._span.end)
        if start >= end:
            return escape(self._text[part.start : part.end])
        before, after = self._text[part.start : start], self._text[end : part.end]
        first, self._begun = not self._begun, True
        mark = element("mark", escape(self._text[start:end]), id="fn-text-spot" if first else None)
        return escape(before) + mark + escape(after)

    def startswith(self, title: str, at: int) -> bool:
        """Whether the text has a title at an offset."""
        return self._text.startswith(title, at)

    def trimmed(self, part: Span) -> Span:
        """A part without blank lines before and white space behind."""
        text = self._text[part.start : part.end]
        lead = len(text) - len(text.lstrip("\n"))
        return Span(part.start + lead, max(part.start + lead, part.start + len(text.rstrip())))


def _headed(lit: _Lit, part: Span, headings: list[Heading]) -> Iterator[str]:
    """A paragraph under its headings; those that the text does not spell out are put in, so that nothing is hidden."""
    start, end = part
    for heading in headings:
        tag = f"h{min(heading.level + 2, _LOWEST)}"
        spelt = Span(start, min(start + len(heading.title), end))
        if lit.startswith(heading.title, start):
            yield element(tag, lit.html(spelt), dir="auto")
            start = spelt.end
        else:
            yield element(tag, escape(heading.title), class_="fn-outline", dir="auto")
    rest = lit.trimmed(Span(start, end))
    if rest.start < rest.end:
        yield element("p", lit.html(rest), dir="auto")


def _bar(document: Document, shown: Span, here: int) -> str:
    """Name, place, date, size, and how far in one is."""
    length = len(document.text)
    name = element("h2", escape(name_of(document.path)), class_="fn-document", title=document.path, dir="auto")
    where = place(document.page_at(here), document.heading_at(here))
    facts = " · ".join(filter(None, (dated(document), count(length, "character"))))
    share = here / length if length else 0.0
    far = f"characters {shown.start + 1:,} to {shown.end:,}, {share:.0%} in"
    if shown == (0, length):
        far = "all of it"
    said = [element("span", text, class_="fn-place", dir="auto") for text in (escape(where), facts) if text]
    progress = element("progress", "", value=here, max=max(length, 1), aria_label="How far into the document")
    said.append(element("span", escape(far) + progress, class_="fn-place fn-far"))
    return element("header", name + "".join(said), class_="fn-reader-bar")


def _earlier(shown: Span) -> str:
    """The button to the window before this one, which overlaps it by a little rather than leave a gap."""
    return _button("Earlier", max(0, shown.start - WINDOW + _SLACK)) if shown.start else ""


def _later(shown: Span, length: int) -> str:
    return _button("Later", shown.end) if shown.end < length else ""


def _back(shown: Span, span: Span | None) -> str:
    """The button back to a quote that is out of sight; empty `data-at`: no offset, the quote itself."""
    if span is None or (span.start < shown.end and shown.start < span.end):
        return ""
    return _button("Back to the passage", None)


def _button(name: str, at: int | None) -> str:
    return element("button", name, type="button", class_="fn-to-text", data_at="" if at is None else at)
