from __future__ import annotations

from math import inf

from rag.formats.pdflayout import Block, Style, blocks, continues, style_of
from rag.formats.pdflines import Cell, Line

STYLE = Style(12.0, False, frozenset())


def line(text: str, bottom: float, *, left: float = 72, width: float | None = None, **looks: float) -> Line:
    right = left + (width if width is not None else 5.5 * len(text))
    bold, hyphened = bool(looks.get("bold")), bool(looks.get("hyphened"))
    return Line(text, left, right, bottom, looks.get("height", 12.0), bold, hyphened, ())


def texts(*lines: Line) -> list[str]:
    return [block.text for block in blocks(lines, STYLE, 0)]


def test_wrapped_lines_are_one_paragraph() -> None:
    assert texts(line("The pump was found", 700, width=400), line("sound.", 688)) == ["The pump was found sound."]


def test_a_gap_or_another_size_parts() -> None:
    page = [
        line("One ends here", 700, width=400),
        line("two", 688, width=390),
        line("three", 660),
        line("Four", 648, height=20),
    ]
    assert texts(*page) == ["One ends here two", "three", "Four"]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    page = [line("a bc " * 14, 700), line("is short.", 688), line("D ef " * 14, 676), line("g.", 664)]
    assert texts(*page) == ["a bc " * 14 + " is short.", "D ef " * 14 + " g."]


def test_an_indent_begins_a_paragraph() -> None:
    page = [line("a" * 69 + ".", 700), line("B" + "b" * 66, 688, left=92), line("c.", 676)]
    assert texts(*page) == ["a" * 69 + ".", "B" + "b" * 66 + " c."]


def test_items_stand_alone() -> None:
    page = [line("• One thing to", 700, width=300), line("do", 688), line("• Two", 676), line("2. Three", 664)]
    found = blocks(page, STYLE, 0)
    assert [block.text for block in found] == ["- One thing to do", "- Two", "2. Three"]
    assert all(block.listed for block in found)


def test_a_column_goes_on_at_the_top_of_the_next() -> None:
    assert texts(line("It was found", 100, width=200), line("sound.", 700, left=320)) == ["It was found sound."]
    assert texts(line("It was found.", 100, width=200), line("Sound", 700, left=320)) == ["It was found.", "Sound"]


def test_a_full_line_goes_on_in_the_next_column_alone() -> None:
    full = line("It was asked of Lord", 100, width=200)._replace(edge=280)
    assert texts(full, line("Hollis at once.", 700, left=320)) == ["It was asked of Lord Hollis at once."]
    assert texts(full._replace(edge=500), line("Hollis.", 700, left=320)) == ["It was asked of Lord", "Hollis."]
    assert texts(full, line("Fees", 700, left=320)) == ["It was asked of Lord", "Fees"]
    assert texts(full, line("Allow three weeks.", 128, left=320)) == ["It was asked of Lord", "Allow three weeks."]


def test_a_narrow_column_is_no_list() -> None:
    wide = line("w" * 60, 760)
    column = [line("It was asked of Lord", 700), line("Hollis and of the men", 688), line("of the county.", 676)]
    assert texts(wide, *column)[1:] == ["It was asked of Lord Hollis and of the men of the county."]
    german = [line("Es gilt der Preis. Die", 700), line("Kaution ist in drei", 688), line("Raten zu zahlen.", 676)]
    assert texts(wide, *german)[1:] == ["Es gilt der Preis. Die Kaution ist in drei Raten zu zahlen."]
    short = [line("Jo Finch, manager", 700), line("Dr Lam, partner", 688), line("Abe Stone, nurse", 676)]
    assert texts(wide, *short)[1:] == [one.text for one in short]


def test_what_was_filled_in_ends_its_line() -> None:
    assert texts(line("Name Ann Lee", 700)._replace(edge=inf), line("Flat 12b", 688)) == ["Name Ann Lee", "Flat 12b"]


def test_bold_lines_within_a_sentence() -> None:
    usual, bold = line("It is payable before", 700, width=200), line("31 March without", 688, width=200, bold=1)
    rest = line("delay.", 676)
    page = [one._replace(edge=280) for one in (usual, bold, rest)]
    assert texts(*page) == ["It is payable before 31 March without delay."]
    assert texts(page[1], rest._replace(text="Delay.", edge=280)) == ["31 March without", "Delay."]
    page[2] = page[2]._replace(text="May.")
    assert texts(*page) == ["It is payable before 31 March without May."]
    assert texts(line("Terms", 688, bold=1)._replace(edge=280), rest) == ["Terms", "delay."]


