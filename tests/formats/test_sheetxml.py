from __future__ import annotations

import io

import pytest

from rag.formats import sheetxml
from rag.formats.cells import is_across, is_spread
from rag.formats.sheetxml import Box, Merged, scan

LIMIT = 1_000_000


def test_a_value_stands_wherever_its_merged_cells_do() -> None:
    merged = Merged([Box(1, 1, 3, 1), Box(1, 2, 1, 3)])
    rows = [["North", "Sales", "", "x"], ["", "1"], [], ["", "2"]]
    for number, row in enumerate(rows, 1):
        merged.spread(number, row)
    assert rows == [["North", "Sales", "Sales", "x"], ["North", "1"], [], ["", "2"]]


def test_a_title_is_said_once_and_no_cell_is_lost() -> None:
    merged = Merged([Box(1, 1, 1, 4), Box(2, 1, 2, 2)])
    title, row = ["Prices"], ["a", "b"]
    merged.spread(1, title)
    merged.spread(2, row)
    assert (title, row) == (["Prices"] * 4, ["a", "b"])
    assert list(map(is_spread, title)) == [False, True, True, True] and is_across(title)


def test_areas_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetxml, "_AREA", 10)
    merged = Merged([Box(1, 1, 1, 9), Box(1, 10, 1, 12), Box(1, 13, 1, 99_999_999)])
    row = ["a", *[""] * 8, "b", "", "", "c"]
    merged.spread(1, row)
    assert row == ["a"] * 9 + ["b", "", "", "c"]


def test_pieces_cut_anywhere_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = b'<c r="A1"><f>SUM(B1:B2)</f><v></v></c>'
    valued = b'<c r="A1"><f t="shared" si="0"/><v>1</v></c><c r="B1" t="str"><f>A1</f><v></v></c>'
    part = (cell + valued) * 50 + b'<mergeCells count="1"><mergeCell ref="C2:D3"/></mergeCells>'
    monkeypatch.setattr(sheetxml, "_TAIL", 200)
    for piece in (7, 100, 1_000_000):
        monkeypatch.setattr(sheetxml, "_PIECE", piece)
        merged, unvalued = scan(io.BytesIO(part), LIMIT)
        row = ["a", "b", "c"]
        merged.spread(2, row)
        assert unvalued == 50
        assert row == ["a", "b", "c", "c"]


def test_no_more_is_read_than_the_limit() -> None:
    file = io.BytesIO(b"<c " * 1_000_000)
    assert scan(file, LIMIT)[1] == 0
    assert file.tell() == LIMIT
