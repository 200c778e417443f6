"""Real PDFs in many layouts, made with reportlab, and the document that loading one gives."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from rag.formats.base import Source
from rag.loaders import load, original
from rag.types import Document

QUOTE = "The club may end the lease with ninety days of written notice."
LIMIT = 300_000_000


def drawn(draw: Callable[[Canvas], None], **options: object) -> bytes:
    """A file that is drawn by hand."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def write(canvas: Canvas, *texts: str, left: float = 72, top: float = 760) -> None:
    """Lines of text."""
    block = canvas.beginText(left, top)
    for text in texts:
        block.textLine(text)
    canvas.drawText(block)


def plain(canvas: Canvas) -> None:
    """One page with a quote over two lines."""
    first = "Rent is paid in April. The club may end the lease with ninety"
    write(canvas, "Harbour lease", "", "", first, "days of written notice. Boats are kept dry.")


def hyphened(canvas: Canvas) -> None:
    """Words cut at line ends."""
    write(canvas, "Rent is paid in April. The club may end the lease with nine-", "ty days of writ-", "ten notice.")


def table(canvas: Canvas) -> None:
    """A table whose columns are named in its first row."""
    for row, cells in enumerate((("Part", "Price", "Stock"), ("Pump", "12.50", "3"), ("Valve", "7.00", "14"))):
        for column, cell in enumerate(cells):
            canvas.drawString(72 + 120 * column, 700 - 20 * row, cell)


def turned(canvas: Canvas) -> None:
    """A page that is shown turned by 90 degrees, its text level when it is."""
    canvas.setPageRotation(90)
    canvas.saveState()
    canvas.rotate(90)
    write(canvas, "Rent is paid in April.", QUOTE, left=72, top=-200)
    canvas.restoreState()


def over_the_page(canvas: Canvas) -> None:
    """A sentence that begins on one page and ends on the next, each with a running line."""
    for number, text in (
        (1, "The club may end the lease with ninety"),
        (2, "days of written notice. Boats are kept dry."),
    ):
        write(canvas, text, top=100 if number == 1 else 760)
        canvas.drawString(72, 30, f"Harbour lease - {number}")
        canvas.showPage()


def twice(canvas: Canvas) -> None:
    """The same sentence twice on a page."""
    write(canvas, QUOTE, "", "", "Boats are kept dry.", "", "", QUOTE)


def columns() -> bytes:
    """Two columns of justified text, the quote at the foot of the first and the head of the second."""
    filler = "The committee met in the long hall and went over the accounts of the year with great care. "
    style = ParagraphStyle("body", getSampleStyleSheet()["BodyText"], alignment=4)
    frames = [Frame(left, 40, 230, 760, id=str(left)) for left in (50, 310)]
    buffer = io.BytesIO()
    template = BaseDocTemplate(buffer)
    template.addPageTemplates([PageTemplate(frames=frames)])
    template.build([Paragraph(filler * 31 + QUOTE + " " + filler * 8, style)])
    return buffer.getvalue()


def ligatures() -> bytes:
    """A font whose letters `fi` and a mathematical `x` are one character each; written out by hand."""
    names = b"2 beginbfchar <7A> <FB01> <78> <D835DC65> endbfchar"
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /N def /CMapType 2 def "
        b"1 begincodespacerange <00> <FF> endcodespacerange " + names + b" endcmap end end"
    )
    text = b"BT /F 14 Tf 72 700 Td (The ofzce zles x in the bazn. Boats are kept dry.) Tj ET"
    return by_hand(b"[0 0 612 792]", text, b"/ToUnicode 6 0 R", cmap)


def by_hand(box: bytes, content: bytes, font: bytes = b"", cmap: bytes = b"") -> bytes:
    """A file of one page, as small as may be."""
    stream = b"<</Length %d>>stream\n%s\nendstream"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox%s/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page % box,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%s>>" % font,
        stream % (len(content), content),
        stream % (len(cmap), cmap),
    ]
    made, places = b"%PDF-1.5\n", []
    for number, written in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    head = b"xref\n0 7\n0000000000 65535 f \n"
    return made + head + table + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)


def width_of(text: str) -> float:
    """Of a text in the letters that `write` uses, in points."""
    return float(pdfmetrics.stringWidth(text, "Helvetica", 12))


def document_of(folder: Path, data: bytes, name: str = "lease.pdf") -> Document:
    """Write a file and load it."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return load(folder / name, folder, LIMIT)


def source_of(folder: Path, data: bytes, name: str = "lease.pdf") -> AbstractContextManager[Source]:
    """Write a file, load it, and open it again as the one that was loaded."""
    return original(document_of(folder, data, name), folder)
