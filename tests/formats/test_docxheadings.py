"""Short paragraphs that are all bold or larger are headings where the document's own letters are not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt

from rag.types import Document
from tests.formats.reading import headings, read

PROSE = "The rent is £1,250 per month, payable in advance on the 1st of each month."


def loaded(folder: Path, document: Any) -> Document:
    buffer = io.BytesIO()
    document.save(buffer)
    return read(folder, "a.docx", buffer.getvalue())


def written(*paragraphs: str) -> Any:
    """A document of paragraphs, in which `*` begins one in bold and `+` one in larger letters."""
    document = docx.Document()
    for text in paragraphs:
        run = document.add_paragraph().add_run(text.lstrip("*+"))
        run.bold = "*" in text[:2] or None
        run.font.size = Pt(16) if "+" in text[:2] else None
    return document


@pytest.mark.parametrize(
    ("paragraphs", "found"),
    [
        (("*+Tenancy agreement", PROSE, "*1. Rent", PROSE), [(1, "Tenancy agreement"), (2, "1. Rent")]),
        (("+Tenancy agreement", PROSE), [(1, "Tenancy agreement")]),
        (
            ("*TENANCY AGREEMENT", "*Rent", PROSE, "*Deposit", PROSE),
            [(1, "TENANCY AGREEMENT"), (2, "Rent"), (2, "Deposit")],
        ),
        (("*Rent", PROSE, "*Deposit", PROSE), [(2, "Rent"), (2, "Deposit")]),
        (("*Schedule", "*Rent", "", PROSE), [(2, "Schedule"), (2, "Rent")]),
        (("*How do I cancel?", PROSE), [(1, "How do I cancel?")]),
    ],
)
def test_what_stands_out_over_a_paragraph_is_a_heading(
    tmp_path: Path, paragraphs: tuple[str, ...], found: list[tuple[int, str]]
) -> None:
    document = loaded(tmp_path, written(*paragraphs))
    assert headings(document) == found
    assert document.title == next((title for level, title in found if level == 1), "a")


@pytest.mark.parametrize(
    "paragraphs",
    [
        (PROSE, "*Lena Fuchs"),
        ("*Lena Fuchs", "*High Street", "*York", PROSE),
        ("*The rent is paid in advance.", PROSE),
        ("*Rent: £1,250", PROSE),
        ("*Rent", f"*{PROSE}"),
        (f"*{PROSE}", PROSE),
        ("Rent", PROSE),
    ],
)
def test_other_paragraphs_are_none(tmp_path: Path, paragraphs: tuple[str, ...]) -> None:
    assert headings(loaded(tmp_path, written(*paragraphs))) == []


def test_a_paragraph_with_one_bold_word_is_none(tmp_path: Path) -> None:
    document = written("*Rent", PROSE)
    document.paragraphs[0].add_run(" and deposit")
    assert headings(loaded(tmp_path, document)) == []


def test_letters_may_be_bold_by_their_own_style_and_hidden_ones_do_not_count(tmp_path: Path) -> None:
    document = written("", PROSE)
    document.styles.add_style("Loud", 2).font.bold = True
    document.paragraphs[0].add_run("Rent", style="Loud")
    document.paragraphs[0].add_run(" hidden").font.hidden = True
    assert headings(loaded(tmp_path, document)) == [(1, "Rent")]


def test_they_stand_below_headings_by_style(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Lease", 1)
    document.add_paragraph().add_run("Rent").bold = True
    document.add_paragraph(PROSE)
    assert headings(loaded(tmp_path, document)) == [(1, "Lease"), (2, "Rent")]


@pytest.mark.parametrize(("style", "found"), [("List Bullet", []), ("Normal", [(1, "Rent")])])
def test_a_bold_bullet_is_none(tmp_path: Path, style: str, found: list[tuple[int, str]]) -> None:
    document = docx.Document()
    document.add_paragraph(style=style).add_run("Rent").bold = True
    document.add_paragraph(PROSE)
    assert headings(loaded(tmp_path, document)) == found


def test_a_style_may_be_bold_and_a_run_of_it_not(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("Clause", 1)
    style.font.bold = True
    below = document.styles.add_style("Subclause", 1)
    below.base_style = style
    for title in ("Rent", "Deposit"):
        document.add_paragraph(title, style="Subclause")
        document.add_paragraph(PROSE)
    document.add_paragraph(style="Clause").add_run("Signed").bold = False
    document.add_paragraph(PROSE)
    assert headings(loaded(tmp_path, document)) == [(2, "Rent"), (2, "Deposit")]
    document.styles["Normal"].font.bold = True
    assert headings(loaded(tmp_path, document)) == []


def test_a_table_may_stand_under_one(tmp_path: Path) -> None:
    document = written(PROSE, "*Prices")
    table = document.add_table(2, 2)
    for number, cell in enumerate(("Part", "Price", "Pump", "12")):
        table.rows[number // 2].cells[number % 2].paragraphs[0].add_run(cell).bold = True
    assert headings(loaded(tmp_path, document)) == [(1, "Prices")]
