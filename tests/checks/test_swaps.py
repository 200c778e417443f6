"""Two numbers, or two names, that stand in each other's place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.swaps import swapped
from rag.support import judge_support

FARES = "Adults pay 20 euros and children 10 euros. The ferry to Oslo leaves at 9:15, the ferry to Kiel at 18:40."
PEOPLE = "The plan of Abara went to the mayor in spring, and in autumn it was rejected by Lindqvist."


@pytest.mark.parametrize(
    ("claim", "source", "found"),
    [
        ("Adults pay 10 euros, children 20.", FARES, ["10", "20"]),
        ("The ferry to Oslo leaves at 18:40 and that to Kiel at 9:15.", FARES, ["18:40", "9:15"]),
        (
            "It is 10 euros for adults and 20 for children.",
            "It costs 20 euros for adults and 10 for children.",
            ["10", "20"],
        ),
        ("The plan of Lindqvist went to the mayor, and was rejected by Abara.", PEOPLE, ["Lindqvist", "Abara"]),
        ("It is open from 17 to 9 hours.", "It is open from 9 to 17 hours.", ["17", "9"]),
    ],
)
def test_what_has_changed_places_is_named_and_never_supported(claim: str, source: str, found: list[str]) -> None:
    assert swapped(claim, [source]) == found
    support = judge_support(claim, [source])
    assert support.verdict != "supported"
    assert f"the other way round in the source: {', '.join(found)}" in support.why


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Children pay 10 euros, adults 20.", FARES),
        ("It is 20 euros for adults and 10 for children.", FARES),
        ("To Kiel the ferry leaves at 18:40, to Oslo at 9:15.", FARES),
        ("The 18:40 ferry goes to Kiel, the 9:15 one to Oslo.", FARES),
        ("Adults and children pay 20 and 10 euros.", FARES),
        ("In autumn Lindqvist rejected the plan of Abara, which went to the mayor in spring.", PEOPLE),
    ],
)
def test_what_is_told_in_another_order_is_not(claim: str, source: str) -> None:
    assert swapped(claim, [source]) == []


def test_names_that_are_neighbours_may_be_one_or_a_list() -> None:
    assert swapped("The plan of Lindqvist Mona was made in May.", ["The plan of Mona Lindqvist was made in May."]) == []
    assert swapped("The line to Sweden and Norway opens in May.", ["The line to Norway and Sweden opens in May."]) == []


def test_rows_of_tables_are_left_to_their_columns() -> None:
    assert swapped("The half day is 55 and the day 33.", ["Boat: Teal; Half day: 33; Day: 55"]) == []


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_total_on_any_text(claim: str, evidence: list[str]) -> None:
    assert all(word in claim for word in swapped(claim, evidence))
    assert swapped(claim, [claim]) == []
