"""The most is not the least, though every word and number of a sentence stands in its source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.bounds import other_bounds, other_signs
from rag.support import judge_support


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Drivers rest for up to 11 hours between shifts.", "Drivers rest for at least 11 hours between shifts."),
        ("Drivers rest no more than 11 hours.", "Drivers rest no less than eleven hours."),
        ("Notice is given within 30 days.", "Notice is given after 30 days."),
        ("The pass is valid from 1 May.", "The pass is valid until 1 May."),
        ("The deposit exceeds $500.", "The deposit must not exceed $500."),
        ("Bags weigh more than 20 kg.", "Bags weigh less than 20 kg."),
        ("Children from the age of six travel free.", "Children up to the age of six travel free."),
        ("The fair opens before 9 May.", "The fair opens after 9 May."),
        ("Plans must be sent by 3 June.", "Plans must be sent after 3 June."),
        ("Anglers over 60 pay half.", "Anglers under 60 pay half."),
        ("Anglers of 60 or older pay half.", "Anglers of 60 or younger pay half."),
        ("Do not burn more than 4 logs.", "Burn at least 4 logs."),
        ("The hut is open after 6 pm.", "The hut is open from 8 am to 6 pm."),
        ("Anglers over 12 pay 4 euros.", "Anglers from 5 to 12 pay 4 euros."),
        ("The lift carries over 8 people.", "The lift carries 6-8 people."),
        ("You may cancel within 24 hours before the trip.", "You may cancel up to 24 hours before the trip."),
        ("Kinder unter 6 Jahren reisen kostenlos.", "Kinder ab 6 Jahren reisen kostenlos."),
        ("Il faut au moins 9 voix pour gagner.", "Il faut au plus 9 voix pour gagner."),
    ],
)
def test_the_other_bound_is_told_and_never_supported(claim: str, source: str) -> None:
    assert other_bounds(claim, [source])
    assert other_bounds(source, [claim])
    support = judge_support(claim, [source])
    assert support.verdict == "unsupported", support
    assert "bounded the other way" in support.why


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("You may carry up to two bags on board.", "You may carry no more than two bags on board."),
        ("The hall must be left by 11 pm.", "The hall must be left no later than 11 pm."),
        ("Notice is given within 30 days.", "Notice is given within 30 days; after 30 days it is void."),
        ("You may burn up to 4 logs.", "You may not burn more than 4 logs."),
        ("Do not lend it to anglers under 16.", "Do not lend it to anglers younger than 16."),
        ("The hut is open until 6 pm.", "The hut is open from 8 am to 6 pm."),
        ("The lift carries up to 8 people.", "The lift carries 6-8 people."),
        (
            "A place in the hut may be cancelled at least 24 hours before the trip.",
            "A place in the hut may be cancelled up to 24 hours before the trip.",
        ),
        ("The hut is booked from 30 days in advance.", "The hut is booked no later than 30 days in advance."),
        ("Prices rose by 3 percent.", "Prices rose by 3 percent, after all."),
        ("Up to 20 kg are free.", "Bags of 20 kg are free, from 20 kg on they cost 5 euros."),
        ("The pass is valid from 1 May to 4 June.", "The pass is valid from 1 May until 4 June."),
    ],
)
def test_the_same_bound_in_other_words_and_one_that_stands_there_too_is_none(claim: str, source: str) -> None:
    assert other_bounds(claim, [source]) == []
    assert judge_support(claim, [source]).verdict == "supported"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_will_do(text: str, passages: list[str]) -> None:
    assert other_bounds(text, [*passages, text]) == other_signs(text, [*passages, text]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Store the vaccine at 18 °C.", "Store the vaccine at −18 °C."),
        ("Store the vaccine at minus 5 °C.", "Store the vaccine at 5 °C."),
        ("The lock freezes at 12 degrees.", "The lock freezes at 12 degrees Celsius below zero."),
        ("The balance is €40.", "| balance | €-40 | or -€40 |"),
        ("The fund returned 3.5 % last year.", "The fund returned -3.5 % last year."),
    ],
)
def test_a_number_below_zero_is_none_above_it(claim: str, source: str) -> None:
    assert other_signs(claim, [source])
    assert other_signs(source, [claim])
    assert judge_support(claim, [source]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Store the vaccine at minus 18 °C.", "Store the vaccine at -18 °C."),
        ("It is minus twelve degrees.", "It is 12 °C below zero."),
        ("Open from 9 to 17.", "Open: 9 -17"),
        ("Take form B-18 or 12-15 stamps.", "Take form B-18, and 12 - 15 stamps."),
        ("Add 2 eggs.", "- 2 eggs"),
        ("At 5 °C or -5 °C.", "It works at -5 °C and at 5 °C."),
    ],
)
def test_the_same_sign_in_other_words_and_a_hyphen_or_list_are_none(claim: str, source: str) -> None:
    assert other_signs(claim, [source]) == []
