from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import BinaryFile
from tests.formats.reading import headings, read


def test_text_stays_as_it_is(tmp_path: Path) -> None:
    text = "One line,\nand a second.\n\n  Indented\ttab.\n"
    document = read(tmp_path, "my notes.txt", text)
    assert document.text == text
    assert document.title == "my notes"
    assert not document.pages
    assert not document.headings


def test_line_ends_become_one_kind(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", b"a\r\nb\rc\n").text == "a\nb\nc\n"


@pytest.mark.parametrize("name", ["a.py", "a.c", "a.toml", "Makefile", "a.unknown", "a.xml"])
def test_source_code_and_other_text(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, "x = 1  # <b> *a*\n").text == "x = 1  # <b> *a*\n"


def test_underlined_titles(tmp_path: Path) -> None:
    document = read(
        tmp_path, "a.rst", "Great\n=====\n\ntext\n\nSmall\n-----\n\nmore\n\nAlso great\n==========\n\nno title\n--\n"
    )
    assert headings(document) == [(1, "Great"), (2, "Small"), (1, "Also great")]
    assert document.title == "Great"


def test_no_text(tmp_path: Path) -> None:
    with pytest.raises(BinaryFile, match=r"a\.txt: binary data"):
        read(tmp_path, "a.txt", bytes(range(256)) * 4)
