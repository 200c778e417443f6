from __future__ import annotations

import time

import pytest

from rag.formats.cells import column_cells, holds_words, is_above_numbers, is_number, may_name, number_columns, span


@pytest.mark.parametrize(
    "cell", ["12", "-1.250,00", "$12.50", "12 %", "2024-03-01", "01.05.2024", "2024", "3 kg", "24h"]
)
def test_numbers(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Price", True), ("2024", True), ("0-4", True), ("65+", True), ("24h", True), ("12.50", False)],
)
def test_what_may_be_a_name(cell: str, expected: bool) -> None:
    assert may_name(cell) is expected


def test_a_name_is_of_another_form_than_what_it_stands_above() -> None:
    assert is_above_numbers("Price", ["1", "2", "3", "sold"])
    assert not is_above_numbers("Price", ["1", "2", "old", "sold"])
    assert not is_above_numbers("Price", [])
    assert is_above_numbers("2024", ["1", "2"]) and not is_above_numbers("2024", ["2019", "2020"])
    assert is_above_numbers("0-4", ["1", "2"]) and not is_above_numbers("0-4", ["1-3", "5-9"])


def test_columns_of_rows() -> None:
    rows = [["", "a", "1"], ["", "b", "n/a"], ["", "c", "3", ""]]
    assert column_cells(rows, 2) == ["1", "3"]
    assert number_columns(rows) == {2}
    assert holds_words(rows, [0, 1]) and not holds_words(rows, [0, 2])
    assert span(rows) == (1, 3)
    assert span([]) == (0, 0)


def test_long_cells_take_no_long() -> None:
    before = time.process_time()
    assert not is_number("1 " * 1_000_000)
    assert not may_name("(1") and may_name("-" * 1_000_000)
    assert time.process_time() - before < 5
