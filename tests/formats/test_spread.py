from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement

from rag.formats.cells import is_spread
from rag.formats.spread import Box, covered, spread
from tests.formats.reading import read
from tests.formats.tables import WRITERS, lines
from tests.formats.test_docx import saved

every_format = pytest.mark.parametrize("suffix", WRITERS)


@every_format
def test_a_cell_over_all_columns_is_a_line_of_its_own_and_names_are_sought_below(tmp_path: Path, suffix: str) -> None:
    rows = [
        ["Stock in May", "<", "<"],
        ["Item", "Price", "Left"],
        ["Tools", "<", "<"],
        ["Spade", "£18.00", "12"],
        ["Seeds", "<", "<"],
        ["Kale", "£2.10", "90"],
    ]
    assert lines(tmp_path, suffix, rows) == [
        "Stock in May",
        "Tools",
        "Item: Spade; Price: £18.00; Left: 12",
        "Seeds",
        "Item: Kale; Price: £2.10; Left: 90",
    ]


@every_format
def test_a_cell_over_some_columns_is_said_once(tmp_path: Path, suffix: str) -> None:
    rows = [
        ["Day", "Skerry", "Mainland", "Fare"],
        ["Monday", "7:30", "9:00", "£14"],
        ["Sunday", "none", "<", "£0"],
        ["Ferry of the year", "<", "<", "£15"],
    ]
    assert lines(tmp_path, suffix, rows) == [
        "Day: Monday; Skerry: 7:30; Mainland: 9:00; Fare: £14",
        "Day: Sunday; Skerry, Mainland: none; Fare: £0",
        "Day: Ferry of the year; Fare: £15",
    ]


@every_format
def test_a_name_over_several_columns_is_told_apart_by_those_below(tmp_path: Path, suffix: str) -> None:
    rows = [["Group", "Contact", "<"], ["^", "Name", "Town"], ["Cubs", "Ann", "Rome"], ["Scouts", "Bo", "Oslo"]]
    assert lines(tmp_path, suffix, rows) == [
        "Group: Cubs; Contact Name: Ann; Contact Town: Rome",
        "Group: Scouts; Contact Name: Bo; Contact Town: Oslo",
    ]


def test_word_says_how_many_rows_hold_names(tmp_path: Path) -> None:
    document = docx.Document()
    rows = [("Grade", "Leave in days", ""), ("", "first years", "then"), ("A", "25 days", "27 days")]
    table = document.add_table(3, 3)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    text = read(tmp_path, "a.docx", saved(document)).text
    assert text == "Grade: A; Leave in days first years: 25 days; Leave in days then: 27 days"


def test_cells_stand_in_every_column_and_row_that_they_cover() -> None:
    boxes = [[Box("a", columns=2, rows=2), Box("b")], [Box("c")], [Box("", hangs=True), Box("d"), Box("e", columns=2)]]
    table = list(spread(boxes))
    assert table == [["a", "a", "b"], ["a", "a", "c"], ["a", "d", "e", "e"]]
    assert [[at for at, cell in enumerate(row) if is_spread(cell)] for row in table] == [[1], [1], [3]]


@pytest.mark.parametrize(
    ("value", "columns"), [(None, 1), ("2", 2), (" 3 ", 3), ("0", 1), ("-3", 1), ("x", 1), ("²", 1), ("9" * 9, 100)]
)
def test_what_a_cell_claims_to_cover_is_bounded(value: str | None, columns: int) -> None:
    assert covered(value) == columns
