from __future__ import annotations

from dataclasses import replace
from html import unescape
from re import sub

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Document, Heading, Page, Span
from rag.web.reader import WINDOW, reader, window_of
from tests.web.test_html import Elements
from tests.web.things import HOSTILE, LEASE, QUOTE, START

SPAN = Span(START, START + len(QUOTE))
LINE = "The committee met in the long hall and went over the accounts of the year.\n"
LONG = Document("minutes/2026.txt", "Minutes", LINE * 2_000, "0" * 64, modified_s=1_900_000_000.0)
MIDDLE = Span(75 * 1_000, 75 * 1_000 + 74)


def buttons(html: str) -> dict[str, str]:
    """Names of the buttons with the offsets that they lead to."""
    found = Elements(html)
    offsets = [str(given["data-at"]) for tag, given in found.tags if tag == "button"]
    names = [name for name in ("Earlier", "Back to the passage", "Later") if name in found.text]
    return dict(zip(names, offsets, strict=True))


def text_of(html: str) -> str:
    """The document's words in a reader's HTML."""
    body = html.partition('class="fn-reader-text"')[2].partition(">")[2].partition("</div><button")[0]
    return unescape(sub("<[^>]*>", "", body))


def test_a_short_document_is_shown_whole_with_its_quote_lit_up() -> None:
    html = reader(LEASE, SPAN, None)
    assert f'<mark id="fn-text-spot">{QUOTE}</mark> It must be written.' in html
    assert '<h3 dir="auto">Notice</h3>' in html
    assert "Rent is paid in April." in html
    assert "<button" not in html
    assert "all of it" in html


def test_the_bar_says_what_and_where() -> None:
    html = reader(LEASE, SPAN, None)
    assert '<h2 class="fn-document" title="legal/lease.pdf" dir="auto">legal/lease.pdf</h2>' in html
    text = Elements(html).text
    assert "page 1 · Notice" in text
    assert f"file of 17 Mar 2030 · {len(LEASE.text)} characters" in text
    long = Elements(reader(LONG, MIDDLE, None))
    assert "file of 17 Mar 2030 · 150,000 characters" in long.text
    assert "50% in" in long.text
    [progress] = [given for tag, given in long.tags if tag == "progress"]
    assert (progress["value"], progress["max"]) == ("75000", "150000")


def test_pages_and_headings_are_shown_where_they_begin() -> None:
    text = "Terms\nRent is due.\n\nIt was signed by all and came into force.\n\nNotice. Ninety days."
    at, ninety = text.index("came"), text.index("Notice")
    headings = (Heading(0, 1, "Terms"), Heading(at, 2, "Unspelt"), Heading(ninety, 9, "Notice"))
    document = Document("a.pdf", "A", text, "0" * 64, (Page(0, 1), Page(at, 2), Page(at, 3)), headings)
    body = reader(document, Span(at - 4, at + 4), None).partition('class="fn-reader-text"')[2]
    assert body.split("</div>")[0].endswith("Page 1")
    assert '<h3 dir="auto">Terms</h3><p dir="auto">Rent is due.</p>' in body
    assert 'signed by all <mark id="fn-text-spot">and</mark></p>' in body
    assert 'role="separator">Page 3</div><h4 class="fn-outline" dir="auto">Unspelt</h4><p dir="auto"><mark>came' in body
    assert '<h6 dir="auto">Notice</h6><p dir="auto">. Ninety days.</p>' in body


def test_a_long_document_opens_around_its_quote() -> None:
    html = reader(LONG, MIDDLE, None)
    assert len(text_of(html)) < WINDOW + 1_100
    before, _, after = html.partition("<mark")
    assert len(before) > 0.4 * WINDOW
    assert len(after) > 0.4 * WINDOW
    assert list(buttons(html)) == ["Earlier", "Later"]


def test_buttons_lead_through_the_whole_document() -> None:
    shown, at = [window_of(LONG.text, MIDDLE, 0)], "0"
    while "Later" in (found := buttons(reader(LONG, MIDDLE, int(at)))):
        at = found["Later"]
        shown.append(window_of(LONG.text, MIDDLE, int(at)))
        assert shown[-1].start == shown[-2].end
    assert shown[-1].end == len(LONG.text)
    while "Earlier" in (found := buttons(reader(LONG, MIDDLE, int(at)))):
        last, at = window_of(LONG.text, MIDDLE, int(at)), found["Earlier"]
        assert last.start - WINDOW <= window_of(LONG.text, MIDDLE, int(at)).start < last.start
        assert window_of(LONG.text, MIDDLE, int(at)).end >= last.start
    assert window_of(LONG.text, MIDDLE, int(at)).start == 0


def test_a_quote_out_of_sight_is_led_back_to() -> None:
    html = reader(LONG, MIDDLE, 0)
    assert "<mark" not in html
    assert buttons(html)["Back to the passage"] == ""
    assert "Back to the passage" not in reader(LONG, MIDDLE, None)
    assert "Back to the passage" not in reader(LONG, None, 0)


@given(
    st.text(alphabet="ab \n", max_size=60).map(lambda text: text * 1_500),
    st.integers(-5, 100_000),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
)
def test_a_window_is_bounded_and_inside(text: str, start: int, at: int | None) -> None:
    start = max(0, min(start, len(text) - 1))
    span = Span(start, min(start + 50, len(text)))
    shown = window_of(text, span, at)
    assert 0 <= shown.start <= shown.end <= len(text)
    assert shown.end > shown.start or not text
    assert shown.end - shown.start <= WINDOW + 1_000
    if at is None:
        assert shown.start <= span.start
        assert span.end <= shown.end


def test_a_window_begins_and_ends_with_a_line() -> None:
    shown = window_of(LONG.text, None, 30_010)
    assert LONG.text[shown.start - 1] == "\n"
    assert LONG.text[shown.end - 1] == "\n"


@pytest.mark.parametrize("text", ["W" * 1_000_000, "\n" * 1_000_000, "\u0301" * 1_000_000, "<b>&" * 250_000])
def test_a_line_without_an_end_is_cut(text: str) -> None:
    span = Span(500_000, 500_010)
    html = reader(Document("a.txt", "A", text, "0" * 64), span, None)
    assert len(html) < 8 * WINDOW
    assert list(buttons(html)) == ["Earlier", "Later"]


def test_a_quote_longer_than_a_window_is_lit_to_its_end() -> None:
    document = replace(LONG, text="W" * 100_000)
    html = reader(document, Span(10_000, 90_000), None)
    assert len(Elements(html).text.split("Earlier")[-1]) >= WINDOW
    assert '<mark id="fn-text-spot">W' in html


def test_an_empty_text() -> None:
    assert "0 characters" in reader(Document("a.txt", "A", "", "0" * 64), None, 7)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_markup(text: str) -> None:
    body = f"{text}\n\n{text} quoted {text} words {text}"
    start = body.index("quoted")
    document = replace(
        LEASE, path=text, text=body, headings=(Heading(0, 1, text), Heading(len(text) + 2, 2, f"other {text}"))
    )
    found = Elements(reader(document, Span(start, body.index(" words")), None))
    assert {tag for tag, _ in found.tags} <= {
        *("section", "header", "h2", "span", "progress", "div", "h3", "h4", "p", "mark", "button")
    }
    names = {name for _, given in found.tags for name in given}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]
