from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Document, Page, Span
from rag.web.quotes import Part, find, parts

PAGE = (
    "Annual report\r\nThe trans\ufffe\r\nformation of the ﬁrm’s ofﬁce was signed\r\n"
    "by the  Café. The parent rent is 12.\r\nRent is due.\r\nRent is due.\r\n"
    "Part Price Stock\r\nPump 12.50 3\r\nPage 7 of 9"
)


def found(quote: str, nth: int = 0, page: str = PAGE) -> list[str]:
    return [page[start:end] for start, end in find(Part(1, quote, nth), page)]


@pytest.mark.parametrize(
    ("quote", "on_page"),
    [
        ("Annual report", "Annual report"),
        ("The transformation of the firm’s office", "The trans\ufffe\r\nformation of the ﬁrm’s ofﬁce"),
        ("was signed by the Cafe\u0301.", "was signed\r\nby the  Café."),
        ("WAS SIGNED BY THE CAFÉ.", "was signed\r\nby the  Café."),
        ("Part: Pump; Price: 12.50; Stock: 3", "Pump 12.50 3"),
        ("rent", "rent"),
        ("12.", "12."),
    ],
)
def test_a_quote_is_found_as_the_page_has_it(quote: str, on_page: str) -> None:
    assert found(quote) == [on_page]


def test_the_words_of_a_quote_are_whole_words_where_there_are_any() -> None:
    [(start, _)] = find(Part(1, "rent"), PAGE)
    assert PAGE[start - 1] == " "
    assert found("ren") == ["ren"]


def test_the_same_words_again_are_told_apart_by_what_comes_before() -> None:
    [first], [second] = (find(Part(1, "Rent is due.", nth), PAGE) for nth in (0, 1))
    assert second.start > first.end
    assert find(Part(1, "Rent is due.", 9), PAGE) == [second]


def test_what_stands_in_the_midst_of_a_quote_is_left_out() -> None:
    page = "It was agreed by all members\r\n7 Minutes 7\r\nthat the fee is raised.\r\nThe end"
    assert found("It was agreed by all members that the fee is raised.", page=page) == [
        "It was agreed by all members",
        "that the fee is raised",
    ]


@pytest.mark.parametrize(
    "quote", ["", "—", "The moon is made of cheese.", "The transformation of the moon into cheese"]
)
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert found(quote) == []
    assert found("Words", page="") == []


@given(st.text(max_size=200), st.integers(0, 200), st.integers(1, 60))
def test_whatever_stands_on_a_page_is_found_on_it(text: str, start: int, length: int) -> None:
    part = Part(1, text[start : start + length])
    spans = find(part, text)
    assert spans or not any(character.isalnum() for character in part.text), (part, text)
    assert all(0 <= a < b <= len(text) for a, b in spans)


TEXT = "One. Rent is due. Rent is due.\n\nIt was signed by all and came into force."
GOES_ON = TEXT.index("came")
DOCUMENT = Document("a.pdf", "A", TEXT, "0" * 64, (Page(0, 1), Page(5, 2), Page(5, 3), Page(GOES_ON, 4)))


def test_a_passage_falls_into_the_pages_that_it_stands_on() -> None:
    start = TEXT.index("It was")
    assert parts(DOCUMENT, Span(start, len(TEXT))) == [Part(3, "It was signed by all and"), Part(4, "came into force.")]
    assert parts(DOCUMENT, Span(0, 4)) == [Part(1, "One.")]


def test_a_part_knows_how_often_its_words_came_before() -> None:
    start = TEXT.rindex("Rent")
    assert parts(DOCUMENT, Span(start, start + len("Rent is due."))) == [Part(3, "Rent is due.", 1)]


def test_a_document_without_pages_has_no_parts() -> None:
    assert parts(Document("a.txt", "A", TEXT, "0" * 64), Span(0, 4)) == []
