from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.reading import headings, read


def text(folder: Path, table: str) -> str:
    return read(folder, "a.html", f"<html><body>{table}").text


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("<tr><th>Part<th>Price<tr><td>Pump<td>12<tr><td>Valve<td>7", "Part: Pump; Price: 12 / Part: Valve; Price: 7"),
        ("<tr><td>Part<td>Price<tr><td>Pump<td>12", "Part: Pump; Price: 12"),
        ("<tr><th>Name<td>Bob<tr><th>Age:<td>7", "Name: Bob / Age: 7"),
        ("<tr><td>Tenant:<td>Petra<tr><td>Born:<td>4 July", "Tenant: Petra / Born: 4 July"),
        ("<tr><td>1<td>2<tr><td>3<td>4", "1; 2 / 3; 4"),
        ("<tr><th>Part<th>No<tr><td rowspan=2>Valve<td>7<tr><td>8", "Part: Valve; No: 7 / Part: Valve; No: 8"),
        (
            "<tr><th rowspan=2>Part<th colspan=2>Price<tr><th>2023<th>2024<tr><td>Pump<td>7<td>8",
            "Part: Pump; Price 2023: 7; Price 2024: 8",
        ),
        ("<caption>Costs</caption><tr><th>Part<th>Price<tr><td>Pump<td>12", "Costs / Part: Pump; Price: 12"),
        ("<tr><th>Part<th>Note<tr><td>Pump<td>a<br>b<p>c</p>d", "Part: Pump; Note: a b c d"),
        ("<tr><th>Part<th>Area<tr><td>Pump<td>3 m<sup>2</sup><script>x</script>", "Part: Pump; Area: 3 m²"),
    ],
)
def test_rows_name_their_columns(tmp_path: Path, table: str, rows: str) -> None:
    assert text(tmp_path, f"<table>{table}</table>").replace("\n\n", " / ") == rows


@pytest.mark.parametrize(
    "layout",
    [
        "<table><tr><td><h2>Left</h2><p>One.</p></td><td>Two.</td></tr></table>",
        "<table><tr><td><h2>Left</h2></td><td><table><tr><td>One.</td></tr></table></td></tr></table>Two.",
    ],
)
def test_a_table_that_lays_out_a_page_is_read_as_text(tmp_path: Path, layout: str) -> None:
    document = read(tmp_path, "a.html", f"<html><body>{layout}")
    assert headings(document) == [(2, "Left")]
    assert document.text == "Left\n\nOne.\n\nTwo."


def test_spans_without_end_are_bounded(tmp_path: Path) -> None:
    cells = "<td colspan=999999999 rowspan=99999999>x</td>" * 5_000
    assert len(text(tmp_path, f"<table><tr>{cells}<td colspan=-3>y</td><td colspan=x>z</td></tr></table>")) < 1_000_000
