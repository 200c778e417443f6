"""Bytes to text in whatever encoding they are in, or the finding that they are no text.

A byte order mark decides; then UTF-8 where it fits; then UTF-16 and UTF-32 by their zero bytes; then UTF-8 with strays;
then Windows-1252 where it reads like a Western language; then charset-normalizer. Knows no file and no format.
"""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_SAMPLE_BYTES = 65_536
_BLOCK_BYTES = 1 << 20
_NEVER_TEXT = bytes({*range(9), *range(14, 27), *range(28, 32), 127})
"""Control characters; tab, the line ends, form feed and escape do occur in texts."""
_CONTROLS = 0.02
"""A share of control characters above this is no text; random and compressed bytes have a tenth."""
_BLEMISHES = 0.1
"""A share of zero bytes below this in what is UTF-8 besides, and has no other control character, are strays."""
_STRAYS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}
"""Bytes that do not fit UTF-8, as `surrogateescape` keeps them, by what they are in Windows-1252."""
_WESTERN = re.compile("[àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝ€£¥©®°§±²³µ·«»¡¿‘’“”‚„–—…•™ªº\xa0]")

_FOREIGN = re.compile("[À-ÿ]{4}")
"""Accented letters in a row: what Cyrillic or Greek looks like when read as Windows-1252."""


_WESTERN_NAMES = ("ascii", "iso8859-1", "cp1252")
"""What programs declare unasked; any bytes fit, so that UTF-8 that fits as well is meant."""
_DECLARED = {
    **dict.fromkeys(_WESTERN_NAMES, "cp1252"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""Names by what is meant by them, as in the encoding standard of the WHATWG; both sides as Python spells them."""
_NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"))
"""What Python knows besides, and no file is written in."""


class Encoding(NamedTuple):
    """How a file is encoded: as Python names it, and how long the mark is that says so."""

    name: str
    mark_bytes: int


def decode(data: bytes) -> str | None:
    """Read bytes as text.

    Args:
        data: A whole file.

    Returns:
        The text without its byte order mark, or None where the bytes are no text.
    """
    found = encoding_of(data)
    return "".join(_pieces(data, found)) if found else None


def as_declared(data: bytes, name: str) -> str | None:
    """Read bytes by the encoding that they are said to be in.

    Args:
        data: A whole file, or a part of one.
        name: Of the encoding, as the file spells it.

    Returns:
        The text, or None where no encoding has that name or the bytes do not fit it: then they decide, see `decode`.
    """
    try:
        known = codecs.lookup(name.strip().lower().removeprefix("x-")).name
        if known in _NO_CHARSETS:
            return None
        return data.decode("utf-8" if known in _WESTERN_NAMES and _is_utf8(data) else _DECLARED.get(known, known))
    except (LookupError, ValueError):
        return None


def encoding_of(data: bytes) -> Encoding | None:
    """Tell how bytes are to be read.

    Args:
        data: A whole file.

    Returns:
        The encoding, or None where the bytes are no text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Encoding(name, len(mark))
    if b"\0" in data and _is_blemished(data):
        return Encoding("utf-8", 0)
    name = (_wide(data) if b"\0" in data else "") or (_narrow(data) if _control_share(data) <= _CONTROLS else "")
    return Encoding(name, 0) if name else None


def blocks(data: bytes, encoding: Encoding) -> Iterator[str]:
    """Read bytes a block at a time.

    Args:
        data: A whole file.
        encoding: Its own.

    Yields:
        Its text, cut only after line ends and spaces.
    """
    rest = ""
    for piece in _pieces(data, encoding):
        rest += piece
        cut = max(rest.rfind("\n"), rest.rfind(" ")) + 1
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _pieces(data: bytes, encoding: Encoding) -> Iterator[str]:
    """The text as it comes; in UTF-8, what does not fit was typed in Windows-1252, but for a cut last character."""
    decoder = codecs.getincrementaldecoder(encoding.name)("surrogateescape" if encoding.name == "utf-8" else "replace")
    view = memoryview(data)
    for at in range(encoding.mark_bytes, len(data), _BLOCK_BYTES):
        yield _mended(decoder.decode(view[at : at + _BLOCK_BYTES]))
    yield "\ufffd" if decoder.getstate()[0] else ""


def _mended(piece: str) -> str:
    try:
        piece.encode()  # many times as fast as any search for what does not fit
    except UnicodeEncodeError:
        return piece.translate(_STRAYS)
    return piece


def _control_share(data: bytes) -> float:
    return (len(data) - len(data.translate(None, _NEVER_TEXT))) / max(1, len(data))


def _is_blemished(data: bytes) -> bool:
    """Whether it is UTF-8 but for a few zeros; in UTF-16 there are many, or else other bytes that no UTF-8 has."""
    rest = data.translate(None, b"\0")
    return len(data) - len(rest) <= _BLEMISHES * len(data) and not _control_share(rest) and _is_utf8(rest)


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: whichever gives letters and spaces and not unassigned characters."""
    sample = data[:_SAMPLE_BYTES]
    for encoding in _WIDE:
        width = 4 if "32" in encoding else 2
        try:
            text = sample[: len(sample) // width * width].decode(encoding)
        except UnicodeDecodeError as exc:
            if exc.start < len(sample) - 4:
                continue
            text = sample[: exc.start].decode(encoding)
        if _reads_well(text):
            return encoding
    return ""


def _reads_well(text: str) -> bool:
    odd = sum(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and char not in "\t\r\n\f" for char in text)
    spaced = len(text) < 40 or any(char in " \n\u3000\u3002" for char in text)
    return bool(text) and spaced and odd <= 0.01 * len(text)


def _narrow(data: bytes) -> str:
    if _is_utf8(data):
        return "utf-8"
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii - broken > broken:  # sequences that fit do not come about by chance; the rest was cut or mixed in
        return "utf-8"
    sample = data[:_SAMPLE_BYTES]
    return "cp1252" if _western(sample) else _guessed(sample)


def _is_utf8(data: bytes) -> bool:
    """Tried in blocks, so that a large file is not held twice."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
    try:
        for at in range(0, len(data), _BLOCK_BYTES):
            decoder.decode(view[at : at + _BLOCK_BYTES], at + _BLOCK_BYTES >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _western(sample: bytes) -> bool:
    """Whether it is Latin letters with a sprinkling of what Western languages and typesetting add to them."""
    text = sample.decode("cp1252", "replace")
    high = [char for char in text if not char.isascii()]
    letters = sum(char.isascii() and char.isalpha() for char in text)
    if len(high) > 0.5 * letters or _FOREIGN.search(text):
        return False
    return sum(bool(_WESTERN.match(char)) for char in high) >= 0.95 * len(high)


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    logging.getLogger("charset_normalizer").setLevel(logging.ERROR)
    best = from_bytes(sample).best()
    return best.encoding if best else ""
