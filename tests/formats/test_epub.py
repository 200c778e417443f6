from __future__ import annotations

import io
import logging
import zipfile
from pathlib import Path

import pytest

from rag.errors import DamagedFile, EncryptedFile
from tests.formats.reading import headings, read

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
BOOK = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>The Book</dc:title></metadata><manifest>
<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="one%20x.xhtml#top" media-type="application/xhtml+xml"/>
<item id="c" href="gone.xhtml" media-type="application/xhtml+xml"/>
<item id="d" href="../../../etc/passwd" media-type="application/xhtml+xml"/>
<item id="s" href="style.css" media-type="text/css"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/><itemref idref="d"/><itemref idref="s"/>
<itemref idref="none"/><itemref idref="a"/></spine></package>"""
PARTS = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OPS/book.opf": BOOK,
    "OPS/one x.xhtml": "<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'>"
    "<head><title>Chapter One</title></head><body><p>It began&nbsp;small.</p></body></html>",
    "OPS/two.xhtml": "<html><head><title>The Book</title></head>"
    "<body><h1>Two</h1><p>a</p><h2>Later</h2><p>b</p></body></html>",
    "OPS/style.css": "p { color: red }",
}


def packed(**changes: str | None) -> bytes:
    """The book, with parts put in, or taken out where None."""
    parts: dict[str, str | None] = {**PARTS, **changes}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return buffer.getvalue()


def test_chapters_in_reading_order(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        document = read(tmp_path, "a.epub", packed())
    assert document.title == "The Book"
    assert headings(document) == [(1, "Chapter One"), (1, "Two"), (2, "Later")]
    assert document.text == "Chapter One\n\nIt began small.\n\nTwo\n\na\n\nLater\n\nb"
    assert "OPS/gone.xhtml is missing" in caplog.text


def test_the_list_of_chapters_is_read_where_it_is_all_there_is(tmp_path: Path) -> None:
    nav = "<html><body><nav><h1>Contents</h1><ol><li>One</li><li>Two</li></ol></nav></body></html>"
    book = BOOK.replace('id="c" href="gone.xhtml"', 'id="c" properties="scripted nav" href="gone.xhtml"')
    listed = packed(**{"OPS/book.opf": book, "OPS/gone.xhtml": nav})
    assert read(tmp_path, "a.epub", listed).text == "Chapter One\n\nIt began small.\n\nTwo\n\na\n\nLater\n\nb"
    spine = '<itemref idref="c"/></spine></package>'
    alone = packed(**{"OPS/book.opf": book[: book.index("<itemref")] + spine, "OPS/gone.xhtml": nav})
    assert read(tmp_path, "a.epub", alone).text == "Contents\n\n1. One\n2. Two"


def test_a_protected_book(tmp_path: Path) -> None:
    method = "<encryption><EncryptedData><EncryptionMethod Algorithm='{}'/></EncryptedData></encryption>"
    drm = method.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(EncryptedFile, match="DRM"):
        read(tmp_path, "a.epub", packed(**{"META-INF/encryption.xml": drm}))
    with pytest.raises(EncryptedFile, match="DRM"):
        read(tmp_path, "a.epub", packed(**{"META-INF/rights.xml": "<rights/>"}))
    fonts = method.format("http://www.idpf.org/2008/embedding")
    assert read(tmp_path, "a.epub", packed(**{"META-INF/encryption.xml": fonts})).title == "The Book"


@pytest.mark.parametrize(
    ("part", "content", "reason"),
    [
        ("META-INF/container.xml", "<container/>", "names no book"),
        ("META-INF/container.xml", "<c><rootfile full-path='../../etc/passwd'/></c>", "is missing"),
        ("META-INF/container.xml", "not xml", "malformed"),
        ("OPS/book.opf", None, "OPS/book.opf is missing"),
        ("OPS/book.opf", "<package><manifest>", "malformed"),
    ],
)
def test_broken_books(tmp_path: Path, part: str, content: str | None, reason: str) -> None:
    with pytest.raises(DamagedFile, match=reason):
        read(tmp_path, "a.epub", packed(**{part: content}))
