from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from rag.formats.pdflines import Line, page_lines
from tests.formats.reading import headings, read
from tests.formats.test_pdf import BODY, drawn

PIECE = tuple[str, str, float, float]
"""Font, text, size and rise of a part of a line."""


def written(*rows: Sequence[PIECE], top: float = 700) -> bytes:
    def draw(canvas: Canvas) -> None:
        block = canvas.beginText(72, top)
        for row in rows:
            for font, text, size, rise in row:
                block.setFont(font, size)
                block.setRise(rise)
                block.textOut(text)
            block.setRise(0)
            block.setFont("Helvetica", 12)
            block.textLine("")
        canvas.drawText(block)

    return drawn(draw)


def lines_of(data: bytes) -> list[Line]:
    document = PdfDocument(data)
    try:
        return page_lines(document[0])
    finally:
        document.close()


def plain(text: str, size: float = 12) -> PIECE:
    return "Helvetica", text, size, 0


@pytest.mark.parametrize("font", ["Helvetica-Bold", "Times-Bold", "Courier-BoldOblique"])
def test_bold_letters_are_told_by_the_name_of_their_font(font: str) -> None:
    bold = (font, "Terms", 12, 0)
    rows = [bold], [bold, plain(" are what both sides have agreed on in these "), bold], [plain("Terms")]
    assert [line.bold for line in lines_of(written(*rows))] == [True, False, False]


def test_a_bold_line_at_the_size_of_the_text_is_a_heading(tmp_path: Path) -> None:
    text = [[plain(part)] for part in BODY.split(". ") for _ in range(3)]
    document = read(tmp_path, "a.pdf", written([("Helvetica-Bold", "1. Definitions", 12, 0)], [], *text))
    assert headings(document) == [(3, "1. Definitions")]


def test_a_mark_of_a_footnote_ends_no_line(tmp_path: Path) -> None:
    text = (
        "The grant may come from the county{} or the lottery. It was agreed to apply.{} Then the chair spoke about the "
        "roof of the long hall, which is old."
    )
    buffer = io.BytesIO()
    story = [Paragraph(text.format("<super>1</super>", "<super>2</super>"), getSampleStyleSheet()["BodyText"])]
    SimpleDocTemplate(buffer).build(story)
    assert read(tmp_path, "a.pdf", buffer.getvalue()).text == text.format("¹", "²")


def test_the_mark_that_a_footnote_begins_with_is_no_number(tmp_path: Path) -> None:
    rows = [("Helvetica", "12", 6, 4), plain(" Minutes of 4 May.")], [plain("7 ", 9), plain("days.")]
    assert read(tmp_path, "a.pdf", written(*rows)).text == "¹² Minutes of 4 May. 7 days."


def test_the_upper_number_of_a_fraction_is_no_mark(tmp_path: Path) -> None:
    row = [plain("Add 3 "), ("Helvetica", "1", 7, 5), plain("/"), plain("2", 7), plain(" cups.")]
    assert read(tmp_path, "a.pdf", written(row)).text == "Add 3 1/2 cups."


def test_a_line_is_as_high_as_most_of_it() -> None:
    def height(*row: PIECE) -> float:
        return lines_of(written(row))[0].height

    usual = height(plain("All of the files from here"))
    assert height(("Courier", "/usr", 9, 0), plain(" and all of the files from"), ("Courier", " /opt", 9, 0)) == usual
    assert height(plain("O", 30), plain("nce there was a pump in this long hall")) == usual


def test_pieces_that_stand_apart_are_lines_of_their_own() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 700, "left")
        canvas.setFont("Helvetica", 20)
        canvas.drawString(300, 706, "right")

    assert [line.text for line in lines_of(drawn(draw))] == ["left", "right"]


def test_a_hyphen_that_is_one_by_its_character_cuts_a_word(tmp_path: Path) -> None:
    usual = b"/Encoding /WinAnsiEncoding"
    data = written([plain("The board con-")], [plain("sidered it.")])
    assert usual in data
    cut = data.replace(usual, b"/Encoding << /BaseEncoding /WinAnsiEncoding /Differences [45 /uni2010] >>")
    assert read(tmp_path, "a.pdf", cut).text == "The board considered it."
