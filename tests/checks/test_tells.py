"""A row of a table tells what a question asks for where it has all that the question says, and one thing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answerability import decide
from rag.checks.tells import tells
from rag.store import SqliteStore
from tests.checks.test_extremes import BOATS, boats
from tests.test_answerability import case
from tests.test_pipeline import check_invariants, store

__all__ = ["store"]

CROWN = "Treatment: Gold crown; Tooth: LL5; Cost: £319.10; Done by: Ines Okoro"
BATTERY = "Battery; Trail 7: 625 watts; Cargo L: 500 watts, second battery possible"
SHED = "Name: Shed; Days: 4; Keys: 2; Owner: the club"


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What does the gold crown cost?", CROWN),
        ("How much is a gold crown?", CROWN),
        ("Who has done the gold crown?", CROWN),
        ("Which treatment was done by Ines Okoro?", CROWN),
        ("How many keys are there for the shed?", SHED),
        ("Who is the owner of the shed?", SHED),
    ],
)
def test_it_has_all_and_one_thing_more(question: str, row: str) -> None:
    assert tells(question, row)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What does the gold crown cost for a child?", CROWN),
        ("How long does the gold crown last?", CROWN),
        ("What does the crown cost?", CROWN),
        ("Was the gold crown done by Ines Okoro?", "Treatment: Gold crown; Done by: Ines Okoro"),
        ("What does the shed cost?", SHED),
        ("What do I pay for the second battery of the Cargo L?", BATTERY),
        ("Who is the owner of the boathouse?", SHED),
        ("Who is the owner of the shed?", "The owner of the shed is the club."),
        ("Who is the owner of the shed?", "Name: Shed; Owner: "),
        ("", SHED),
    ],
)
def test_elsewhere_it_does_not(question: str, row: str) -> None:
    assert not tells(question, row)


def test_what_stands_above_a_row_is_said_of_it() -> None:
    assert not tells("How many keys has the shed at the quay?", SHED)
    assert tells("How many keys has the shed at the quay?", SHED, "Sheds at the quay")


def test_an_answer_is_likelier_where_a_row_tells(store: SqliteStore) -> None:
    subject = boats(store, BOATS[1], log_odds=-1.0)
    told, other = (subject.ask(question) for question in ("What is the weight of the Teal?", "Who built the Teal?"))
    assert told.answerable / (1 - told.answerable) == pytest.approx(9 * other.answerable / (1 - other.answerable))
    assert (told.status, other.status) == ("answered", "refused")
    check_invariants(told, store)


def test_a_row_that_tells_is_quoted_whatever_the_model_looks_at(store: SqliteStore) -> None:
    answer = boats(store, "Yachts sail.").ask("What is the weight of the Coot?")
    assert [citation.quote for citation in answer.citations] == [BOATS[3]]
    check_invariants(answer, store)


def test_times_are_times_the_odds() -> None:
    found = case("The deposit is 400 euros.", 1.0)
    once, twice = (
        decide("How much is the deposit?", *found, None, None, "", times).probability for times in (1.0, 2.0)
    )
    assert twice / (1 - twice) == pytest.approx(2 * once / (1 - once))


@given(st.text(), st.text())
def test_any_text_will_do(question: str, row: str) -> None:
    tells(question, row, question)
