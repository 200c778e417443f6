from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.formats.decode import Encoding, as_declared, blocks, decode, encoding_of

SAMPLES = {
    "cp1252": "The café’s menu — “déjà vu” — costs £5 or 6 €; naïve façade.",
    "cp1251": "Привет, мир. Это простой текст на русском языке для проверки.",
    "cp1250": "Zażółć gęślą jaźń, proszę państwa, to jest zwykły tekst.",
    "cp1253": "Καλημέρα κόσμε, αυτό είναι ένα κείμενο στα ελληνικά.",
    "shift_jis": "これは日本語の文章です。文字コードを確かめます。",
    "euc-kr": "한국어 문장입니다. 인코딩을 확인합니다.",
    "gb18030": "这是一个中文文本，用来检查编码。",
    "utf-8": "Žluťoučký kůň — 漢字 👍",
    "utf-8-sig": "With a mark — é",
    "utf-16": "With a mark: Привет, мир",
    "utf-32": "With a mark: é",
    "utf-16-le": "No mark: plain words é",
    "utf-16-be": "Привет, мир.\nЭто текст",
    "utf-32-le": "No mark: plain words",
    "utf-32-be": "No mark: plain words",
}


@pytest.mark.parametrize(("encoding", "text"), SAMPLES.items())
@pytest.mark.parametrize("times", [1, 40])
def test_encodings_are_found(encoding: str, text: str, times: int) -> None:
    whole = "\n".join([text] * times)
    assert decode(whole.encode(encoding)) == whole


@given(st.text())
def test_utf8_is_read_as_it_stands(text: str) -> None:
    if not text.startswith("\ufeff") and not any(char < " " or char == "\x7f" for char in text):
        assert decode(text.encode()) == text


@pytest.mark.parametrize("size", [200, 1_000, 100_000])
def test_random_bytes_are_no_text(size: int) -> None:
    for seed in range(20):
        assert decode(random.Random(seed).randbytes(size)) is None, seed


def test_a_cut_or_mixed_utf8_keeps_what_is_whole() -> None:
    text = "Größe und Maß: " * 20
    assert decode(text.encode() + b"\xc3") == text + "\ufffd"


def test_a_zero_here_and_there_is_a_blemish() -> None:
    assert decode(b"hello " * 100 + b"\0" + b"world " * 100) is not None


@pytest.mark.parametrize("text", ["Hello, world", "The pump is in room 5.", "Größe der Pumpe", "Срок до мая"])
@pytest.mark.parametrize("at", [0, 5, 6, 11])
def test_a_zero_in_a_short_text_is_a_blemish_too(text: str, at: int) -> None:
    assert decode((text[:at] + "\0" + text[at:]).encode()) == text[:at] + "\0" + text[at:]


@pytest.mark.parametrize(
    "text",
    [
        "यह एक छोटा सा हिंदी वाक्य है",
        "ਇਹ ਇੱਕ ਛੋਟਾ ਵਾਕ ਹੈ",
        "这是一个中文 文本，用来检查编码。",
        "Καλημέρα κόσμε",
        "שלום עולם",
    ],
)
def test_wide_texts_with_few_zeros_are_wide(text: str) -> None:
    assert decode(text.encode("utf-16-le")) == text


@pytest.mark.parametrize("times", [1, 50])
def test_stray_bytes_in_utf8_are_read_as_windows_1252(times: int) -> None:
    mixed = "Grüße aus Köln. ".encode() + "The café is nice.\n".encode("cp1252")
    assert decode(mixed * times) == "Grüße aus Köln. The café is nice.\n" * times
    found = encoding_of(mixed * times)
    assert found and "".join(blocks(mixed * times, found)) == decode(mixed * times)


def test_many_control_characters_are_no_text() -> None:
    assert decode(b"ab\x01\x02" * 100) is None
    assert decode(b"\0" * 1000) is None


def test_marks_of_length_one_and_nothing() -> None:
    assert decode(b"") == ""
    assert decode(b"\xff\xfe") == ""
    assert decode(b"\xff\xfea") == "\ufffd"


@pytest.mark.parametrize(("encoding", "text"), SAMPLES.items())
@pytest.mark.parametrize("size", [4, 64])
def test_blocks_are_the_whole_and_cut_after_line_ends_and_spaces(
    encoding: str, text: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "\r\n".join([text] * 9).encode(encoding)
    monkeypatch.setattr("rag.formats.decode._BLOCK_BYTES", size)
    found = encoding_of(data)
    assert found
    pieces = list(blocks(data, found))
    assert "".join(pieces) == decode(data)
    assert all(piece[-1] in "\n " for piece in pieces[:-1] if piece)
    assert len([piece for piece in pieces if piece]) > 1


def test_bytes_that_end_in_half_a_character_are_no_whole_utf8() -> None:
    assert decode("naïve café, ".encode() * 40 + b"\xc3") == "naïve café, " * 40 + "\ufffd"
    assert decode(b"plain words and \xc3") == "plain words and Ã"
    assert "".join(blocks(b"caf\xc3", Encoding("utf-8", 0))) == "caf\ufffd"


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        *((name, "cp1252", "100 € – not “final”; it’s due") for name in ("ISO-8859-1", "latin1", "us-ascii", "l1")),
        ("iso-8859-9", "cp1254", "Şirket – 5 €"),
        ("gb2312", "gb18030", "价格是一百元。朱镕基說話"),
        ("GBK", "gb18030", "€ 5，㐀"),
        ("Shift_JIS", "cp932", "①㈱高橋"),
        ("x-sjis", "cp932", "①㈱高橋"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("utf8", "utf-8", "Žluť – é"),
        ("koi8-r", "koi8-r", "Срок"),
        ("iso-8859-1", "utf-8", "Größe – 5 €"),
        ("us-ascii", "utf-8", "Größe – 5 €"),
    ],
)
def test_declared_names_are_read_as_browsers_read_them(declared: str, encoding: str, text: str) -> None:
    assert as_declared(text.encode(encoding), declared) == text


@pytest.mark.parametrize("name", ["", "no-such", "zlib", "rot13", "idna", "punycode", "unicode_escape", "utf-8\0", "é"])
def test_a_declared_name_that_is_none_says_nothing(name: str) -> None:
    assert as_declared(b"words", name) is None


def test_a_declared_name_that_is_wrong_says_nothing() -> None:
    assert as_declared("Größe".encode("cp1252"), "utf-8") is None
    assert as_declared(b"\x81", "iso-8859-1") is None
