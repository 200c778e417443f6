from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import BinaryFile, EmptyFile, OversizeFile
from tests.formats.reading import read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["Part", "Price", "Note"], ["Pump", "12", "ok"], ["Valve", "7", ""]]
    document = read(tmp_path, "a.csv", "\n".join(delimiter.join(row) for row in rows))
    assert document.text == "Part: Pump; Price: 12; Note: ok\n\nPart: Valve; Price: 7"


def test_decimal_commas_do_not_mislead(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "Teil;Preis\nPumpe;12,50\nVentil;7,00\n")
    assert document.text == "Teil: Pumpe; Preis: 12,50\n\nTeil: Ventil; Preis: 7,00"


def test_tabs_are_usual_in_tsv(tmp_path: Path) -> None:
    assert read(tmp_path, "a.tsv", "Part\tNote\nPump\ta, b, c\n").text == "Part: Pump; Note: a, b, c"


def test_quotes_hold_delimiters_and_line_ends(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", 'Part,Note\r\nPump,"a, b\nc ""d"""\r\n')
    assert document.text == 'Part: Pump; Note: a, b c "d"'


def test_the_delimiter_that_excel_declares(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", "sep=;\nPart;Price\nPump;7\n").text == "Part: Pump; Price: 7"


def test_utf16_as_excel_writes_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "Teil\tGröße\nPumpe\tgroß\n".encode("utf-16"))
    assert document.text == "Teil: Pumpe; Größe: groß"


def test_one_long_line(tmp_path: Path) -> None:
    assert len(read(tmp_path, "a.csv", b"x" * 5_000_000).text) == 5_000_000


def test_nothing_but_delimiters(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="holds no text"):
        read(tmp_path, "a.csv", b"," * 10_000)


def test_no_text(tmp_path: Path) -> None:
    with pytest.raises(BinaryFile):
        read(tmp_path, "a.csv", bytes(range(256)) * 10)


def test_names_cannot_blow_the_text_up(tmp_path: Path) -> None:
    data = ",".join(f"name {n} " + "x" * 70 for n in range(100)) + "\n" + ("1," * 100 + "\n") * 300
    with pytest.raises(OversizeFile, match="unpacks to more than"):
        read(tmp_path, "a.csv", data, limit=len(data) * 2)


def test_titles_above_the_names_do_not_mislead(tmp_path: Path) -> None:
    data = "Konto DE12\nZeitraum: Januar\n\nTag;Betrag;Text\n05.01.2024;-1.250,00;Miete\n09.01.2024;-12,50;Strom\n"
    assert read(tmp_path, "a.csv", data).text.split("\n\n") == [
        "Konto DE12",
        "Zeitraum: Januar",
        "Tag: 05.01.2024; Betrag: -1.250,00; Text: Miete",
        "Tag: 09.01.2024; Betrag: -12,50; Text: Strom",
    ]
    plain = read(tmp_path, "b.csv", "Sales report 2024\n\nProduct,Units\nPump,5\n")
    assert plain.text == "Sales report 2024\n\nProduct: Pump; Units: 5"


def test_decimal_commas_in_every_column_do_not_mislead(tmp_path: Path) -> None:
    rows = "A;B;C\n" + "1,5;2,5;3,5\n" * 30
    assert read(tmp_path, "a.csv", rows).text.startswith("A: 1,5; B: 2,5; C: 3,5")
    assert read(tmp_path, "b.csv", "Pumpe;12,50\nVentil;7,00\n").text == "Pumpe: 12,50\n\nVentil: 7,00"


def test_a_line_too_long_to_be_looked_at_is_read_with_the_usual_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", "1,2;" + "x" * 20_000).text.startswith("1; 2;x")


def test_tables_apart_by_a_blank_line(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "Item,Price\nPump,5\n\nSupplier,Country\nACME,Italy\n")
    assert document.text == "Item: Pump; Price: 5\n\nSupplier: ACME; Country: Italy"


def test_a_quote_that_is_never_closed_costs_no_row(tmp_path: Path) -> None:
    data = 'Item,Size,Price\nPipe,"3 inch,12.50\nValve,"1, short",3.20\nPump,2 inch,99.00\n'
    assert read(tmp_path, "a.csv", data.replace('"1, short"', "1 inch")).text.split("\n\n") == [
        'Item: Pipe; Size: "3 inch; Price: 12.50',
        "Item: Valve; Size: 1 inch; Price: 3.20",
        "Item: Pump; Size: 2 inch; Price: 99.00",
    ]
    far = 'Item,Size,Price\nPipe,"3 inch,12.50\n' + "Valve,1 inch,3.20\n" * 2000 + 'Rod,"5, long",7\n'
    text = read(tmp_path, "b.csv", far).text.split("\n\n")
    assert len(text) == 2002
    assert text[1] == "Item: Valve; Size: 1 inch; Price: 3.20"
    assert text[-1] == "Item: Rod; Size: 5, long; Price: 7"


def test_quotes_that_are_never_closed_take_no_long(tmp_path: Path) -> None:
    text = read(tmp_path, "a.csv", "a,b\n" + '1,"2\n,\n' * 60_000).text
    assert text.count("\n\n") < 120_000
