"""Rows of tables: their cells, and whether a sentence names the column that its number stands in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.table_rows import Cell, cells, names, of_another_column
from rag.formats.rows import name_row
from rag.support import judge_reply
from rag.words import terms

TEAL = "Boat: Teal; Kind: Rowing boat; Places: 4; Hour: 12; Half day: 33; Day: 55"


def test_a_row_is_its_cells_with_the_names_of_their_columns() -> None:
    found = cells("Boat: Teal; Kind: Rowing boat; Day: 55")
    assert found == (Cell(("boat",), ("teal",)), Cell(("kind",), ("row", "boat")), Cell(("day",), ("55",)))


def test_a_first_cell_may_have_no_name_and_a_value_may_hold_what_parts_cells() -> None:
    found = cells("Teal; Open: Mon; Tue: 9; and later; Day: 55")
    assert [cell.name for cell in found] == [(), ("open",), ("tue",), ("day",)]
    assert found[2].value == ("9", "later")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The boat is hired by the day: 55 crowns.",
        "He rows; she sails; they swim.",
        f"{'A name that goes on and on ' * 4}: 4; Day: 55",
    ],
)
def test_prose_and_a_single_label_are_no_row(text: str) -> None:
    assert cells(text) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (TEAL, ["Boat: ", "Kind: ", "Places: ", "Hour: ", "Half day: ", "Day: "]),
        ("Teal; Item no.: 4; Max. load (kg): 9", ["", "Item no.: ", "Max. load (kg): "]),
        ("boat: Teal; day: 55", ["boat: ", "day: "]),
        ("Code: F4; Was tun?: 20", ["Code: ", "Was tun?: "]),
        ("Boat: Teal; small; Open: Mon; see also: 4; Day: 55", ["Boat: ", "Open: ", "Day: "]),
        ("Boat: Teal; see also: Otter", []),
        ("Teal; Day: 55", []),
        ("It is hot! Boat: Teal; Day: 55", []),
        ("The Teal (Latin: Anas; French: Sarcelle) is a duck.", []),
        ("", []),
    ],
)
def test_names_of_columns_begin_a_line_and_its_cells(line: str, expected: list[str]) -> None:
    found = names(f"- {line} -", 2, 2 + len(line))
    assert [f"- {line} -"[slice(*name)] for name in found] == expected


@pytest.mark.parametrize(
    ("claim", "number", "other"),
    [
        ("The Teal costs 55 for a day.", "55", False),
        ("The Teal costs 33 for half a day.", "33", False),
        ("The Teal costs 33 for a day.", "33", True),
        ("In an hour the Teal costs 55.", "55", True),
        ("The Teal, a boat for 4, costs 55 a day.", "4", False),
        ("The boat Teal is hired for 55.", "55", False),
    ],
)
def test_a_number_belongs_to_the_column_that_is_named(claim: str, number: str, other: bool) -> None:
    row = cells(TEAL)
    at = next(at for at, cell in enumerate(row) if number in cell.value)
    assert of_another_column(at, row, terms(claim)) is other


@given(st.lists(st.tuples(st.sampled_from(["Boat", "Half day", "Day"]), st.text(max_size=20)), max_size=5))
def test_total_and_a_row_gives_its_own_cells(pairs: list[tuple[str, str]]) -> None:
    text = name_row([name for name, _ in pairs], [" ".join(value.split()) for _, value in pairs])
    row = cells(text)
    stated = terms(text)
    assert not any(of_another_column(at, row, stated) for at in range(len(row)) if row[at].value)


ROW = "Item: Mulcher; Half day: £14; Full day: £20; Weekend: £29; Deposit: £50"


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The cost of hiring a mulcher for the weekend is £29.", True),
        ("It costs £29 to hire a mulcher for the weekend, with a deposit of £50.", True),
        ("The cost of hiring a mulcher for the weekend is £20.", False),
        ("The cost of hiring a mulcher for the weekend is £31.", False),
        ("The cost of hiring a roller for the weekend is £29.", False),
        ("The cost of hiring a mulcher from Oddy for the weekend is £29.", False),
    ],
)
def test_a_row_need_not_say_what_was_asked_in_words(claim: str, supported: bool) -> None:
    question = "What does it cost to hire a mulcher from Oddy for the weekend?"
    judged = judge_reply(claim, question, [ROW])
    assert (judged.verdict == "supported") == supported
    assert judge_reply(claim, "And then?", [ROW]).verdict != "supported"


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The short programme takes 35 minutes.", True),
        ("The short programme takes 45 minutes.", False),
        ("The long programme takes 35 minutes.", False),
    ],
)
def test_a_unit_that_one_column_has_tells_the_column(claim: str, supported: bool) -> None:
    row = "Programme: Short; Temperature: 45 °C; Duration: 35 min; Water: 10 l"
    judged = judge_reply(claim, "How long does the short programme take?", [row])
    assert (judged.verdict == "supported") == supported


def test_one_row_does_not_say_which_is_the_least() -> None:
    question = "What costs the least to hire for the weekend?"
    assert judge_reply("Least for the weekend costs the mulcher, £29.", question, [ROW]).verdict != "supported"
