from __future__ import annotations

from rag.web.render import Box, lines


def row(text: str, left: float = 0, top: float = 0) -> list[Box]:
    return [Box(left + 6 * n, top, left + 6 * n + 6, top + 12) for n, letter in enumerate(text) if letter != " "]


def test_the_characters_of_a_line_are_one_box() -> None:
    assert lines(row("two words", 10, 20)) == [Box(10, 20, 64, 32)]
    assert lines([]) == []


def test_each_line_has_its_box() -> None:
    assert lines(row("first line", 100, 20) + row("the second", 10, 31)) == [Box(100, 20, 160, 32), Box(10, 31, 70, 43)]


def test_a_column_that_goes_on_beside_has_its_own_box() -> None:
    assert len(lines(row("foot", 10, 700) + row("head", 320, 20))) == 2
    assert len(lines(row("left", 10, 20) + row("right", 320, 20))) == 2


def test_letters_that_are_raised_stay_on_their_line() -> None:
    assert lines([*row("m", 0, 10), Box(6, 6, 10, 14)]) == [Box(0, 6, 10, 22)]


def test_a_line_may_run_up_the_page() -> None:
    upwards = [Box(50, 700 - 6 * n, 62, 706 - 6 * n) for n in range(10)]
    assert lines(upwards) == [Box(50, 646, 62, 706)]
