"""What every format shares: the file handed in, the text built from it, and the limits both keep to.

Knows no format. Text is cleaned as it is added, so that every offset counts in the text that comes out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.errors import OversizeFile
from rag.types import Heading, Page

TREE_BYTES = 100_000_000
"""Most bytes of markup held as one tree, which takes ten times as much memory."""

_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u1680\u2000-\u200b\u2028-\u202f\u205f-\u2064\u2066-\u2069\u3000\ufeff\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BREAKS = {"\x0b": "\n", "\x85": "\n", "\u2028": "\n", "\x0c": "\n\n", "\u2029": "\n\n"}
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
"""Digits and signs that stand above the line."""
_RAISED = str.maketrans("0123456789+-−", f"{RAISED}⁻")
_RAISABLE = re.compile(r"[-+−]?\d{1,4}(?:,\s?\d{1,4}){0,9}", re.ASCII)
_SPACES = frozenset("\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))


@dataclass(frozen=True, slots=True)
class Source:
    """An open file to read.

    Attributes:
        file: Opened for reading in binary, seekable.
        name: Path relative to the folder, for messages.
        size_bytes: Size of the file.
        limit: Most bytes that anything in it may unpack to, and most characters of text that may come out.
    """

    file: BinaryIO
    name: str
    size_bytes: int
    limit: int

    @property
    def suffix(self) -> str:
        """Suffix of the name, lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without folder and suffix."""
        return PurePosixPath(self.name).stem

    def read(self) -> bytes:
        """The whole file."""
        self.file.seek(0)
        return self.file.read()

    def head(self, size: int = 8192) -> bytes:
        """The first bytes."""
        self.file.seek(0)
        return self.file.read(size)

    def markup(self) -> bytes:
        """The whole file, where it is to become a tree.

        Returns:
            Its bytes.

        Raises:
            OversizeFile: It is past `TREE_BYTES`.
        """
        if self.size_bytes > TREE_BYTES:
            raise OversizeFile(self.name, f"{self.size_bytes:,} bytes of markup, {TREE_BYTES:,} at most", "split it")
        return self.read()


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a format gives: the text, maps of its headings and pages, a title and an ISO day where the file has one."""

    text: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    title: str = ""
    dated: str = ""


@dataclass(slots=True)
class Builder:
    """Puts a text together from blocks and keeps the offsets of its headings and pages.

    Attributes:
        source: The file, whose limit bounds the text.
        headings: So far.
        pages: So far.
    """

    source: Source
    headings: list[Heading] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _coming: list[int] = field(default_factory=list)
    _marks: list[tuple[str, int]] = field(default_factory=list)

    def __len__(self) -> int:
        """Characters so far."""
        return self._length

    def paragraph(self, text: str) -> None:
        """Add a block with a blank line before it."""
        self.add(text, "\n\n")

    def line(self, text: str) -> None:
        """Add a line under the last one."""
        self.add(text, "\n")

    def heading(self, title: str, level: int) -> None:
        """Add a heading, a block of its own, in one line."""
        title = " ".join(clean(title).split())
        if title:
            self.paragraph(title)
            self.headings.append(Heading(self._length - len(title), level, title))

    def mark(self, title: str, level: int) -> None:
        """Head whatever is added next, where the words of the heading are in it or are not in the text at all."""
        self._marks.append((" ".join(clean(title).split()), level))

    def page(self, number: int) -> None:
        """Begin a page with whatever is added next."""
        self._coming.append(number)

    def add(self, text: str, gap: str) -> None:
        """Add a text, `gap` between it and what is there; nothing where it is white space only.

        Args:
            text: Any string.
            gap: White space.

        Raises:
            OversizeFile: The text has grown past the limit.
        """
        text = clean(text).strip("\n").rstrip()
        if not text.strip():
            return
        if self._length:
            self._append(gap)
        self._place()
        self._append(text)

    def append(self, other: Extracted) -> None:
        """Add a text that has headings of its own."""
        before = self._length
        self.paragraph(other.text)
        offset = self._length - len(other.text.rstrip())
        if self._length > before:
            self.headings.extend(heading._replace(start=heading.start + offset) for heading in other.headings)

    def done(self, title: str = "", dated: str = "") -> Extracted:
        """The text as one, with its maps."""
        self._place()
        title = " ".join(clean(title).split())
        return Extracted("".join(self._parts), tuple(self.headings), tuple(self.pages), title, dated)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > self.source.limit:
            raise OversizeFile(
                self.source.name,
                f"unpacks to more than {self.source.limit:,} characters of text",
                "split it, or raise the limit with RAG_MAX_FILE_BYTES",
            )

    def _place(self) -> None:
        """Pages and headings that were announced begin here."""
        self.headings.extend(Heading(self._length, level, title) for title, level in self._marks if title)
        self._marks.clear()
        self.pages.extend(Page(self._length, number) for number in self._coming)
        self._coming.clear()


def clean(text: str) -> str:
    r"""Make a text safe to store, search and show.

    Args:
        text: Any string, unpaired surrogates included.

    Returns:
        Lines end in `\n`; control characters, soft hyphens, zero-width spaces, marks that reverse the direction of
        writing and invisible tags are gone; every space is a plain one; unpaired surrogates are U+FFFD; in Unicode form
        NFC, so that one word has one spelling.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SUSPECT.search(text):
        text = _SUSPECT.sub(_replaced, _ESCAPES.sub("", text))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def raised(text: str) -> str:
    """A superscript: numbers stay above the line, since 10⁶ is not 106, nor 30 with the mark of a footnote 301."""
    bare = squeeze(text)
    return bare.translate(_RAISED) if _RAISABLE.fullmatch(bare) else text


def squeeze(text: str) -> str:
    """The text in one line, single spaces between words."""
    return " ".join(text.split())


def _replaced(found: re.Match[str]) -> str:
    char = found[0]
    if char in _SPACES:
        return " "
    return "\ufffd" if "\ud800" <= char <= "\udfff" else _BREAKS.get(char, "")
