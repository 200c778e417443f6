"""Superscripts are no digits of the number that they stand beside, whatever the format: 10⁶ is not 106."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from pptx.util import Inches
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from rag.formats.base import raised
from tests.formats.reading import read
from tests.formats.test_docx import raw

PARTS = ("The notice is 30", "1", " days and the fee £500", "12", " now.")
SAID = "The notice is 30¹ days and the fee £500¹² now."


def saved(made: Any) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def in_word() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for number, part in enumerate(PARTS):
        paragraph.add_run(part).font.superscript = bool(number % 2)
    return saved(document)


def in_powerpoint() -> bytes:
    deck = pptx.Presentation()
    box = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_textbox(0, 0, Inches(1), Inches(1))
    for number, part in enumerate(PARTS):
        run = box.text_frame.paragraphs[0].add_run()
        run.text = part
        run.font._element.set("baseline", "30000" if number % 2 else "0")
    return saved(deck)


def in_excel() -> bytes:
    """Its text among the shared ones, as spreadsheet programs write it and openpyxl does not."""
    looks = '<rPr><vertAlign val="superscript"/></rPr>'
    runs = "".join(
        f'<r>{looks if number % 2 else ""}<t xml:space="preserve">{part}</t></r>' for number, part in enumerate(PARTS)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    new = {
        b't="inlineStr"><is><t>text</t></is>': b't="s"><v>0</v>',
        b"</Types>": f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode(),
    }
    book = openpyxl.Workbook()
    book.active.append(["text"])
    source, target = zipfile.ZipFile(io.BytesIO(saved(book))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}"><si>{runs}</si></sst>')
        for name in source.namelist():
            data = source.read(name)
            for old, instead in new.items():
                data = data.replace(old, instead)
            archive.writestr(name, data)
    return target.getvalue()


def marked_up() -> str:
    return "".join(f"<sup>{part}</sup>" if number % 2 else part for number, part in enumerate(PARTS))


def in_pdf() -> bytes:
    buffer = io.BytesIO()
    text = marked_up().replace("sup>", "super>")
    SimpleDocTemplate(buffer).build([Paragraph(text, getSampleStyleSheet()["BodyText"])])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", in_word()),
        ("a.pptx", in_powerpoint()),
        ("a.xlsx", in_excel()),
        ("a.pdf", in_pdf()),
        ("a.md", marked_up()),
        ("a.html", f"<p>{marked_up()}</p>"),
    ],
)
def test_marks_of_footnotes_stay_above_the_line(tmp_path: Path, name: str, data: bytes | str) -> None:
    assert read(tmp_path, name, data).text.removeprefix("Sheet\n\n") == SAID


def test_a_line_that_ends_in_one_is_of_the_same_paragraph(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        block = canvas.beginText(72, 700)
        for text, mark in (("The tenant gives notice of the end of this lease in", "7"), ("writing to the agent.", "")):
            block.setFont("Helvetica", 12)
            block.textOut(text)
            block.setFont("Helvetica", 7)
            block.setRise(5)
            block.textOut(mark)
            block.setRise(0)
            block.setFont("Helvetica", 12)
            block.textLine("")
        canvas.drawText(block)

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    draw(canvas)
    canvas.save()
    text = read(tmp_path, "a.pdf", buffer.getvalue()).text
    assert text == "The tenant gives notice of the end of this lease in⁷ writing to the agent."


def test_smaller_numbers_on_the_line_are_as_they_are(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    block = canvas.beginText(72, 700)
    for size, text in ((12, "Model A"), (7, "320"), (12, ", H"), (7, "2"), (12, "O and 2031.")):
        block.setFont("Helvetica", size)
        block.textOut(text)
    canvas.drawText(block)
    canvas.save()
    assert read(tmp_path, "a.pdf", buffer.getvalue()).text == "Model A320, H2O and 2031."


def test_a_formula_says_what_it_raises_and_divides(tmp_path: Path) -> None:
    half = "<f><num><r><t>1</t></r></num><den><r><t>2</t></r></den></f>"
    square = "<sSup><e><r><t>v</t></r></e><sup><r><t>2</t></r></sup></sSup>"
    body = f"<p><r><t>E = </t></r><oMath>{half}<r><t>m</t></r>{square}</oMath></p>"
    assert read(tmp_path, "a.docx", raw(body)).text == "E = 1/2mv²"


@pytest.mark.parametrize(
    ("text", "above"),
    [("6", "⁶"), ("−12", "⁻¹²"), (" 3 ", "³"), ("1,2", "¹,²"), ("st", "st"), ("TM", "TM"), ("20311", "20311")],
)
def test_numbers_are_raised_and_words_stay(text: str, above: str) -> None:
    assert raised(text) == above
