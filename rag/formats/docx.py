"""Word documents: paragraphs, lists, tables, text boxes and notes; headings by their style, outline level or look.

What headers and footers say comes last, once. Deleted and hidden text is left out, and so are comments. Pages exist
only once a program lays the document out, so there are none here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from rag.formats.archive import local, opened
from rag.formats.base import Builder, Extracted, Source, raised, squeeze
from rag.formats.docxcontents import contents
from rag.formats.docxheadings import WRAPPERS, headings
from rag.formats.docxnumbers import Numbers
from rag.formats.docxstyles import PLAIN_LEVEL, Styles
from rag.formats.docxsymbols import field, symbol
from rag.formats.ooxml import Package, attribute, child, switched_on
from rag.formats.rows import named_rows
from rag.formats.spread import Box, covered, spread

_DROPPED = frozenset(("del", "moveFrom", "Fallback", "rPr", "pPr", "instrText", "delText"))
_WITHIN_CELLS = WRAPPERS | {"tbl", "tr", "tc"}
_LITERAL = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_UNSHADED = ("auto", "ffffff")
_MARGINS = "Header and footer"
"""Heading of what the margins say."""
_NO_TITLE = 2
"""A level of headings that never give a document its title."""
_PAGE = frozenset("page seite página pagina sida side of von de di van sur av af".split())
"""Words of a line that numbers a page."""


def extract(source: Source) -> Extracted:
    """Read a Word document.

    Args:
        source: The file; `.docx`, `.docm` and templates, transitional or strict.

    Returns:
        Its text, headings, title and date.

    Raises:
        DamagedFile: Parts are missing or malformed.
        EncryptedFile: It needs a password.
        OversizeFile: It unpacks to more than the limit.
    """
    with opened(source) as archive:
        package = Package(archive, source)
        main = package.main()
        styles, numbering = (
            package.tree(part) if (part := package.related(main, kind)) else None for kind in ("styles", "numbering")
        )
        root = package.tree(main)
        reader = _Reader(Builder(source), Styles(styles), Numbers(numbering, styles), contents(root, styles))
        reader.document(root)
        for kind in ("footnotes", "endnotes"):
            if part := package.related(main, kind):
                reader.notes(package.tree(part))
        margins = [part for kind in ("header", "footer") for part in package.all_related(main, kind)]
        reader.margins(map(package.tree, margins))
        return reader.out.done(package.title(), package.dated())


class _Reader:
    """Reads blocks into a text.

    Args:
        out: Where they go.
        styles: Of the document.
        numbers: Counts its automatic numbers.
        contents: Paragraphs that list what the document contains, and are not read.
    """

    def __init__(self, out: Builder, styles: Styles, numbers: Numbers, contents: set[Any]) -> None:
        self.out = out
        self.styles = styles
        self.numbers = numbers
        self.contents = contents
        self.levels: dict[Any, int] = {}
        self.boxes: list[Any] = []
        self.in_list = False

    def document(self, root: Any) -> None:
        """Read the body of a document."""
        self.levels = headings(root, self.styles, self.contents)
        self.blocks(root)

    def blocks(self, parent: Any) -> None:
        """Read paragraphs and tables in order."""
        for element in parent:
            name = local(element)
            if name == "p":
                if element not in self.contents:
                    self._paragraph(element)
            elif name == "tbl":
                self.in_list = False
                boxes = (map(self._box, _inside(row, "tc")) for row in _inside(element, "tr"))
                for line in named_rows(spread(boxes), header=_declared_header(element)):
                    self.out.paragraph(line)
            elif name in WRAPPERS:
                self.blocks(element)
            self._boxes()

    def notes(self, root: Any) -> None:
        """Read footnotes or endnotes, leaving out the lines that part them from the text."""
        for note in root:
            if not attribute(note, "type"):
                self.blocks(note)

    def margins(self, roots: Iterable[Any]) -> None:
        """Read headers and footers: every line once, however many sections have it, and no page numbers."""
        lines = dict.fromkeys(
            squeeze(self.text(element)) for root in roots for element in root.iter() if local(element) == "p"
        )
        self.boxes.clear()  # whose paragraphs were among those
        if said := [line for line in lines if not _numbers_a_page(line)]:
            self.out.heading(_MARGINS, min((heading.level for heading in self.out.headings), default=_NO_TITLE))
            self.out.paragraph("\n".join(said))

    def text(self, element: Any) -> str:
        """Text of anything inside a paragraph."""
        return "".join(self._pieces(element))

    def _paragraph(self, element: Any) -> None:
        text = "\n".join(filter(None, map(squeeze, self.text(element).split("\n"))))
        properties = child(element, "pPr")
        number = self._number(properties, text)
        level = self.styles.level(properties)
        if number or not _is_listed(properties):
            level = self.levels.get(element, level)
        listed = level >= PLAIN_LEVEL and (bool(number) or _is_listed(properties))
        if text and level < PLAIN_LEVEL:
            self.out.heading(f"{number} {text}", level)
        elif text and listed:
            self.out.add(f"{number or '-'} {text}", "\n" if self.in_list else "\n\n")
        else:
            self.out.paragraph(text)
        self.in_list = listed

    def _number(self, properties: Any, text: str) -> str:
        """Its automatic number. A paragraph that is deleted or hidden with its mark is not counted; an empty one is."""
        mark = child(properties, "rPr") if properties is not None else None
        gone = mark is not None and (child(mark, "del") is not None or switched_on(child(mark, "vanish")))
        return "" if gone and not text else self.numbers.next(properties)

    def _pieces(self, element: Any) -> Iterator[str]:
        for inner in element:
            name = local(inner)
            if name == "t":
                yield inner.text or ""
            elif name in _LITERAL:
                yield _LITERAL[name]
            elif name == "sym":
                yield symbol(inner)
            elif name in ("checkBox", "ddList"):
                yield field(inner)
            elif name == "txbxContent":
                self.boxes.append(inner)
            elif name == "sup" or (name == "r" and _is_raised(inner)):
                yield raised(self.text(inner))
            elif name not in _DROPPED and not (name == "r" and switched_on(child(inner, "rPr", "vanish"))):
                yield "/" if name == "den" else ""  # of a fraction
                yield from self._pieces(inner)

    def _boxes(self) -> None:
        """Text boxes follow the paragraph that they hang on."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box)

    def _box(self, cell: Any) -> Box:
        merged, span = child(cell, "tcPr", "vMerge"), child(cell, "tcPr", "gridSpan")
        return Box(
            squeeze(" ".join(self._cell(cell))),
            columns=covered(attribute(span, "val")) if span is not None else 1,
            is_marked=_stands_out(cell),
            hangs=merged is not None and attribute(merged, "val") != "restart",
        )

    def _cell(self, parent: Any) -> Iterator[str]:
        """Paragraphs in a cell, with their text boxes and tables; an automatic number may be all that one says."""
        for element in parent:
            if local(element) == "p":
                text = squeeze(self.text(element))
                yield f"{self._number(child(element, 'pPr'), text)} {text}"
                boxes, self.boxes = self.boxes, []
                for box in boxes:
                    yield from self._cell(box)
            elif local(element) in _WITHIN_CELLS and not _deleted(element):
                yield from self._cell(element)


