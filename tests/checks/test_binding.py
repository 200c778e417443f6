"""A name or number is bound to what stands beside it, and a sentence may not take it to something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.binding import unbound, without_told
from rag.support import judge_support

MINUTES = (
    "The harbour office approved 14 permits in March.",
    "Mona Lindqvist signed the lease for the boathouse in 2019.",
    "The rowing club, led by Ove Hansson, paid 800 euros for the boathouse roof.",
)


@pytest.mark.parametrize(
    "claim",
    [
        "In March, 14 permits were approved by the harbour office.",
        "Mona Lindqvist signed the boathouse lease in 2019.",
        "The boathouse roof cost the rowing club 800 euros.",
        "Ove Hansson leads the rowing club.",
        "Fourteen permits were approved in March.",
    ],
)
def test_what_is_said_in_other_words_stays_bound(claim: str) -> None:
    assert unbound(claim, MINUTES) == []


@pytest.mark.parametrize(
    ("claim", "taken"),
    [
        ("The harbour office approved 800 permits in March.", ["800"]),
        ("The harbour office approved 14 permits in 2019.", ["2019"]),
        ("Hansson signed the lease for the boathouse in 2019.", ["Hansson"]),
    ],
)
def test_what_is_taken_from_elsewhere_is_named_and_never_supported(claim: str, taken: list[str]) -> None:
    assert unbound(claim, MINUTES) == taken
    support = judge_support(claim, MINUTES)
    assert support.verdict != "supported", support
    assert "not said of the same thing" in support.why


def test_a_name_that_stands_above_the_passage_may_be_said_of_all_of_it() -> None:
    claim = "The boathouse lease of the Hansson club runs until 2019."
    assert unbound(claim, MINUTES) != []
    assert "Hansson" not in unbound(claim, MINUTES, context="Papers of the Hansson club")


def test_what_the_source_does_not_have_at_all_is_not_for_this_check() -> None:
    assert unbound("The harbour office approved 15 permits for Zanzibar.", MINUTES) == []


ROWS = (
    "Boat: Teal; Kind: Rowing boat; Places: 4; Hour: 12; Half day: 33; Day: 55",
    "Boat: Moorhen; Kind: Canoe; Places: 2; Hour: 8; Half day: 21; Day: 36",
)


@pytest.mark.parametrize(
    "claim",
    [
        "The Teal costs 55 crowns for a day.",
        "For half a day the Teal costs 33 crowns.",
        "The price of an hour in the Moorhen is 8 crowns.",
        "Two people fit into the Moorhen, which costs 36 crowns a day.",
        "A day in the Teal costs 55 crowns, in the Moorhen 36.",
    ],
)
def test_all_of_a_row_stands_together(claim: str) -> None:
    assert unbound(claim, ROWS) == []


@pytest.mark.parametrize(
    ("claim", "taken"),
    [
        ("The Teal costs 33 crowns for a day.", "33"),
        ("In an hour the Teal costs 55 crowns.", "55"),
        ("The Teal costs 36 crowns for a day.", "36"),
        ("The Moorhen has 4 places.", "4"),
    ],
)
def test_a_number_of_another_column_or_row_is_named_and_never_supported(claim: str, taken: str) -> None:
    assert taken in unbound(claim, ROWS)
    assert judge_support(claim, ROWS).verdict != "supported"


def test_a_row_that_begins_with_a_number_or_a_common_word_is_told_from_others_by_it() -> None:
    zones = ("Zone: 2; Adult: 3.40; Child: 1.70", "Zone: 3; Adult: 4.60; Child: 2.30")
    assert unbound("A child pays 1.70 in zone 2.", zones) == []
    assert unbound("An adult pays 3.40 in zone 2 and 4.60 in zone 3.", zones) == []
    assert "2.30" in unbound("A child pays 2.30 in zone 2.", zones)
    tickets = ("Ticket: weekend; Price: 40; Rides: 6", "Ticket: season; Price: 90; Rides: 20")
    assert unbound("The weekend ticket costs 40.", tickets) == []
    assert unbound("The weekend ticket costs 90.", tickets) == ["90"]


def test_of_two_rows_that_have_a_name_the_one_with_more_of_them_counts() -> None:
    parts = ("Part: PN 7; Spare for: PN 8, PN 8 and PN 9; Price: 4", "Part: PN 5; Spare for: PN 7; Price: 6")
    assert unbound("The price of PN 5, spare for PN 7, is 6.", parts) == [], "however often one is named"
    trains = ("Train: IC 445; From: Crewe; Departs: 14:44; Platform: 12", "Train: IC 130; From: Crewe; Departs: 20:10")
    assert unbound("IC 445 departs from Platform 12.", trains) == []
    assert unbound("IC 445 departs at 20:10.", trains) == ["20:10"], "a number may be part of a name"
    months = ("Name: Kim Ost; Month: March; Salary: 4200", "Name: Bo Lind; Month: March; Salary: 3100")
    assert unbound("The salary of Kim Ost in March is 4200.", months) == []
    assert unbound("The salary of Kim Ost in March is 3100.", months) == ["3100"]
    money = ("Item: Rent; Month: EUR 900; Deposit: EUR 200", "Item: Key; Month: EUR 8; Deposit: EUR 20")
    assert unbound("The Rent is EUR 200 a month.", money) == ["200"], "a unit before a number makes no name of it"


@pytest.mark.parametrize(
    ("claim", "evidence", "above", "supported"),
    [
        ("The LavaWash 700 takes 8 kg of cotton.", "It takes 8 kg of cotton.", "LavaWash 700 user manual", True),
        ("The LavaWash 800 takes 8 kg of cotton.", "It takes 8 kg of cotton.", "LavaWash 700 user manual", False),
        ("The LavaWash takes 700 kg of cotton.", "It takes 8 kg of cotton.", "LavaWash 700 user manual", False),
        ("The LavaWash costs 700.", "The LavaWash costs 900.", "LavaWash 700 user manual", False),
        ("The AT9-6 weighs 60 kg.", "It weighs 60 kg.", "Heat pump AT9-6", True),
        ("Under section 4.2 the fee is 30 euros.", "The fee is 30 euros.", "Lease > Section 4.2 Fees", True),
        (
            "On 12 March 2031 the deposit was set at 120 crowns.",
            "The deposit was set at 120 crowns.",
            "Minutes, 2031-03-12",
            True,
        ),
        (
            "On 11 March 2031 the deposit was set at 120 crowns.",
            "The deposit was set at 120 crowns.",
            "Minutes, 2031-03-12",
            False,
        ),
        ("The deposit was set at 12 crowns.", "The deposit was set at 120 crowns.", "Minutes, 12 March 2031", False),
    ],
)
def test_a_number_of_a_name_or_date_may_stand_above_the_passage(
    claim: str, evidence: str, above: str, supported: bool
) -> None:
    assert (judge_support(claim, [evidence], above).verdict == "supported") is supported


@given(st.lists(st.sampled_from(" ".join(MINUTES).split()), min_size=1, max_size=30).map(" ".join))
def test_a_sentence_of_the_source_is_bound_to_itself(text: str) -> None:
    assert unbound(text, [text]) == []


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_total_on_any_text(claim: str, evidence: list[str]) -> None:
    unbound(claim, evidence)
    assert without_told(claim, "") == claim
    assert len(without_told(claim, claim)) <= len(claim)


TICKETS = [
    "Ticket: T-41; Customer: Bramhall Bakery; State: closed; Part: timer",
    "Ticket: T-43; Customer: Hotel Astoria; State: closed; Part: display",
    "Ticket: T-44; Customer: Bramhall Bakery; State: waiting; Part: gear",
]


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("The tickets from Bramhall Bakery are T-41 and T-44.", []),
        ("The tickets from Bramhall Bakery are T-44, T-41, and T-43.", ["43"]),
        ("T-41 and T-43 are closed.", []),
        ("T-41, T-43 and T-44 are closed.", ["44"]),
        ("T-41 is from Bramhall Bakery, T-43 from Hotel Astoria.", []),
        ("T-43 is from Hotel Astoria.", []),
    ],
)
def test_each_of_a_list_of_rows_has_what_is_said_of_all(claim: str, wrong: list[str]) -> None:
    assert unbound(claim, TICKETS) == wrong


ROOMS = ["Room: Alder; Half day: 120; Step-free: yes", "Room: Birch; Half day: 75; Step-free: yes"]


def test_one_row_in_two_tables_is_no_list() -> None:
    assert unbound("The Alder is step-free.", [ROOMS[0], "Room: Alder; Half day: 110; Step-free: no"]) == []
