"""The day that a document states is read in whatever way its format writes it, and anything unsound counts for none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.formats.dates import stated_day
from tests.formats import test_docx, test_epub, test_pptx, test_xlsx
from tests.formats.reading import read
from tests.formats.test_mail import message
from tests.formats.test_pdf import drawn, lines

FIRST, SECOND = datetime(2019, 5, 6, 7, 8), datetime(2021, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29T23:59:00-11:00", "2024-02-29"),
        ("2024-2-9 10:00", "2024-02-09"),
        ("2024/02/29", "2024-02-29"),
        ("D:20240229235900+01'00'", "2024-02-29"),
        ("20240229", "2024-02-29"),
        ("Thu, 29 Feb 2024 23:59:00 -1100", "2024-02-29"),
        ("2023-02-29", ""),
        ("2024-02", ""),
        ("2024", ""),
        ("03/04/2024", ""),
        ("1601-01-01", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_a_day_is_read_however_it_is_written(written: str, day: str) -> None:
    assert stated_day(written) == day


def test_the_first_sound_day_counts_and_none_after_tomorrow() -> None:
    now = datetime.now(UTC)
    ahead = [(now + timedelta(days=days)).date().isoformat() for days in (1, 3)]
    assert stated_day("0001-01-01", ahead[1], "2020-01-02", "2021-01-02") == "2020-01-02"
    assert [stated_day(day) for day in ahead] == [ahead[0], ""]


@given(st.text() | st.from_regex(r"\d{4}-\d{1,6}-\d{1,6}.*") | st.from_regex(r"\w{3}, \d{1,4} \w{3} \d{1,9} .*"))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert len(stated_day(text)) in (0, 10)


def test_a_pdf_is_of_the_day_it_was_made_not_of_the_day_it_was_stamped(tmp_path: Path) -> None:
    plain = drawn(lambda canvas: lines(canvas, "Rent is due."))
    start = plain.index(b"/CreationDate (D:") + len(b"/CreationDate (D:")
    made = plain[:start] + b"20190506" + plain[start + 8 :]
    assert read(tmp_path, "a.pdf", made).dated == "2019-05-06"
    absurd = plain[:start] + b"00010101" + plain[start + 8 :]
    assert read(tmp_path, "a.pdf", absurd).dated == datetime.now().astimezone().date().isoformat(), "its ModDate"


def test_office_files_are_of_the_day_of_their_last_change(tmp_path: Path) -> None:
    text, deck, book = docx.Document(), pptx.Presentation(), openpyxl.Workbook()
    text.add_paragraph("Rent is due.")
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "Rent"
    book.active.append(["Rent"])
    for properties in (text.core_properties, deck.core_properties, book.properties):
        properties.created, properties.modified = FIRST, SECOND
    assert read(tmp_path, "a.docx", test_docx.saved(text)).dated == "2021-02-03"
    assert read(tmp_path, "a.pptx", test_pptx.saved(deck)).dated == "2021-02-03"
    assert read(tmp_path, "a.xlsx", test_xlsx.packed(book)).dated == datetime.now(UTC).date().isoformat()
    assert read(tmp_path, "b.docx", test_docx.raw("<p><r><t>Rent.</t></r></p>")).dated == "", "it has no properties"


def test_mail_books_and_front_matter_state_their_day(tmp_path: Path) -> None:
    assert read(tmp_path, "a.eml", message().as_bytes()).dated == "2024-01-01"
    dates = "</dc:title><dc:date>2001</dc:date><dc:date>2003-04-05T00:00:00Z</dc:date>"
    book = test_epub.packed(**{"OPS/book.opf": test_epub.BOOK.replace("</dc:title>", dates)})
    assert read(tmp_path, "a.epub", book).dated == "2003-04-05"
    assert read(tmp_path, "a.epub", test_epub.packed()).dated == ""
    assert (
        read(tmp_path, "a.md", "---\ntitle: Rent\ndate: '2020-01-02 10:00' # noted\n---\nRent.").dated == "2020-01-02"
    )
    assert read(tmp_path, "a.md", "Rent.\n\ndate: 2020-01-02\n").dated == "", "no front matter"


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<meta property="article:published_time" content="2020-01-02T03:04:05Z">', "2020-01-02"),
        ('<meta name="date" content="2020-01-03"><meta name="DCTERMS.date" content="2020-01-02">', "2020-01-02"),
        ('<meta itemprop="datePublished" content="soon"><meta name="date" content="2020-01-02">', "2020-01-02"),
        ('<meta name="author" content="2020-01-02">', "2018-07-06"),
    ],
)
def test_a_page_states_its_day_in_its_head_or_else_in_its_text(tmp_path: Path, head: str, day: str) -> None:
    body = '<header><time>today</time></header><p>Rent, <time datetime="2018-07-06">in July</time>.'
    assert read(tmp_path, "a.html", f"<html><head>{head}</head><body>{body}</body></html>").dated == day


def test_what_states_no_day_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", "Rent was due on 2020-01-02.").dated == ""
