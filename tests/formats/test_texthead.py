"""Headings of plain text: what stands over a paragraph and ends no sentence, and nothing else that is short."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.formats.texthead import headings
from tests.formats.reading import headings as found_in
from tests.formats.reading import read

PROSE = "The berths are let from the first of April to the end of October."


@pytest.mark.parametrize(
    "title",
    [
        "BERTHS",
        "4. Berths",
        "4) Berths",
        "4.2 Berths and moorings",
        "ITEM 4 – BERTHS",
        "Article IV: Berths",
        "Article 4",
        "§ 4",
        "Berths",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_short_line_over_a_paragraph_is_a_heading(title: str, gap: str) -> None:
    text = f"A note about the harbour.\n\n{title}{gap}{PROSE}\n"
    assert [(heading.start, heading.title) for heading in headings(text)] == [(text.index(title), title)]


@pytest.mark.parametrize("body", [PROSE, "Berth 4", "- Berth 4\n- Berth 7", "Mon–Fri 9–17"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "line",
    [
        "**Berths**",
        "**Berths:**",
        "**Berths**:",
        "** Berths **",
        "__Berths__",
        "## Berths",
        "## Berths ##",
        "== Berths ==",
        "Berths\n======",
        "Berths\n------",
        "Berths\n~~~~",
    ],
)
def test_what_a_sign_shows_is_a_heading_over_anything(line: str, gap: str, body: str) -> None:
    text = f"A note about the harbour.\n\n{line}{gap}{body}\n"
    assert [(heading.start, heading.title) for heading in headings(text)] == [(text.index(line), "Berths")]


@pytest.mark.parametrize(
    "text",
    [
        f"**Berths are free.**\n{PROSE}",
        f"**Berths** and **moorings**\n{PROSE}",
        f"**Berths** are free\n{PROSE}",
        "**Apples**\n\n**Pears**\n\n**Plums**",
        f"*** Berths\n{PROSE}",
        f"__init__\n{PROSE}",
        f"#Berths\n{PROSE}",
        f"{'=' * 40}\n{PROSE}",
        f"{'-' * 40}\n\n{PROSE}",
        "Berth    Price\n-----    -----\n4        90",
        f"Dear members,\n-----\n{PROSE}",
        f"** **\n{PROSE}",
        f"# \n{PROSE}",
    ],
)
def test_a_sign_makes_no_heading_of_what_can_be_none(text: str) -> None:
    assert headings(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"The berths are free.\n{PROSE}",
        f"Dear members,\n\n{PROSE}",
        f"Berths:\n{PROSE}",
        f"Berths in May £25\n{PROSE}",
        f"Berths in May 25 €\n\n{PROSE}",
        f"From: Ines Okoro\n\n{PROSE}",
        f"berths and moorings\n\n{PROSE}",
        f"- Berths\n{PROSE}",
        f"Berth\tPrice\n{PROSE}",
        f"Berth    Price\n{PROSE}",
        f"ines@harbour.example\n\n{PROSE}",
        f"9 January 2031 in the clubhouse\nof the harbour, where {PROSE}",
        f"{'Berths and moorings ' * 5}\n\n{PROSE}",
        "Yours sincerely\n\nInes Okoro\nHarbour master",
        "1. Cast off\n2. Row\n3. Make fast",
        "1. Cast off\n\n2. Row\n\n3. Make fast",
        "Apples\n\nPears\n\nPlums",
        "The berths of the inner harbour are let to the\nRowing Club of the town and to\nnobody else.",
        "BERTHS",
        "12 34\n\n" + PROSE,
        "",
    ],
)
def test_other_short_lines_are_none(text: str) -> None:
    assert headings(text) == ()


def test_levels_go_by_the_order_of_kinds_and_leave_the_first_to_the_title(tmp_path: Path) -> None:
    text = f"HARBOUR RULES\n\n1. Berths\n{PROSE}\n\n1.1 Prices\n{PROSE}\n\n2. Boats\n{PROSE}\n\nFEES\n{PROSE}\n"
    document = read(tmp_path, "rules 2031.txt", text)
    levels = [(2, "HARBOUR RULES"), (3, "1. Berths"), (4, "1.1 Prices"), (3, "2. Boats"), (2, "FEES")]
    assert found_in(document) == levels
    assert document.title == "rules 2031"
    assert document.heading_at(text.index("1.1") + 20) == "HARBOUR RULES > 1. Berths > 1.1 Prices"


def test_of_what_may_be_no_prose_no_line_is_a_heading(tmp_path: Path) -> None:
    assert found_in(read(tmp_path, "build.log", f"BUILD\n\n{PROSE}\n")) == []


@given(st.text(st.sampled_from("Aa1.\n :-\t(é*#="), max_size=200))
def test_every_heading_stands_where_it_says(text: str) -> None:
    lines = [(text[heading.start :].partition("\n")[0], heading.title) for heading in headings(text)]
    assert all(title in line and line[0] in f"{title[0]}*#=" for line, title in lines)