def _numbers_a_page(line: str) -> bool:
    return all(word.isdigit() or word.casefold() in _PAGE for word in re.findall(r"\w+", line))


def _is_raised(run: Any) -> bool:
    place = child(run, "rPr", "vertAlign")
    return place is not None and attribute(place, "val") == "superscript"


def _inside(element: Any, name: str) -> Iterator[Any]:
    """Rows or cells that are not deleted, within content controls and insertions too."""
    for inner in element:
        if local(inner) == name:
            if not _deleted(inner):
                yield inner
        elif local(inner) in WRAPPERS:
            yield from _inside(inner, name)


def _deleted(element: Any) -> bool:
    """Whether it is a row or a cell that tracked changes have taken out."""
    return child(element, "trPr", "del") is not None or child(element, "tcPr", "cellDel") is not None


def _stands_out(cell: Any) -> bool:
    """Whether all words of a cell are bold, or it is shaded."""
    shade = child(cell, "tcPr", "shd")
    runs = [run for run in cell.iter() if local(run) == "r" and any(map(_has_words, run))]
    bold = bool(runs) and all(switched_on(child(run, "rPr", "b")) for run in runs)
    return bold or (shade is not None and attribute(shade, "fill", "auto").lower() not in _UNSHADED)


def _has_words(element: Any) -> bool:
    return local(element) == "t" and bool((element.text or "").strip())


def _declared_header(table: Any) -> int | None:
    """How many of the first rows are set to be said again on each page; None where nothing tells."""
    rows = takewhile(lambda row: switched_on(child(row, "trPr", "tblHeader")), _inside(table, "tr"))
    return sum(1 for _ in rows) or None


def _is_listed(properties: Any) -> bool:
    if properties is None:
        return False
    number = child(properties, "numPr", "numId")
    style = child(properties, "pStyle")
    named = attribute(style, "val").startswith("List") if style is not None else False
    return attribute(number, "val") != "0" if number is not None else named
