from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from rag.formats.docxnumbers import Numbers
from tests.formats.reading import headings, read

RELATIONS = "<Relationships>{}</Relationships>"
RELATION = '<Relationship Id="{0}" Type="x/{0}" Target="{1}"/>'


def packed(body: str, numbering: str, styles: str = "") -> bytes:
    buffer = io.BytesIO()
    parts = RELATION.format("numbering", "numbering.xml") + RELATION.format("styles", "styles.xml")
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("_rels/.rels", RELATIONS.format(RELATION.format("officeDocument", "word/document.xml")))
        archive.writestr("word/_rels/document.xml.rels", RELATIONS.format(parts))
        archive.writestr("word/document.xml", f"<document><body>{body}</body></document>")
        archive.writestr("word/numbering.xml", f"<numbering>{numbering}</numbering>")
        archive.writestr("word/styles.xml", f"<styles>{styles}</styles>")
    return buffer.getvalue()


def level(at: int, pattern: str, form: str = "decimal", start: int = 1, more: str = "") -> str:
    return f'<lvl ilvl="{at}"><start val="{start}"/><numFmt val="{form}"/>{more}<lvlText val="{pattern}"/></lvl>'


def abstract(*levels: str, name: int = 0) -> str:
    return f'<abstractNum abstractNumId="{name}">{"".join(levels)}</abstractNum>'


def num(name: int, of: int = 0, more: str = "") -> str:
    return f'<num numId="{name}"><abstractNumId val="{of}"/>{more}</num>'


def asked(number: int | str = "", at: int | str = "", style: str = "") -> str:
    own = f'<numPr><ilvl val="{at}"/><numId val="{number}"/></numPr>' if number != "" else ""
    return f'<pPr>{f"""<pStyle val="{style}"/>""" if style else ""}{own}</pPr>'


def numbers(numbering: str, *paragraphs: str, styles: str = "") -> list[str]:
    parts = (etree.fromstring(f"<a>{part}</a>") for part in (numbering, styles))
    counts = Numbers(*parts)
    return [counts.next(etree.fromstring(paragraph)) for paragraph in paragraphs]


