"""E-mail: headers, the text of the body, attachments by name and, where they are text, by content. Web archives too."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import EncryptedFile
from rag.formats import html, table
from rag.formats.base import Builder, Extracted, Source, squeeze
from rag.formats.dates import stated_day
from rag.formats.decode import as_declared, decode

if TYPE_CHECKING:
    from email.message import Message

logger = logging.getLogger(__name__)

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_HEADER_CHARACTERS = 10_000
_NAME_CHARACTERS = 1_000
_PARTS = 1_000
_DEPTH = 5
"""Messages within messages that are followed."""
_ENCODED_WORDS = re.compile(r"=\?[^?\s]*\?[bq]\?.*?\?=(?:\s*=\?[^?\s]*\?[bq]\?.*?\?=)*", re.IGNORECASE | re.DOTALL)
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def extract(source: Source) -> Extracted:
    """Read a message.

    Args:
        source: The file; `.eml`, and `.mht` as browsers save pages.

    Returns:
        Its text; the subject is the title, the day that it was sent its date.

    Raises:
        EncryptedFile: Its body is encrypted.
        OversizeFile: It unpacks to more than the limit.
    """
    from email import message_from_bytes
    from email.policy import compat32

    message = _shortened(message_from_bytes(source.markup().lstrip(b"\xef\xbb\xbf\r\n"), policy=compat32))
    out = Builder(source)
    _message(out, message, 1)
    return out.done(_header(message, "Subject"), stated_day(_header(message, "Date")))


def _shortened(message: Message) -> Message:
    """Cut headers that no honest message has, as reading one takes time with the square of its length."""
    for part in message.walk():
        for name, value in part.raw_items():
            if len(str(value)) > _HEADER_CHARACTERS:
                part.replace_header(name, str(value)[:_HEADER_CHARACTERS])
    return message


def _message(out: Builder, message: Message, depth: int) -> None:
    if message.get_content_type() in _ENCRYPTED and message.get_param("smime-type") != "signed-data":
        raise EncryptedFile(out.source.name, "its body is encrypted", "save it decrypted from the mail program")
    subject = _header(message, "Subject")
    out.heading(subject, depth)
    out.paragraph("\n".join(f"{name}: {value}" for name in _HEADERS[:-1] if (value := _header(message, name))))
    for number, part in enumerate(_parts(message)):
        if number >= _PARTS:
            logger.warning("%s: parts after the first %d left out", out.source.name, _PARTS)
            break
        _part(out, part, depth)


def _parts(message: Message) -> Iterator[Message]:
    """Leaves in order; of alternatives the plain text, else the last. A message within is one leaf."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner = _inside(part)
        if part.get_content_type() == "message/rfc822" or not part.is_multipart():
            yield part
        elif part.get_content_type() == "multipart/alternative":
            waiting += [_alternative(inner)] if inner else []
        else:
            waiting += reversed(inner)


def _inside(part: Message) -> list[Message]:
    """Parts of a part; none in a leaf, and none that are bare strings, as a malformed message may have."""
    inner = part.get_payload()
    return [one for one in inner if not isinstance(one, str)] if isinstance(inner, list) else []


def _alternative(parts: list[Message]) -> Message:
    plain = (part for part in parts if part.get_content_type() == "text/plain" and _text(part).strip())
    return next(plain, parts[-1])


def _part(out: Builder, part: Message, depth: int) -> None:
    inner = _inside(part)
    kind = part.get_content_type()
    name = _file_name(part)
    if kind == "message/rfc822" and inner:
        if depth < _DEPTH:
            _message(out, inner[0], depth + 1)
        return
    if name:
        out.heading(f"Attachment: {name}", depth + 1)
    if kind == "text/html":
        html.append(out, _text(part))
    elif kind in ("text/csv", "text/tab-separated-values"):
        table.append(out, _text(part), ".tsv" if "tab" in kind else ".csv")
    elif part.get_content_maintype() == "text" or kind == "application/json":
        out.paragraph(_text(part))


def _file_name(part: Message) -> str:
    for header in ("Content-Type", "Content-Disposition"):
        if raw := _raw(part, header):
            part.replace_header(header, raw)
    return squeeze(_decoded((part.get_filename() or "")[:_NAME_CHARACTERS]))


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return _read(data, str(part.get_param("charset") or ""))


def _read(data: bytes, charset: str) -> str:
    text = as_declared(data, charset)
    return (decode(data) or "") if text is None else text


def _header(message: Message, name: str) -> str:
    return squeeze(_decoded(_raw(message, name)))


def _raw(message: Message, name: str) -> str:
    """A header as it was sent; bytes beyond ASCII, which `Message.get` gives no way to read, become text."""
    value = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return value if value.isascii() else _read(value.encode("utf-8", "surrogateescape"), "utf-8")


def _decoded(value: str) -> str:
    """A header with its encoded words read; those that are malformed stay as they stand."""
    return _ENCODED_WORDS.sub(_words, value)


def _words(found: re.Match[str]) -> str:
    """Encoded words in a row, among which white space is none and a character may be cut in two."""
    from email.errors import MessageError
    from email.header import decode_header

    try:
        pieces = decode_header(found[0])
    except (MessageError, ValueError):
        return found[0]
    return "".join(piece if isinstance(piece, str) else _read(piece, charset or "") for piece, charset in pieces)
