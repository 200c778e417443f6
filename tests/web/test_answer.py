from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import RagError
from rag.types import Answer, Conflict, DocumentInfo, Premise
from rag.web.answer import conversation, exchange, welcome
from rag.web.view import View
from tests.web.test_html import Elements
from tests.web.test_view import view_after
from tests.web.things import ANSWER, CHUNK, CITATION, CONFLICT, HIT, HOSTILE, MADE_UP, REFUSAL, SENTENCE

_OURS = {"article", "div", "span", "button", "p", "q", "details", "summary", "ol", "ul", "li", "s", "section", "h2"}
_ALLOWED = {
    "class", "dir", "role", "title", "type", "aria-label", "aria-busy", "data-turn", "data-passage",
    "data-verdict", "data-example", "data-edit", "data-good", "aria-pressed", "data-what", "tabindex",
}  # fmt: skip


def finished(answer: Answer) -> View:
    view = View(2, answer.question, hits=answer.hits)
    view.apply(answer)
    return view


def test_a_marker_is_a_named_button_that_says_where_it_leads() -> None:
    found = Elements(exchange(view_after(8)))
    [marker] = [attributes for tag, attributes in found.tags if attributes.get("class") == "fn-cite"]
    assert (marker["data-turn"], marker["data-passage"]) == ("1", "1")
    assert marker["aria-label"] == "Source 1: legal/lease.pdf, page 1 · Notice"
    assert marker["type"] == "button"


def test_the_draft_is_set_apart_until_it_is_checked() -> None:
    early, late = exchange(view_after(4)), exchange(view_after(8))
    assert 'class="fn-draft" title="Not checked yet">Notice is ninety days. The moon</span>' in early
    assert 'aria-busy="true"' in early
    assert "fn-draft" not in late
    assert 'aria-busy="false"' in late


def test_support_is_shown_for_each_sentence() -> None:
    weak = replace(SENTENCE, text="Perhaps.", verdict="weak", citations=())
    html = exchange(finished(replace(ANSWER, sentences=(SENTENCE, weak, MADE_UP))))
    assert html.count('data-verdict="supported"') == html.count('data-verdict="weak"') == 1
    assert 'aria-label="not supported: no passage says so"' in html
    assert "2 sentences without full support" in html
    assert "Every sentence checked" in exchange(view_after(8))


def test_passages_that_disagree_stand_side_by_side() -> None:
    html = exchange(finished(replace(ANSWER, conflicts=(CONFLICT,))))
    assert "The documents disagree: ninety or thirty" in html
    assert '<q dir="auto">Notice is ninety days.</q>' in html
    assert '<q dir="auto">Notice is thirty days.</q>' in html
    assert "lease.pdf, page 2" in html
    assert 'data-passage="other-1"' in html
    assert "Passage that disagrees with source 1: old/lease.pdf, page 2 · Notice" in html
    assert "disagree" not in exchange(finished(ANSWER))


def test_a_false_premise_is_named_beside_the_answer() -> None:
    html = exchange(finished(replace(ANSWER, premises=(Premise("sixty", "<b>ninety"),))))
    assert "But the question says “sixty” where the passages have “&lt;b&gt;ninety”." in html
    assert "takes for granted" not in exchange(finished(ANSWER))


def test_passages_that_disagree_say_when_their_documents_are_of() -> None:
    view = finished(replace(ANSWER, conflicts=(CONFLICT,)))
    old = DocumentInfo("old/lease.pdf", "Lease", "0" * 64, 1, 1, 1, 1.9e9, "2019-05-06")
    known = {"legal/lease.pdf": replace(old, dated=""), "old/lease.pdf": old}
    html = conversation([view], known.get)
    assert 'lease.pdf, page 2 · Notice · <span title="date in the document">6 May 2019</span>' in html
    assert ">file of 17 Mar 2030</span>" in html
    assert "2019" not in conversation([view]), "it is no longer in the index"


def test_dropped_sentences_are_told_with_their_reason() -> None:
    html = exchange(view_after(8))
    assert "1 sentence left out" in html
    assert "<s>The moon is cheese.</s> no passage says so" in html


