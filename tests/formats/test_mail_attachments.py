from __future__ import annotations

import io
import logging
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.formats.reading import headings, read

UNSAID = ("application", "octet-stream")


def pdf(text: str = "Cranes are serviced in May.", password: str = "") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption(password) if password else None)
    if text:
        canvas.drawString(72, 700, text)
    else:
        canvas.rect(72, 700, 50, 50)
    canvas.save()
    return buffer.getvalue()


def word() -> bytes:
    buffer, document = io.BytesIO(), docx.Document()
    document.add_heading("Leave", 1)
    document.add_paragraph("Leave is 28 days.")
    document.save(buffer)
    return buffer.getvalue()


def workbook() -> bytes:
    buffer, book = io.BytesIO(), openpyxl.Workbook()
    for row in (["Part", "Price"], ["Pump", 12]):
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def mail(*attached: tuple[str, bytes, tuple[str, str]]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.org", "Papers"
    message.set_content("See below.")
    for name, data, (main, sub) in attached:
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def sealed() -> bytes:
    return b"From: a@example.org\nSubject: Sealed\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime\n\nx\n"


@pytest.mark.parametrize(
    ("name", "make", "kind", "expected"),
    [
        ("a.pdf", pdf, ("application", "pdf"), "Cranes are serviced in May."),
        ("a.PDF", pdf, UNSAID, "Cranes are serviced in May."),
        ("a.docx", word, ("application", "vnd.openxmlformats-officedocument"), "Leave\n\nLeave is 28 days."),
        ("a.xlsx", workbook, UNSAID, "Sheet\n\nPart: Pump; Price: 12"),
        ("a.csv", lambda: b"Part,Price\nPump,12\n", UNSAID, "Part: Pump; Price: 12"),
        ("a.csv", lambda: b"Part,Price\nPump,12\n", ("text", "plain"), "Part: Pump; Price: 12"),
        ("a.dat", lambda: b"Part,Price\nPump,12\n", ("text", "csv"), "Part: Pump; Price: 12"),
        ("a.txt", lambda: b"Mr Stokes.\n", UNSAID, "Mr Stokes."),
        ("a.htm", lambda: b"<p>Mr <b>Stokes</b>.</p>", UNSAID, "Mr Stokes."),
        ("a.json", lambda: b'{"bailiff": "Stokes"}', ("application", "json"), "bailiff: Stokes"),
        ("a.eml", lambda: mail().as_bytes(), UNSAID, "Papers\n\nFrom: a@example.org\n\nSee below."),
    ],
)
def test_an_attachment_is_read_as_a_file_of_its_name(
    tmp_path: Path, name: str, make: Callable[[], bytes], kind: tuple[str, str], expected: str
) -> None:
    text = read(tmp_path, "mail.eml", mail((name, make(), kind)).as_bytes()).text
    assert text.partition(f"\n\nAttachment: {name}\n\n")[2] == expected


def test_headings_of_an_attachment_stand_below_its_own(tmp_path: Path) -> None:
    inner = mail(("b.md", b"\n# Top\n\n## Sub\n\nwords\n\n\n", UNSAID))
    document = read(
        tmp_path, "mail.eml", mail(("a.docx", word(), UNSAID), ("a.eml", inner.as_bytes(), UNSAID)).as_bytes()
    )
    assert headings(document) == [
        (1, "Papers"),
        (2, "Attachment: a.docx"),
        (3, "Leave"),
        (2, "Attachment: a.eml"),
        (3, "Papers"),
        (4, "Attachment: b.md"),
        (5, "Top"),
        (6, "Sub"),
    ]  # fmt: skip


def test_headings_of_a_text_with_blank_lines_around_it_stand_at_their_place(tmp_path: Path) -> None:
    document = read(tmp_path, "mail.eml", mail(("a.rst", b"\n\nTop\n===\n\nwords  \n\n\n", UNSAID)).as_bytes())
    assert headings(document)[2:] == [(3, "Top")]


@pytest.mark.parametrize("name", ["a.html", "a.csv", "a.txt"])
def test_the_charset_that_the_message_names_holds_for_an_attached_text(tmp_path: Path, name: str) -> None:
    message = mail()
    message.add_attachment("<meta charset=latin1>Срок", subtype="plain", charset="koi8-r", filename=name)
    assert "Срок" in read(tmp_path, "mail.eml", message.as_bytes()).text


@pytest.mark.parametrize(
    ("name", "data", "kind", "why"),
    [
        ("a.pdf", pdf(password="secret"), UNSAID, "encrypted"),
        ("a.pdf", pdf()[:600], UNSAID, "damaged"),
        ("a.pdf", pdf(text=""), UNSAID, "scanned"),
        ("a.docx", word()[:-30], UNSAID, "damaged"),
        ("a.json", b'{"a": ', UNSAID, "damaged"),
        ("a.zip", b"PK\3\4" + bytes(200), UNSAID, "damaged"),
        ("a.gz", b"\x1f\x8b" + bytes(200), UNSAID, "binary"),
        ("a.txt", b"", UNSAID, "empty"),
        ("a.csv", b"a,b\n" + b"1,2\n" * 20_000, UNSAID, "oversize"),
        ("a.eml", sealed(), UNSAID, "encrypted"),
        ("a.svg", b"<svg><path d='M0 0'/></svg>", ("image", "svg+xml"), "image"),
        ("smime.p7m", b"0\x82", ("application", "pkcs7-mime"), "encrypted"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason_and_the_rest_is_read(
    tmp_path: Path, name: str, data: bytes, kind: tuple[str, str], why: str
) -> None:
    message = mail((name, data, kind), ("b.txt", b"Read all the same.", UNSAID))
    text = read(tmp_path, "mail.eml", message.as_bytes(), limit=200_000).text
    found = text.partition("\n\nSee below.\n\n")[2].split("\n\n")
    assert found == [f"Attachment: {name}", f"[not read: {why}]", "Attachment: b.txt", "Read all the same."]


def test_an_encrypted_part_or_message_leaves_the_others(tmp_path: Path) -> None:
    data = (
        b"From: a@example.org\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        b"--B\n\nOpen words.\n--B\nContent-Type: multipart/encrypted; boundary=C\n\n"
        b"--C\nContent-Type: application/octet-stream; name=a.asc\n\nSECRET\n--C--\n"
        b"--B\nContent-Type: message/rfc822\n\n" + sealed() + b"--B--\n"
    )
    text = read(tmp_path, "mail.eml", data).text
    assert text.endswith("Open words.\n\n[not read: encrypted]\n\nSealed\n\n[not read: encrypted]")
    assert "SECRET" not in text


def test_the_log_names_the_mail_the_file_and_the_reason(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    read(
        tmp_path, "mail.eml", mail(("a.pdf", pdf(password="secret"), UNSAID), ("a.gz", b"\x1f\x8b", UNSAID)).as_bytes()
    )
    assert caplog.messages == ["mail.eml: attached a.pdf was not read: needs a password"]


def test_mails_within_mails_are_followed_a_few_levels(tmp_path: Path) -> None:
    inner = mail(("last.txt", b"too deep", UNSAID)).as_bytes()
    for _ in range(5):
        inner = mail(("inner.eml", inner, UNSAID)).as_bytes()
    text = read(tmp_path, "mail.eml", inner).text
    assert text.count("See below.") == 5
    assert text.endswith("Attachment: inner.eml\n\n[not read: damaged]")


def test_all_that_is_attached_together_keeps_to_the_limit(tmp_path: Path) -> None:
    table = b"a,b\n" + b"1,2\n" * 1_000
    text = read(tmp_path, "mail.eml", mail(*[(f"{n}.csv", table, UNSAID) for n in range(9)]).as_bytes(), 60_000).text
    assert text.count("[not read: oversize]") == 5 and len(text) < 60_000
