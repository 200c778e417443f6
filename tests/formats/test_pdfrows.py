from __future__ import annotations

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.formats.reading import headings, read
from tests.formats.test_pdf import BODY, drawn


def test_markers_that_are_painted_last_stand_before_their_items(tmp_path: Path) -> None:
    items = {
        700: ("\u2022", "Bring a torch."),
        686: ("\u2022", "Wear boots."),
        660: ("1.", "Ring first."),
        646: ("2.", "Go."),
    }

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 740, "You need this:")
        for height, (_, words) in items.items():
            canvas.drawString(90, height, words)
        for height, (marker, _) in items.items():
            canvas.drawRightString(84, height, marker)

    text = read(tmp_path, "a.pdf", drawn(draw)).text
    assert text == "You need this:\n\n- Bring a torch.\n- Wear boots.\n1. Ring first.\n2. Go."


def test_a_row_in_bold_names_columns_and_is_no_heading(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        rows = [("Name", "Role"), ("Ann Lee", "Chair"), ("Bo Chan", "Treasurer")]
        for number, row in enumerate(rows):
            canvas.setFont("Helvetica" if number else "Helvetica-Bold", 12)
            for cell, left in zip(row, (72, 200), strict=True):
                canvas.drawString(left, 760 - 14 * number, cell)
        for number, sentence in enumerate(BODY.split(". ") * 3):
            canvas.drawString(72, 680 - 14 * number, sentence)
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(72, 500, "Total")
        canvas.drawString(200, 500, "Two members")

    document = read(tmp_path, "a.pdf", drawn(draw))
    assert document.text.startswith("Name: Ann Lee; Role: Chair\n\nName: Bo Chan; Role: Treasurer\n\n")
    assert headings(document) == []
