from __future__ import annotations

from rag.errors import RagError
from rag.events import SentenceChecked
from rag.types import Sentence, Turn
from rag.web.view import View
from tests.web.things import ANSWER, CITATION, EVENTS, HIT, MADE_UP, REFUSAL, SENTENCE


def view_after(count: int) -> View:
    view = View(1, "How long is notice?")
    for event in EVENTS[:count]:
        view.apply(event)
    return view


def test_phases_follow_the_events() -> None:
    phases = [view_after(count).phase for count in range(len(EVENTS) + 1)]
    assert phases == ["loading", "reading", "reading", *["writing"] * 5, "done"]


def test_the_tail_of_the_draft_shrinks_as_sentences_are_checked() -> None:
    assert view_after(3).tail == "Notice is ninety days. "
    assert view_after(4).tail == "Notice is ninety days. The moon"
    assert view_after(5).tail == "The moon"
    assert view_after(6).tail == "The moon is cheese."
    assert view_after(7).tail == ""
    assert view_after(8).tail == ""


def test_sentences_and_citations_grow_and_the_unsupported_one_is_dropped() -> None:
    assert view_after(4).sentences == []
    for count in (5, 7, 8):
        assert view_after(count).sentences == [SENTENCE]
        assert view_after(count).citations == [CITATION]
    assert view_after(8).dropped == [MADE_UP]


def test_a_refusal_shows_no_sentence_even_where_some_were_checked() -> None:
    view = view_after(7)
    view.apply(REFUSAL)
    assert view.refused
    assert view.sentences == []
    assert view.citations == []


def test_a_stopped_answer_keeps_what_was_checked_and_is_no_refusal() -> None:
    view = view_after(6)
    view.halt()
    assert view.over
    assert view.sentences == [SENTENCE]
    assert view.tail == ""
    view.apply(REFUSAL)
    view.halt()
    assert not view.refused
    assert view.sentences == [SENTENCE]


def test_an_error_ends_it() -> None:
    view = view_after(2)
    view.fail(RagError("no", "do"))
    assert (view.phase, view.error, view.hint, view.over) == ("failed", "no", "do", True)


def test_the_query_counts_as_rewritten_only_where_it_says_something_else() -> None:
    assert View(1, "a  b", query="a b").rewritten == ""
    assert View(1, "and then?", query="Who? and then?").rewritten == "Who? and then?"
    assert View(1, "not searched yet").rewritten == ""


def test_turns_carry_the_words_without_markers() -> None:
    assert view_after(8).turns() == [Turn("user", "How long is notice?"), Turn("assistant", "Notice is ninety days.")]
    view = View(1, "Who?", hits=(HIT,))
    view.apply(REFUSAL)
    assert view.turns() == [Turn("user", "Who?")]
    assert ANSWER.status == "answered"


def test_what_is_quoted_anew_takes_the_place_of_what_was_kept() -> None:
    view = view_after(7)
    instead = Sentence("Notice takes ninety days.", 1.0, "supported", (1,), "its words")
    view.apply(SentenceChecked(instead, (CITATION,), kept=True, anew=True))
    assert (view.sentences, view.citations) == ([instead], [CITATION])
    assert view.dropped == [SENTENCE, MADE_UP]
    assert view.tail == ""
