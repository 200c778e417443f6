from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from rag.formats.pdflines import Cell, Line
from rag.formats.pdfmargins import running_marks, without_running
from tests.formats.reading import read
from tests.formats.test_pdf import drawn, lines

STYLES = getSampleStyleSheet()


def line(text: str, bottom: float, *cells: str, height: float = 12.0) -> Line:
    parts = tuple(Cell(cell, 72 + 120 * n, 102 + 120 * n) for n, cell in enumerate(cells))
    return Line(text or " ".join(cells), 72, 72 + 5 * len(text), bottom, height, False, False, parts)


def body(page: int) -> list[Line]:
    return [line(f"{'ABCDEFGHIJKLMNOPQRSTUVWX'[page]} has line {n} to itself.", 600 - 14 * n) for n in range(10)]


def left(pages: dict[int, list[Line]], index: int) -> list[str]:
    running = running_marks(pages, 12.0)
    return [one.text for one in without_running(pages[index], running, index) if "to itself" not in one.text]


@pytest.mark.parametrize(
    "text",
    [
        "Acme Ltd",
        "Acme Ltd - {}",
        "{} Annual Report 2024",
        "{}",
        "- {} -",
        "Page {} of 9",
        "p. 4{}",
        "{}/9",
        "Seite {}",
    ],
)
def test_lines_that_run_along(text: str) -> None:
    pages = {index: [*body(index), line(text.format(index + 1), 30)] for index in range(6)}
    assert left(pages, 4) == []


@pytest.mark.parametrize(
    "text",
    [
        "Receipt no. 700{}",
        "2024-03-0{}",
        "{} March 2024",
        "March {}, 2024",
        "1{}.50",
        "Table {}: see 3.{}",
        "§ 3.{}",
        "Acme {} of 4{}",
    ],
)
def test_numbers_that_go_up_with_the_pages_and_count_something_else(text: str) -> None:
    pages = {index: [*body(index), line(text.format(index + 1, index + 1), 30)] for index in range(6)}
    assert left(pages, 4) == [text.format(5, 5)]


def test_a_line_of_the_text_is_no_running_line() -> None:
    pages = {index: [*body(index), line(f"Line {index + 1}", 460), line("Yes", 446)] for index in range(6)}
    assert left(pages, 4) == ["Line 5", "Yes"]


def test_rows_that_are_far_from_each_other_are_text() -> None:
    far = [*(line(f"{n} to itself", 700 - 20 * n) for n in range(9)), line("Yes", 520)]
    pages = {index: far if index > 4 else body(index) for index in range(8)}
    assert left(pages, 6) == ["Yes"]


@pytest.mark.parametrize("text", ["Yes", "Acme - {}", "{}"])
def test_what_has_another_place_on_each_page_is_text(text: str) -> None:
    pages = {index: [*body(index), line(text.format(index + 1), 30 + 20 * index)] for index in range(6)}
    assert left(pages, 4) == [text.format(5)]


def test_a_title_with_a_number_stays() -> None:
    pages = {index: [line(f"Lesson {index + 1}", 760, height=20), *body(index)] for index in range(6)}
    assert left(pages, 4) == ["Lesson 5"]


def test_numbers_that_begin_again() -> None:
    numbers = ["i", "ii", "iii", "1", "2", "3"]
    pages = {index: [*body(index), line(number, 30)] for index, number in enumerate(numbers)}
    assert [left(pages, index) for index in range(6)] == [[]] * 6
    pages[5][-1] = line("7", 30)
    assert left(pages, 5) == ["7"]


def test_the_first_page_of_a_chapter_has_its_number_alone() -> None:
    heads = ["1", "Pumps 2", "3 Valves", "Hoses 4", "Nails 5", "Tanks 6"]
    pages = {index: [line(head, 760), *body(index)] for index, head in enumerate(heads)}
    assert left(pages, 0) == []


def test_one_page_is_numbered_one_and_far_from_its_text() -> None:
    assert left({0: [*body(0), line("1", 200)]}, 0) == []
    assert left({0: [*body(0), line("1", 450)]}, 0) == ["1"]
    assert left({0: [*body(0), line("1987", 200)]}, 0) == ["1987"]


def test_names_of_columns_stay_with_their_rows() -> None:
    def page(index: int) -> list[Line]:
        head = [line("", 760, "Acme Ltd", "Rules"), line("", 746, "Edition 3", f"Page {index + 1}")]
        return [*head, line("", 700, "Part", "Price"), line("", 680, f"P{index}", f"{7 * index}.5"), *body(index)]

    assert left({index: page(index) for index in range(6)}, 2) == ["Part Price", "P2 14.5"]


