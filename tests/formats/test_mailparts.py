from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.formats import reader
from rag.formats.base import Extracted, Source
from tests.formats.reading import headings, read

HEAD = "From: a@example.org\nSubject: s\nMIME-Version: 1.0\n"
NOTES = 'Content-Type: text/plain; name="notes.txt"\nContent-Disposition: attachment\n\nDry rot in the east gable.'
PICTURE = "Content-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="
PLAIN, PAGE = "Content-Type: text/plain\n\nSee the notes.", "Content-Type: text/html\n\n<p>See the <b>notes</b>.</p>"


def parts(kind: str, *inner: str) -> str:
    boundary = f"b{abs(len(''.join(inner)))}"
    return (
        f"Content-Type: multipart/{kind}; boundary={boundary}\n\n"
        + "".join(f"--{boundary}\n{part}\n" for part in [*inner])
        + f"--{boundary}--\n"
    )


def body(folder: Path, data: str) -> str:
    return read(folder, "a.eml", HEAD + data).text.partition("From: a@example.org\n\n")[2]


def alternatives(folder: Path, plain: str, page: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "s"
    mail.set_content(plain)
    mail.add_alternative(page, subtype="html")
    return read(folder, "a.eml", mail.as_bytes()).text.partition("From: a@example.org\n\n")[2]


@pytest.mark.parametrize("inner", [(PLAIN, parts("mixed", PAGE, NOTES)), (parts("mixed", PLAIN, NOTES), PAGE)])
def test_what_is_attached_to_either_alternative_is_read(tmp_path: Path, inner: tuple[str, ...]) -> None:
    expected = "See the notes.\n\nAttachment: notes.txt\n\nDry rot in the east gable."
    assert body(tmp_path, parts("alternative", *inner)) == expected


def test_what_is_attached_to_both_alternatives_is_read_once(tmp_path: Path) -> None:
    text = body(tmp_path, parts("alternative", parts("mixed", PLAIN, NOTES), parts("mixed", PAGE, NOTES, NOTES)))
    assert text.count("Attachment: notes.txt") == text.count("Dry rot") == text.count("See the notes") == 1


def test_pictures_of_the_page_that_is_not_taken_are_not_attached(tmp_path: Path) -> None:
    assert body(tmp_path, parts("alternative", PLAIN, parts("related", PAGE, PICTURE))) == "See the notes."


@pytest.mark.parametrize(
    ("plain", "page", "taken"),
    [
        ("Your mail program does not display HTML.", "<p>Your balance is <b>£4,410</b> as of 2 May.", "page"),
        ("The rent is due. Read on at example.org", f"<p>The rent is due. {'On 2 May we meet at nine.'}", "page"),
        ("The rent is due\non 2 May, as ever.", "<p>The rent is due on 2 May, as ever. <p>Imprint", "plain"),
        ("The rent is 400 euros, due on 2 May.", "<p>View this in your browser", "plain"),
        ("The rent is due.", "<div>" * 5_000, "plain"),
        ("The rent is due.", "", "plain"),
        ("\n", "<p>The rent is due.", "page"),
    ],
)
def test_of_alternatives_the_one_that_says_more_is_read(tmp_path: Path, plain: str, page: str, taken: str) -> None:
    text = alternatives(tmp_path, plain, page)
    words = page.replace("<p>", "").replace("<b>", "").replace("</b>", "")
    assert " ".join(text.split()) == " ".join((plain if taken == "plain" else words).split())


def test_an_invitation_beside_a_page_is_not_read_in_its_place(tmp_path: Path) -> None:
    calendar = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nSUMMARY:one two three four five"
    assert body(tmp_path, parts("alternative", PLAIN, PAGE, calendar)) == "See the notes."
    assert body(tmp_path, parts("alternative", PAGE, calendar)) == "See the notes."


def test_alternatives_within_alternatives(tmp_path: Path) -> None:
    inner = parts("alternative", PAGE, parts("mixed", PLAIN, NOTES))
    text = body(tmp_path, parts("alternative", "Content-Type: text/plain\n\nNo text.", parts("related", inner)))
    assert text == "See the notes.\n\nAttachment: notes.txt\n\nDry rot in the east gable."


def test_a_signature_is_not_read(tmp_path: Path) -> None:
    signature = "Content-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----"
    data = parts("signed", parts("mixed", PLAIN, NOTES), signature)
    assert body(tmp_path, data) == "See the notes.\n\nAttachment: notes.txt\n\nDry rot in the east gable."


def test_more_parts_than_any_mail_has_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = body(tmp_path, parts("mixed", *[f"\npart {n}" for n in range(1_005)]))
    assert text.endswith("part 999")
    assert caplog.messages == ["a.eml: parts after the first 1000 left out"]


def test_control_characters_in_a_name_go(tmp_path: Path) -> None:
    data = HEAD + parts("mixed", PLAIN, 'Content-Type: text/plain; name="a\x1b[31m\x07b.txt"\n\nwords')
    assert headings(read(tmp_path, "a.eml", data))[1:] == [(2, "Attachment: ab.txt")]


def test_alternatives_without_end_are_not_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def read_page(source: Source) -> Extracted:
        told.append(source.name)
        return Extracted("words")

    monkeypatch.setitem(reader._EXTRACT, "html", read_page)
    assert body(tmp_path, parts("alternative", *[PAGE] * 3_000)) == "See the notes."
    assert len(told) == 1_000
