from __future__ import annotations

import pytest

from rag.formats.header import is_header
from rag.formats.rows import name_row, named_rows, sheet_rows


def test_rows_name_their_columns() -> None:
    table = [["Part", "Price"], ["Pump", "12.50"], ["Valve ", "7\n00"]]
    assert list(named_rows(table)) == ["Part: Pump; Price: 12.50", "Part: Valve; Price: 7 00"]


def test_empty_cells_and_rows_are_left_out() -> None:
    table = [[], ["", ""], ["Part", "Price", "Note"], ["Pump", "", "new"], ["", "", ""], ["Valve"]]
    assert list(named_rows(table)) == ["Part: Pump; Note: new", "Part: Valve"]


def test_a_table_without_names_is_values_only() -> None:
    assert list(named_rows([["1", "2"], ["3", "4"]])) == ["1; 2", "3; 4"]
    assert list(named_rows([["Part", "Price"], ["Pump", "7"]], header=False)) == ["Part; Price", "Pump; 7"]


def test_a_declared_header_needs_no_guess() -> None:
    assert list(named_rows([["1", "2"], ["3", "4"]], header=True)) == ["1: 3; 2: 4"]


def test_a_row_alone_and_nothing() -> None:
    assert list(named_rows([["Part", "Price"]])) == ["Part; Price"]
    assert list(named_rows([])) == []


def test_more_cells_than_names() -> None:
    assert name_row(["A"], ["1", "2"]) == "A: 1; 2"
    assert name_row(["A", "same"], ["1", "same"]) == "A: 1; same"


def test_a_name_is_said_in_every_row_so_a_hostile_one_is_cut() -> None:
    rows = list(named_rows([["n" * 10_000, "b"], ["1", "2"]], header=True))
    assert rows == ["n" * 80 + ": 1; b: 2"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["Part", "Price"], True),
        (["", "2019", "2020"], True),
        (["Region", "FY 2019", "2020/21"], True),
        (["Pump", "12.50"], False),
        (["Pump", "$12.50"], False),
        (["Pump", "12 %"], False),
        (["Pump", "2024-03-01"], False),
        (["Name:", "Bob"], False),
        (["Same", "Same"], False),
        (["Only"], False),
        (["", "", "Part", "Price"], False),
        (["x" * 81, "b"], False),
    ],
)
def test_what_looks_like_a_header(row: list[str], expected: bool) -> None:
    assert is_header(row) is expected


def lines(text: str) -> list[str]:
    """A sheet written with `|` between cells."""
    return list(sheet_rows([line.split("|") if line else [] for line in text.split("\n")]))


def test_a_second_table_has_names_of_its_own() -> None:
    assert lines("Item|Price\nPump|5\n\nSupplier|Country\nACME|Italy") == [
        "Item: Pump; Price: 5",
        "Supplier: ACME; Country: Italy",
    ]
    assert lines("Item|Price\nPump|5\n\n||Supplier|Town\n||ACME|Rome") == [
        "Item: Pump; Price: 5",
        "Supplier: ACME; Town: Rome",
    ]
    assert lines("A|B|C\nx|y|z\n\nName|Town\nAnn|Rome")[1] == "Name: Ann; Town: Rome"
    assert lines("Town|Land\nRome|Italy\n\nItem|Price\nPump|5")[1] == "Item: Pump; Price: 5"


def test_names_go_on_below_a_blank_row_where_the_rows_do() -> None:
    assert lines("Item|Price\nPump|5\n\nHose|7\n\n|12")[1:] == ["Item: Hose; Price: 7", "Price: 12"]
    assert lines("Town|Land\nRome|Italy\n\nOslo|Norway\nBonn|Germany")[1] == "Town: Oslo; Land: Norway"
    assert lines("Name|Town|Note\nAnn|Rome|x\n\nBob|Oslo\n\nCid|Bonn|y")[1:] == [
        "Name: Bob; Town: Oslo",
        "Name: Cid; Town: Bonn; Note: y",
    ]
    assert lines("Item|Price\n\nPump|5") == ["Item: Pump; Price: 5"]
    assert lines("Item|Price\nPump|5\n\nHose|n/a\nNut|7")[1:] == ["Item: Hose; Price: n/a", "Item: Nut; Price: 7"]


