"""Lists of contents are left out, by their style or their field, and nothing else is."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from tests.formats.reading import read
from tests.formats.test_docx import raw

BEGIN, END = '<r><fldChar fldCharType="begin"/></r>', '<r><fldChar fldCharType="end"/></r>'
LISTED = (
    f"<r><instrText> TOC \\o </instrText></r><r><t>1 Fees</t></r>{BEGIN}<r><instrText>PAGEREF a</instrText></r>{END}"
)


def paragraph(inner: str, style: str = "") -> str:
    return f'<p><pPr><pStyle val="{style}"/></pPr>{inner}</p>'


def run(text: str) -> str:
    return f"<r><t>{text}</t></r>"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (paragraph(run("1 Fees 2"), "TOC1"), ""),
        (paragraph(run("Contents"), "TOCHeading"), ""),
        (paragraph(BEGIN + LISTED) + paragraph(run("2 Term")) + paragraph(END), ""),
        (paragraph(BEGIN + LISTED) + paragraph(run("2 Term") + END), ""),
        (paragraph(BEGIN + LISTED) + paragraph(END + run("kept")), "kept\n\n"),
        (paragraph(BEGIN + LISTED) + paragraph(run("2 Term")), "1 Fees\n\n2 Term\n\n"),
        (paragraph(BEGIN + "<r><instrText>DATE</instrText></r>" + run("9 June") + END), "9 June\n\n"),
        (paragraph(run("Tocco")), "Tocco\n\n"),
        (paragraph(END + run("kept")), "kept\n\n"),
    ],
)
def test_what_lists_the_contents_is_left_out(tmp_path: Path, body: str, left: str) -> None:
    assert read(tmp_path, "a.docx", raw(body + paragraph(run("Fees are due.")))).text == f"{left}Fees are due."


def test_a_style_is_known_by_its_own_name(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("toc 1", 1)
    style.element.styleId = "Verzeichnis1"
    document.add_paragraph("1 Fees 2", style="toc 1")
    document.add_paragraph("Fees are due.")
    document.save(buffer := io.BytesIO())
    assert read(tmp_path, "a.docx", buffer.getvalue()).text == "Fees are due."
