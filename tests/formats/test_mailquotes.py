"""Earlier messages below a mail stand under what tells of them, without the signs of quotes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.formats.mailquotes import Parted, part
from tests.formats.reading import headings, read

HEAD = "From: Ida <ida@quay.example>\nSubject: The outing\nMessage-ID: <1@quay.example>\n\n"
REPLY = """We are 71 now.

Ida

On Tue, 8 May 2029 at 10:04, Olaf Berg <olaf@quay.example>
wrote:
> We are 46 and
> leave at 8.30.
>
> Am 7. Mai schrieb Ida:
>> How many are we?
"""


def test_each_message_of_a_thread_stands_under_what_tells_of_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a.eml", HEAD + REPLY)
    told = "On Tue, 8 May 2029 at 10:04, Olaf Berg <olaf@quay.example> wrote"
    assert headings(document) == [(1, "The outing"), (2, told), (3, "Am 7. Mai schrieb Ida")]
    assert document.text.endswith(
        f"We are 71 now.\n\nIda\n\n{told}\n\nWe are 46 and\nleave at 8.30.\n\nAm 7. Mai schrieb Ida\n\nHow many are we?"
    )
    assert document.heading_at(document.text.index("46")) == f"The outing > {told}"


@pytest.mark.parametrize("separator", ["-----Original Message-----", "---------- Forwarded message ---------"])
def test_what_stands_under_a_separator_is_told_of_by_its_header(separator: str) -> None:
    text = (
        f"See below.\n\n{separator}\nFrom: Olaf Berg\nSent: 8 May 2029 10:04\nTo: Ida\n\nWe are 46.\nNote: bring tea.\n"
    )
    title = f"{separator.strip('- ')} · From: Olaf Berg · Sent: 8 May 2029 10:04"
    assert part(text) == Parted("See below.", title, "We are 46.\nNote: bring tea.")


def test_who_is_quoted_may_not_be_told() -> None:
    assert part("Yes.\n\n> Are you there?") == Parted("Yes.", "Quoted message", "Are you there?")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No quotes here.",
        "> How many?\n71.\n> When?\nAt eight.",
        "a > b\nand so on:",
        "| berth | price |\n| 4 | 90 |",
        "Dashes -- Original Message -- within a line.",
        "\n\n",
        ">",
    ],
)
def test_other_texts_are_whole(text: str) -> None:
    assert part(text) == Parted(text)


@given(st.text(st.sampled_from("a>:- \n"), max_size=60))
def test_nothing_is_lost(text: str) -> None:
    found = part(text)
    said = [letter for letter in "".join(found) if letter == "a"]
    assert len(said) - found.title.count("a") * (found.title == "Quoted message") == text.count("a")


def test_a_long_row_of_quotes_takes_no_longer_than_it_is(tmp_path: Path) -> None:
    began_s = time.perf_counter()
    read(tmp_path, "a.eml", HEAD + "".join(f"{'>' * depth} so it is:\n" for depth in range(2_000)))
    assert time.perf_counter() - began_s < 5