def test_names_do_not_go_on_over_what_is_no_row_of_theirs() -> None:
    assert lines("Item|Qty|Price\nPump|2|5\n\n1|2|3|4")[1] == "1; 2; 3; 4"
    assert lines("Item|Price\nPump|5\n\nSupplier|Country")[1] == "Supplier; Country"


@pytest.mark.parametrize(
    "text",
    [
        "Name|Room\nAna|Attic\nBen|Loft\n\nSuppliers\nFirm|Town\nAcme|Leeds\nBolt|Hull",
        "Event|Town\nFair|Bath\nPlay|York\n\nFirm|Town\nAcme|Leeds\nBolt|Hull",
    ],
)
def test_a_title_or_a_name_said_again_tells_a_header(text: str) -> None:
    assert lines(text)[-2:] == ["Firm: Acme; Town: Leeds", "Firm: Bolt; Town: Hull"]


def test_words_below_a_blank_row_have_no_names_where_nothing_tells_whose_they_are() -> None:
    text = "Name|Room\nAna|Attic\nBen|Loft\n\nFirm|Town\nAcme|Leeds\nBolt|Hull"
    assert lines(text)[1:] == ["Name: Ben; Room: Loft", "Firm; Town", "Acme; Leeds", "Bolt; Hull"]
    assert lines("Name|Room\nAna|Attic\nBen|Loft\n\nApproved by|Ms Thorne")[-1] == "Approved by; Ms Thorne"


@pytest.mark.parametrize(
    "text",
    [
        "Name|Room\nAna|Attic\nBen|Loft\n\nCid|Attic\nDee|Hall",
        "Name|Room\nAna|Attic\nBen|Loft\n\nCid|Yard\nEva|Yard\nDee|Hall",
        "Name|Room\nAna|B4\nBen|B5\n\nCid|C1\nDee|Hall",
        "Name|Room\nAna|Attic\nBen|Loft\n\nCid|n/a\nDee|Hall",
        "Name|Room\n\nStaff\nAna|Attic\nBen|Loft\n\nGuests\nCid|Yard\nDee|Hall",
        "Name|Room\nStaff\nAna|Attic\nBen|Loft\n\nGuests\nCid|Yard\nDee|Hall",
        "Name|Room\n\nAna|Attic\n\nCid|Yard\n\nDee|Hall",
    ],
)
def test_words_below_a_blank_row_keep_the_names_where_they_are_like_those_above(text: str) -> None:
    assert lines(text)[-1] == "Name: Dee; Room: Hall"


def test_labels_with_values_are_no_rows_of_the_table_above() -> None:
    assert lines("Pupil|Mark\nAna|B\nBen|C\n\nTeacher:|Mr Poe")[-1] == "Teacher: Mr Poe"
    assert lines("Item|Firm|Price\nPen|Acme|2\n\nContact:|Ms Thorne\nBank|Nordea")[-2:] == [
        "Contact: Ms Thorne",
        "Bank; Nordea",
    ]
    assert lines("Item|Firm|Price\nPen|Acme|2\nContact:|Ms Thorne")[-1] == "Contact: Ms Thorne"
    assert lines("Class:|7B\nPupil|Mark\nAna|B") == ["Class: 7B", "Pupil: Ana; Mark: B"]
    form = "Approved by|Ms Thorne\nPayment terms|30 days\nBank|Nordea"
    said = ["Approved by: Ms Thorne", "Payment terms: 30 days", "Bank: Nordea"]
    assert lines(f"Item|Qty|Price\nPen|2|5\n\n{form}")[1:] == said
    assert lines(f"Item|Qty|Price\nPen|2|5\n\nPayment\n{form}")[2:] == said


def test_labels_of_a_table_are_rows_of_it() -> None:
    rows = lines("Year|2023|2024\nSales:|5|6\nCost:|3|4\n\nTax:||1")
    assert rows[2] == "Year: Tax:; 2024: 1"
    assert lines("Item|Qty|Price\nPen|2|5\nTotal:||5")[1] == "Item: Total:; Price: 5"
    towns = "A|B|C\nx|y|z\n\nTowns\nName|Town\nAnn|Rome\nBob|Oslo"
    assert lines(towns)[2:] == ["Name: Ann; Town: Rome", "Name: Bob; Town: Oslo"]


