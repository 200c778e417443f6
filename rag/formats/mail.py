"""E-mail: headers, the text of the body, and what is attached, read as files of its name are. Web archives too."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.errors import BinaryFile, DamagedFile, EncryptedFile, LoadError
from rag.formats import html, mailquotes
from rag.formats.base import Builder, Extracted, Source
from rag.formats.dates import stated_day
from rag.formats.mailparts import MEDIA, PARTS, file_name, header, inside, is_body, leaves, text_of

if TYPE_CHECKING:
    from email.message import Message

logger = logging.getLogger(__name__)

_HEADERS = ("From", "To", "Cc", "Date")
_HEADER_CHARACTERS = 10_000
_DEPTH = 5
"""Messages within messages that are followed."""
_QUOTES = 20
"""Earlier messages below one another that are told apart."""
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_SUFFIXES = {
    "text/html": ".html",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/pdf": ".pdf",
}
"""Types that say how a part is read, whatever its name is."""


def extract(source: Source, read: Callable[[Source, int], Extracted], within: int = 0) -> Extracted:
    """Read a message.

    Args:
        source: The file; `.eml`, and `.mht` as browsers save pages.
        read: Reads a file that is attached, within so many messages.
        within: How many messages this one is attached within.

    Returns:
        Its text; the subject is the title, the day that it was sent its date. What is attached and cannot be read is
        named with the reason.

    Raises:
        DamagedFile: It is within too many messages.
        EncryptedFile: Its body is encrypted.
        OversizeFile: It unpacks to more than the limit.
    """
    from email import message_from_bytes
    from email.policy import compat32

    if within >= _DEPTH:
        raise DamagedFile(source.name, "a message within too many others", "save it as a file of its own")
    message = _shortened(message_from_bytes(source.markup().lstrip(b"\xef\xbb\xbf\r\n"), policy=compat32))
    reader = _Reader(source, read, within)
    reader.message(message, 1)
    return reader.out.done(header(message, "Subject"), stated_day(header(message, "Date")))


def _shortened(message: Message) -> Message:
    """Cut headers that no honest message has, as reading one takes time with the square of its length."""
    for part in message.walk():
        for name, value in part.raw_items():
            if len(str(value)) > _HEADER_CHARACTERS:
                part.replace_header(name, str(value)[:_HEADER_CHARACTERS])
    return message


def _is_encrypted(part: Message) -> bool:
    return part.get_content_type() in _ENCRYPTED and part.get_param("smime-type") != "signed-data"


def _piece(body: Extracted, text: str, start: int, above: int) -> Extracted:
    """A text that stands at an offset in a body, with the headings in it, under so many levels of others."""
    within = (one for one in body.headings if start <= one.start < start + len(text))
    return Extracted(text, tuple(one._replace(start=one.start - start, level=one.level + above) for one in within))


class _Reader:
    """Adds messages to a text; the `level` of each is that of its heading, the outermost one's 1."""

    def __init__(self, source: Source, read: Callable[[Source, int], Extracted], within: int) -> None:
        self.out = Builder(source)
        self.read = read
        self.within = within
        self.bodies: dict[int, str] = {}

    def message(self, message: Message, level: int) -> None:
        name = self.out.source.name
        self.out.heading(header(message, "Subject"), level)
        if _is_encrypted(message):
            raise EncryptedFile(name, "its body is encrypted", "save it decrypted from the mail program")
        said = ((key, header(message, key)) for key in _HEADERS)
        self.out.paragraph("\n".join(f"{key}: {value}" for key, value in said if value))
        parts = leaves(message, self._body)
        if len(parts) > PARTS:
            logger.warning("%s: parts after the first %d left out", name, PARTS)
        for part in parts[:PARTS]:
            self._part(part, level)

    def _part(self, part: Message, level: int) -> None:
        inner = inside(part)
        kind, name = part.get_content_type(), file_name(part)
        if kind == "message/rfc822" and inner:
            self._message_within(inner[0], level + 1)
        elif name:
            self.out.heading(f"Attachment: {name}", level + 1)
            self._attached(part, name, level + 1)
        elif kind == "text/html":
            page = Builder(self.out.source)
            html.append(page, text_of(part), quotes=True)
            self._body_text(page.done(), level)
        elif kind in _SUFFIXES or _is_encrypted(part):
            self._attached(part, kind, level + 1)
        elif is_body(part):
            self._body_text(Extracted(text_of(part)), level)

    def _body_text(self, body: Extracted, level: int) -> None:
        """Add what a body says, and the earlier messages below it, each under what tells of it."""
        text, start, above = body.text, 0, 0
        for depth in range(level + 1, level + 1 + _QUOTES):
            own, title, earlier = mailquotes.part(text)
            self.out.append(_piece(body, own, start, above))
            if not earlier:
                return
            self.out.heading(title, depth)
            start += len(text.rstrip()) - len(earlier)  # or less where it was quoted, and then has no headings
            text, above = earlier, depth
        self.out.append(_piece(body, text, start, above))

    def _message_within(self, message: Message, level: int) -> None:
        if self.within + level > _DEPTH:
            return
        try:
            self.message(message, level)
        except (DamagedFile, EncryptedFile) as exc:
            self._not_read(exc, header(message, "Subject"))

    def _attached(self, part: Message, name: str, level: int) -> None:
        """Add what an attached file says, its headings below its own, or why it is not read."""
        if part.get_content_maintype() in MEDIA:
            self.out.paragraph(f"[not read: {part.get_content_maintype()}]")
            return
        try:
            if _is_encrypted(part):
                raise EncryptedFile(name, "encrypted", "save it decrypted from the mail program")
            found = self.read(self._file(part, name), self.within + level - 1)
            headings = tuple(heading._replace(level=heading.level + level) for heading in found.headings)
            self.out.append(replace(found, headings=headings))
        except LoadError as exc:
            self._not_read(exc, name)

    def _not_read(self, exc: LoadError, name: str) -> None:
        level = logging.DEBUG if isinstance(exc, BinaryFile) else logging.WARNING
        logger.log(level, "%s: attached %s was not read: %s", self.out.source.name, name, exc.reason)
        self.out.paragraph(f"[not read: {exc.kind}]")

    def _file(self, part: Message, name: str) -> Source:
        """An attached file as if it lay in the folder; a text in UTF-8, as only the message says what it is in."""
        raw = part.get_payload(decode=True)
        data = raw if isinstance(raw, bytes) else b""
        if part.get_content_maintype() == "text" and (text := text_of(part)):
            data = codecs.BOM_UTF8 + text.encode("utf-8", "replace")
        whole = f"{self.out.source.name}/{name.replace('/', '_')}"
        suffix = _SUFFIXES.get(part.get_content_type(), "")
        if PurePosixPath(whole).suffix.lower() != suffix:
            whole += suffix
        return Source(BytesIO(data), whole, len(data), self.out.source.limit - len(self.out))

    def _body(self, part: Message) -> str:
        """What a part says, of a page what a reader sees; told once, as alternatives may be within alternatives."""
        if id(part) not in self.bodies and len(self.bodies) < PARTS:
            self.bodies[id(part)] = self._seen(part) if part.get_content_type() == "text/html" else text_of(part)
        return self.bodies.get(id(part), "")

    def _seen(self, page: Message) -> str:
        try:
            return self.read(self._file(page, "body"), self.within + 1).text
        except LoadError:
            return ""
