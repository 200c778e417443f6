from __future__ import annotations

import io
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument, PdfiumError, PdfPage
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, ListItem, PageBreak, Paragraph, SimpleDocTemplate, Table

from rag.errors import DamagedFile, EmptyFile, EncryptedFile, ScannedFile
from rag.sentences import sentences
from tests.formats.reading import headings, pages, read

STYLES = getSampleStyleSheet()
BODY = (
    "The committee met on 3 March 2024 in the long hall. It agreed that each pump station is inspected twice a year. "
)


def drawn(draw: Callable[[Canvas], None], **options: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def lines(canvas: Canvas, *texts: str, top: float = 760) -> None:
    block = canvas.beginText(72, top)
    for text in texts:
        block.textLine(text)
    canvas.drawText(block)
    canvas.showPage()


def report() -> bytes:
    def running(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.drawString(72, 30, f"Acme Ltd - Page {document.page}")

    body = Paragraph(BODY * 4, STYLES["BodyText"])
    story = [
        Paragraph("Annual Report", STYLES["Title"]),
        Paragraph("Introduction", STYLES["Heading1"]),
        body,
        Paragraph("Details", STYLES["Heading2"]),
        Table([["Part", "Price", "Stock"], ["Pump", "12.50", "3"], ["Valve", "7.00", "14"]]),
        ListFlowable(
            [ListItem(Paragraph(text, STYLES["BodyText"])) for text in ("One item", "Another")], bulletType="bullet"
        ),
        PageBreak(),
        Paragraph("Outlook", STYLES["Heading1"]),
        body,
        PageBreak(),
        body,
    ]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, title="Acme 2024").build(story, onFirstPage=running, onLaterPages=running)
    return buffer.getvalue()


def test_headings_pages_paragraphs_tables_and_lists(tmp_path: Path) -> None:
    document = read(tmp_path, "a.pdf", report())
    assert document.title == "Acme 2024"
    assert headings(document) == [(1, "Annual Report"), (1, "Introduction"), (2, "Details"), (1, "Outlook")]
    assert pages(document) == [(1, "Annual Repor"), (2, "Outlook\n\nThe"), (3, "The committe")]
    assert document.text.split("\n\n") == [
        "Annual Report",
        "Introduction",
        (BODY * 4).strip(),
        "Details",
        "Part: Pump; Price: 12.50; Stock: 3",
        "Part: Valve; Price: 7.00; Stock: 14",
        "- One item\n- Another",
        "Outlook",
        (BODY * 4).strip(),
        (BODY * 4).strip(),
    ]


def test_a_row_of_a_table_that_the_file_gives_in_pieces_is_one(tmp_path: Path) -> None:
    rows = [["Item", "Qty", "Price"], ["Pump", "2", "11.00"], ["Valve", "1", "7.00"], ["", "18", "18.00"]]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build([Table(rows), Paragraph("Year", STYLES["Normal"])])
    assert read(tmp_path, "a.pdf", buffer.getvalue()).text.split("\n\n") == [
        "Item: Pump; Qty: 2; Price: 11.00",
        "Item: Valve; Qty: 1; Price: 7.00",
        "Qty: 18; Price: 18.00",
        "Year",
    ]


def test_a_sentence_over_several_lines_is_one(tmp_path: Path) -> None:
    text = read(tmp_path, "a.pdf", report()).text
    found = {text[span.start : span.end] for span in sentences(text)}
    assert "It agreed that each pump station is inspected twice a year." in found


def test_words_cut_at_line_ends_are_put_together(tmp_path: Path) -> None:
    data = drawn(lambda c: lines(c, "The agreement about the trans-", "formation of the A-", "Team was signed."))
    assert read(tmp_path, "a.pdf", data).text == "The agreement about the transformation of the A-Team was signed."


def test_a_sentence_goes_on_over_the_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, "The agreement was signed by all and")
        lines(canvas, "came into force at once.")

    document = read(tmp_path, "a.pdf", drawn(draw))
    assert document.text == "The agreement was signed by all and came into force at once."
    assert pages(document) == [(1, "The agreemen"), (2, "came into fo")]


