"""What wants yes or no, and what a reply that only repeats it is worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.yes_or_no import Reply, belied, parted, taken_from, wants_yes_or_no
from rag.support import judge_reply
from rag.words import terms


@pytest.mark.parametrize(
    "question",
    [
        "Can I take my dog?",
        "is breakfast included",
        "My aunt died, is the time off paid?",
        "I lost the receipt for a lunch - can I still claim it?",
        "The room was cold. Do I get my money back?",
        "ok and may I come back later?",
        "Aren't dogs allowed?",
        "Isn’t it free for children?",
        "Was breakfast included?",
        "Was he about to die?",
        "Was Ursula von der Leyen there?",
        "Am I allowed a dog?",
        "Can I give notice by letter?",
        "May I ask for a refund?",
        "Do you know if the pool is open?",
    ],
)
def test_what_wants_yes_or_no(question: str) -> None:
    assert wants_yes_or_no(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who may park here?",
        "When do we get paid in December?",
        "If it rains on sports day, when is it held instead?",
        "Can I come? Who opens the door?",
        "May 2024 revenue",
        "Canals of the north",
        "How much is it, and what does it include?",
        "Can you tell me who opens the door?",
        "Could you please explain the lease.",
        "Was kostet die Miete?",
        "Was ist das?",
        "Am Montag wer hat Dienst?",
        "Do you know when the office opens?",
        "Do you know the rent?",
        "Can someone tell me the rent?",
        "Can I know what the fee is?",
        "May I ask what the fee is?",
        "Would you kindly tell me the fee?",
        "",
    ],
)
def test_what_wants_more_than_yes_or_no(question: str) -> None:
    assert not wants_yes_or_no(question)


@pytest.mark.parametrize(
    ("claim", "reply"),
    [
        ("Yes, dogs are allowed.", Reply("dogs are allowed.", denies=False)),
        ("No. Dogs stay outside.", Reply("Dogs stay outside.", denies=True)),
        ("Nein, Hunde nicht.", Reply("Hunde nicht.", denies=True)),
        ("No. 5 is the boathouse.", Reply("No. 5 is the boathouse.")),
        ("Dogs are allowed.", Reply("Dogs are allowed.")),
    ],
)
def test_the_yes_or_no_is_parted_from_what_follows(claim: str, reply: Reply) -> None:
    assert parted(claim) == reply


def test_a_yes_is_belied_by_a_no_after_it() -> None:
    question = "Are dogs allowed?"
    assert belied(Reply("Dogs are not allowed.", denies=False), question)
    assert not belied(Reply("Dogs are allowed.", denies=False), question)
    assert not belied(Reply("Dogs are not allowed."), question)


@pytest.mark.parametrize(
    ("question", "stated", "taken"),
    [
        ("Did the council agree to the cameras?", "The council agreed to the cameras.", ["agreed"]),
        ("Did the council agree to the cameras?", "It agreed to four cameras on Monday.", ["agreed"]),
        ("Did the council agree to the cameras?", "It turned them down on Monday.", []),
        ("When did the council agree to the cameras?", "The council agreed to the cameras.", []),
    ],
)
def test_what_only_the_question_has(question: str, stated: str, taken: list[str]) -> None:
    assert taken_from(question, stated, {"agre", "monday"}) == taken


SOURCES = ["Management wants cameras at the loading bays.", "Only two people of the works council may view films."]


def test_what_a_reply_has_of_the_question_the_source_must_have_too() -> None:
    claim = "The works council agreed to the cameras at the loading bays."
    assert judge_reply(claim, "What of the cameras?", SOURCES).verdict == "supported"
    closed = "Did the works council agree to the cameras at the loading bays?"
    found = judge_reply(claim, closed, SOURCES)
    assert found.verdict != "supported"
    assert found.why.endswith("only the question has: agreed")
    more = judge_reply(claim.replace("the cameras", "the films and cameras"), closed, SOURCES)
    assert (more.verdict, more.why.endswith("only the question has: agreed")) == ("weak", True)
    assert judge_reply(claim, closed, [*SOURCES, "It agreed."]).verdict == "supported"


@pytest.mark.parametrize("claim", ["Yes, breakfast is included.", "Breakfast is included."])
def test_what_the_source_says_word_for_word_stands(claim: str) -> None:
    assert judge_reply(claim, "Is breakfast included?", ["The price includes breakfast."]).verdict == "supported"


@given(st.sampled_from(["Is ", "Why "]), st.text(max_size=40), st.text(max_size=40))
def test_any_text_at_all(opening: str, rest: str, claim: str) -> None:
    question = opening + rest
    taken = taken_from(question, f"{claim} {rest}", set(terms(rest)))
    assert all(word in f"{claim} {rest}" for word in taken)
    assert not taken or wants_yes_or_no(question)
    assert claim.endswith(parted(claim).stated)
