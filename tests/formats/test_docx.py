from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt

from rag.errors import DamagedFile, EmptyFile
from tests.formats.reading import headings, read

RELATION = '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def raw(body: str, **parts: str) -> bytes:
    """A document of bare XML, as small as may be."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("_rels/.rels", RELATION)
        archive.writestr("word/document.xml", f"<document><body>{body}</body></document>")
        for name, part in parts.items():
            archive.writestr(f"word/{name}.xml", part)
    return buffer.getvalue()


def test_headings_lists_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "The contract"
    document.add_heading("Contract", 0)
    document.add_heading("Terms", 1)
    document.add_paragraph("Para one.")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Number")
    document.add_heading("Notice", 2)
    table = document.add_table(3, 2)
    for row, cells in zip(table.rows, [("Part", "Price"), ("Pump", "12"), ("Valve", "7")], strict=True):
        row.cells[0].text, row.cells[1].text = cells
    loaded = read(tmp_path, "a.docx", saved(document))
    assert loaded.title == "The contract"
    assert headings(loaded) == [(1, "Contract"), (1, "Terms"), (2, "Notice")]
    assert loaded.heading_at(len(loaded.text) - 1) == "Terms > Notice"
    assert loaded.text.split("\n\n")[2:] == [
        "Para one.",
        "- first\n1. second",
        "Notice",
        "Part: Pump; Price: 12",
        "Part: Valve; Price: 7",
    ]


def test_headers_and_footers_come_last_and_once(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Notice to quit", 1)
    document.add_paragraph("The berth is given up in May.")
    first, second = document.sections[0], document.add_section()
    second.header.is_linked_to_previous = False
    for section in (first, second):
        section.header.paragraphs[0].text = "Ostrava Berths Ltd"
    first.footer.paragraphs[0].text = "Page 1 of 3"
    first.footer.add_paragraph("Tel 01632 960 111")
    loaded = read(tmp_path, "a.docx", saved(document))
    expected = "The berth is given up in May.\n\nHeader and footer\n\nOstrava Berths Ltd\nTel 01632 960 111"
    assert loaded.text.endswith(expected)
    assert loaded.heading_at(len(loaded.text) - 1) == "Header and footer"


def test_what_the_margins_say_is_no_title(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_paragraph("The berth is given up in May.")
    document.sections[0].header.paragraphs[0].text = "Ostrava Berths Ltd"
    assert read(tmp_path, "notice.docx", saved(document)).title == "notice"


def test_a_long_line_in_a_margin_takes_no_longer_than_it_is(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The berth is given up in May.")
    document.sections[0].header.paragraphs[0].text = "- " * 20_000 + "x"
    began_s = time.perf_counter()
    read(tmp_path, "a.docx", saved(document))
    assert time.perf_counter() - began_s < 5


def test_page_numbers_alone_are_no_footer(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The berth is given up in May.")
    document.sections[0].footer.paragraphs[0].text = "– 12 –"
    document.sections[0].header.paragraphs[0].text = "Seite 1 von 3"
    assert read(tmp_path, "a.docx", saved(document)).text == "The berth is given up in May."


def test_merged_cells_are_said_again(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for number, cell in enumerate(["Part", "Low", "High", "Pump", "1", "2", "", "3", "4"]):
        table.rows[number // 3].cells[number % 3].text = cell
    table.cell(1, 0).merge(table.cell(2, 0))
    text = read(tmp_path, "a.docx", saved(document)).text
    assert text == "Part: Pump; Low: 1; High: 2\n\nPart: Pump; Low: 3; High: 4"


def test_a_form_says_values_after_their_labels(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for number, cell in enumerate(["Tenant name:", "Petra Vandermeer", "Guarantor:", "Hugo Stahl"]):
        table.rows[number // 2].cells[number % 2].text = cell
    text = read(tmp_path, "a.docx", saved(document)).text
    assert text == "Tenant name: Petra Vandermeer\n\nGuarantor: Hugo Stahl"


def test_a_style_made_from_a_heading_is_one(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("Clause title", 1)
    style.base_style = document.styles["Heading 2"]
    style.font.size = Pt(20)
    document.add_paragraph("Liability", style="Clause title")
    assert headings(read(tmp_path, "a.docx", saved(document))) == [(2, "Liability")]


def test_runs_breaks_and_white_space(tmp_path: Path) -> None:
    line = (
        "<r><t>On</t></r><r><t>e </t><tab/><t>two</t><ptab/><t>too</t><br/><t>three</t><noBreakHyphen/><t>four</t></r>"
    )
    assert read(tmp_path, "a.docx", raw(f"<p>{line}</p>")).text == "One two too\nthree-four"


def test_insertions_links_and_controls_are_read_deletions_and_hidden_text_are_not(tmp_path: Path) -> None:
    body = (
        "<p><ins><r><t>new </t></r></ins><del><r><delText>old </delText></r></del>"
        "<hyperlink><r><t>link</t></r></hyperlink>"
        '<r><rPr><vanish/></rPr><t>hidden</t></r><r><rPr><vanish val="0"/></rPr><t> shown</t></r></p>'
        "<sdt><sdtContent><p><r><t>in a control</t></r></p></sdtContent></sdt>"
    )
    assert read(tmp_path, "a.docx", raw(body)).text == "new link shown\n\nin a control"


def test_text_boxes_follow_their_paragraph_once(tmp_path: Path) -> None:
    box = "<txbxContent><p><r><t>boxed</t></r></p></txbxContent>"
    both = f"<AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent>"
    assert read(tmp_path, "a.docx", raw(f"<p><r><t>around</t>{both}</r></p>")).text == "around\n\nboxed"


def test_footnotes_come_last(tmp_path: Path) -> None:
    notes = (
        '<footnotes><footnote type="separator"><p><r><t>---</t></r></p></footnote>'
        "<footnote><p><r><t>The note.</t></r></p></footnote></footnotes>"
    )
    rels = '<Relationships><Relationship Id="n" Type="x/footnotes" Target="footnotes.xml"/></Relationships>'
    data = raw("<p><r><t>Text.</t></r></p>", footnotes=notes, **{"_rels/document.xml": ""})
    with zipfile.ZipFile(buffer := io.BytesIO(data), "a") as archive:
        archive.writestr("word/_rels/document.xml.rels", rels)
    assert read(tmp_path, "a.docx", buffer.getvalue()).text == "Text.\n\nThe note."


def test_a_text_box_in_a_cell_is_said_once_and_there(tmp_path: Path) -> None:
    box = "<txbxContent><p><r><t>1450</t></r></p></txbxContent>"
    both = f"<AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent>"
    cells = "<tr><tc><p><r><t>{}</t></r></p></tc><tc><p><r><t>{}</t></r></p></tc></tr>"
    table = f"<tbl>{cells.format('Part', 'Rent')}{cells.format('Flat', f'EUR</t>{both}<t>')}</tbl>"
    assert read(tmp_path, "a.docx", raw(f"{table}<p><r><t>after</t></r></p>")).text == (
        "Part: Flat; Rent: EUR 1450\n\nafter"
    )


def test_deleted_rows_and_cells_are_left_out(tmp_path: Path) -> None:
    def row(first: str, second: str, properties: str = "") -> str:
        return (
            f"<tr>{properties}" + "".join(f"<tc><p><r><t>{text}</t></r></p></tc>" for text in (first, second)) + "</tr>"
        )

    gone = "<trPr><del/></trPr>"
    nested = f"<tbl>{row('in', 'side')}{row('old', 'rent', gone)}</tbl>"
    cell = "<tc><tcPr><cellDel/></tcPr><p><r><t>old</t></r></p></tc>"
    table = (
        row("Old", "Head", gone)
        + row("Part", "Rent")
        + row("Flat", "7", cell)
        + row("Flat", "5", gone)
        + row("Hall", f"9</t></r></p>{nested}<p><r><t>")
    )
    text = read(tmp_path, "a.docx", raw(f"<tbl>{table}</tbl>")).text
    assert text == "Part: Flat; Rent: 7\n\nPart: Hall; Rent: 9 in side"


def test_a_document_without_words(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        read(tmp_path, "a.docx", saved(docx.Document()))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<p><r><t>cut", "malformed"),
        ("<tbl><tr><tc>" * 500 + "</tc></tr></tbl>" * 500, "malformed: Excessive depth"),
    ],
)
def test_malformed_xml(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(DamagedFile, match=reason):
        read(tmp_path, "a.docx", raw(body))


def test_numbers_out_of_range_do_no_harm(tmp_path: Path) -> None:
    body = (
        '<p><pPr><outlineLvl val="999999999999"/></pPr><r><t>plain</t></r></p><tbl><tr>'
        '<tc><tcPr><gridSpan val="99999999999"/></tcPr><p><r><t>a</t></r></p></tc>'
        '<tc><tcPr><gridSpan val="-1"/></tcPr><p><r><t>b</t></r></p></tc></tr></tbl>'
    )
    assert read(tmp_path, "a.docx", raw(body)).text == "plain\n\na; b"
