from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.sentences import sentences
from rag.splitter import embedded_text, split
from rag.testing import FakeEmbedder
from rag.types import Chunk, Document, Heading, Page
from tests.test_sentences import HOSTILE

TEXT = """Terms

Notice

Either side may leave on 30 days' notice. It must be in writing.

Fees

The fee is 12 dollars. It is due on the first. A late fee of 2 dollars is added each day."""


def make(text: str = TEXT, *titles: str, pages: tuple[Page, ...] = ()) -> Document:
    headings = tuple(Heading(text.index(title), 1 if title == "Terms" else 2, title) for title in titles)
    return Document("a.txt", "Lease", text, "", pages=pages, headings=headings)


count = FakeEmbedder().count_tokens


def cut(document: Document, max_tokens: int) -> list[Chunk]:
    return list(split(document, count, max_tokens))


def test_a_small_document_is_one_chunk() -> None:
    assert cut(make(), 200) == [Chunk("a.txt", 0, len(TEXT), TEXT, "Lease")]


def test_no_chunk_crosses_a_heading_and_an_empty_heading_goes_with_what_follows() -> None:
    notice, fees = cut(make(TEXT, "Terms", "Notice", "Fees"), 200)
    assert notice.text.startswith("Terms\n\nNotice\n\nEither") and notice.text.endswith("writing.")
    assert notice.heading == "Terms > Notice"
    assert fees.text.startswith("Fees\n\nThe fee") and fees.heading == "Terms > Fees"


def test_a_heading_with_nothing_under_it_is_kept() -> None:
    chunks = cut(make("One\n\nTwo\n\nText.", "One", "Two"), 200)
    assert [(chunk.text, chunk.heading) for chunk in chunks] == [("One", "One"), ("Two\n\nText.", "Two")]


def test_a_mark_that_is_not_a_line_of_the_text_is_kept_with_it() -> None:
    document = replace(make("Row one.\nRow two."), headings=(Heading(0, 1, "Sheet1"), Heading(9, 2, "Part")))
    assert [chunk.text for chunk in cut(document, 200)] == ["Row one.", "Row two."]


def test_chunks_end_where_sentences_end() -> None:
    chunks = cut(make(TEXT, "Fees"), 20)
    ends = {end for _, end in sentences(TEXT)}
    assert len(chunks) == 3 and all(chunk.end in ends for chunk in chunks)


def test_pages_and_headings_of_a_chunk_are_those_of_its_start() -> None:
    text = "First page. " * 20 + "\n\n" + "Second page. " * 20
    chunks = cut(make(text, pages=(Page(0, 4), Page(text.index("Second"), 5))), 20)
    assert [chunk.page for chunk in chunks] == [4 if chunk.start < text.index("Second") else 5 for chunk in chunks]


def test_each_sentence_is_counted_once() -> None:
    document = make("Top\n\n" + "One two three. " * 500 + "\n\nEnd\n\nFour.", "Top", "End")
    asked: list[str] = []

    def counting(text: str) -> int:
        asked.append(text)
        return 3

    assert len(list(split(document, counting, 50))) > 30
    assert len(asked) == 505, "one for each prefix and one for each sentence"


def one_each(_text: str) -> int:
    return 1


def test_a_long_text_is_cut_where_its_sentences_end_whatever_stretch_they_are_in() -> None:
    wrapped = "This is paragraph {}\nof many. It says little (e.g. that). ".format
    paragraphs = "\n\n".join(wrapped(number) * 9 for number in range(500))
    table = "One row of a table, and what it says of it.\n" * 25_000
    for text in (paragraphs, table):
        assert [(chunk.start, chunk.end) for chunk in split(make(text), one_each, 1)] == sentences(text)


def test_a_long_text_without_any_border_is_cut_all_the_same() -> None:
    words, letters = "word " * 250_000, "x" * 1_200_000
    assert " ".join(chunk.text for chunk in split(make(words), one_each, 9)) == words.strip()
    assert "".join(chunk.text for chunk in split(make(letters), one_each, 9)) == letters


