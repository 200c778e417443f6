"""A file as text: where its pages and headings begin, and what an index knows of it without the text.

Offsets count characters of `Document.text`; an end is exclusive. No input or output; knows no other part of the
package. `rag.types` has these names too.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: character offsets, `end` exclusive."""

    start: int
    end: int


class Page(NamedTuple):
    """Where a page begins: its offset in the text and its number, from 1."""

    start: int
    number: int


_OUTERMOST = 1


class Heading(NamedTuple):
    """Where a heading begins: its offset, its level (1 is the outermost) and its words."""

    start: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file as text.

    Attributes:
        path: Path relative to the folder, with `/`; the document's identity.
        title: From the file's own metadata or first heading, else its name.
        text: The whole extracted text; every offset counts in it.
        sha256: Hex digest of the file's bytes; the identity of its content.
        pages: Page starts in ascending order; empty for formats without pages.
        headings: Headings in ascending order of offset.
        size_bytes: Size of the file.
        modified_s: Modification time, seconds since the epoch.
        dated: ISO day that the document itself states; empty where it states none, None where nobody has looked.
        read_by: Which readers of files made the text, as `rag.loaders.readers` names them; None where nobody knows.
    """

    path: str
    title: str
    text: str
    sha256: str
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    size_bytes: int = 0
    modified_s: float = 0.0
    dated: str | None = ""
    read_by: str | None = ""

    def page_at(self, offset: int) -> int | None:
        """Number of the page that holds an offset, from 1; None where the format has no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.start)
        return self.pages[at - 1].number if at else None

    def heading_at(self, offset: int) -> str:
        """Path of the headings above an offset, as `Terms > Notice`; empty where there is none."""
        path: list[Heading] = []
        at = bisect_right(self.headings, offset, key=lambda heading: heading.start)
        while at and (not path or path[-1].level > _OUTERMOST):
            at -= 1
            if not path or self.headings[at].level < path[-1].level:
                path.append(self.headings[at])
        return " > ".join(heading.title for heading in reversed(path))


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What the index knows of a document without its text; `chunks` and `characters` are counts, the rest as there."""

    path: str
    title: str
    sha256: str
    chunks: int
    characters: int
    size_bytes: int
    modified_s: float
    dated: str | None = ""
    read_by: str | None = ""