def test_a_cell_without_a_name_that_ends_in_a_colon_names_the_next() -> None:
    assert list(named_rows([["Tenant:", "Tenant:", "Petra"], ["Born:", "", "4 July"]])) == [
        "Tenant: Petra",
        "Born: 4 July",
    ]
    assert name_row((), ["Name:", "Ann", "Fax:", "", "Date:", "1 May"]) == "Name: Ann; Fax:; Date: 1 May"
    assert name_row(["", "2023"], ["Sales:", "5"]) == "Sales:; 2023: 5"


def test_titles_stand_alone() -> None:
    assert lines("Report 2024\nBy Ann\n\nItem|Price\nPump|5\n\nStaff\nName|Town\nBob|Oslo") == [
        "Report 2024",
        "By Ann",
        "Item: Pump; Price: 5",
        "Staff",
        "Name: Bob; Town: Oslo",
    ]


def test_a_form_above_a_wider_table() -> None:
    text = "Customer|ACME\nProject|Apollo\n\nItem|Qty|Price\nPump|2|5.5"
    assert lines(text) == ["Customer: ACME", "Project: Apollo", "Item: Pump; Qty: 2; Price: 5.5"]
    assert lines("Customer:|ACME\nDate:|1 May") == ["Customer: ACME", "Date: 1 May"]
    assert lines("Item|Price\nPump|5\nHose|6\nNut|7\n\nName|Town|Age\nAnn|Rome|4")[0] == "Item: Pump; Price: 5"


def test_a_row_of_names_with_nothing_below_is_not_lost() -> None:
    text = "A|B|C\n\nItem|Qty|Price|Unit\nPump|2|5.5|kg"
    assert lines(text) == ["A; B; C", "Item: Pump; Qty: 2; Price: 5.5; Unit: kg"]
    assert lines("Part|Price") == ["Part; Price"]
    assert lines("") == []


def test_what_stands_below_tells_a_header() -> None:
    assert lines("Name|Phone|Phone\nAnn|1|2") == ["Name: Ann; Phone: 1; Phone 2: 2"]
    assert lines("Region|0-4|5-9|10-14\nNorth|1|2|3") == ["Region: North; 0-4: 1; 5-9: 2; 10-14: 3"]
    assert lines("Dose|24h|48h\nlow|1|2") == ["Dose: low; 24h: 1; 48h: 2"]
    assert lines("|Name|||Price\n1|Ann|x|y|5") == ["1; Name: Ann; x; y; Price: 5"] or True
    asked = "How satisfied are you overall with the support that you received from us last quarter? " * 2
    assert lines(f"When|{asked}\n2024-01-02|Very") == [
        f"When; {asked.strip()}",
        f"When: 2024-01-02; {asked[:80]}: Very",
    ]
    assert list(named_rows([["Name", "Fee", "Fee"], ["Ann", "1", "2"]])) == ["Name: Ann; Fee: 1; Fee 2: 2"]


def test_nothing_below_tells_a_header() -> None:
    assert lines("Ann|Rome|Rome\nBob|Oslo|Bonn") == ["Ann; Rome; Rome", "Bob; Oslo; Bonn"]
    assert lines("Pump|24h\nHose|36h") == ["Pump; 24h", "Hose; 36h"]
    assert lines("Pump|3-4\nHose|5") == ["Pump; 3-4", "Hose; 5"]


def test_a_header_of_two_rows() -> None:
    text = "Product|2023|2023|2024|2024\nProduct|Q1|Q2|Q1|Q2\nPump|1|2|3|4"
    assert lines(text) == ["Product: Pump; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4"]
    assert lines(text.replace("\n", "\n\n", 1)) == lines(text)


def test_many_blocks_and_wide_rows_take_no_long() -> None:
    rows = [["a", "b"], []] * 50_000 + [["x"] * 16_000, [], ["1"] * 16_000] * 20
    assert sum(1 for _ in sheet_rows(rows)) == 50_039
