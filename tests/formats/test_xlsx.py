from __future__ import annotations

import datetime
import io
import logging
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rag.errors import DamagedFile, EmptyFile, OversizeFile
from rag.formats import xlsx
from tests.formats.reading import headings, read

SHEET = "xl/worksheets/sheet1.xml"


def packed(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def saved(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    return packed(book)


def with_rows(rows: str, dimension: str = "A1:XFD1048576") -> bytes:
    """A workbook whose sheet is bare XML."""
    source, target = zipfile.ZipFile(io.BytesIO(saved([["x"]]))), io.BytesIO()
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name != SHEET:
                archive.writestr(name, source.read(name))
        sheet = f'<worksheet xmlns="{space}"><dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr(SHEET, sheet)
    return target.getvalue()


def test_sheets_are_headings_and_rows_name_their_columns(tmp_path: Path) -> None:
    first: list[list[Any]] = [
        ["Price list"],
        [],
        [None, "Part", "Price", "Since"],
        [None, "Pump", 12.5, datetime.datetime(2024, 3, 1)],
    ]
    second: list[list[Any]] = [["Name", "Ok"], ["Ann", True], ["Bob", None], [], ["Zoë", 7]]
    document = read(tmp_path, "prices 2024.xlsx", saved(first, [], second))
    assert document.title == "prices 2024"
    assert headings(document) == [(1, "Sheet 1"), (1, "Sheet 3")]
    assert document.text.split("\n\n") == [
        "Sheet 1",
        "Price list",
        "Part: Pump; Price: 12.5; Since: 2024-03-01",
        "Sheet 3",
        "Name: Ann; Ok: true",
        "Name: Bob",
        "Name: Zoë; Ok: 7",
    ]


def test_values_as_they_are_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    when = datetime.datetime(2024, 3, 1, 9, 30)
    for column, (value, shown) in enumerate(
        [(0.25, "0%"), (0.1 + 0.2, "General"), (3.0, "0.00"), (when, "General")], 1
    ):
        cell = book.active.cell(1, column, value)
        cell.number_format = shown if value != when else "yyyy-mm-dd hh:mm"
    book.active.cell(1, 5, 1234567890123)
    book.active.cell(1, 6, datetime.time(9, 30))
    buffer = io.BytesIO()
    book.save(buffer)
    text = read(tmp_path, "a.xlsx", buffer.getvalue()).text
    assert text == "Sheet\n\n25%; 0.3; 3; 2024-03-01 09:30:00; 1234567890123; 09:30:00"


def test_durations_and_words_are_those_that_the_sheet_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    formats = ("[h]:mm", 27.25 / 24), ("[h]:mm", 0), ('"Yes";"Yes";"No"', 1), ('"Yes";"Yes";"No"', 0)
    for column, (code, value) in enumerate(formats, start=1):
        book.active.cell(1, column, value).number_format = code
    assert read(tmp_path, "a.xlsx", packed(book)).text == "Sheet\n\n27:15; 0:00; Yes; No"


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["seen"])
    hidden = book.create_sheet("Secret")
    hidden.append(["unseen"])
    hidden.sheet_state = "veryHidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(tmp_path, "a.xlsx", buffer.getvalue()).text == "Sheet\n\nseen"


def test_only_names_of_columns(tmp_path: Path) -> None:
    assert read(tmp_path, "a.xlsx", saved([["Part", "Price"]])).text == "Sheet 1\n\nPart; Price"


def test_nothing_in_it(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        read(tmp_path, "a.xlsx", saved([]))


def test_a_sheet_is_read_by_what_it_holds_not_by_what_it_claims(tmp_path: Path) -> None:
    rows = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
    assert read(tmp_path, "a.xlsx", with_rows(rows)).text == "Sheet 1\n\nfar"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 20)),
    ],
)
def test_more_cells_than_can_be_read(tmp_path: Path, rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_CELLS", 200_000)
    with pytest.raises(OversizeFile, match="cells"):
        read(tmp_path, "a.xlsx", with_rows(rows))


@pytest.mark.parametrize(
    "rows", ['<row r="a"><c r="??"><v>q</v></c></row>', '<row><c t="s"><v>99</v></c></row>', "<row"]
)
def test_malformed_cells(tmp_path: Path, rows: str) -> None:
    with pytest.raises(DamagedFile, match="malformed"):
        read(tmp_path, "a.xlsx", with_rows(rows))


def test_tables_and_forms_of_one_sheet(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Customer:", "ACME"], ["Date:", "1 May"], [], ["Item", "Qty", "Price"], ["Pump", 2, 5.5]]
    second: list[list[Any]] = [["Item", "Price"], ["Pump", 5], [], ["Supplier", "Country"], ["ACME", "Italy"]]
    assert read(tmp_path, "a.xlsx", saved(rows, second)).text.split("\n\n") == [
        "Sheet 1",
        "Customer: ACME",
        "Date: 1 May",
        "Item: Pump; Qty: 2; Price: 5.5",
        "Sheet 2",
        "Item: Pump; Price: 5",
        "Supplier: ACME; Country: Italy",
    ]


def test_what_stands_below_a_table_has_not_its_names(tmp_path: Path) -> None:
    people = [["Name", "Room"], ["Ana", "Attic"], ["Ben", "Cellar"], []]
    firms = [["Firm", "Town"], ["Acme", "Leeds"], ["Bolt", "Hull"]]
    text = read(
        tmp_path, "a.xlsx", saved([*people, *firms], [*people, ["Suppliers"], *firms, [], ["Head:", "Di"]])
    ).text
    assert text.split("\n\n")[3:6] == ["Firm; Town", "Acme; Leeds", "Bolt; Hull"]
    assert text.split("\n\n")[-4:] == ["Suppliers", "Firm: Acme; Town: Leeds", "Firm: Bolt; Town: Hull", "Head: Di"]


def test_days_months_and_times_name_columns(tmp_path: Path) -> None:
    days = [datetime.datetime(2031, 3, day) for day in (3, 4)]
    rota: list[list[Any]] = [["Employee", *days], ["Ann", "09:00-17:00", "off"], ["Bo", "off", "early"]]
    rooms: list[list[Any]] = [["Room", datetime.time(9), datetime.time(10)], ["Hall", "Yoga", "Chess"]]
    book = openpyxl.load_workbook(io.BytesIO(saved(rota, rooms, [["Cost", *days], ["Rent", 1200, 1250]])))
    for column in (2, 3):
        book.worksheets[2].cell(1, column, datetime.datetime(2031, column, 1)).number_format = "mmm yy"
    assert read(tmp_path, "a.xlsx", packed(book)).text.split("\n\n") == [
        "Sheet 1",
        "Employee: Ann; 2031-03-03: 09:00-17:00; 2031-03-04: off",
        "Employee: Bo; 2031-03-03: off; 2031-03-04: early",
        "Sheet 2",
        "Room: Hall; 09:00:00: Yoga; 10:00:00: Chess",
        "Sheet 3",
        "Cost: Rent; Feb 2031: 1200; Mar 2031: 1250",
    ]


def test_merged_cells_stand_in_every_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Sales"],
        ["Region", "City", "Sales"],
        ["North", "Oslo", 10],
        [None, "Bergen", 20],
        [None, None, None],
    ):
        book.active.append(row)
    for area in ("A1:C1", "A3:A6"):
        book.active.merge_cells(area)
    quarters = book.create_sheet("Quarters")
    years: list[list[Any]] = [["Product", "2023", None, "2024"], [None, "Q1", "Q2", "Q1", "Q2"], ["Pump", 1, 2, 3, 4]]
    for row in years:
        quarters.append(row)
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        quarters.merge_cells(area)
    assert read(tmp_path, "a.xlsx", packed(book)).text.split("\n\n") == [
        "Sheet",
        "Sales",
        "Region: North; City: Oslo; Sales: 10",
        "Region: North; City: Bergen; Sales: 20",
        "Quarters",
        "Product: Pump; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4",
    ]


def test_merged_cells_are_bounded(tmp_path: Path) -> None:
    areas = "".join(f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(1, 2000))
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    data = with_rows(rows + f"</sheetData><mergeCells>{areas}</mergeCells><sheetData>")
    assert read(tmp_path, "a.xlsx", data).text == "Sheet 1\n\n1\n\n2"


def test_formulas_that_were_never_calculated_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "rag"):
        read(tmp_path, "a.xlsx", saved([["Part", "Price"], ["Pump", 5], ["Sum", "=SUM(B2:B2)"], ["Half", "=B3/2"]]))
        assert "2 formulas without values" in caplog.text
        assert "open it in a spreadsheet program and save it" in caplog.text
        caplog.clear()
        read(tmp_path, "b.xlsx", with_rows('<row><c r="A1"><v>1</v></c><c r="B1"><f>A1</f><v>1</v></c></row>'))
        read(tmp_path, "c.xlsx", with_rows('<row><c r="A1"><v>1</v></c><c r="B1" t="str"><f>A1</f><v></v></c></row>'))
        assert caplog.text == ""
