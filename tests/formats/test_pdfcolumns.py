from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rag.formats.pdfcolumns import unstretched, with_edges
from rag.formats.pdflines import Cell, Line
from tests.formats.reading import headings, read
from tests.formats.test_pdf import drawn

PROSE = (
    "The committee met in the long hall and considered the roof, which has leaked since the storms of last autumn, and "
    "the doors. It agreed to ask Lord Hollis for a grant of £5,000 and the county for as much again, and to paint the "
    "doors in July. The chair thanked Ann Lee and the members who had come from far away in spite of the bad weather. "
)


def wrapped(text: str, width: float, font: str = "Helvetica") -> list[str]:
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if stringWidth(longer, font, 12) > width:
            found.append(word)
        else:
            found[-1] = longer
    return found


def put(canvas: Canvas, lines: Sequence[str], left: float = 72, top: float = 760, width: float = 0) -> float:
    """Draw lines, all but the last drawn apart to a width if one is given; return where the next would stand."""
    for number, line in enumerate(lines):
        block = canvas.beginText(left, top - 14 * number)
        if width and number < len(lines) - 1:
            block.setWordSpace((width - stringWidth(line, "Helvetica", 12)) / line.count(" "))
        block.textLine(line)
        canvas.drawText(block)
    return top - 14 * len(lines)


def test_short_lines_stay_apart_where_the_text_is_wide(tmp_path: Path) -> None:
    short = ["Monday 8.30 to 17.30", "Tuesday 8.30 to 19.00", "Friday closed", "Jo Finch, practice manager"]

    def draw(canvas: Canvas) -> None:
        bottom = put(canvas, wrapped(PROSE, 440))
        put(canvas, wrapped(PROSE, 440), top=put(canvas, short, top=bottom - 20) - 20)

    assert read(tmp_path, "a.pdf", drawn(draw)).text.split("\n\n") == [PROSE.strip(), *short, PROSE.strip()]


def test_a_narrow_column_is_no_list_though_other_text_is_wide(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, wrapped(PROSE, 150), top=put(canvas, wrapped(PROSE, 440)) - 40)

    assert read(tmp_path, "a.pdf", drawn(draw)).text.split("\n\n") == [PROSE.strip()] * 2


def test_words_drawn_apart_to_fill_a_narrow_column_are_no_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, wrapped(PROSE, 110), width=130)

    assert read(tmp_path, "a.pdf", drawn(draw)).text == PROSE.strip()


def row(bottom: float, *cells: tuple[str, float, float]) -> Line:
    parts = tuple(Cell(*cell) for cell in cells)
    text = " ".join(cell.text for cell in parts)
    return Line(text, parts[0].left, parts[-1].right, bottom, 12.0, False, False, parts if len(parts) > 1 else ())


def test_what_is_stretched() -> None:
    prose = row(700, ("resolved to obtain some", 72, 272))
    even = row(686, ("three", 72, 102), ("quotations", 142, 202), ("before", 242, 272))
    uneven = row(686, ("Pump", 72, 102), ("brass", 112, 152), ("7", 262, 272))
    named = row(686, ("Ann Lee", 72, 112), ("Treasurer", 212, 272))
    for page in ([prose, even], [even, prose]):
        assert not any(line.cells for line in unstretched(page))
    for other in (uneven, named, even._replace(bottom=600)):
        assert unstretched([prose, other]) == [prose, other]


def test_where_columns_end() -> None:
    page = [row(700 - 14 * n, ("words", 72, 250 + n)) for n in range(5)]
    large = row(760, ("Words", 72, 500))._replace(height=24.0)
    table = row(500, ("words", 72, 100), ("7", 440, 450))
    assert [line.edge for line in with_edges([large, *page, table], 12.0)] == [254] * 6 + [0]
    assert [line.edge for line in with_edges(page[1:], 12.0)] == [0] * 4
    assert with_edges([page[0]._replace(edge=inf), *page[1:]], 12.0)[0].edge == inf


def test_rows_that_fill_no_column_keep_their_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number, row in enumerate([("Part", "Stock"), ("Pump", "3"), ("Valve", "14")]):
            for cell, left in zip(row, (72, 200), strict=True):
                canvas.drawString(left, 760 - 14 * number, cell)

    text = read(tmp_path, "a.pdf", drawn(draw)).text
    assert text.split("\n\n") == ["Part: Pump; Stock: 3", "Part: Valve; Stock: 14"]


def test_a_full_line_goes_on_in_the_next_column_and_on_the_next_page(tmp_path: Path) -> None:
    lines, at = wrapped(PROSE * 2, 230), 12
    assert lines[at].startswith("Lord Hollis")

    def columns(canvas: Canvas) -> None:
        put(canvas, lines[:at])
        put(canvas, lines[at:], left=320)

    def pages(canvas: Canvas) -> None:
        put(canvas, lines[:at])
        canvas.showPage()
        put(canvas, lines[at:])

    for draw in (columns, pages):
        assert read(tmp_path, "a.pdf", drawn(draw)).text == (PROSE * 2).strip()


def test_what_is_no_sentence_is_not_joined_to_the_page_before(tmp_path: Path) -> None:
    lines = wrapped(PROSE, 200)

    def draw(canvas: Canvas) -> None:
        put(canvas, lines[:7])
        canvas.showPage()
        put(canvas, ["Minutes of the year"])

    assert read(tmp_path, "a.pdf", drawn(draw)).text.split("\n\n") == [" ".join(lines[:7]), "Minutes of the year"]


def test_emphasis_over_a_whole_line_is_no_heading(tmp_path: Path) -> None:
    first = wrapped(PROSE, 440)[0]
    second = wrapped(PROSE.removeprefix(first), 440, "Helvetica-Bold")[0]
    others = wrapped(PROSE.removeprefix(f"{first} {second}") + PROSE, 440)

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(["Terms", first, second, *others]):
            canvas.setFont("Helvetica-Bold" if number in (0, 2) else "Helvetica", 12)
            canvas.drawString(72, 760 - 14 * number, line)

    document = read(tmp_path, "a.pdf", drawn(draw))
    assert headings(document) == [(3, "Terms")]
    assert document.text.startswith(f"Terms\n\n{PROSE}")


def test_a_word_cut_at_the_end_of_a_page_is_one(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["The board con-"])
        put(canvas, ["12"], top=30)
        canvas.showPage()
        put(canvas, ["sidered it."])
        put(canvas, ["13"], top=30)

    usual = b"/Encoding /WinAnsiEncoding"
    data = drawn(draw).replace(usual, b"/Encoding << /BaseEncoding /WinAnsiEncoding /Differences [45 /uni2010] >>")
    assert read(tmp_path, "a.pdf", data).text == "The board considered it."