def test_footnotes_stand_alone() -> None:
    page = [line("¹ Minutes of May.", 700, width=300), line("² Built in 1921.", 688, width=300)]
    assert texts(*page) == [one.text for one in page]


def test_a_bold_row_goes_on_in_no_sentence() -> None:
    row = line("Annual report 7", 30, bold=1)._replace(cells=(Cell("Annual report", 72, 140), Cell("7", 500, 506)))
    assert not continues(blocks([row], STYLE, 0)[0], Block("found."))


def test_hyphens_at_line_ends() -> None:
    assert texts(line("the trans", 700, hyphened=1), line("formation", 688)) == ["the transformation"]
    assert texts(line("from 2019", 700, hyphened=1), line("2020 on", 688)) == ["from 2019-2020 on"]
    assert texts(line("a well-known, well", 700, hyphened=1), line("known one", 688)) == [
        "a well-known, well-known one"
    ]


def test_headings_by_size_and_weight() -> None:
    page = [
        line("Great", 760, height=24),
        line("Small", 720, height=16),
        line("3. Terms", 690, bold=1),
        line("Text follows here.", 670),
        line("Bold sentence.", 640, bold=1),
        line("Total due: 90 crowns", 610, bold=1),
        line("Total due £90", 580, bold=1),
    ]
    assert [block.level for block in blocks(page, STYLE, 0)] == [1, 2, 3, 0, 0, 0, 0]
    assert blocks([line("Terms", 700, bold=1)], STYLE._replace(bold=True), 0)[0].level == 0


def test_a_table_names_its_columns_and_keeps_cells_under_them() -> None:
    def row(bottom: float, *cells: tuple[str, float]) -> Line:
        parts = tuple(Cell(text, left, left + 6 * len(text)) for text, left in cells)
        return line(" ".join(text for text, _ in cells), bottom)._replace(cells=parts)

    page = [
        row(700, ("Part", 72), ("Low", 200), ("High", 300)),
        row(680, ("Pump", 72), ("9", 306)),
        row(660, ("Valve", 72), ("7", 204)),
    ]
    assert texts(*page) == ["Part: Pump; High: 9", "Part: Valve; Low: 7"]


def test_pieces_on_one_baseline_are_a_row_where_they_are_cells() -> None:
    def piece(text: str, left: float, bottom: float = 700) -> Line:
        one = line(text, bottom, left=left)
        return one._replace(cells=(Cell(text, left, one.right),))

    assert texts(piece("Chair", 72), piece("Ann", 200), piece("Bob", 200, 686)) == ["Chair Ann", "Bob"]
    assert texts(piece("•", 72), piece("Ann", 90)) == ["- Ann"]
    assert texts(piece("2.", 72), piece("Ann", 200)) == ["2.", "Ann"]
    assert texts(piece("Ann", 200), piece("Chair", 72)) == ["Ann", "Chair"]
    assert texts(line("It was found", 700), line("sound.", 700, left=320)) == ["It was found", "sound."]


def test_running_lines_are_left_out() -> None:
    sample = [[line(f"Acme - {n}", 30), line(f"Words of {n}", 400), line("Report", 800)] for n in range(6)]
    style = style_of(dict(enumerate(sample)))
    assert [block.text for block in blocks(sample[3], style, 3)] == ["Words of 3"] or style.running
    assert "Acme - 3" not in [block.text for block in blocks(sample[3], style, 3)]


def test_what_is_usual() -> None:
    style = style_of({0: [line("a" * 100, 700), line("Big", 800, height=20), line("b" * 50, 600, bold=1)]})
    assert (style.height, style.bold, style.running) == (12.0, False, frozenset())
    assert style_of({}).height > 0


def test_when_a_paragraph_goes_on() -> None:
    assert continues(Block("It was"), Block("found."))
    assert not continues(Block("It was."), Block("found."))
    assert not continues(Block("It was"), Block("Found."))
    assert not continues(Block("Terms", level=1), Block("found."))
    assert not continues(Block("It was"), Block("- found", listed=True))
