from __future__ import annotations

import io
from pathlib import Path

import docx
import pptx
import pytest
from docx.oxml import parse_xml

from rag.formats.labels import label_row, labels
from rag.formats.rows import named_rows
from tests.formats.reading import read
from tests.formats.tables import WRITERS, lines
from tests.formats.test_docx import saved

every_format = pytest.mark.parametrize("suffix", WRITERS)


def grid(text: str) -> list[list[str]]:
    return [row.split("|") for row in text.split(" / ")]


@every_format
@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "Policy owner|Human Resources / Approved by|Executive committee",
            "Policy owner: Human Resources / Approved by: Executive committee",
        ),
        (
            "Surname|Raman|First name|Priya / Address|12 Mill Lane|Postcode|LS1 4AB",
            "Surname: Raman; First name: Priya / Address: 12 Mill Lane; Postcode: LS1 4AB",
        ),
        (
            "Invoice no.|2031-0044|Date|2 May / Customer|Hull Scouts|Due|1 June",
            "Invoice no.: 2031-0044; Date: 2 May / Customer: Hull Scouts; Due: 1 June",
        ),
        ("Course|First Aid / Tutor|Jo Finch / Fee|£40", "Course: First Aid / Tutor: Jo Finch / Fee: £40"),
        ("Fee|£85.00 / Joining fee|£15.00", "Fee: £85.00 / Joining fee: £15.00"),
        (
            "Lead GP|Dr Okoro / Practice nurse|Jo Finch / IT help|ext. 204",
            "Lead GP: Dr Okoro / Practice nurse: Jo Finch / IT help: ext. 204",
        ),
        ("query|Shows the inputs. / graph|Draws a map.", "query: Shows the inputs. / graph: Draws a map."),
        (
            "array|the list that holds all of the entries / out|Where to write what was found.",
            "array: the list that holds all of the entries / out: Where to write what was found.",
        ),
        ("June|Add a super / July|Take honey", "June: Add a super / July: Take honey"),
    ],
)
def test_words_tell_labels_with_values(tmp_path: Path, suffix: str, table: str, said: str) -> None:
    assert lines(tmp_path, suffix, grid(table)) == said.split(" / ")


@every_format
def test_a_bold_column_over_plain_ones_holds_labels(tmp_path: Path, suffix: str) -> None:
    assert lines(tmp_path, suffix, grid("*Cover|Hull / *Keeper|Bo")) == ["Cover: Hull", "Keeper: Bo"]
    assert lines(tmp_path, suffix, grid("*Cover|Hull|*Keeper|Bo / *Mast|Oak|*Sail|")) == [
        "Cover: Hull; Keeper: Bo",
        "Mast: Oak; Sail",
    ]
    assert lines(tmp_path, suffix, grid("*Cover|Hull|Keel / *Mast|Oak|Pine")) == [
        "Cover: Hull; Keel",
        "Mast: Oak; Pine",
    ]


@every_format
def test_a_bold_row_over_plain_ones_holds_names(tmp_path: Path, suffix: str) -> None:
    assert lines(tmp_path, suffix, grid("*Address|*2031-04-03 / *Date|Leeds / Fax|York")) == [
        "Address: Date; 2031-04-03: Leeds",
        "Address: Fax; 2031-04-03: York",
    ]


@every_format
def test_rows_that_stand_out_by_turns_hold_no_names(tmp_path: Path, suffix: str) -> None:
    table = "*Date|*2 May / Fax|York / *Phone|*None / Email|Later"
    assert lines(tmp_path, suffix, grid(table)) == ["Date: 2 May", "Fax: York", "Phone: None", "Email: Later"]


@pytest.mark.parametrize(
    "table",
    [
        "Name|Town / Ann|Rome",
        "Ingredient|Amount / Flour|200 g / Salt|a pinch / Eggs|2",
        "Supplier|Country / ACME|Italy / Bolt|Norway",
        "Type of leave|Who approves / Annual leave|Line manager / Study leave|Head of department",
        "Role|Person / Manager|Ann Lee / Author|Bo Chan",
        "Day|Hours / Monday|9-5 / Saturday|9-1 / Sunday|closed",
        "Day|Opening Hours / Monday|9-5 / Saturday|9-1 / Sunday|closed",
        "Kind of lane|Monthly charge / Slow lane|£5 / Fast lane|free / Long lane|£6",
        "Kind of Tax|Who Pays / Land tax|Owners / Road tax|Drivers",
        "Session|Price / Lanes|£5 / Under fives|free / Aqua fit|£6",
        "Name|Town|Role|Note / Ann|Rome|Cook|Early / Bo|Oslo|Porter|3 days",
        "Month|2023 / June|5 / July|7",
        "Item|Price / *Pump|12 / *Hose|7",
    ],
)
def test_tables_with_names_of_columns_have_no_labels(table: str) -> None:
    assert labels(grid(table)) == frozenset()
    name = grid(table)[0][0]
    assert all(line.startswith(f"{name}: ") for line in named_rows(grid(table)))


def test_shaded_cells_are_labels(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for row, cells in zip(table.rows, [("Cover", "Hull"), ("Keeper", "Bo")], strict=True):
        row.cells[0].text, row.cells[1].text = cells
        row.cells[0]._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {space} w:fill="DDDDDD"/>'))
        row.cells[1]._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {space} w:fill="auto"/>'))
    assert read(tmp_path, "a.docx", saved(document)).text == "Cover: Hull\n\nKeeper: Bo"


def test_a_header_that_slides_have_unless_told_otherwise_is_none_above_labels(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    table = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(2, 2, 0, 0, 9, 9).table
    for number, cell in enumerate(["Phone", "0113 496 0001", "Email", "a@x.example"]):
        table.cell(number // 2, number % 2).text = cell
    deck.save(buffer := io.BytesIO())
    assert table.first_row
    assert read(tmp_path, "a.pptx", buffer.getvalue()).text == "Phone: 0113 496 0001\n\nEmail: a@x.example"


def test_a_first_row_of_one_name_is_no_title(tmp_path: Path) -> None:
    table = "<tr><th><th>Name<tr><td>tab<td>Tabulator<tr><td>nul<td>Null"
    assert (
        read(tmp_path, "a.html", f"<html><body><table>{table}</table>").text
        == "tab; Name: Tabulator\n\nnul; Name: Null"
    )
    table = "<tr><th>Info<th><tr><td>Number<td>3085<tr><td>Edition<td>2021"
    assert read(tmp_path, "b.html", f"<html><body><table>{table}</table>").text.startswith("Info: Number; 3085")


def test_a_label_without_a_value_stands_alone() -> None:
    assert label_row(["Name:", "Ann", "", "Fax", "", "Date", "1 May", "late"], {0, 3, 5}) == (
        "Name: Ann; Fax; Date: 1 May; late"
    )
