"""What was filled in stands beside its label, as it does on the page."""

from __future__ import annotations

from math import inf
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from rag.formats.pdfform import Filled, placed
from rag.formats.pdflines import Cell, Line
from tests.formats.reading import read
from tests.formats.test_pdf import drawn, lines


def line(text: str, left: float, bottom: float, *cells: Cell) -> Line:
    return Line(text, left, left + 6 * len(text), bottom, 12, bold=False, hyphened=False, cells=cells)


def claim(canvas: Canvas) -> None:
    form = canvas.acroForm
    canvas.drawString(50, 750, "Claim form of the Harbour Insurance Company")
    canvas.drawString(50, 700, "Name of the insured:")
    form.textfield(name="name", x=200, y=694, width=120, height=20, value="Dorothea Quill")
    canvas.drawString(350, 700, "Policy number:")
    form.textfield(name="policy", x=440, y=694, width=100, height=20, value="HX-2210")
    canvas.drawString(50, 660, "Kind of damage:")
    form.choice(name="kind", x=200, y=654, width=120, height=20, value="Water", options=["Fire", "Water"])
    canvas.drawString(75, 620, "The dwelling was inhabited")
    form.checkbox(name="lived", x=50, y=616, size=16, checked=True)
    canvas.drawString(75, 590, "The dwelling was let")
    form.checkbox(name="let", x=50, y=586, size=16, checked=False)
    canvas.drawString(50, 550, "What happened:")
    form.textfield(name="story", x=50, y=470, width=400, height=70, value="A pipe burst.", fieldFlags="multiline")
    canvas.drawString(50, 440, "Password:")
    form.textfield(name="secret", x=200, y=434, width=120, height=20, value="hunter2", fieldFlags="password")
    canvas.drawString(50, 400, "Remarks:")
    form.textfield(name="empty", x=200, y=394, width=120, height=20, value="")
    canvas.drawString(50, 360, "Claims are filed within thirty days of the damage.")
    canvas.showPage()


def test_what_was_filled_in_stands_beside_its_label(tmp_path: Path) -> None:
    said = " ".join(read(tmp_path, "claim.pdf", drawn(claim)).text.split())
    assert "Name of the insured: Dorothea Quill" in said
    assert "Policy number: HX-2210" in said
    assert "Kind of damage: Water" in said
    assert "[x] The dwelling was inhabited" in said and "[ ] The dwelling was let" in said
    assert "What happened: A pipe burst." in said
    assert "hunter2" not in said
    assert said.endswith("Remarks: Claims are filed within thirty days of the damage.")


def test_words_typed_onto_a_page_that_has_no_form_are_read(tmp_path: Path) -> None:
    def typed(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Signed at:")
        canvas.freeTextAnnotation("Leeds, 3 May 2031", "/Helv 10 Tf", Rect=(150, 696, 320, 714))
        canvas.showPage()

    assert "Signed at: Leeds, 3 May 2031" in read(tmp_path, "typed.pdf", drawn(typed)).text


def test_a_page_without_a_form_is_as_it_was(tmp_path: Path) -> None:
    plain = drawn(lambda canvas: lines(canvas, "The rent is due on the first."))
    assert read(tmp_path, "plain.pdf", plain).text == "The rent is due on the first."


def test_a_value_goes_to_the_label_before_it_a_mark_to_the_one_behind_it() -> None:
    row = line("Name: Date:", 50, 700, Cell("Name:", 50, 80), Cell("Date:", 300, 330))
    name, date = Filled("Quill", 90, 200, 698, 714), Filled("3 May", 340, 400, 698, 714)
    mark = Filled("[x]", 270, 290, 698, 714, mark=True)
    (found,) = placed([row], [date, name, mark])
    assert found.text == "Name: Quill [x] Date: 3 May"
    assert [cell.text for cell in found.cells] == ["Name: Quill", "[x] Date: 3 May"]


def test_a_line_that_a_value_ends_was_ended_on_purpose() -> None:
    value = Filled("Quill", 90, 200, 698, 714)
    assert placed([line("Name:", 50, 700)], [value])[0].edge == inf
    assert placed([line("I, of this parish, agree", 50, 700)._replace(right=400)], [value])[0].edge == 0


def test_the_words_of_a_row_that_ends_in_a_box_stand_before_its_boxes() -> None:
    terms = placed([line("Accept the terms:", 50, 600)], [Filled("[x]", 200, 220, 596, 612, mark=True)])
    assert [one.text for one in terms] == ["Accept the terms: [x]"]
    row = line("Yes No", 50, 700, Cell("Yes", 50, 70), Cell("No", 150, 165))
    yes, no = Filled("[ ]", 80, 100, 698, 714, mark=True), Filled("[x]", 180, 200, 698, 714, mark=True)
    assert [one.text for one in placed([row], [no, yes])] == ["Yes [ ] No [x]"]


def test_what_has_no_label_in_its_row_stands_under_what_is_above_it() -> None:
    page = [line("Remarks:", 50, 700), line("Signature", 50, 500)]
    found = placed(page, [Filled("None so far.", 50, 300, 600, 690), Filled("Top", 50, 90, 760, 780)])
    assert [one.text for one in found] == ["Top", "Remarks:", "None so far.", "Signature"]
    assert placed([], [Filled("Alone", 50, 90, 760, 780)])[0].text == "Alone"
    assert placed(page, []) == page
