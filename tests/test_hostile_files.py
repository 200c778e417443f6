"""Broken and hostile files of every kind: each refused by name and reason, or read safely; none stops the others."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import signal
import socket
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.errors import BinaryFile, DamagedFile, EmptyFile, EncryptedFile, LoadError, OversizeFile, ScannedFile
from rag.loaders import list_files, load

LIMIT = 30_000_000
NOISE = random.Random(1).randbytes(50_000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
XML_ENTITIES = "<!DOCTYPE a [<!ENTITY a0 'lol'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)
RELATION = '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="word/document.xml"/></Relationships>'
SHEET = "xl/worksheets/sheet1.xml"
Content = bytes | str | Callable[[Path], None]
Expected = type[LoadError] | None


def packed(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def word(xml: str) -> bytes:
    return packed({"_rels/.rels": RELATION, "word/document.xml": xml})


def saved(thing: docx.document.Document | openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    thing.save(buffer)
    return buffer.getvalue()


def workbook(sheet: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Part", "Price"])
    book.active.append(["Pump", 12])
    data = saved(book)
    if sheet is None:
        return data
    source = zipfile.ZipFile(io.BytesIO(data))
    return packed({name: sheet if name == SHEET else source.read(name) for name in source.namelist()})


def rows(xml: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><dimension ref="A1:XFD1048576"/><sheetData>{xml}</sheetData></worksheet>'


def pdf(text: str = "Some words.", pages: int = 3, picture: bool = False, **options: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    for _ in range(pages):
        if picture:
            canvas.drawImage(ImageReader(Image.new("L", (9, 9), 128)), 0, 0, 500, 700)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20)).save(buffer, "PNG")
    return buffer.getvalue()


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/passwd"))
    return buffer.getvalue()


def database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def encrypted_zip(data: bytes) -> bytes:
    marked = bytearray(data)
    marked[6] |= 1
    marked[marked.index(b"PK\1\2") + 8] |= 1
    return bytes(marked)


def epub(container: str, **parts: str) -> bytes:
    return packed({"mimetype": "application/epub+zip", "META-INF/container.xml": container, **parts})


def mail(head: str, body: str = "Some words.") -> str:
    return f"From: a@example.org\nMIME-Version: 1.0\n{head}\n\n{body}\n"


CASES: list[tuple[str, Content, Expected, str]] = [
    # empty
    ("no-bytes.txt", b"", EmptyFile, "empty"),
    ("white-space.md", b" \n\t\r\n\x0b\xc2\xa0", EmptyFile, "no text"),
    ("mark-only.txt", b"\xff\xfe", EmptyFile, "no text"),
    ("no-words.html", "<html><body><script>x()</script><img></body>", EmptyFile, "no text"),
    ("commas.csv", b"," * 100_000, EmptyFile, "no text"),
    ("blank.docx", saved(docx.Document()), EmptyFile, "no text"),
    ("blank.pdf", pdf(""), EmptyFile, "blank"),
    ("empty.json", "[[], {}, null]", EmptyFile, "no text"),
    # under a password
    ("password.pdf", pdf(encrypt="pw"), EncryptedFile, "password"),
    ("password.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), EncryptedFile, "password"),
    ("password.docx", encrypted_zip(word("<a/>")), EncryptedFile, "password"),
    ("protected.epub", epub("<c/>", **{"META-INF/rights.xml": "<r/>"}), EncryptedFile, "DRM"),
    ("sealed.eml", mail("Content-Type: multipart/encrypted; boundary=b"), EncryptedFile, "encrypted"),
    # images of pages
    ("scan.pdf", pdf("", picture=True), ScannedFile, "none of its 3 pages"),
    ("stamped-scan.pdf", pdf("Scanned with a telephone", picture=True), ScannedFile, "none of its 3 pages"),
    # cut or malformed
    ("cut.pdf", pdf()[:900], DamagedFile, "truncated"),
    ("noise.pdf", b"%PDF-1.7\n" + NOISE + b"%%EOF", DamagedFile, "no readable PDF"),
    ("cut.docx", word("<a/>")[:-30], DamagedFile, "truncated"),
    ("cut.xlsx", workbook()[:2_000], DamagedFile, "truncated"),
    ("flipped.xlsx", workbook()[:300] + b"\xff" * 60 + workbook()[360:], DamagedFile, "malformed"),
    ("cut.json", '{"a": [1, 2', DamagedFile, "line 1, column 12"),
    ("cut.jsonl", '{"a": 1}\n{"a\n', DamagedFile, "line 2"),
    ("torn.jsonl", '{"a": 1}\n{"a', None, ""),
    ("cut-part.docx", word("<d><body><p><r><t>wor"), DamagedFile, "malformed"),
    ("renamed-zip.docx", packed({"a.txt": "words"}), DamagedFile, "without the parts"),
    ("no-main.docx", packed({"word/x.xml": "<a/>"}), DamagedFile, "main part is missing"),
    ("no-book.epub", epub("<c><rootfile full-path='../../etc/passwd'/></c>"), DamagedFile, "is missing"),
    ("bad-cell.xlsx", workbook(rows('<row r="a"><c r="?!"><v>1</v></c></row>')), DamagedFile, "malformed"),
    # built to explode or to hang
    ("bomb.docx", word(" " * 20_000_000), OversizeFile, "unpacks to"),
    ("bomb.epub", epub("<c/>", **{"a.xhtml": "x" * 20_000_000}), OversizeFile, "unpacks to"),
    ("far.xlsx", workbook(rows('<row r="99999999999"><c><v>1</v></c></row>')), OversizeFile, "cells"),
    ("claims.xlsx", workbook(rows('<row><c t="inlineStr"><is><t>words</t></is></c></row>')), None, ""),
    ("laughs.docx", word(XML_ENTITIES + "]><a b='&a11;'/>"), DamagedFile, "malformed"),
    ("laughs.xlsx", workbook(XML_ENTITIES + "]>" + rows("<row><c><v>&a11;</v></c></row>")), DamagedFile, "malformed"),
    ("reads-files.docx", word("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hosts'>]><a>&x;</a>"), EmptyFile, "no text"),
    ("deep.html", "<html>" + "<div>" * 100_000, DamagedFile, "nested too deeply"),
    ("deep.json", "[" * 500_000, DamagedFile, "nested too deeply"),
    ("deep.docx", word("<d>" + "<tbl><tr><tc>" * 999 + "</tc></tr></tbl>" * 999 + "</d>"), DamagedFile, "depth"),
    ("deep.eml", mail("Content-Type: message/rfc822\n\n" * 2_000), DamagedFile, "nested too deeply"),
    ("spans.html", "<html><table><tr>" + "<td colspan=99999999 rowspan=99999999>x" * 999, None, ""),
    ("names.csv", ",".join(n * 70 for n in "abcdefghijklmn") + ("\n" + "1," * 14) * 30_000, OversizeFile, "text"),
    ("keys.json", json.dumps({"k" * 1_000_000: [[{"a": "b"}] * 9_999]}), None, ""),
    ("one-line.csv", b"x" * 20_000_000, None, ""),
    ("quote.csv", 'a,b\n"' + "x,y\n" * 200_000, None, ""),
    ("brackets.md", "[a](" * 100_000 + "`" * 99_999 + "*a **b " * 50_000, None, ""),
    ("comments.txt", "<!---->" * 100_000 + "words", None, ""),
    ("header.eml", mail("Subject: " + "=?utf-8?q?a?= " * 99_999), None, ""),
    ("large.txt", b"x" * (LIMIT + 1), OversizeFile, "the limit is"),
    # no text, or of a kind that is not read
    ("noise.txt", NOISE, BinaryFile, "binary data"),
    ("zeros.csv", bytes(5_000), BinaryFile, "binary data"),
    ("picture.png", png(), BinaryFile, "PNG"),
    ("picture.txt", b"\xff\xd8\xff\xe0" + NOISE, BinaryFile, "JPEG"),
    ("program.exe", b"MZ\x90\0" + NOISE, BinaryFile, "program"),
    ("program", b"\x7fELF\2\1\1" + NOISE, BinaryFile, "program"),
    ("song.mp3", b"ID3\4\0" + NOISE, BinaryFile, "MP3"),
    ("film.mp4", struct.pack(">I", 24) + b"ftypisom" + NOISE, BinaryFile, "film"),
    ("files.zip", packed({"../../evil.txt": "words"}), BinaryFile, "unpack it"),
    ("files.tar", tar(), BinaryFile, "tar"),
    ("words.txt.gz", gzip.compress(b"words"), BinaryFile, "gzip"),
    ("data.db", database, BinaryFile, "SQLite"),
    ("old.doc", OLE + "WordDocument".encode("utf-16-le"), BinaryFile, "save it as .docx"),
    ("old.xls", OLE + "Workbook".encode("utf-16-le"), BinaryFile, "save it as .xlsx"),
    ("old.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), BinaryFile, "save it as .pptx"),
    ("open.odt", packed({"mimetype": "application/vnd.oasis.opendocument.text"}), BinaryFile, "OpenDocument"),
    ("rich.rtf", r"{\rtf1 words}", BinaryFile, "RTF"),
    # no file at all
    ("pipe.txt", os.mkfifo, LoadError, "a pipe"),
    ("socket.txt", listening, LoadError, "a socket"),
    ("broken-link.txt", lambda path: path.symlink_to("nowhere.txt"), LoadError, "gone"),
    ("circle.txt", lambda path: path.symlink_to(path.name), LoadError, "symbolic links"),
    # under a false name, in an odd encoding, with odd bytes, and still to be read
    ("page.pdf", "<!doctype html><html><body><p>Some words.", None, ""),
    ("report.txt", pdf(), None, ""),
    ("letter.doc", "<html><body>Some words.", None, ""),
    ("table.csv.docx", "a,b\n1,2\n", None, ""),
    ("zero.txt", b"Some\0 words, " * 5 + b"and many more of them follow here.", None, ""),
    ("wide.txt", "Some words.\n".encode("utf-16-le"), None, ""),
    ("western.txt", "Größe – “déjà vu”, said the naïve façade.".encode("cp1252"), None, ""),
    ("half-utf8.txt", "Größe und Maß ".encode() * 20 + b"\xc3", None, ""),
    ("surrogate.json", '["\\ud800 words"]', None, ""),
    ("reversed.txt", "evil \u202etxt.exe words", None, ""),
    ("charset.eml", mail("Content-Type: text/plain; charset=nope\nSubject: =?foo?q?a?="), None, ""),
    ("two\nlines.txt", "Some words.", None, ""),
    (os.fsdecode(b"caf\xe9.txt"), "Some words.", None, ""),
    ("x" * 251 + ".txt", "Some words.", None, ""),
]  # fmt: skip
GOOD = {"good.txt": "Good words.", "good.md": "# Good\n\nwords", "sub/good.html": "<p>Good words."}


def put(folder: Path, name: str, content: Content) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(autouse=True)
def _nothing_hangs() -> Iterator[None]:
    """A file that is waited for fails its test, not the whole run."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("hangs"))
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.mark.parametrize(("name", "content", "error", "reason"), CASES, ids=[ascii(case[0][:20]) for case in CASES])
def test_each_is_refused_by_name_and_reason_or_read_safely(
    tmp_path: Path, name: str, content: Content, error: Expected, reason: str
) -> None:
    path = put(tmp_path, name, content)
    before = sorted(tmp_path.rglob("*"))
    if error is None:
        text = load(path, tmp_path, LIMIT).text
        text.encode()
        assert text.strip() and len(text) <= LIMIT and "\0" not in text
    else:
        with pytest.raises(LoadError, match=reason) as caught:
            load(path, tmp_path, LIMIT)
        assert type(caught.value) is error
        assert caught.value.path in str(caught.value) and caught.value.hint
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_all_of_them_gives_every_good_file_and_a_reason_for_every_other(tmp_path: Path) -> None:
    for name, content, _, _ in CASES:
        put(tmp_path, name, content)
    for name, content in GOOD.items():
        put(tmp_path, name, content)
    loaded, refused = set(), {}
    for path in list_files(tmp_path):
        try:
            loaded.add(load(path, tmp_path, LIMIT).path)
        except LoadError as exc:
            refused[exc.path] = exc.reason
    assert set(GOOD) <= loaded
    assert len(loaded) == len(GOOD) + sum(error is None for _, _, error, _ in CASES)
    assert len(refused) == sum(error is not None for _, _, error, _ in CASES)
    assert len(refused) >= 40 and all(refused.values())
