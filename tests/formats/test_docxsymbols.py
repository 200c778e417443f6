"""Letters of symbol fonts and the fields of old forms are read as what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.reading import read
from tests.formats.test_docx import raw


def said(folder: Path, run: str) -> str:
    return read(folder, "a.docx", raw(f"<p><r><t>x</t></r><r>{run}</r><r><t>y</t></r></p>")).text


@pytest.mark.parametrize(
    ("font", "char", "sign"),
    [
        ("Symbol", "F0B0", "°"),
        ("Symbol", "F0B1", "±"),
        ("Symbol", "F06D", "μ"),
        ("Wingdings", "F0FE", "☒"),
        ("Wingdings", "F0A8", "☐"),
        ("Wingdings", "00A8", "☐"),
        ("Wingdings 2", "F052", "☒"),
        ("Wingdings", "F021", ""),
        ("Arial", "2264", "≤"),
        ("Webdings", "F0B0", ""),
        ("Symbol", "nonsense", ""),
        ("Arial", "FFFFFFFFFF", ""),
    ],
)
def test_letters_of_symbol_fonts(tmp_path: Path, font: str, char: str, sign: str) -> None:
    assert said(tmp_path, f'<sym font="{font}" char="{char}"/>') == f"x{sign}y"


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ('<checkBox><default val="0"/><checked/></checkBox>', "☒"),
        ('<checkBox><default val="1"/><checked val="0"/></checkBox>', "☐"),
        ('<checkBox><default val="1"/></checkBox>', "☒"),
        ("<checkBox/>", "☐"),
        ('<ddList><result val="1"/><listEntry val="Adult"/><listEntry val="Child"/></ddList>', "Child"),
        ('<ddList><listEntry val="Adult"/></ddList>', "Adult"),
        ('<ddList><result val="9"/><listEntry val="Adult"/></ddList>', ""),
    ],
)
def test_fields_of_old_forms(tmp_path: Path, field: str, shown: str) -> None:
    assert said(tmp_path, f'<fldChar fldCharType="begin"><ffData>{field}</ffData></fldChar>') == f"x{shown}y"
