from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Conflict, Document, Span
from rag.web.sources import pane, window
from rag.web.view import View
from tests.web.test_html import Elements
from tests.web.test_view import view_after
from tests.web.things import ANSWER, CITATION, CONFLICT, HIT, HOSTILE, LEASE, QUOTE, REFUSAL, TEXT, read


def test_an_empty_conversation_says_what_will_be_here() -> None:
    assert "Sources appear here" in pane(None, read)


def test_evidence_is_there_before_a_word_is_written() -> None:
    html = pane(view_after(2), read)
    assert "Found so far" in html
    assert f"<mark>{QUOTE}</mark>" in html
    assert "lease.pdf" in html
    assert "Notice" in html


def test_hits_are_there_before_the_evidence() -> None:
    assert "lease.pdf" in pane(view_after(1), read)


def test_a_citation_shows_document_place_date_and_the_quote_lit_up() -> None:
    html = pane(view_after(8), read, "1")
    assert "lease.pdf" in html
    assert "page 1 · Notice" in html
    assert '<span title="date of the file; the document states none">file of 17 Mar 2030</span>' in html
    assert f"<mark>{QUOTE}</mark> It must be written." in html
    assert 'aria-current="true"' in html
    assert "aria-current" not in pane(view_after(8), read, "2")


@pytest.mark.parametrize(
    ("quote", "mark"),
    [
        ("You may leave if:\n- you move;\n- you are ill.", '<mark class="fn-list">'),
        ("You may leave\nif you move.", "<mark>"),
        ("- You may leave", "<mark>"),
    ],
)
def test_a_list_keeps_its_lines_and_a_paragraph_does_not(quote: str, mark: str) -> None:
    view = View(1, "q")
    view.apply(replace(ANSWER, citations=(replace(CITATION, start=0, end=len(quote), quote=quote),)))
    assert f"{mark}{quote}</mark>" in pane(view, lambda _path: replace(LEASE, text=quote))


def test_a_document_that_states_its_date_is_shown_with_that_one() -> None:
    for view in (view_after(8), view_after(2)):
        html = pane(view, lambda path: replace(read(path), dated="2024-02-29"))
        assert '<span title="date in the document">29 Feb 2024</span>' in html
        assert "17 Mar 2030" not in html


def test_what_was_cited_is_not_listed_again() -> None:
    other = replace(HIT, chunk=replace(HIT.chunk, document="other.txt"))
    view = View(1, "q")
    view.apply(replace(ANSWER, hits=(HIT, other)))
    assert "Also looked at: 1 passage" in pane(view, read)
    assert "Also looked at" not in pane(view_after(8), read)


def test_a_refusal_shows_the_sentences_that_came_nearest() -> None:
    view = view_after(2)
    view.apply(REFUSAL)
    html = pane(view, read)
    assert "Looked at" in html
    assert "the sentences that come nearest" in html
    assert "lease.pdf" in html
    assert f"<mark>{QUOTE}</mark>" in html


def test_a_refusal_without_evidence_lists_the_passages() -> None:
    view = View(1, "q")
    view.apply(REFUSAL)
    html = pane(view, read)
    assert "Looked at" in html
    assert "lease.pdf" in html
    assert "<mark>" not in html


def test_a_document_that_is_gone_or_changed_keeps_its_quote() -> None:
    view = View(1, "q")
    view.apply(replace(ANSWER, citations=(replace(CITATION, document="gone.txt"),)))
    assert "no longer in the index" in pane(view, read)
    assert f"<mark>{QUOTE}</mark>" in pane(view, read)

    def shifted(_path: str) -> Document:
        return replace(LEASE, text="New first line. " + TEXT)

    html = pane(view_after(8), shifted)
    assert "changed since" in html
    assert f"<mark>{QUOTE}</mark>" in html


def test_a_passage_that_disagrees_is_shown_with_its_document() -> None:
    view = View(1, "q")
    view.apply(replace(ANSWER, conflicts=(CONFLICT,)))
    html = pane(view, read)
    assert 'aria-label="Passage that disagrees with source 1"' in html
    assert "<mark>Notice is thirty days.</mark>" in html


