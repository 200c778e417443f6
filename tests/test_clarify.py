"""A question back says what is missing and offers what there is; a question that says what it is about gets none."""

from __future__ import annotations

import pytest

from rag.clarify import asks_nothing, question_back
from rag.types import Chunk, Hit


def hits(*titles: str) -> list[Hit]:
    return [Hit(Chunk(f"{at}.txt", 0, 1, "x", title), 1.0) for at, title in enumerate(titles)]


TWO = hits("The lease", "The lease", "Minutes of May")


@pytest.mark.parametrize("query", ["Why?", "And then?", "Tell me more.", "Who are they?", "Thanks!", "Hello", "?"])
def test_nothing_is_asked_where_there_is_no_word_to_search_for(query: str) -> None:
    assert asks_nothing(query)


@pytest.mark.parametrize("query", ["Deposit", "Thanks, and the deposit?", "Wie lange?", "何ですか", "2031?"])
def test_one_word_is_enough(query: str) -> None:
    assert not asks_nothing(query)


def test_thanks_are_met_with_an_offer_and_an_empty_question_with_a_request() -> None:
    assert question_back("Thanks!", "Thanks!", TWO) == "What would you like to know?"
    assert question_back("Why?", "Why?", TWO).startswith("What is your question about?")


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("When was he born?", "he"),
        ("Did it win any awards?", "it"),
        ("What are the rewards of this credit card?", "this"),
        ("Hello! When was she born?", "she"),
    ],
)
def test_a_word_that_points_at_nothing_is_asked_about(question: str, word: str) -> None:
    query = question.removeprefix("Hello! ")
    asked = question_back(question, query, TWO)
    assert asked == f"What is meant by “{word}”: something in “The lease” or “Minutes of May”, or something else?"


@pytest.mark.parametrize(
    "question",
    [
        "When did Marie Curie win her prize?",
        "Is it possible to cancel a booking?",
        "How many boats were sold this year?",
        "If two numbers are multiplied and added, what is this called?",
        "Where did the treasurer put his keys?",
        "Which of the boats in these minutes of Harrow Quay is a canoe?",
        "Wann wurde er geboren?",
    ],
)
def test_a_question_that_says_what_it_is_about_is_not_asked_back(question: str) -> None:
    assert question_back(question, question, TWO) == ""


def test_where_earlier_turns_say_what_is_meant_nothing_is_asked() -> None:
    assert question_back("Did it win any awards?", "What is Footnote? Did it win any awards?", TWO) == ""


def test_without_hits_nothing_is_offered() -> None:
    assert question_back("When was he born?", "When was he born?", []) == "What is meant by “he”?"


def test_titles_cannot_pass_for_markers_or_fill_the_page() -> None:
    offered = question_back("Is it?\n", "Was it sold?", hits("A [1]\nB"))
    assert offered == "", "the query is not that question"
    offered = question_back("Was it sold?", "Was it sold?", [*hits("A [1]\nB", 90 * "x", "C", "D"), *hits("")])
    assert "“A (1) B”" in offered
    assert f"“{80 * 'x'}…”" in offered
    assert "D" not in offered


def test_a_document_without_a_title_goes_by_its_path() -> None:
    assert "“0.txt”" in question_back("Was it sold?", "Was it sold?", hits(""))
