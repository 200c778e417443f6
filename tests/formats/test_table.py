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
