"""PDF: page by page, lines put together into paragraphs, headings from the outline or else from the size of letters.

pdfium is not safe in threads: everything that calls it does so under `PDFIUM`, one page at a time. A page that fails
leaves the others. Where on a page the lines stand is `pdflines`' business, what was filled in there `pdfform`'s, which
lines only run along with the pages `pdfmargins`', and what the rest adds up to `pdflayout`'s.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from rag.errors import DamagedFile, EmptyFile, EncryptedFile, ScannedFile
from rag.formats.base import Builder, Extracted, Source
from rag.formats.dates import stated_day
from rag.formats.pdfform import filled, placed
from rag.formats.pdflayout import Block, Style, blocks, continues, style_of
from rag.formats.pdflines import Line, page_lines

logger = logging.getLogger(__name__)

PDFIUM = threading.RLock()
"""Hold this around any call into pdfium."""

_SAMPLE_PAGES = 12
_TAIL_BYTES = 65_536
_BOOKMARKS = 20_000
_NEEDS_PASSWORD = (4, 5)
"""pdfium's codes for a wrong password and an unknown way of protection."""
_LINEARIZED = re.compile(rb"/Linearized.{0,300}?/L\s+(\d{1,12})", re.DOTALL)
_UNTITLED = re.compile(
    r"untitled\d*|microsoft (?:word|powerpoint|excel)|\(anonymous\)|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|rtf|odt)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\d{1,3}(?:\.\d{1,3})*\.?\s+")
_NO_LETTERS = re.compile(r"\W+")


def extract(source: Source) -> Extracted:
    """Read a PDF.

    Args:
        source: The file.

    Returns:
        Its text, pages, headings, title and date.

    Raises:
        DamagedFile: It is truncated or malformed.
        EmptyFile: Its pages are blank.
        EncryptedFile: It needs a password.
        OversizeFile: Its text is past the limit.
        ScannedFile: Its pages are images.
    """
    with opened(source) as document:
        return _Reader(document, source).run()


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """A PDF as pdfium knows it, closed afterwards.

    Args:
        source: The file.

    Yields:
        A `pypdfium2.PdfDocument`; hold `PDFIUM` around any call.

    Raises:
        DamagedFile: It is truncated or malformed.
        EncryptedFile: It needs a password.
    """
    _refuse_truncated(source)
    document = _parsed(source)
    try:
        with PDFIUM:
            document.init_forms()
        yield document
    finally:
        with PDFIUM:
            document.close()


def _refuse_truncated(source: Source) -> None:
    """A cut file is mended by pdfium in silence, with pages lost; the user should know."""
    claimed = _LINEARIZED.search(source.head(1024))
    source.file.seek(max(0, source.size_bytes - _TAIL_BYTES))
    tail = source.file.read(_TAIL_BYTES)
    ends = b"%%EOF" in tail or b"startxref" in tail
    if not ends or (claimed and int(claimed[1]) > source.size_bytes):
        raise DamagedFile(source.name, "truncated: its end is missing", "fetch or copy it again")


def _parsed(source: Source) -> Any:
    import pypdfium2

    source.file.seek(0)
    try:
        with PDFIUM:
            return pypdfium2.PdfDocument(source.file)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code in _NEEDS_PASSWORD:
            hint = "save it without one: qpdf --decrypt --password=PASSWORD IN.pdf OUT.pdf"
            raise EncryptedFile(source.name, "needs a password", hint) from exc
        raise DamagedFile(source.name, "no readable PDF", "open it in a PDF program and save it again") from exc


