"""The row that a number falls into is found where the ranges of one column are apart, and only there."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.brackets import Range, parsed, within
from rag.store import SqliteStore
from rag.testing import FakeGenerator
from tests.test_draft import put
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]

LIMITS = [
    "Who may sign?",
    "Value (EUR): up to 500; Goods: Team lead; Advice: Head of department",
    "Value (EUR): 501 to 5,000; Goods: Head of department; Advice: Director",
    "Value (EUR): 5,001 to 100,000; Goods: Director; Advice: Both directors",
    "Value (EUR): above 100,000; Goods: Both directors; Advice: The board",
]
AGES = [
    "Age: under 4; Ticket: free",
    "Age: 4–15 years; Ticket: £6",
    "Age: 16 to 64; Ticket: £11",
    "Age: 65+; Ticket: £8",
]
HOURS = ["Day: Monday; Open: 9 to 17", "Day: Tuesday; Open: 9 to 19"]
BUILT = ["Built: before 1990; Grant: 5", "Built: 1990 to 2000; Grant: 3", "Built: from 2001; Grant: 0"]
CAPS = ["City: Leeds; Night: up to 130 EUR", "City: London; Night: up to 180 EUR", "City: Fulda; Night: up to 90 EUR"]


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Who signs for advice worth 60,000 euros?", 3),
        ("Who has to sign an order of €500?", 1),
        ("Who has to sign an order of 501 euros?", 2),
        ("Who signs for 100,000.01 EUR?", 4),
        ("Who signs for two million euros?", 4),
    ],
)
def test_the_row_whose_range_holds_the_number(question: str, row: int) -> None:
    assert within(question, LIMITS, 2) == [row]


@pytest.mark.parametrize(
    ("question", "row"), [("What is a ticket for age 3?", 0), ("a ticket for a 4-year-old", 1), ("Age 65 ticket?", 3)]
)
def test_years_of_age(question: str, row: int) -> None:
    assert within(question, AGES, 0) == [row]


def test_a_year_is_in_a_range_of_years_alone() -> None:
    assert within("What grant is there for a house built in 1995?", BUILT, 0) == [1]
    assert within("What does each age pay for a ticket in 2026?", AGES, 0) == []


def test_a_column_for_each_row_takes_no_longer_than_as_many_cells() -> None:
    began_s = time.perf_counter()
    assert within("Which has 7?", [f"A: x; B{at}: {at} to {at}" for at in range(3_000)], 0) == []
    assert time.perf_counter() - began_s < 10, "in proportion to the cells; by the square it is minutes"


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("Who signs for 60,000 kilometres?", LIMITS),
        ("Who signs for 60 euros or for 6,000 euros?", LIMITS),
        ("Who signs?", LIMITS),
        ("Who signs for -?", LIMITS),
        ("Is it open at 18?", HOURS),
        ("Is a night for 150 EUR paid?", CAPS),
        ("What is a ticket at 20 euros?", AGES),
        ("I have 3 children, what is a ticket for me?", AGES),
        ("Who signs for 300 euros?", LIMITS[:2]),
        ("Who signs for 300 euros?", ["Anyone signs.", "Nobody else does."]),
    ],
)
def test_elsewhere_none(question: str, lines: list[str]) -> None:
    assert within(question, lines, 1) == []


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("501 to 5,000", Range(501, 5000)),
        ("£5–£10", Range(5, 10)),
        ("from 3 to 5 years", Range(3, 5)),
        ("at most 16", Range(-math.inf, 16)),
        ("65 and over", Range(65, math.inf)),
        ("10 to 5", None),
        ("12", None),
        ("on request", None),
        ("", None),
    ],
)
def test_a_cell_is_read_as_a_range(cell: str, found: Range | None) -> None:
    assert parsed(cell) == found


@pytest.mark.parametrize(("cell", "inside", "outside"), [("under 16", 15.9, 16), ("over 16", 16.1, 16)])
def test_under_and_over_leave_the_number_itself_out(cell: str, inside: float, outside: float) -> None:
    found = parsed(cell)
    assert found is not None
    assert found.low <= inside <= found.high
    assert not found.low <= outside <= found.high


@given(st.text(max_size=40), st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_at_all(question: str, lines: list[str]) -> None:
    parsed(question)
    assert set(within(question, lines, 0)) <= set(range(len(lines)))


def test_its_row_is_quoted_and_makes_an_answer_likelier(store: SqliteStore) -> None:
    put(store, "limits.csv", "\n".join(LIMITS))
    subject = judged(store, -0.5, FakeGenerator("The board has to sign for advice."), refuse_below=0.5)
    answer = subject.ask("Who has to sign for advice of 60,000 euros?")
    assert [one.quote for one in answer.citations] == [LIMITS[3]]
    assert subject.ask("Who has to sign for advice?").status == "refused"
    check_invariants(answer, store)
