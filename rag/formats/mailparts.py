"""The parts of a message: their names, headers and texts, and which of them are read where some say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rag.formats.base import clean, squeeze
from rag.formats.decode import as_declared, decode

if TYPE_CHECKING:
    from email.message import Message

PARTS = 1_000
"""Parts of a message that are read."""
MEDIA = ("image", "audio", "video", "font", "model")
"""Types of which nothing is read."""
_WHOLE = ("message/rfc822", "multipart/encrypted")
_NAME_CHARACTERS = 1_000
_STANDS_FOR = 0.75
"""Share of a page's words that the text beside it has where it says the same; footers may be missing."""
_WORD = re.compile(r"\w+")
_ENCODED_WORDS = re.compile(r"=\?[^?\s]*\?[bq]\?.*?\?=(?:\s*=\?[^?\s]*\?[bq]\?.*?\?=)*", re.IGNORECASE | re.DOTALL)


def leaves(part: Message, body: Callable[[Message], str]) -> list[Message]:
    """Whatever is to be read of a part, in its order. A message within is one leaf, and so is what is encrypted.

    Args:
        part: A message, or a part of one.
        body: The text of a leaf that is part of what was written.

    Returns:
        At most one more than `PARTS`. Of alternatives the one that says more, with what is attached to the others;
        of what is signed not the signature.
    """
    kind = part.get_content_type()
    if kind in _WHOLE or not part.is_multipart():
        return [part]
    branches = [leaves(one, body) for one in inside(part)]
    if kind == "multipart/alternative" and branches:
        return _alternatives(branches, body)[: PARTS + 1]
    if kind == "multipart/signed":
        branches = branches[:1]
    return [leaf for branch in branches for leaf in branch][: PARTS + 1]


def inside(part: Message) -> list[Message]:
    """Parts of a part; none in a leaf, and none that are bare strings, as a malformed message may have."""
    inner = part.get_payload()
    return [one for one in inner if not isinstance(one, str)] if isinstance(inner, list) else []


def is_body(leaf: Message) -> bool:
    """Whether it is part of what was written, and not attached."""
    return leaf.get_content_maintype() == "text" and not file_name(leaf)


def _alternatives(branches: list[list[Message]], body: Callable[[Message], str]) -> list[Message]:
    """The branch with plain text, or another that says more, and much that the plain text does not; else the last."""
    said = [_said(branch, body) for branch in branches]
    plain = (n for n, branch in enumerate(branches) if said[n] and any(map(_is_plain, branch)))
    best = next(plain, len(branches) - 1)
    for number, words in enumerate(said):
        if len(words) > len(said[best]) and len(words & said[best]) < _STANDS_FOR * len(words):
            best = number
    others = [leaf for number, branch in enumerate(branches) if number != best for leaf in branch]
    return branches[best] + list(_attached(others, branches[best]))


def _said(branch: list[Message], body: Callable[[Message], str]) -> set[str]:
    texts = (body(leaf) for leaf in branch if _is_plain(leaf) or _is_page(leaf))
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _is_plain(leaf: Message) -> bool:
    return leaf.get_content_type() == "text/plain" and is_body(leaf)


def _is_page(leaf: Message) -> bool:
    return leaf.get_content_type() == "text/html" and is_body(leaf)


def _attached(leaves: list[Message], there: list[Message]) -> Iterator[Message]:
    """What is attached and not there already. Pictures that a page shows belong to the page."""
    known = {_identity(leaf) for leaf in there}
    for leaf in leaves:
        shown = leaf.get_content_maintype() in MEDIA and "Content-ID" in leaf
        if not is_body(leaf) and not shown and _identity(leaf) not in known:
            known.add(_identity(leaf))
            yield leaf


def _identity(leaf: Message) -> tuple[str, str]:
    return file_name(leaf), str(leaf.get_payload())


def file_name(part: Message) -> str:
    """The name that a part is to be saved under, in one line; empty where it has none."""
    for header in ("Content-Type", "Content-Disposition"):
        if raw := _raw(part, header):
            part.replace_header(header, raw)
    return squeeze(clean(_decoded((part.get_filename() or "")[:_NAME_CHARACTERS])))


def text_of(part: Message) -> str:
    """A part read as text, whatever its type is; empty where it is none."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return _read(data, str(part.get_param("charset") or ""))


def _read(data: bytes, charset: str) -> str:
    text = as_declared(data, charset)
    return (decode(data) or "") if text is None else text


def header(message: Message, name: str) -> str:
    """A header in one line; empty where there is none."""
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