def test_a_page_number_right_above_a_table_is_no_name_of_its_columns() -> None:
    def page(index: int) -> list[Line]:
        rows = [line("", 700 - 14 * n, f"Part {n} to itself", f"{index}.{n}") for n in range(5)]
        return [line("", 728, "Acme Ltd", f"Page {index + 1}"), *rows]

    assert left({index: page(index) for index in range(6)}, 2) == []


def test_pages_that_hold_nothing_else() -> None:
    pages = {index: [line(f"ABC 00{index + 20}", 30)] for index in range(6)}
    assert left(pages, 3) == []
    assert running_marks({}, 12.0) == running_marks({0: []}, 12.0) == frozenset()


def slips(*details: str, gap: int = 0) -> bytes:
    def draw(canvas: Canvas) -> None:
        for n in range(6):
            lines(
                canvas,
                f"Receipt no. {7000 + n}",
                *[""] * gap,
                f"Customer {'ABCDEF'[n] * 5} paid {10 * n} EUR",
                *details,
            )

    return drawn(draw)


def test_a_list_over_several_pages_keeps_its_first_and_last_lines(tmp_path: Path) -> None:
    story = [
        Paragraph(f"Invoice {1001 + n} of 2024-03-{1 + n % 28:02d} was paid with {7 * n}.50 EUR.", STYLES["Normal"])
        for n in range(150)
    ]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build(story)
    text = read(tmp_path, "a.pdf", buffer.getvalue()).text
    assert [n for n in range(1001, 1151) if f"Invoice {n} of" not in text] == []


def test_a_table_over_several_pages_names_its_columns_on_each(tmp_path: Path) -> None:
    rows = [[f"2024-{1 + n // 28:02d}-{1 + n % 28:02d}", f"{4000 + n}", f"{1.5 * n:.2f}"] for n in range(140)]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer).build([Table([["Date", "Account", "Amount"], *rows], repeatRows=1)])
    document = read(tmp_path, "a.pdf", buffer.getvalue())
    assert len(document.pages) > 3
    assert document.text.split("\n\n") == [f"Date: {a}; Account: {b}; Amount: {c}" for a, b, c in rows]


@pytest.mark.parametrize("gap", [0, 3])
def test_a_number_of_its_own_for_each_page_is_no_page_number(tmp_path: Path, gap: int) -> None:
    text = read(tmp_path, "a.pdf", slips("Thank you.", "", "", "Terms apply.", "", "", "Acme Ltd", gap=gap)).text
    assert [n for n in range(7000, 7006) if f"Receipt no. {n}" not in text] == []


def test_a_number_at_the_end_of_the_only_page_is_text(tmp_path: Path) -> None:
    assert "1987" in read(tmp_path, "a.pdf", drawn(lambda c: lines(c, "Founded in", "1987"))).text
    assert "1987" in read(tmp_path, "b.pdf", drawn(lambda c: lines(c, "Founded in", *[""] * 40, "1987"))).text
    assert read(tmp_path, "c.pdf", drawn(lambda c: lines(c, "Founded long ago.", *[""] * 40, "1"))).text == (
        "Founded long ago."
    )


def test_running_lines_and_the_numbers_of_pages_are_left_out(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page, number in enumerate(["i", "ii", *map(str, range(1, 9))]):
            canvas.drawString(72, 800, "Acme Ltd")
            canvas.drawString(72, 786, f"Rules of 2024-03-01 / {page + 1} of 10")
            canvas.drawString(300, 30, number if page % 4 else f"- {number} -")
            lines(canvas, f"{'ABCDEFGHIJ'[page]} was signed on {page + 3} May.")

    assert read(tmp_path, "a.pdf", drawn(draw)).text.split("\n\n") == [
        f"{letter} was signed on {day} May." for day, letter in enumerate("ABCDEFGHIJ", start=3)
    ]


def test_numbers_and_days_at_the_edge_that_count_no_pages_are_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page, total in enumerate([350, 12, 7, 41]):
            canvas.drawString(72, 800, f"2024-03-0{page + 1}")
            canvas.drawString(72, 30, str(total))
            lines(canvas, *[f"Words of {'ABCD'[page]}.", ""] * 3)

    text = read(tmp_path, "a.pdf", drawn(draw)).text
    assert [word for word in ("2024-03-01", "2024-03-04", "350", "12", "7", "41") if word not in text.split()] == []