def test_the_outline_gives_the_headings(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for level, title in enumerate(("Part one", "Section two", "Not in the text")):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, level)
        lines(canvas, "PART ONE", "", "", "Some words.", "", "", "1.2 Section two", "", "", "More words.")

    document = read(tmp_path, "a.pdf", drawn(draw))
    found = [(heading.level, heading.title, heading.start) for heading in document.headings]
    assert found[:2] == [(1, "PART ONE", 0), (2, "1.2 Section two", document.text.index("1.2"))]
    assert found[2][:2] == (3, "Not in the text")


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - a.docx", "report.pdf", "(anonymous)"])
def test_a_title_that_says_nothing_is_no_title(tmp_path: Path, title: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle(title)
        lines(canvas, "Words.")

    assert read(tmp_path, "pump manual.pdf", drawn(draw)).title == "pump manual"


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    data = drawn(lambda c: lines(c, "secret"), encrypt="pw")
    with pytest.raises(EncryptedFile, match="needs a password") as raised:
        read(tmp_path, "a.pdf", data)
    assert "qpdf" in raised.value.hint


def image() -> ImageReader:
    return ImageReader(Image.new("L", (60, 60), 128))


def test_scanned_pages_are_said_to_be(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def scan(canvas: Canvas) -> None:
        for _ in range(3):
            canvas.drawImage(image(), 0, 0, 500, 700)
            canvas.showPage()

    with pytest.raises(ScannedFile, match="none of its 3 pages holds text") as raised:
        read(tmp_path, "a.pdf", drawn(scan))
    assert "ocrmypdf" in raised.value.hint

    def partly(canvas: Canvas) -> None:
        scan(canvas)
        lines(canvas, "Words at last.")

    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, "b.pdf", drawn(partly))
    assert document.text == "Words at last." and document.page_at(0) == 4
    assert "3 hold no text" in caplog.text


def test_blank_pages(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="blank"):
        read(tmp_path, "a.pdf", drawn(lambda c: c.showPage()))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_cut_file_is_said_to_be(tmp_path: Path, share: float) -> None:
    data = report()
    with pytest.raises(DamagedFile, match="truncated"):
        read(tmp_path, "a.pdf", data[: int(len(data) * share)])


def three_pages(canvas: Canvas) -> None:
    for text in ("First page.", "Second page.", "Third page."):
        lines(canvas, text)


def test_a_page_that_is_missing_leaves_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = drawn(three_pages)
    kids = re.search(rb"/Kids \[ (\d+) 0 R (\d+) 0 R (\d+) 0 R \]", data)
    assert kids
    broken = data[: kids.start(2)] + b"9" * len(kids[2]) + data[kids.end(2) :]
    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, "a.pdf", broken)
    assert document.text == "First page.\n\nThird page."
    assert [document.page_at(0), document.page_at(len(document.text) - 1)] == [1, 3]
    assert "1 hold no text" in caplog.text


def test_a_page_that_fails_leaves_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = {1}

    get_page = PdfDocument.get_page

    def failing_page(document: PdfDocument, index: int) -> PdfPage:
        if index in failing:
            raise PdfiumError("failed to load page")
        return get_page(document, index)

    monkeypatch.setattr(PdfDocument, "get_page", failing_page)
    with caplog.at_level(logging.WARNING):
        assert read(tmp_path, "a.pdf", drawn(three_pages)).text == "First page.\n\nThird page."
    assert "1 of 3 pages failed, 0 hold no text" in caplog.text
    failing |= {0, 2}
    with pytest.raises(DamagedFile, match="none of its pages can be read"):
        read(tmp_path, "a.pdf", drawn(three_pages))


MEASURE = """
import resource, sys
from pathlib import Path
import pypdfium2
from rag.loaders import load
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
document = load(Path(sys.argv[1]), Path(sys.argv[1]).parent, 10**9)
print(len(document.pages), len(document.text), peak() - before)
"""


def test_a_thousand_pages_in_bounded_memory(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(1_000):
            lines(canvas, *(f"Page {page + 1}, line {n}: the pump stations were found sound again." for n in range(40)))

    (tmp_path / "a.pdf").write_bytes(drawn(draw))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "a.pdf")], capture_output=True, text=True, check=True
    )
    count, characters, growth_mb = map(int, done.stdout.split())
    assert count == 1_000 and characters > 2_000_000
    assert growth_mb < 300
