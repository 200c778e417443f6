"""What was spoken of is told from courtesies; each conversation over `seeds/` finds what answers its last turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import build_index, open_pipeline
from rag.follow_ups import is_courtesy, leans, standalone, topic, without_courtesy
from rag.pipeline import Pipeline
from rag.types import Turn
from tests.follow_ups import CONVERSATIONS, Conversation

_FIRST = 3
SEEDS = Path(__file__).parent.parent / "seeds"


def turns(*texts: str) -> list[Turn]:
    return [Turn("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts)]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    index = tmp_path_factory.mktemp("index")
    build_index(SEEDS, index=index)
    pipeline = open_pipeline(index, generator="extractive")
    yield pipeline
    pipeline.store.close()


def place(seeds: Pipeline, asked: Conversation) -> int | None:
    """Of the first hit that answers the last turn, from 1; None where none does."""
    said = [" ".join(hit.chunk.text.split()) for hit in seeds.search(asked.question, history=asked.history)]
    return next((at for at, text in enumerate(said, start=1) if any(quote in text for quote in asked.quotes)), None)


@pytest.mark.parametrize("asked", CONVERSATIONS, ids=lambda asked: asked.name)
def test_a_conversation_finds_what_answers_its_last_turn(seeds: Pipeline, asked: Conversation) -> None:
    assert place(seeds, asked) is not None


def test_it_is_among_the_first_in_all_but_one(seeds: Pipeline) -> None:
    places = {asked.name: place(seeds, asked) for asked in CONVERSATIONS}
    late = {name: at for name, at in places.items() if at is None or at > _FIRST}
    assert len(late) <= 1, late


SPOKEN_OF = turns("What does the Teal cost for a day?", "The Teal costs 55 crowns for a day.")


@pytest.mark.parametrize(
    "question", ["Who won the 1998 world cup in curling?", "Who wrote Moby Dick?", "What is the capital of Mongolia?"]
)
def test_a_question_that_nothing_speaks_of_is_not_taken_for_the_one_before(seeds: Pipeline, question: str) -> None:
    answer = seeds.ask(question, history=SPOKEN_OF)
    assert (answer.query, answer.status) == (question, "refused"), answer.text


def test_a_turn_of_whose_own_words_nothing_is_said_does_not_get_the_answer_of_the_one_before(seeds: Pipeline) -> None:
    answer = seeds.ask("And how do I insure it against thunderstorms?", history=SPOKEN_OF)
    assert answer.query != answer.question, "it leans on the turn before"
    assert answer.status == "refused" and answer.answerable < 1e-9, answer.text
    assert seeds.ask("And for half a day?", history=SPOKEN_OF).status == "answered"


@pytest.mark.parametrize("text", ["Thanks!", "Great, thank you.", "OK", "Danke.", "¡Gracias!", "I see"])
def test_courtesies_ask_nothing(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["That's fine, thanks", "How nice", "Why, thank you!", "Will do, thanks", "Super!", "Ok, that is very good"]
)
def test_an_adjective_of_courtesy_is_one(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "How much is the fine",
        "what is the fine",
        "Is there a fine",
        "What about the fine",
        "What is my super",
        "Thanks, is there a fine",
        "About the fine",
    ],
)
def test_what_asks_without_a_mark_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)
    assert topic(turns(text, "40 crowns.")) is not None


@pytest.mark.parametrize(
    "text", ["Really?", "Thanks, Rubio", "No, the Moorhen.", "Tell me more.", "謝謝", "Why?", "2031", ""]
)
def test_what_asks_or_names_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)


def test_a_courtesy_in_front_of_a_question_is_left_out() -> None:
    assert without_courtesy("Thanks!  That is great. And who\nleads it?") == "And who leads it?"
    assert without_courtesy("Thanks. Bye.") == "Thanks. Bye."


def test_the_topic_is_the_last_question_with_the_opening_of_its_reply() -> None:
    history = turns("What is the deposit?", "It is 120 crowns [1]. " + 40 * "word ")
    found = topic(history)
    assert found is not None
    assert found.asked == "What is the deposit?"
    assert found.said.startswith("What is the deposit? It is 120 crowns. word")
    assert len(found.said.split()) == len("What is the deposit?".split()) + 25


def test_of_a_long_question_the_opening_is_the_topic() -> None:
    found = topic(turns("What is it? " + 100 * "word ", "That."))
    assert found is not None
    assert len(found.said.split()) == 40


def test_courtesies_are_passed_over() -> None:
    found = topic(turns("What is the deposit?", "120 crowns.", "Great, thanks!", "You are welcome."))
    assert found == ("What is the deposit?", "What is the deposit? 120 crowns.")


@pytest.mark.parametrize("idle", ["Tell me more.", "👍", " "])
def test_turns_that_name_nothing_are_passed_over_too(idle: str) -> None:
    found = topic(turns("What is the deposit?", "120 crowns.", idle, "So it is."))
    assert found is not None
    assert found.asked == "What is the deposit?"


@pytest.mark.parametrize("history", [[], turns("Hello!", "Hello."), [Turn("assistant", "Ask me.")]])
def test_where_nothing_was_asked_there_is_no_topic(history: list[Turn]) -> None:
    assert topic(history) is None


@pytest.mark.parametrize(
    "question", ["And in 2023?", "Who signed it?", "What about the deposit?", "Why?", "When was he born?"]
)
def test_questions_that_lean(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which permits did the harbour office approve in March?",
        "Where is Marco Rubio going on this trip?",
        "What must a member do who wants the boat that was booked?",
        "How does this club pay back deposits, charge late returns and end memberships?",
    ],
)
def test_questions_that_say_themselves_what_their_words_point_at(question: str) -> None:
    assert not leans(question)


def test_a_follow_up_has_the_question_that_it_leans_on_in_front() -> None:
    history = turns("What is the notice period of the lease?", "Thirty days.", "Thanks", "Welcome.")
    assert standalone("Why?", history) == "What is the notice period of the lease? Why?"


def test_a_chain_of_follow_ups_reaches_back_one_more_turn() -> None:
    history = turns("What does the Basic plan cost?", "Nine euros.", "And the Pro plan?", "Nineteen.")
    assert standalone("And in 2023?", history) == "What does the Basic plan cost? And the Pro plan? And in 2023?"


def test_of_a_long_earlier_question_its_end_is_searched_for() -> None:
    asked = standalone("And is it?", turns("word " * 20_000 + "What is the notice period?", "Thirty days."))
    assert asked.endswith("word word What is the notice period? And is it?") and len(asked) < 700
    assert len(standalone("And is it?", turns("期" * 20_000, "Thirty days."))) < 700