def test_lines_broken_in_mid_sentence_are_joined_around_the_quote_and_kept_inside() -> None:
    text = "A line that was\nbroken here.\n\nQuoted words\nas they stand. And more,\nbroken too.\nA new one."
    start, end = text.index("Quoted"), text.index(" And")
    view = View(1, "q")
    view.apply(replace(ANSWER, citations=(replace(CITATION, start=start, end=end, quote=text[start:end]),)))
    html = pane(view, lambda _path: replace(LEASE, text=text))
    assert (
        "A line that was broken here.\n<mark>Quoted words\nas they stand.</mark> And more, broken too.\nA new" in html
    )


@given(st.text(max_size=400), st.integers(0, 400), st.integers(0, 60), st.integers(1, 80))
def test_a_window_holds_the_quote_exactly(text: str, start: int, length: int, around: int) -> None:
    span = Span(min(start, len(text)), min(start + length, len(text)))
    before, quote, after = window(text, span, around)
    assert quote == text[span.start : span.end]
    assert before.removeprefix("… ") in text[: span.start]
    assert after.removesuffix(" …") in text[span.end :]
    assert len(before) <= around + 2
    assert len(after) <= around + 2


def test_a_window_is_cut_between_words() -> None:
    before, quote, after = window("alpha beta gamma QUOTE delta epsilon zeta", Span(17, 22), 9)
    assert (before, quote, after) == ("… gamma ", "QUOTE", " delta …")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_markup(text: str) -> None:
    document = replace(LEASE, path=text, text=f"before {text} after")
    citation = replace(CITATION, document=text, quote=text, start=7, end=7 + len(text), heading=text)
    view = View(1, text)
    view.apply(replace(ANSWER, citations=(citation,), hits=(), conflicts=(Conflict(citation, text, text),)))
    found = Elements(pane(view, lambda _path: document, "1"))
    assert {tag for tag, _ in found.tags} == {"div", "h2", "span", "article", "header", "button", "blockquote", "mark"}
    names = {name for _, attributes in found.tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]


def ways(html: str, name: str) -> list[str | None]:
    return [a["data-what"] for _, a in Elements(html).tags if a.get("data-passage") == name and "data-what" in a]


def test_a_source_opens_its_document_and_a_pdf_its_page() -> None:
    assert ways(pane(view_after(8), read), "1") == ["text", "page"]
    other = replace(view_after(8), answer=replace(ANSWER, citations=(replace(CITATION, document="lease.docx"),)))
    assert ways(pane(other, read), "1") == ["text"]


def test_whatever_is_shown_opens_its_document() -> None:
    conflicting, refused = replace(view_after(8), answer=replace(ANSWER, conflicts=(CONFLICT,))), View(1, "q")
    refused.apply(REFUSAL)
    shown = {"other-1": pane(conflicting, read), "found-1": pane(view_after(2), read), "hit-1": pane(refused, read)}
    for name, html in shown.items():
        assert ways(html, name) == ["text", "page"], name


@pytest.mark.parametrize(
    ("selected", "reading", "title"),
    [("", False, "Sources"), ("", True, "Found so far"), ("found-1", False, "Found so far"), ("1", True, "Sources")],
)
def test_evidence_that_is_looked_at_stays_when_the_answer_is_there(selected: str, reading: bool, title: str) -> None:
    html = pane(view_after(8), read, selected, reading)
    assert f"<h2>{title}</h2>" in html
    assert ("Sources of the answer" in html) is (title == "Found so far")
    assert "Sources of the answer" not in pane(view_after(4), read, selected, reading)


def test_a_source_can_be_selected_while_the_answer_is_written() -> None:
    assert "<h2>Sources</h2>" in pane(view_after(6), read, "1")
    assert "<h2>Found so far</h2>" in pane(view_after(6), read)


def test_what_was_looked_at_is_unfolded_where_it_is_selected() -> None:
    view = View(1, "q")
    view.apply(replace(ANSWER, hits=(HIT, replace(HIT, chunk=replace(HIT.chunk, document="other.txt")))))
    unfolded = [attributes for tag, attributes in Elements(pane(view, read, "hit-2")).tags if tag == "details"]
    assert "open" in unfolded[0]
    assert "<details open" not in pane(view, read, "1")
