from __future__ import annotations

import pytest

from rag.formats.cells import moment
from rag.formats.header import head, is_calendar


def grid(text: str) -> list[list[str]]:
    return [row.split("|") for row in text.split(" / ")]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("Room|09:00|10:00 / Hall|Yoga|", True),
        ("Name|2031-03-03|2031-03-04 / Ann|09:00|12:00", True),
        ("Name|03/03/2031|04/03/2031|Sum / Ann|7|8|15", True),
        ("2031-03-03|2031-03-04 / early|late", True),
        ("Ann|2031-03-03|2031-03-04 / Bo|2031-04-01|off", False),
        ("Yoga|09:30|10:30 / Chess|18:00|19:15", False),
        ("Yoga|2031-03-03|10:30 / Chess|Monday|late", False),
        ("Pump|12.50|13.20 / Hose|sold|gone", False),
        ("Pump|12|2031-03-03|2031-03-04 / Hose|7|bought|sold", False),
        ("Name|2031-03-03 / Ann|late", False),
        ("Name|2031-03-03|2031-03-04 / Ann||", False),
    ],
)
def test_days_or_times_above_none_name_columns(table: str, expected: bool) -> None:
    assert is_calendar(grid(table)) is expected
    assert bool(head(grid(table))[1]) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2031-03-03", "day"),
        ("3.3.31", "day"),
        ("9:00", "time"),
        ("09:00-10:30", "time"),
        ("2:15 pm", "time"),
        ("12.50", ""),
        ("Monday", ""),
    ],
)
def test_moments(cell: str, expected: str) -> None:
    assert moment(cell) == expected
