"""Where a reply ends: repeats, loops and turns that are not the model's own; and that nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.inference.runaway import Runaway

FIRST = "The notice period is three months."
SECOND = "It begins on the first of the month."


def let_through(text: str, size: int = 3) -> tuple[str, bool]:
    """What gets through of a reply that comes in small pieces, and whether it was ended."""
    runaway = Runaway()
    shown = "".join(runaway.feed(text[at : at + size]) for at in range(0, len(text), size))
    ended = runaway.done
    return shown + runaway.finish(), ended or runaway.done


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"{FIRST} {FIRST}", FIRST),
        (f"{FIRST} {SECOND} {FIRST} More.", f"{FIRST} {SECOND}"),
        (f"{FIRST}\n{FIRST.upper()}\nMore.", FIRST),
        (f"{FIRST}\n\nQuestion: And the rent?\nIt is 900 euros.", FIRST),
        (f"{FIRST}\nUser: thanks", FIRST),
        (f"{FIRST}\n\nUser: thanks", FIRST),
        (f"{FIRST}\n \nAssistant:\nIt is.", FIRST),
        (f"{FIRST} User: Question: And the rent?", FIRST),
        (f"{FIRST}\nHuman:\nPassages:\n[1] x", FIRST),
        (f"{FIRST} Passages:\n[1] x", FIRST),
        (
            "通知期間は3か月です。家賃は毎月1日に払います。通知期間は3か月です。",
            "通知期間は3か月です。家賃は毎月1日に払います。",
        ),
        (
            "期限は必ず月の初日から数えて三か月の後です。期限は必ず月の初日から数えて三か月の後です。",
            "期限は必ず月の初日から数えて三か月の後です。",
        ),
    ],
)
def test_a_runaway_reply_ends_where_it_should_have(written: str, kept: str, size: int) -> None:
    expected_end = kept != written
    assert let_through(written, size) == (kept, expected_end)


@pytest.mark.parametrize(
    "written",
    [
        FIRST,
        f"{FIRST} {SECOND}",
        "Yes. Yes. Yes, it is.",
        "Question: is what the form calls it.",
        "The notice period is three months, and the notice period is in writing.",
        f"{FIRST} The notice period is three",
        "Users: 12. Questions: 7.",
        "It costs 1.5 euros, i.e. more than e.g. 1.2 euros did.",
        "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |",
        "Roles. System: Windows 11.",
        "Two roles exist:\nUser: may read\nAssistant: may write\nSystem:",
        "The serial number is 000000000000000000000000001.",
        "The IBAN is MT00 0000 0000 0000 0000 0000 0000 001.",
        "| 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
        "Version 1.1.1.1.1 is out ... at last.",
    ],
)
def test_an_ordinary_reply_gets_through_whole(written: str) -> None:
    assert let_through(written) == (written, False)


@pytest.mark.parametrize("unit", ["very ", "and the rent and the price ", "家賃と", "a, b, c, "])
def test_a_loop_within_a_sentence_ends_soon(unit: str) -> None:
    shown, ended = let_through(f"It says: {unit * 200}")
    assert ended
    assert len(shown) < len("It says: ") + max(5 * len(unit), 30)


@pytest.mark.parametrize("unit", ["0", "1 | 0 | "])
def test_a_loop_of_digits_ends_too(unit: str) -> None:
    shown, ended = let_through(f"It says: {unit * 200}")
    assert ended
    assert len(shown) < len("It says: ") + 120


def test_white_space_at_either_end_is_left_out() -> None:
    assert let_through("\n  One line.\n\nAnother.  \n ") == ("One line.\n\nAnother.", False)


def test_text_is_held_back_only_while_it_may_be_a_repeat() -> None:
    runaway = Runaway()
    assert runaway.feed(f"{FIRST} The notice period is") == FIRST
    assert runaway.feed(" in writing") == " The notice period is in writing"


def test_nothing_comes_after_the_end() -> None:
    runaway = Runaway()
    runaway.feed(f"{FIRST} {FIRST} ")
    assert runaway.done
    assert (runaway.feed("More."), runaway.finish()) == ("", "")


@given(st.text(max_size=400), st.integers(1, 50))
def test_what_is_shown_is_a_beginning_of_what_was_written(text: str, size: int) -> None:
    shown, ended = let_through(text, size)
    assert text.strip() == shown if not ended else text.strip().startswith(shown)


@given(
    st.lists(st.sampled_from([FIRST, SECOND, "Yes.", "\n", "\n\n", "User:", "Question:", "very very "]), max_size=12),
    st.integers(1, 50),
)
def test_the_size_of_the_pieces_does_not_matter(parts: list[str], size: int) -> None:
    text = " ".join(parts)
    assert let_through(text, size)[0] == let_through(text, 1)[0]
