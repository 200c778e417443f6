"""HTML: headings as a map, tables as rows that name their columns, lists as lines, and nothing that is not read.

Navigation and the header and footer of the page are read where nothing else is there. Walks a parsed tree without
recursion, so that depth is no danger.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from rag.errors import BinaryFile, DamagedFile
from rag.formats.base import Builder, Extracted, Source, clean, raised, squeeze
from rag.formats.decode import as_declared, decode
from rag.formats.htmlbeside import set_apart
from rag.formats.htmlhead import Head, head_of
from rag.formats.htmlprune import opens, prune
from rag.formats.htmltable import is_data_table, table_lines

_BLOCKS = frozenset(
    "address article aside blockquote body caption center details dialog dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table "
    "tbody td tfoot th thead tr ul".split()
)
_LISTS = frozenset(("ul", "ol", "menu"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_REFERENCE = re.compile(r"\[[\w\s]{1,30}\]")
_QUOTE = re.compile(r"(?:^|[\s_-])quoted?(?:$|[\s_-])", re.IGNORECASE)
_BREAK = "\v"
_LETTER = re.compile(r"[^\W\d_]")


def extract(source: Source) -> Extracted:
    """Read an HTML file.

    Args:
        source: The file.

    Returns:
        Its text, headings, title and date.

    Raises:
        BinaryFile: It is no text.
        DamagedFile: It is nested too deeply.
        OversizeFile: It is too large to be held as a tree.
    """
    out = Builder(source)
    return out.done(*append(out, _decoded(source)))


def append(out: Builder, markup: str, *, quotes: bool = False) -> Head:
    """Read a document into a text that others share.

    Args:
        out: Where its text and headings go.
        markup: The document.
        quotes: Whether each line of what it quotes from another message begins with `> `, and none is a heading.

    Returns:
        What it says of itself.

    Raises:
        DamagedFile: It is nested too deeply.
    """
    before = len(out)
    head = _append(out, markup, chrome=False, quotes=quotes)
    if len(out) == before:
        _append(out, markup, chrome=True, quotes=quotes)
    return head


def _append(out: Builder, markup: str, *, chrome: bool, quotes: bool) -> Head:
    root = _tree(markup, out.source)
    if root is None:
        return Head()
    head = head_of(root)
    prune(root, chrome=chrome)
    _raise(root)
    set_apart(root, _BLOCKS)
    _Walk(out, quotes=quotes).run(root)
    return head


def _decoded(source: Source) -> str:
    """By byte order mark, then by what the document says of itself if that fits, then by its bytes."""
    data = source.markup()
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = as_declared(data, declared[1].decode("ascii", "replace"))
        if text is not None:
            return text
    text = decode(data)
    if text is None:
        raise BinaryFile(source.name, "binary data, not a text", "save it as text, or take it out of the folder")
    return text


def _tree(markup: str, source: Source) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    data = clean(markup).encode()
    root = etree.fromstring(data, parser) if data.strip() else None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise DamagedFile(source.name, "nested too deeply to be read", "save it in a flatter form")
    return root


def _raise(root: Any) -> None:
    """Superscripts: marks of references go, numbers stay above the line, as `10⁶` is not `106`."""
    for element in root.iter("sup"):
        text = squeeze("".join(element.itertext()))
        del element[:]
        element.text = "" if _REFERENCE.fullmatch(text) else raised(text)


class _Walk:
    """One pass over a tree. Words wait in `held` until the block they stand in ends; `worded` says that some do.

    A button within a heading is the heading, as in an accordion, unless words stand before it: then it copies a link.
    """

    def __init__(self, out: Builder, *, quotes: bool) -> None:
        self.out = out
        self.quotes = quotes
        self.held: list[str] = []
        self.worded = False
        self.counters: list[int | None] = []
        self.marker = ""
        self.term = ""
        self.level = 1
        self.in_list = False
        self.inside: dict[str, int] = {"pre": 0, "heading": 0, "quote": 0}

    def run(self, root: Any) -> None:
        """Visit every element once, in the order of the text."""
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._close(element, element.tag)
                self._hold(element.tail)
            elif self._open(element):
                self._hold(element.text)
            else:
                walk.skip_subtree()
        self._flush()
        if self.term:
            self._emit("")

    def _open(self, element: Any) -> bool:
        """Begin an element; False where it has been dealt with whole."""
        tag = element.tag
        if tag == "br":
            self.held.append(_BREAK)
        elif tag == "button":
            self.held.append(" ")
            return not self.worded or opens(element)
        elif tag in _BLOCKS:
            if self.inside["heading"]:
                self.held.append(" ")
            else:
                self._flush()
            return self._open_block(element, tag)
        return True

    def _open_block(self, element: Any, tag: str) -> bool:
        self.inside["pre"] += tag == "pre"
        self.inside["quote"] += self._quotes(element, tag)
        self.inside["heading"] += self._heads(element, tag)
        if tag in _LISTS:
            self.in_list &= bool(self.counters)
            self.counters.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.marker = self._next_marker()
        elif tag == "table" and is_data_table(element):
            for line in table_lines(element):
                self._add(line, "\n\n")
            self.in_list = False
            return False
        return True

    def _close(self, element: Any, tag: str) -> None:
        if tag == "button":
            self.held.append(" ")
        if tag not in _BLOCKS:
            return
        if self._heads(element, tag):
            self.inside["heading"] -= 1
            self.level = int(tag[1]) if tag in _HEADINGS else self.level
            self._head(self._take().strip("¶#§ \n"), self.level + (tag not in _HEADINGS))
            self.in_list = False
        elif tag == "dt":
            self.term = ", ".join(filter(None, (self.term, squeeze(self._take()))))
        elif self.inside["heading"]:
            self.held.append(" ")
        else:
            self._flush()
        self.inside["pre"] -= tag == "pre"
        self.inside["quote"] -= self._quotes(element, tag)
        if tag in _LISTS and self.counters:
            self.counters.pop()
        elif tag == "dl" and self.term:
            self.held.append(" ")
            self._emit("")

    @staticmethod
    def _heads(element: Any, tag: str) -> bool:
        """Whether it is a heading, as the summaries of details in a row are: one alone may say no more than "More"."""
        if tag in _HEADINGS:
            return True
        if tag != "summary" or next(element.iterdescendants(*_HEADINGS), None) is not None:
            return False
        details = element.getparent()
        beside = (details.getprevious(), details.getnext()) if details is not None else ()
        return any(other is not None and other.tag == "details" for other in beside)

    def _hold(self, text: str | None) -> None:
        if text:
            self.held.append(text)
            self.worded = self.worded or bool(_LETTER.search(text))

    def _take(self) -> str:
        """The words held so far; white space as it is in `pre`, and otherwise as a browser shows it."""
        text = "".join(self.held)
        self.held.clear()
        self.worded = False
        if self.inside["pre"]:
            return text.replace(_BREAK, "\n")
        return "\n".join(filter(None, map(squeeze, text.split(_BREAK))))

    def _flush(self) -> None:
        if self.held and (text := self._take()).strip():
            self._emit(text)

    def _emit(self, text: str) -> None:
        if self.term:
            text = f"{self.term}: {text}" if text else self.term
            self.term = ""
        if self.marker:
            self._add(self.marker + text, "\n" if self.in_list else "\n\n")
            self.marker = ""
            self.in_list = True
        else:
            self._add(text, "\n\n")
            self.in_list = False

    def _head(self, title: str, level: int) -> None:
        if self.inside["quote"]:
            self._add(squeeze(title), "\n\n")
        else:
            self.out.heading(title, level)

    def _add(self, text: str, gap: str) -> None:
        """Put a block into the text, each of its lines after as many signs as quotes are around it."""
        sign = "> " * self.inside["quote"]
        self.out.add("\n".join(sign + line for line in text.split("\n")) if sign and text.strip() else text, gap)

    def _quotes(self, element: Any, tag: str) -> bool:
        """Whether it quotes another message, as mail programs mark it; others indent with a bare `blockquote`."""
        if not self.quotes or tag != "blockquote":
            return False
        return element.get("type") == "cite" or bool(_QUOTE.search(element.get("class", "")))

    def _next_marker(self) -> str:
        indent = "  " * min(len(self.counters) - 1, 8)
        if not self.counters or (count := self.counters[-1]) is None:
            return f"{indent}- "
        self.counters[-1] = count + 1
        return f"{indent}{count + 1}. "