def test_a_refusal_shows_reason_and_what_was_looked_at() -> None:
    html = exchange(finished(REFUSAL))
    assert "The documents do not say." in html
    assert "No passage mentions: who." in html
    assert "What was looked at: 1 passage" in html
    assert "lease.pdf" in html
    assert "fn-cite" not in html
    assert 'aria-label="Show the page of passage 1"' in html


def test_a_rewritten_question_is_shown() -> None:
    assert "Searched for" not in exchange(view_after(8))
    assert "Searched for: <q>Who? And then?</q>" in exchange(View(1, "And then?", query="Who? And then?"))


def test_documents_of_one_name_are_told_apart_by_their_folders() -> None:
    one, other = (replace(CITATION, document=f"lease {year}/terms.md") for year in (2031, 2032))
    html = exchange(finished(replace(ANSWER, citations=(one,), conflicts=(Conflict(other, "ninety", "thirty"),))))
    assert "lease 2031/terms.md, page" in html and "lease 2032/terms.md, page" in html.split("fn-sides")[1]
    hits = [replace(HIT, chunk=replace(CHUNK, document=f"lease {year}/terms.md")) for year in (2031, 2032)]
    listed = exchange(finished(replace(REFUSAL, hits=tuple(hits))))
    assert ">lease 2031/terms.md</span>" in listed and ">lease 2032/terms.md</span>" in listed


def test_an_error_is_shown_with_its_hint() -> None:
    view = View(1, "Who?")
    view.fail(RagError("no index", "rag index seeds"))
    assert "no index" in exchange(view)
    assert "rag index seeds" in exchange(view)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(1, "q"), "still loading"),
        (View(1, "q", phase="waiting", ahead=2), "2 questions ahead of yours"),
        (View(1, "q", phase="stopped"), "Stopped before"),
        (View(1, "q", phase="reading"), "Reading the passages"),
    ],
)
def test_the_wait_is_explained(view: View, said: str) -> None:
    assert said in exchange(view)


def test_a_stopped_answer_keeps_its_sentences() -> None:
    view = view_after(5)
    view.halt()
    html = exchange(view)
    assert "Stopped." in html
    assert "Notice is ninety days." in html


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_markup(text: str) -> None:
    citation = replace(CITATION, document=text, heading=text, quote=text)
    sentence = replace(SENTENCE, text=text, why=text)
    hit = replace(HIT, chunk=replace(CHUNK, document=text, heading=text, text=text, title=text))
    conflict = Conflict(citation, text, text)
    answer = replace(
        ANSWER, sentences=(sentence,), citations=(citation,), hits=(hit,), model=text, conflicts=(conflict,)
    )
    view = View(1, text, query=text + " rewritten", draft=text)
    writing = View(1, text, phase="writing", draft=text)
    view.apply(answer)
    failed = View(1, text)
    failed.fail(RagError(text, text))
    refusal = finished(replace(REFUSAL, text=text, reason=text, hits=(hit,)))
    html = conversation([view, writing, failed, refusal]) + welcome(text, text, [text])
    found = Elements(html)
    assert {tag for tag, _ in found.tags} <= _OURS
    assert {name for _, attributes in found.tags for name in attributes} <= _ALLOWED
    assert len(Elements(conversation([view])).tags) == len(Elements(conversation([view_like(view)])).tags)


def view_like(view: View) -> View:
    """The same view with harmless text."""
    plain = View(1, "q", query="q rewritten", draft="d")
    plain.apply(replace(ANSWER, sentences=(SENTENCE,), citations=(CITATION,), conflicts=(CONFLICT,)))
    assert view.answer is not None
    return plain


def test_a_pasted_document_is_not_repeated_whole() -> None:
    assert len(exchange(View(1, "word " * 200_000))) < 5_000


def test_example_questions_are_buttons() -> None:
    found = Elements(welcome("Ask", "now", ["What is it?", "Why?"]))
    assert [attributes["data-example"] for tag, attributes in found.tags if tag == "button"] == ["0", "1"]
    assert "button" not in welcome("Ask", "now", [])
