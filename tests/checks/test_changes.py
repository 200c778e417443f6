"""What a sentence says has changed is read with what it was and what it is; what merely has two numbers is not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.checks.changes import changes
from rag.numerals import normal_number


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("The regatta of 20 July is moved to Sunday 28 July.", [("20", "28")]),
        ("On 3 May the committee moved the regatta from 20 July to 28 July.", [("20", "28")]),
        ("The fair is put back from 20 July to 3 August.", [("20", "3")]),
        ("Notice is extended from 30 to 60 days with effect from 1 January 2031.", [("30", "60")]),
        ("The fee of 30 pounds is replaced by a fee of 45 pounds.", [("30", "45")]),
        ("Thirty days are replaced by sixty days.", [("Thirty", "sixty")]),
        ("The fee is now 45 pounds instead of 30 pounds.", [("30", "45")]),
        ("Breakfast is at 8:00, no longer at 7:30.", [("7:30", "8:00")]),
        ("The limit used to be 50 kg, now it is 40 kg.", [("50", "40")]),
        ("Instead of 30 days it is 60 days.", [("30", "60")]),
        ("The council cut the fee from 45 to 30 pounds.", [("45", "30")]),
        ("Fees rise from 30 to 45 pounds.", [("30", "45")]),
        ("An increase from 30 to 45 pounds was agreed.", [("30", "45")]),
        ("The fee was cut last year from 45 to 30 pounds.", [("45", "30")]),
        ("The committee moved the open day from 20 July to 28 July.", [("20", "28")]),
    ],
)
def test_both_numbers_of_a_change_are_named(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(changes(text)) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "The office is open from 9 to 17.",
        "The rent was raised by 5 percent to 900 euros.",
        "He moved to London in 1956 with 3 children.",
        "The family moved to Bern, where 2 of the 3 sons died.",
        "The camp is extended to 14 days.",
        "The fee of 30 pounds is due within 14 days.",
        "Opening hours have been extended: we are open from 9 to 18 on Thursdays.",
        "Hours were extended and are now from 9 to 18.",
        "Changing rooms are open from 9:00 to 18:00.",
        "Changing rooms: from 9:00 to 18:00.",
        "Changing rooms from 9:00 to 18:00.",
        "The lift from 9:00 to 18:00, on foot else.",
        "Extended hours from 9 to 18.",
    ],
)
def test_two_numbers_alone_are_no_change(text: str) -> None:
    assert changes(text) == ()


WORDS = "The fee is moved raised replaced by from to now not instead of 20 28 20.0 July days , .".split()


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
@example("The fee is moved from 20 to 20.0 days now not 28")
def test_a_number_takes_the_place_of_another_that_stands_there_too(text: str) -> None:
    pairs = changes(text)
    assert {number for pair in pairs for number in pair} <= set(text.split())
    assert all(normal_number(before) != normal_number(since) for before, since in pairs)
