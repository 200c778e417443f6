"""Words are found whatever became of the white space between them."""

from __future__ import annotations

import pytest

from rag.locate import nearest, spans

TEXT = "Notice is  ninety\n\tdays. He said “no”. Notice is ninety days."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Notice is ninety days.", ["Notice is  ninety\n\tdays.", "Notice is ninety days."]),
        ("notice IS ninety", ["Notice is  ninety", "Notice is ninety"]),
        ('said "no"', ["said “no”"]),
        ("  he said ", ["He said"]),
        ("(days.)", []),
        ("thirty", []),
        (" \n", []),
        ("", []),
    ],
)
def test_words_are_found(words: str, found: list[str]) -> None:
    assert [TEXT[span.start : span.end] for span in spans(TEXT, words)] == found


def test_the_words_as_they_are_come_before_the_same_in_other_case() -> None:
    assert spans("may May may", "May") == [(4, 7)]


def test_the_nearest_place_wins() -> None:
    assert nearest(TEXT, "Notice", 0) == (0, 6)
    assert nearest(TEXT, "Notice", 30) == (TEXT.rindex("Notice"), TEXT.rindex("Notice") + 6)
    assert nearest(TEXT, "thirty", 0) is None
