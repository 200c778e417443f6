from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import OversizeFile
from rag.formats.base import Builder, Source, clean, squeeze
from rag.types import Heading, Page


def builder(limit: int = 1_000_000) -> Builder:
    return Builder(Source(io.BytesIO(), "a.txt", 0, limit))


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x07c", "abc"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("soft\xadhyphen\u200b\ufeff", "softhyphen"),
        ("10\xa0km\u202faway\u3000now", "10 km away now"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("cafe\u0301", "café"),
        ("one\x0ctwo\u2028three\u2029four", "one\n\ntwo\nthree\n\nfour"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("kept \t — “ß” 漢字 👍🏽", "kept \t — “ß” 漢字 👍🏽"),
    ],
)
def test_clean(dirty: str, tidy: str) -> None:
    assert clean(dirty) == tidy


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_in_what_comes_out_can_be_stored_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert "\0" not in cleaned and "\r" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


@given(st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "line", "page"]), st.text())))
def test_offsets_hold_whatever_is_added(blocks: list[tuple[str, str]]) -> None:
    out = builder()
    for number, (kind, text) in enumerate(blocks):
        if kind == "page":
            out.page(number)
        elif kind == "heading":
            out.heading(text, 1)
        else:
            getattr(out, kind)(text)
    found = out.done()
    for heading in found.headings:
        assert found.text[heading.start :].startswith(heading.title)
    assert list(found.pages) == sorted(found.pages)
    assert all(0 <= page.start <= len(found.text) for page in found.pages)
    assert len(out) == len(found.text)


def test_blocks_pages_and_marks_begin_at_their_text_not_at_the_gap_before_it() -> None:
    out = builder()
    out.page(1)
    out.heading(" Terms\nof use ", 1)
    out.paragraph("One.")
    out.page(2)
    out.page(3)
    out.mark("Part two", 2)
    out.line("Two.")
    assert out.done().text == "Terms of use\n\nOne.\nTwo."
    assert out.headings == [Heading(0, 1, "Terms of use"), Heading(19, 2, "Part two")]
    assert out.pages == [Page(0, 1), Page(19, 2), Page(19, 3)]


def test_a_text_with_headings_is_moved_whole() -> None:
    chapter, book = builder(), builder()
    chapter.paragraph("It began.")
    chapter.heading("Later", 2)
    book.paragraph("Preface.")
    book.append(chapter.done())
    found = book.done()
    assert [found.text[h.start :] for h in found.headings] == ["Later"]


def test_a_text_past_the_limit_is_refused() -> None:
    out = builder(limit=10)
    out.paragraph("12345678")
    with pytest.raises(OversizeFile, match=r"a\.txt: unpacks to more than 10 characters"):
        out.paragraph("9")


def test_squeeze() -> None:
    assert squeeze("  a\n\tb \u2003c ") == "a b c"