def test_no_more_of_a_text_is_looked_at_than_is_asked_for() -> None:
    seen = 0

    def counting(part: str) -> int:
        nonlocal seen
        seen += len(part)
        return count(part)

    next(split(make("A sentence of a long text.\n\n" * 9_000), counting, 20))
    assert 0 < seen < 20_000


def test_an_over_long_sentence_is_cut_at_spaces_then_anywhere() -> None:
    words = cut(make("word " * 100), 12)
    assert all(set(chunk.text.split()) == {"word"} for chunk in words) and len(words) >= 10
    letters = list(split(make("x" * 500), len, 55))
    assert all(len(embedded_text(chunk)) <= 56 for chunk in letters)


def test_embedded_text_says_title_and_inner_headings_once() -> None:
    chunk = Chunk("a", 0, 4, "Text", "Lease", "Terms > Notice > Days")
    assert embedded_text(chunk) == "Lease > Notice > Days\nText"
    assert embedded_text(replace(chunk, heading="")) == "Lease\nText"
    assert embedded_text(replace(chunk, title="", heading="")) == "Text"
    assert embedded_text(replace(chunk, text="## Days\nText")) == "Lease > Notice\n## Days\nText"
    assert embedded_text(replace(chunk, heading="Lease > Days", text="LEASE\n\nText")) == "Days\nLEASE\n\nText"


def test_a_hostile_title_leaves_room_for_the_text() -> None:
    document = replace(make("Some words. " * 40), title="!" * 100_000)
    assert all(count(embedded_text(chunk)) <= 100 for chunk in cut(document, 100))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(HOSTILE)
    offsets = st.lists(st.integers(0, len(text)), max_size=6, unique=True).map(sorted)
    lines = [text[at : at + 8].split("\n")[0] for at in draw(offsets)]
    titles = draw(st.lists(st.sampled_from([*lines, "Title", ""]), min_size=6, max_size=6))
    headings = [Heading(at, draw(st.integers(1, 3)), title) for at, title in zip(draw(offsets), titles, strict=False)]
    pages = tuple(Page(at, number) for number, at in enumerate(draw(offsets), 1))
    return Document("a.txt", draw(st.text(max_size=5)), text, "", pages=pages, headings=tuple(headings))


@given(documents(), st.integers(1, 60))
def test_chunks_are_exact_ordered_within_headings_and_cover_everything(document: Document, size: int) -> None:
    chunks = cut(document, size)
    end = 0
    for chunk in chunks:
        assert end <= chunk.start < chunk.end
        assert document.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert not document.text[end : chunk.start].strip()
        assert chunk.page == document.page_at(chunk.start)
        end = chunk.end
    assert not document.text[end:].strip()


@example(Document("a.txt", "", "=0" + ":0" * 14, "", headings=(Heading(1, 1, "Title"),)), 30)
@given(documents(), st.integers(30, 60))
def test_chunks_fit_and_stand_under_their_heading(document: Document, size: int) -> None:
    for chunk in cut(document, size):
        room = size - count(embedded_text(replace(chunk, text="")))
        assert count(chunk.text) <= max(1, room) or len(chunk.text) == 1
        last = max(chunk.end - 1, chunk.start)
        assert document.heading_at(last) == chunk.heading


@pytest.mark.parametrize("level", [1, 2])
def test_thousands_of_headings_with_nothing_under_them_are_cut_in_seconds(level: int) -> None:
    headings = tuple(Heading(at, level, "x") for at in range(0, 96_000, 3))
    began_s = time.perf_counter()
    assert len(cut(Document("a.md", "", "# \n" * 32_000, "", headings=headings), 60)) == 32_000
    assert time.perf_counter() - began_s < 20, "in proportion to the text; by the square it is a minute and more"
