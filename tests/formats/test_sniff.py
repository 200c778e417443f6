from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from rag.errors import BinaryFile, DamagedFile, EncryptedFile
from rag.formats.base import Source
from rag.formats.sniff import sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
HTML = b"<!-- saved --> <!DOCTYPE html>\n<html><body>x"
MAIL = b"Received: from a\nFrom: a@example.org\nMessage-ID: <1>\n\nbody"


def source(name: str, data: bytes) -> Source:
    return Source(io.BytesIO(data), name, len(data), 10_000_000)


def packed(*names: str, **parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, parts.get(name, b""))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", b"words", "plain"),
        ("a.md", b"# words", "markdown"),
        ("a.csv", b"a,b", "table"),
        ("a.jsonl", b"{}", "json"),
        ("a.eml", b"Subject: x\n\nbody", "mail"),
        ("a.py", b"print()", "plain"),
        ("README", b"words", "plain"),
        ("a.html", b"just words", "html"),
        ("a.txt", b"%PDF-1.7\n", "pdf"),
        ("a.pdf", b"junk before\n%PDF-1.7\n", "pdf"),
        ("a.txt", b"how a file begins: %PDF-1.7", "plain"),
        ("a.doc", HTML, "html"),
        ("a.txt", "\ufeff<html>".encode(), "html"),
        ("a.txt", "<html><p>x".encode("utf-16"), "html"),
        ("a.xls", b'<?xml version="1.0"?>\n<html xmlns="x">', "html"),
        ("a.txt", b"about <html> and <body>", "plain"),
        ("a.pdf", b"just words", "plain"),
        ("a.docx", b"just words", "plain"),
        ("a.txt", MAIL, "mail"),
        ("a.py", MAIL, "plain"),
        ("a.txt", b"From: me\nTo: you\n\nwords", "plain"),
        ("a.txt", b"MZ is how programs begin", "plain"),
        ("a.txt", b"RIFF and BZh too", "plain"),
        ("a.bin", packed("word/document.xml"), "docx"),
        ("a.docx", packed("ppt/presentation.xml"), "pptx"),
        ("a.zip", packed("xl/workbook.xml"), "xlsx"),
        ("a.txt", packed("mimetype", "META-INF/container.xml"), "epub"),
    ],
)
def test_kinds(name: str, data: bytes, kind: str) -> None:
    assert sniff(source(name, data)) == kind


@pytest.mark.parametrize(
    ("data", "error", "reason", "hint"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", BinaryFile, "a PNG image", "PDF"),
        (b"MZ\x90\0\3", BinaryFile, "a program", "out of the folder"),
        (bytes(257) + b"ustar\0", BinaryFile, "a tar archive", "out of the folder"),
        (b"\0\0\0\x18ftypmp42", BinaryFile, "a film", "out of the folder"),
        (b"{\\rtf1 words}", BinaryFile, "RTF", "text or PDF"),
        (OLE + "WordDocument".encode("utf-16-le"), BinaryFile, "Word 97", r"\.docx"),
        (OLE + "Workbook".encode("utf-16-le"), BinaryFile, "Excel 97", r"\.xlsx"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), BinaryFile, "PowerPoint 97", r"\.pptx"),
        (OLE + "__properties_version1.0".encode("utf-16-le"), BinaryFile, "Outlook", r"\.eml"),
        (OLE, BinaryFile, "old office file", r"\.docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), EncryptedFile, "under a password", "without one"),
        (packed("a.txt"), BinaryFile, "a zip archive", "unpack it"),
        (packed("xl/workbook.bin", "xl/a.xml"), BinaryFile, "binary Excel", r"\.xlsx"),
        (
            packed("mimetype", mimetype=b"application/vnd.oasis.opendocument.text"),
            BinaryFile,
            "OpenDocument",
            r"\.docx",
        ),
        (b"PK\3\4 and no more", DamagedFile, "truncated or damaged zip", "save it again"),
    ],
)
def test_what_is_not_read_here_is_named(data: bytes, error: type[Exception], reason: str, hint: str) -> None:
    with pytest.raises(error, match=rf"a\.dat: .*{reason}.*\(.*{hint}.*\)"):
        sniff(source("a.dat", data))


def test_a_zip_under_the_name_of_an_office_file() -> None:
    with pytest.raises(DamagedFile, match=r"without the parts of a \.docx file"):
        sniff(source("a.docx", packed("a.txt")))


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.epub", "a.pdf"])
def test_bytes_under_the_name_of_a_container(name: str) -> None:
    with pytest.raises(DamagedFile, match=r"neither a \.\w+ file nor a text.*save it again"):
        sniff(source(name, b"\0\1\2garbage"))


def test_text_under_the_name_of_a_container_is_text() -> None:
    assert sniff(source("a.docx", b"A letter.")) == "plain"
    assert sniff(source("a.docx", "A letter.".encode("utf-16"))) == "plain"


def test_comments_without_end_take_no_time() -> None:
    assert sniff(source("a.txt", b"<!---->" * 1_200 + b"x <html>")) == "plain"


def test_of_a_part_that_explodes_only_its_beginning_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", bytes(9_000_000))
        archive.writestr("META-INF/container.xml", "<a/>")
    tracemalloc.start()
    try:
        assert sniff(source("a.epub", buffer.getvalue())) == "epub"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