CLAUSES = abstract(level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter"))


def test_clauses_are_read_with_their_numbers(tmp_path: Path) -> None:
    styles = (
        '<style styleId="h"><name val="heading 1"/><pPr><numPr><numId val="1"/></numPr></pPr></style>'
        '<style styleId="c"><name val="Clause"/><basedOn val="h"/><pPr><outlineLvl val="9"/></pPr></style>'
    )
    said = [
        ("Scope", asked(style="h")),
        ("Goods means pumps.", asked(1, 1)),
        ("Delivery", asked(style="h")),
        ("The seller delivers.", asked(1, 1)),
        ("The buyer may refuse if:", asked(1, 1)),
        ("they are late;", asked(1, 2)),
        ("they are broken.", asked(1, 2)),
        ("not a clause", asked(0, 0, "h").replace("<pPr>", '<pPr><outlineLvl val="9"/>')),
    ]
    body = "".join(f"<p>{properties}<r><t>{text}</t></r></p>" for text, properties in said)
    document = read(tmp_path, "a.docx", packed(body, CLAUSES + num(1), styles))
    assert headings(document) == [(1, "1. Scope"), (1, "2. Delivery")]
    assert document.text == (
        "1. Scope\n\n1.1 Goods means pumps.\n\n2. Delivery\n\n2.1 The seller delivers.\n"
        "2.2 The buyer may refuse if:\n(a) they are late;\n(b) they are broken.\n\nnot a clause"
    )


def test_what_is_deleted_is_not_counted_and_what_is_empty_is(tmp_path: Path) -> None:
    def paragraph(text: str, mark: str = "") -> str:
        return f"<p>{asked(1, 0).replace('</pPr>', f'<rPr>{mark}</rPr></pPr>')}{text}</p>"

    body = (
        paragraph("<r><t>one</t></r>")
        + paragraph("<del><r><delText>old</delText></r></del>", "<del/>")
        + paragraph("<r><rPr><vanish/></rPr><t>hidden</t></r>", "<vanish/>")
        + paragraph("<r><t>two</t></r>", "<del/>")
        + paragraph("")
        + paragraph("<r><t>four</t></r>")
    )
    assert read(tmp_path, "a.docx", packed(body, CLAUSES + num(1))).text == "1. one\n2. two\n4. four"


def test_rows_that_are_numbered(tmp_path: Path) -> None:
    rows = "".join(f"<tr><tc><p>{asked(1, 0)}</p></tc><tc><p><r><t>{part}</t></r></p></tc></tr>" for part in "ab")
    head = "<tr><tc><p><r><t>No</t></r></p></tc><tc><p><r><t>Part</t></r></p></tc></tr>"
    document = read(tmp_path, "a.docx", packed(f"<tbl>{head}{rows}</tbl>", CLAUSES + num(1)))
    assert document.text == "No: 1.; Part: a\n\nNo: 2.; Part: b"


@pytest.mark.parametrize(
    ("form", "start", "number"),
    [
        ("decimal", 7, "7"),
        ("decimalZero", 7, "07"),
        ("decimalZero", 12, "12"),
        ("lowerLetter", 3, "c"),
        ("upperLetter", 27, "AA"),
        ("lowerLetter", 0, "0"),
        ("lowerRoman", 4, "iv"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("ordinal", 2, "2"),
        ("upperLetter", 999_999_999, "999999999"),
        ("lowerRoman", 999_999_999, "999999999"),
        ("none", 2, ""),
    ],
)
def test_formats(form: str, start: int, number: str) -> None:
    assert numbers(abstract(level(0, "§ %1", form, start)) + num(1), asked(1, 0)) == [f"§ {number}".strip()]


def test_bullets_have_no_number() -> None:
    assert numbers(abstract(level(0, "•", "bullet")) + num(1), asked(1, 0), "<pPr/>", asked(2, 0)) == ["", "", ""]


def test_deeper_levels_begin_anew_and_skipped_ones_with_their_start() -> None:
    said = [asked(1, at) for at in (0, 1, 2, 2, 1, 2, 0, 2, 1)]
    assert numbers(CLAUSES + num(1), *said) == ["1.", "1.1", "(a)", "(b)", "1.2", "(a)", "2.", "(a)", "2.2"]


@pytest.mark.parametrize(("restart", "last"), [("0", "3"), ("1", "1"), ("", "1")])
def test_a_level_that_goes_on(restart: str, last: str) -> None:
    more = f'<lvlRestart val="{restart}"/>' if restart else ""
    lists = abstract(level(0, "Part %1", "upperRoman"), level(1, "%2", more=more)) + num(1)
    assert numbers(lists, *(asked(1, at) for at in (0, 1, 1, 0, 1))) == ["Part I", "1", "2", "Part II", last]


def test_legal_numbers_are_digits() -> None:
    lists = abstract(level(0, "Article %1", "upperRoman"), level(1, "%1.%2", more="<isLgl/>")) + num(1)
    assert numbers(lists, asked(1, 0), asked(1, 1)) == ["Article I", "1.1"]


def test_lists_of_one_abstract_list_go_on_unless_they_say_where_they_begin() -> None:
    begins = '<lvlOverride ilvl="0"><startOverride val="5"/></lvlOverride>'
    said = [asked(1, 0), asked(2, 0), asked(3, 0), asked(3, 0), asked(1, 0), asked(4, 0)]
    lists = CLAUSES + abstract(level(0, "%1"), name=1) + num(1) + num(2) + num(3, more=begins) + num(4, 1)
    assert numbers(lists, *said) == ["1.", "2.", "5.", "6.", "7.", "1"]


def test_a_list_with_a_level_of_its_own() -> None:
    own = f'<lvlOverride ilvl="0">{level(0, "%1)", "lowerLetter")}</lvlOverride>'
    assert numbers(CLAUSES + num(1, more=own), asked(1, 0), asked(1, 1)) == ["a)", "a.1"]


def test_levels_by_styles() -> None:
    tied = abstract(level(0, "%1", more='<pStyle val="a"/>'), level(1, "%1.%2", more='<pStyle val="b"/>')) + num(1)
    styles = (
        '<style styleId="a"><pPr><numPr><numId val="1"/><ilvl val="0"/></numPr></pPr></style>'
        '<style styleId="b"><basedOn val="a"/><pPr><numPr><numId val="1"/></numPr></pPr></style>'
        '<style styleId="c"><basedOn val="b"/></style>'
        '<style styleId="d"><basedOn val="c"/><pPr><numPr><numId val="0"/></numPr></pPr></style>'
    )
    said = [asked(style=style) for style in "abcd"]
    assert numbers(tied, *said, styles=styles) == ["1", "1.1", "1.2", ""]


def test_a_list_by_the_name_of_its_style() -> None:
    lists = CLAUSES + '<abstractNum abstractNumId="7"><numStyleLink val="s"/></abstractNum>' + num(1) + num(2, 7)
    styles = '<style styleId="s"><pPr><numPr><numId val="1"/></numPr></pPr></style>'
    assert numbers(lists, asked(2, 0), asked(2, 1), styles=styles) == ["1.", "1.1"]


def test_what_is_malformed_does_no_harm() -> None:
    circle = '<style styleId="a"><basedOn val="b"/></style><style styleId="b"><basedOn val="a"/></style>'
    lists = (
        abstract(level(0, "%1" * 9_999 + "%9"), level(99, "%1"), '<lvl ilvl="x"/>')
        + num(1, more='<lvlOverride ilvl="-1"><startOverride val="x"/></lvlOverride><lvlOverride/>')
        + num(3, 99)
        + '<num numId="4"/>'
    )
    said = [asked(1, 0), asked(1, 99), asked(1, "²"), asked(3, 0), asked(4, 0), asked("x", "y"), asked(style="a")]
    assert numbers(lists, *said, styles=circle) == ["1" * 50, "", "", "", "", "", ""]
    assert Numbers(None, None).next(None) == ""
