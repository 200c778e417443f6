"""One number or amount in two spellings, or two units, is neither a conflict nor a false premise."""

from __future__ import annotations

import pytest

from rag.checks.conflicts import false_premises, other_number

OPENS = "The office opens at {} on weekdays."
COST = "The new hall at the quay cost {} in all."


@pytest.mark.parametrize(
    ("sentence", "one", "other"),
    [
        (OPENS, "9", "9:00"),
        (OPENS, "9.30", "9:30"),
        (OPENS, "9 a.m.", "9"),
        (OPENS, "9.00", "9 am"),
        (OPENS, "2 pm", "14.00"),
        (COST, "1.200 euros", "1,200 euros"),
        (COST, "€1.2 million", "€1,200,000"),
        (COST, "$5m", "5 million dollars"),
    ],
)
def test_one_number_in_two_spellings_is_neither_conflict_nor_premise(sentence: str, one: str, other: str) -> None:
    for here, there in ((one, other), (other, one)):
        asked = "What did the new hall cost?" if sentence == COST else "When does the office open?"
        assert other_number(asked, sentence.format(here), sentence.format(there)) is None
        assert false_premises(f"Is it so? {sentence.format(here)}", [sentence.format(there)]) == []


@pytest.mark.parametrize(
    ("sentence", "one", "other", "numbers"),
    [
        (OPENS, "9", "10:00", ("9", "10:00")),
        (OPENS, "9 am", "9 pm", ("9 am", "9 pm")),
        (COST, "1.200 euros", "1,300 euros", ("1.200", "1,300")),
        (COST, "$5 million", "$5 billion", ("5 million", "5 billion")),
        (COST, "€1.2 million", "€1,300,000", ("1.2", "1,300,000")),
    ],
)
def test_two_numbers_in_whatever_spelling_are_a_conflict(
    sentence: str, one: str, other: str, numbers: tuple[str, str]
) -> None:
    asked = "What did the new hall cost?" if sentence == COST else "When does the office open?"
    assert other_number(asked, sentence.format(one), sentence.format(other)) == numbers
    assert other_number(asked, sentence.format(other), sentence.format(one)) == numbers[::-1]


TRIAL = "The trial period is 14 days long."


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Is the trial period 2 weeks long?", TRIAL),
        ("Is the trial period one fortnight or two weeks long?", TRIAL),
        ("Is the guarantee of the pump 1 year long?", "The guarantee of the pump is 12 months long."),
        ("Does the trial period last 1 week?", "The trial period lasts 7 days."),
        ("How many weeks of notice must I give?", "I must give 14 days of notice."),
        ("How many full weeks long is the trial period?", TRIAL),
    ],
)
def test_units_that_come_to_the_same_are_no_premise(question: str, passage: str) -> None:
    assert false_premises(question, [passage]) == []


def test_units_that_do_not_are() -> None:
    assert false_premises("Is the trial period 14 weeks long?", [TRIAL]) == [("weeks", "days")]
