"""The items of a list that a line leads up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.lists import items


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bring:\n- a tent\n* a lamp\n\nNo dogs.", ["a tent", "a lamp"]),
        ("Bring:\n  1. a tent\n  (b) a lamp", ["a tent", "a lamp"]),
        ("Bring:\na tent", []),
        ("Bring: a tent", []),
        ("Bring:", []),
    ],
)
def test_the_items_one_a_line(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in items(text, text.index(":"))] == found


@given(st.text(st.sampled_from("a:-\n 1.")), st.integers(0, 40))
def test_any_place_of_any_text_will_do(text: str, at: int) -> None:
    assert all(text[start:end] and "\n" not in text[start:end] for start, end in items(text, at))
