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


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (
            "From: Olaf Berg\nSent: 8 May 2029\nTo: Ida\nSubject: Outing",
            "From: Olaf Berg · Sent: 8 May 2029 · Subject: Outing",
        ),
        ("_____\nFrom: Olaf Berg\nSent: 8 May", "From: Olaf Berg · Sent: 8 May"),
        ("*From:* Olaf Berg\n*Sent:* 8 May", "From: Olaf Berg · Sent: 8 May"),
        (
            "Von: Olaf Berg\nGesendet: 8. Mai\nAn: Ida\nBetreff: Ausflug",
            "Von: Olaf Berg · Gesendet: 8. Mai · Betreff: Ausflug",
        ),
        ("De : Olaf Berg\nEnvoyé\xa0: 8 mai\nÀ : Ida", "De: Olaf Berg · Envoyé: 8 mai"),
        ("From: Olaf <o@quay.example>\nDate: 8 May", "From: Olaf <o@quay.example> · Date: 8 May"),
        ("From: Olaf\nSubject: Outing\nDate: 8 May", "From: Olaf · Subject: Outing · Date: 8 May"),
    ],
)
def test_a_header_alone_begins_an_earlier_message(header: str, title: str) -> None:
    assert part(f"We are 71.\n\n{header}\n\nWe are 46.") == Parted("We are 71.", title, "We are 46.")


def page(body: str) -> str:
    return f"{HEAD.rstrip()}\nContent-Type: text/html; charset=utf-8\n\n<html><body>{body}"


def test_a_page_that_quotes_another_message(tmp_path: Path) -> None:
    body = (
        "<p>We are 71.<div class=gmail_quote>On 8 May, Olaf wrote:<br><blockquote class=gmail_quote>"
        "<h3>The outing</h3><p>We are 46.<br>Bring tea.<table><tr><th>Bus<th>At<tr><td>14<td>9.30</table>"
        "On 7 May, Ida wrote:<blockquote type=cite><ul><li>How many are we?</ul></blockquote></blockquote></div>"
    )
    document = read(tmp_path, "a.eml", page(body))
    titles = ["On 8 May, Olaf wrote", "On 7 May, Ida wrote"]
    assert headings(document) == [(1, "The outing"), (2, titles[0]), (3, titles[1])]
    assert document.text.split("\n\n")[2:] == [
        "We are 71.",
        titles[0],
        "The outing",
        "We are 46.\nBring tea.",
        "Bus: 14; At: 9.30",
        titles[1],
        "- How many are we?",
    ]


def test_a_page_with_messages_under_headers(tmp_path: Path) -> None:
    def earlier(who: str, said: str) -> str:
        return f"<div><hr></div><p><b>From:</b> {who}<br><b>Sent:</b> 8 May</p><h2>{said}</h2><p>It is {said}."

    document = read(tmp_path, "a.eml", page(f"<h2>New</h2><p>Now 71.{earlier('Olaf', 'old')}{earlier('Ida', 'older')}"))
    assert headings(document) == [
        (1, "The outing"),
        (2, "New"),
        (2, "From: Olaf · Sent: 8 May"),
        (4, "old"),
        (3, "From: Ida · Sent: 8 May"),
        (5, "older"),
    ]


def test_a_passage_that_is_indented_is_no_earlier_message(tmp_path: Path) -> None:
    document = read(tmp_path, "a.eml", page("The lease says:<blockquote>Rent is £40.</blockquote>"))
    assert document.text.endswith("The lease says:\n\nRent is £40.")


def test_who_is_quoted_may_not_be_told() -> None:
    assert part("Yes.\n\n> Are you there?") == Parted("Yes.", "Quoted message", "Are you there?")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No quotes here.",
        "> How many?\n71.\n> When?\nAt eight.",
        "a > b\nand so on:",
        "From: Leeds\nTo: York\nDate: 4 May\n\nTwo seats.",
        "Sent: 4 May\nFrom: Leeds",
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