class _Reader:
    """Reads one document; holds a page's lines at a time, and a paragraph that may run on over the next page."""

    def __init__(self, document: Any, source: Source) -> None:
        self.document = document
        self.source = source
        self.out = Builder(source)
        self.failed: list[int] = []
        self.blank: list[int] = []
        with PDFIUM:
            self.pages = len(document)
            self.bookmarks = _bookmarks(document)
            said = document.get_metadata_dict()
        self.title = str(said.get("Title", "")).strip()
        # A PDF is made whole out of words that are done; a stamp, a signature or a mere copy changes its ModDate.
        self.dated = stated_day(str(said.get("CreationDate", "")), str(said.get("ModDate", "")))
        if _UNTITLED.match(self.title):
            self.title = ""
        self.style = self._style()
        self.last: Block | None = None

    def run(self) -> Extracted:
        """Read all pages."""
        for index in range(self.pages):
            self._page(index)
        self._report()
        return self.out.done(self.title, self.dated)

    def _style(self) -> Style:
        """Look at pages throughout for what is usual in this document.

        Running lines are all there is on scans that were stamped; without images, they are the text.
        """
        step = max(1, self.pages // _SAMPLE_PAGES)
        sample = {index: self._lines(index) for index in range(0, self.pages, step)}
        style = style_of(sample)
        left = any(blocks(page, style, index) for index, page in sample.items())
        if any(sample.values()) and not left and not self._any(_images_only()):
            return style._replace(running=frozenset())
        return style

    def _any(self, kinds: list[int]) -> bool:
        """Whether the first pages hold objects of these kinds; of any where none are named."""
        with PDFIUM:
            return any(_holds(self.document, index, kinds) for index in range(min(self.pages, _SAMPLE_PAGES)))

    def _lines(self, index: int) -> list[Line]:
        from pypdfium2 import PdfiumError

        try:
            with PDFIUM:
                return self._page_lines(index)
        except PdfiumError as exc:
            logger.debug("%s: page %d: %s", self.source.name, index + 1, exc)
            if index not in self.failed:
                self.failed.append(index)
            return []

    def _page_lines(self, index: int) -> list[Line]:
        page = self.document[index]
        try:
            return placed(page_lines(page), filled(self.document, page))
        finally:
            page.close()

    def _page(self, index: int) -> None:
        found = blocks(self._lines(index), self.style, index)
        self.out.page(index + 1)
        if not index and not self.title:
            self.title = next((block.text for block in found if block.level == 1), "")
        if not found:
            self.blank.append(index)
        headed = self._place(self.bookmarks.get(index, []), found)
        for number, block in enumerate(found):
            for title, level in headed.get(number, ()):
                self.out.mark(title, level)
            if block.level and not self.bookmarks:
                self.out.mark(block.text, block.level)
            self._add(block)

    def _add(self, block: Block) -> None:
        if self.last and continues(self.last, block):
            self.out.add(block.text, "" if self.last.hyphened or self.last.text.endswith("-") else " ")
        else:
            self.out.add(block.text, "\n" if self.last and self.last.listed and block.listed else "\n\n")
        self.last = block

    def _place(self, marks: list[tuple[str, int]], found: list[Block]) -> dict[int, list[tuple[str, int]]]:
        """Headings of the outline by the block that they stand in, or the next one where the words are not found."""
        placed: dict[int, list[tuple[str, int]]] = defaultdict(list)
        at = 0
        for title, level in marks:
            words = _words(title)
            fitting = (n for n in range(at, len(found)) if _unnumbered(found[n].text, title).startswith(words))
            number = next(fitting, None)
            if number is None:
                placed[at].append((title, level))
            else:
                at = number
                whole = _unnumbered(found[at].text, title) == words
                placed[at].append((found[at].text if whole else title, level))
        return placed

    def _report(self) -> None:
        """Say what could not be read; refuse the document where that is everything."""
        if len(self.failed) == self.pages:
            raise DamagedFile(
                self.source.name, "none of its pages can be read", "open it in a PDF program and save it again"
            )
        if not len(self.out):
            self._refuse_textless()
        if self.failed or self.blank:
            logger.warning(
                "%s: %d of %d pages failed, %d hold no text",
                self.source.name,
                len(self.failed),
                self.pages,
                len(set(self.blank) - set(self.failed)),
            )

    def _refuse_textless(self) -> None:
        if self._any([]):
            hint = "run a text recogniser over it: ocrmypdf IN.pdf OUT.pdf"
            raise ScannedFile(self.source.name, f"scanned: none of its {self.pages} pages holds text", hint)
        raise EmptyFile(self.source.name, "its pages are blank", "take it out of the folder")


def _bookmarks(document: Any) -> dict[int, list[tuple[str, int]]]:
    """Titles and levels of the outline by page, in its order."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for mark in islice(document.get_toc(), _BOOKMARKS):
        target = mark.get_dest()
        index = target.get_index() if target else None
        if index is not None and _words(mark.get_title()):
            found[index].append((mark.get_title(), mark.level + 1))
    return found


def _images_only() -> list[int]:
    from pypdfium2 import raw

    return [int(raw.FPDF_PAGEOBJ_IMAGE)]


def _holds(document: Any, index: int, kinds: list[int]) -> bool:
    from pypdfium2 import PdfiumError

    try:
        page = document[index]
    except PdfiumError:
        return False
    try:
        return next(page.get_objects(filter=kinds, max_depth=3), None) is not None
    finally:
        page.close()


def _unnumbered(text: str, title: str) -> str:
    """The words of a block, without a number before them that the outline does not give."""
    return _words(text if title[:1].isdigit() else _NUMBER.sub("", text))


def _words(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
