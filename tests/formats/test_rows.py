from __future__ import annotations

import pytest

from rag.formats.rows import is_header, name_row, named_rows


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
