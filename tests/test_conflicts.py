"""Two passages disagree where another number stands in the same place of what was asked, and only there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conflicts import other_number

NOTICE = "Either side may end a membership with 60 days' notice."
ASKED = "How much notice ends a membership?"


@pytest.mark.parametrize(
    ("question", "cited", "other", "numbers"),
    [
        (ASKED, NOTICE, "Either side may end a membership with 30 days’ notice.", ("60", "30")),
        (
            "What is the deposit?",
            "The booking holds once a deposit of 80 crowns has been paid.",
            "The booking holds once a deposit of 1,200.50 crowns has been paid.",
            ("80", "1,200.50"),
        ),
        (
            "How many late returns are there before bookings are refused?",
            "After three late returns in one season the committee may refuse further bookings.",
            "After 2 late returns in one season the committee may refuse further bookings.",
            ("three", "2"),
        ),
    ],
)
def test_another_number_in_the_same_place_is_a_conflict(
    question: str, cited: str, other: str, numbers: tuple[str, str]
) -> None:
    assert other_number(question, cited, other) == numbers
    assert other_number(question, other, cited) == numbers[::-1]


@pytest.mark.parametrize(
    "other",
    [
        "Either side may end a membership with sixty days' notice.",
        "Either side may end a hire with 30 days' notice.",
        "Notice that ends a membership is sent to 30 Quay Street.",
        "A membership costs 30 crowns, and notice is free.",
        "Either side may end a membership with 30 crowns' notice.",
        "Notice of a membership: 60 days before, 30 days now.",
        "Notice must be given in writing.",
        "",
    ],
)
def test_the_same_number_or_another_subject_is_none(other: str) -> None:
    assert other_number(ASKED, NOTICE, other) is None


def test_a_passage_off_the_question_is_none() -> None:
    assert other_number("Who keeps the keys?", NOTICE, NOTICE.replace("60", "30")) is None


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
def test_total_and_mutual_silence_on_the_same_text(question: str, cited: str, other: str) -> None:
    other_number(question, cited, other)
    assert other_number(question, cited, cited) is None
