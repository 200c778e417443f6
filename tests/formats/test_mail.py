from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.errors import DamagedFile, EncryptedFile
from tests.formats.reading import headings, read


def message(body: str = "Plain body.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jörg <j@example.org>", "a@example.org", "Größe der Pumpe"
    mail["Date"] = "Mon, 01 Jan 2024 10:00:00 +0000"
    mail["X-Spam"] = "no"
    mail.set_content(body)
    return mail


def test_headers_body_and_attachments(tmp_path: Path) -> None:
    mail = message()
    mail.add_alternative("<p>Html body</p>", subtype="html")
    mail.add_attachment("Part,Price\nPump,12\n", subtype="csv", filename="prices.csv")
    mail.add_attachment(b"%PDF-1.7\n", maintype="application", subtype="pdf", filename="plän.pdf")
    document = read(tmp_path, "a.eml", mail.as_bytes())
    assert document.title == "Größe der Pumpe"
    assert headings(document) == [
        (1, "Größe der Pumpe"),
        (2, "Attachment: prices.csv"),
        (2, "Attachment: plän.pdf"),
    ]
    assert document.text.split("\n\n") == [
        "Größe der Pumpe",
        "From: Jörg <j@example.org>\nTo: a@example.org\nDate: Mon, 01 Jan 2024 10:00:00 +0000",
        "Plain body.",
        "Attachment: prices.csv",
        "Part: Pump; Price: 12",
        "Attachment: plän.pdf",
        "[not read: damaged]",
    ]


def test_html_is_read_where_there_is_no_plain_text(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("<h2>News</h2><script>x</script><p>Html body</p>", subtype="html")
    document = read(tmp_path, "a.eml", mail.as_bytes())
    assert headings(document)[1:] == [(2, "News")]
    assert document.text.endswith("News\n\nHtml body")


def test_a_message_within_a_message(tmp_path: Path) -> None:
    inner = message("Inner body.")
    inner.replace_header("Subject", "Inner")
    outer = message()
    outer.add_attachment(inner)
    document = read(tmp_path, "a.eml", outer.as_bytes())
    assert headings(document) == [(1, "Größe der Pumpe"), (2, "Inner")]
    assert document.text.endswith("Inner body.")


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin1", "us-ascii", "no-such"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_what_a_declared_charset_lacks_is_kept(tmp_path: Path, charset: str, encoding: str) -> None:
    head = f"Subject: a\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\n"
    body = "The price is 100 € – not “final”; it’s due."
    assert read(tmp_path, "a.eml", (head + body).encode(encoding)).text == f"a\n\n{body}"


def test_encoded_words_are_read_as_browsers_read_their_charset(tmp_path: Path) -> None:
    data = "Subject: =?iso-8859-1?q?It=92s_=80_5?= or less =?us-ascii?q?for?=\n =?gb2312?b?1uzpRrv5?=\n\nx\n"
    assert read(tmp_path, "a.eml", data).title == "It’s € 5 or less for朱镕基"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_headers_that_are_not_encoded(tmp_path: Path, encoding: str) -> None:
    data = (
        "From: Jörg Müller <j@example.org>\nSubject: Überweisung für März \\user =?utf-8?q?=E2=82=AC?= 5\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        '--B\nContent-Type: text/plain; name="plän.txt"\n\nPlan.\n'
        '--B\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="Größe für März.pdf"\n\n'
        "--B--\n"
    )
    document = read(tmp_path, "a.eml", data.encode(encoding))
    assert document.title == "Überweisung für März \\user € 5"
    assert "From: Jörg Müller <j@example.org>" in document.text
    assert headings(document)[1:] == [(2, "Attachment: plän.txt"), (2, "Attachment: Größe für März.pdf")]


@pytest.mark.parametrize("name", ["a.txt", "mail", "a.pdf"])
def test_a_message_under_another_name(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, message().as_bytes()).title == "Größe der Pumpe"


def test_a_web_archive(tmp_path: Path) -> None:
    data = (
        "From: <Saved>\nSubject: Page\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
        "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>Caf=C3=A9</p>\n--B--\n"
    )
    assert read(tmp_path, "a.mht", data).text.endswith("Café")


@pytest.mark.parametrize(
    "head",
    [
        "Subject: =?foo?q?a?=\nContent-Type: text/plain; charset=nope",
        "Subject: =?utf-8?b?!!!?=\nContent-Transfer-Encoding: base64",
        "Content-Type: multipart/mixed; boundary=never",
        "Content-Type: multipart/mixed",
        "Content-Type: ;;;\nDate: never\nTo: <<<>",
        "Subject: " + "=?utf-8?q?a?= " * 50_000,
        "Subject: x\nContent-Type: " + "a;" * 50_000,
    ],
)
def test_malformed_headers_lose_no_body(tmp_path: Path, head: str) -> None:
    assert read(tmp_path, "a.eml", f"From: a@example.org\n{head}\n\nbody words\n").text.strip()


def test_a_file_name_without_end_is_cut(tmp_path: Path) -> None:
    data = f"Subject: a\nContent-Type: text/plain; name={'=?a?q?' * 1_500}\n\nwords\n"
    document = read(tmp_path, "a.eml", data)
    assert document.text.endswith("words") and len(document.text) < 1_100


def test_a_cut_attachment_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    data = message("Whole body.").as_string() + "\n--B\n"
    assert "Whole body." in read(tmp_path, "a.eml", data).text


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; boundary=x", "application/pkcs7-mime; smime-type=enveloped-data"]
)
def test_encrypted_mail(tmp_path: Path, kind: str) -> None:
    with pytest.raises(EncryptedFile, match="encrypted"):
        read(tmp_path, "a.eml", f"From: a@example.org\nMIME-Version: 1.0\nContent-Type: {kind}\n\nx\n")


def test_nesting_without_end(tmp_path: Path) -> None:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2_000))
    with pytest.raises(DamagedFile, match="nested too deeply"):
        read(tmp_path, "a.eml", f"From: a@example.org\nMIME-Version: 1.0\n{parts}")
