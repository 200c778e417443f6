"""A passage disagrees where something else stands in the same place of what was said or asked, and only there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.conflicts import false_premises, other_number

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
        ("How much is the deposit?", "The deposit is €500.", "The deposit is 750 euros.", ("500", "750")),
        (
            "When was the hall built?",
            "The hall at the quay was built in 1987.",
            "They built the hall at the quay in 1989.",
            ("1987", "1989"),
        ),
    ],
)
def test_another_number_in_the_same_place_is_a_conflict(
    question: str, cited: str, other: str, numbers: tuple[str, str]
) -> None:
    assert other_number(question, cited, other) == numbers
    assert other_number(question, other, cited) == numbers[::-1]


@pytest.mark.parametrize(
    ("question", "cited", "other"),
    [
        (
            "How much notice must be given?",
            "The tenant must give three months notice in writing.",
            "The landlord must give six months notice in writing.",
        ),
        (
            "What does the raft cost?",
            "The same hire in January costs 19.50 crowns.",
            "A raft that is lost costs 9 crowns for every oar.",
        ),
        (
            "What did the raft cost in January?",
            "The raft cost 19 crowns in January.",
            "The raft cost 19 crowns in 2029.",
        ),
        (
            "Which section governs liability?",
            "Section 5 of the agreement governs liability.",
            "Section 7 of the agreement governs liability.",
        ),
        (
            "Who approves expenses?",
            "3. The head of finance approves travel expenses.",
            "4.1 The head of finance approves travel expenses.",
        ),
        (
            "How many days do employees get?",
            "Employees get 21 days of leave per year.",
            "Employees get twenty-one days of leave per year.",
        ),
        (
            "When does the office open?",
            "The office opens at 9 am on weekdays.",
            "The office opens at 9:00 on weekdays.",
        ),
        (
            "What were sales in the north?",
            "In 2020 sales in the north were 5 million euros.",
            "In 2021 sales in the north were 6 million euros.",
        ),
    ],
)
def test_the_other_side_a_label_and_the_same_number_are_no_conflict(question: str, cited: str, other: str) -> None:
    assert other_number(question, cited, other) is None
    assert other_number(question, other, cited) is None


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


MOVE = "When is the office closed for the move to the mill?"
FIRST = "The office will be closed for the move to the mill from Monday 21 July to Friday 25 July."
LATER = "The office will now be closed from Monday 4 August to Friday 8 August."


@pytest.mark.parametrize("together", [False, True])
def test_a_passage_that_changes_what_is_cited_disagrees_and_the_changed_one_does_not(together: bool) -> None:
    """It has both numbers, so neither has one that the other lacks."""
    fixed = "The date of the regatta is fixed for 20 July."
    moved = "Because the river cannot be closed on 20 July, the regatta is moved to Sunday 28 July."
    asked = "When is the regatta?"
    assert other_number(asked, fixed, moved, together=together) == ("20", "28")
    assert other_number(asked, moved, fixed, together=together) is None
    assert other_number(asked, "The regatta is on 28 July.", moved, together=together) is None
    assert other_number(asked, "The picnic is on 20 July.", moved, together=together) is None


def test_another_month_is_a_conflict_where_the_passage_around_it_speaks_of_the_same() -> None:
    assert other_number(MOVE, FIRST, LATER) is None
    assert other_number(MOVE, FIRST, LATER, "Our move to the mill is put back.") == ("July", "August")


def test_the_same_months_are_none() -> None:
    assert (
        other_number(MOVE, FIRST, LATER.replace("4 August", "21 July").replace("8 August", "25 July"), "the mill, move")
        is None
    )
    assert other_number(MOVE, f"{FIRST} AUGUST", LATER, "Our move to the mill is put back.") is None


def test_a_number_is_no_other_for_being_of_millions() -> None:
    cited = "The stock at the mill is covered up to 1.9 million crowns, from 2 May."
    other = cited.replace("2 May", "3 May")
    assert other_number("Up to what is the stock covered?", cited, other) == ("2", "3")
    assert other_number("Up to what is the stock covered?", cited, other.replace("1.9", "2.4")) == ("1.9", "2.4")


def test_may_is_no_month() -> None:
    assert false_premises("Members April park in the yard.", ["Members 2020 park in the yard."]) == [("April", "2020")]
    assert false_premises("Members may park in the yard.", ["Members 2020 park in the yard."]) == []


PAID = "The invoice for the pump was paid on 4 May 2024."


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("2024-05-04", None),
        ("04.05.2024", None),
        ("May 4th", None),
        ("2024-05-05", ("4", "5")),
        ("05.05.2024", ("4", "5")),
        ("2024-08-04", ("May", "August")),
        ("Aug. 4, 2024", ("May", "August")),
    ],
)
def test_one_date_in_two_forms_is_no_conflict_and_two_are_one(written: str, numbers: tuple[str, str] | None) -> None:
    other = PAID.replace("4 May 2024", written)
    assert other_number("When was the invoice for the pump paid?", PAID, other) == numbers
    assert other_number("When was the invoice for the pump paid?", other, PAID) == (numbers and numbers[::-1])
    asked = f"Was the invoice for the pump paid on {written}?"
    assert false_premises(asked, [PAID]) == ([numbers[::-1]] if numbers else [])


STEP = "From the end of probation there are four weeks of sick pay."
ROW = "Item: AL-25; Description: pump; Price: 214"


@pytest.mark.parametrize(
    ("question", "cited", "other", "numbers"),
    [
        ("How long is sick pay?", STEP, STEP.replace("four", "ten"), ("four", "ten")),
        ("How long is sick pay?", STEP, STEP.replace("four", "ten").replace("probation", "two years"), None),
        ("What does the pump cost?", ROW, ROW.replace("25", "40").replace("214", "189"), None),
    ],
)
def test_in_one_document_only_what_is_the_same_but_for_one_number_is_a_conflict(
    question: str, cited: str, other: str, numbers: tuple[str, str] | None
) -> None:
    assert other_number(question, cited, other, together=True) == numbers


@pytest.mark.parametrize(
    ("question", "around", "together", "disagrees"),
    [
        ("How much notice ends a membership in 2031?", "rules-2029.md Rules", False, False),
        ("How much notice ends a membership in 2031?", "rules-2029.md Rules. Until 2031 they hold.", False, True),
        ("How much notice ends a membership of a club?", "rules-2029.md Club rules", False, True),
        (ASKED, "rules-2029.md Rules", False, True),
        ("How much notice ends a membership in 2031?", "rules-2031.md Club rules > Boats", True, True),
        ("How much notice ends a membership by the rules on hiring?", "rules-2031.md Club rules > Boats", True, False),
    ],
)
def test_what_the_question_names_of_where_the_cited_stands_the_other_must_have(
    question: str, around: str, together: bool, disagrees: bool
) -> None:
    above = "rules-2031.md Club rules > Hire"
    differs = other_number(question, NOTICE, NOTICE.replace("60", "30"), around, above=above, together=together)
    assert differs == (("60", "30") if disagrees else None)


def test_a_passage_off_the_question_is_none() -> None:
    assert other_number("Who keeps the keys?", NOTICE, NOTICE.replace("60", "30")) is None


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
def test_total_and_mutual_silence_on_the_same_text(question: str, cited: str, other: str) -> None:
    other_number(question, cited, other)
    assert other_number(question, cited, cited) is None


LAW = "The third law of motion, which Newton wrote down in 1687, says that forces come in pairs."
MOST = "Wear is the most frequent cause of a broken line."


@pytest.mark.parametrize(
    ("question", "passages", "premises"),
    [
        ("What does the fifth law of motion say?", [MOST, LAW], [("fifth", "third")]),
        ("What says a law of 1678 on forces?", [MOST, "A law of 1687 on forces is in use."], [("1678", "1687")]),
        ("What is the least frequent cause of a broken line?", [LAW, MOST], [("least", "most")]),
        ("Who allows smoking in the hut?", ["The club forbids smoking in the hut."], [("allows", "forbids")]),
        ("Who may park inside the gate?", ["Guests park outside the gate."], [("inside", "outside")]),
    ],
)
def test_what_a_question_takes_for_granted_is_named(
    question: str, passages: list[str], premises: list[tuple[str, str]]
) -> None:
    assert false_premises(question, passages) == premises


@pytest.mark.parametrize(
    "question",
    [
        "What does the third law of motion say?",
        "What does the 3rd law of motion say?",
        "What is the most frequent cause of a broken line?",
        "What is the least that a new line costs?",
        "Which 12 lines were broken?",
        "How many of the 5 men of the law of gravity say so?",
        "Who was Newton?",
        "Who forbids smoking in the hut?",
        "",
    ],
)
def test_nothing_is_named_that_a_passage_has_or_none_has_otherwise(question: str) -> None:
    assert false_premises(question, [MOST, LAW, "Nobody is allowed smoking in the hut."]) == []
    assert false_premises(question, []) == []


def test_a_word_that_one_passage_has_is_no_false_premise() -> None:
    assert false_premises("What is the least frequent cause of a broken line?", [MOST, "Age is the least."]) == []


@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=3))
def test_a_question_in_the_words_of_a_passage_has_no_false_premise(question: str, passages: list[str]) -> None:
    false_premises(question, passages)
    assert false_premises(question, [*passages, question]) == []
