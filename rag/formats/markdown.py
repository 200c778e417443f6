"""Markdown: headings as a map, tables as rows that name their columns, marks of emphasis and links taken off.

Left out are comments, targets of links, and words that are struck out, as the document no longer says them. Works line
by line, each pattern linear, so that no text takes long. Code keeps its lines as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.formats.base import Builder, Extracted, Source, raised
from rag.formats.dates import stated_day
from rag.formats.plain import cleaned
from rag.formats.rows import named_rows

_FENCE = re.compile(r"[ >\t]{0,12}(`{3,}+(?=[^`\n]*$)|~{3,})")
"""As in CommonMark, a line with more backticks after those that it begins with has code in it and opens none."""
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]*){3,}$")
_DIVIDER = re.compile(r"[ \t|:-]*-[ \t|:-]*$")
_QUOTE = re.compile(r" {0,3}(?:>[ \t]?)+")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_STARTS = frozenset("#`~-*_=>")
"""What a line begins with that may be more than running text; so may one with a `|` in it."""
_CELL = re.compile(r"(?:\\.|`[^`\n]{0,500}`|[^|\\])+|\\")
_FRONT = re.compile(r"\s|-(?:\s|$)|[^\s#-].{0,100}?:(?:\s|$)")
"""What a line of front matter begins with: white space, an item, a key."""
_SAID = re.compile(r"(title|date):[ \t]*(.+)$")
_STRUCK = r"(?<![\\~])~~(?=[^\s~])[^~]{1,2000}(?<!\s)~~(?!~)"

_PATTERNS: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("![", re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)"), r"\1"),
    ("](", re.compile(r"\[([^\[\]\n]{1,500})\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)"), r"\1"),
    ("][", re.compile(r"\[([^\[\]\n]{1,500})\]\[(?!\^)[^\[\]\n]{0,200}\]"), r"\1"),
    ("<", re.compile(r"<((?:https?|mailto):[^<>\s]{1,2000})>"), r"\1"),
    ("<", re.compile(r"<br ?/?>", re.IGNORECASE), " "),
    ("<", re.compile(r"<sup>([^<>\n]{1,20})</sup>", re.IGNORECASE), lambda found: raised(found[1])),
    ("<", re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>\n]{0,1000})?/?>"), ""),
    ("*", re.compile(r"(?<![\w*\\])\*{1,3}(?=\S)([^*\n]{1,2000})(?<![\s\\])\*{1,3}(?!\w)"), r"\1"),
    (
        "_",
        re.compile(r"(?<![\w\\])_{1,3}(?=[^\s_])([^\n_]{1,2000}(?:_[^\s_][^\n_]{0,200}){0,3})(?<![\s_\\])_{1,3}(?!\w)"),
        r"\1",
    ),
    ("~~", re.compile(rf"^(?:{_STRUCK}[ \n]?)+| ?{_STRUCK}(?!\w)", re.MULTILINE), ""),
    ("~~", re.compile(rf" ?{_STRUCK}"), " "),
    ("\\", re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
"""A mark without which a pattern cannot fit, the pattern, and what is left of it."""
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^\n]{1,300}?)(?<!`)\1(?!`)")
_LINK_TARGET = re.compile(
    r" {0,3}\[(?!\^)[^\[\]\n]{1,200}\]:\s+(?:<[^<>]*>|(?=#|[A-Za-z][\w+.-]+:\S|\S*(?:/|\w\.[A-Za-z]))\S+)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*$"
)
"""A label, an address or a path, perhaps a title, and nothing else: not a footnote, nor what somebody says."""


def extract(source: Source) -> Extracted:
    """Read a Markdown file.

    Args:
        source: The file.

    Returns:
        Its text, headings, and the `title:` and `date:` of its front matter where it has them. The other keys are the
        first paragraph.

    Raises:
        BinaryFile: It is no text.
        OversizeFile: The rows with their names are past the limit.
    """
    front, text = _front_matter(_without_comments(cleaned(source)))
    said = {found[1]: found[2].strip(" \"'") for found in map(_SAID.match, front) if found}
    dated = stated_day(said.get("date", ""))
    out = Builder(source)
    known = ("title:", "date:") if dated else "title:"
    out.paragraph("\n".join(line for line in front if not line.startswith(known)))
    _Reader(out, text.split("\n")).run()
    return out.done(said.get("title", ""), dated)


class _Reader:
    """Goes over the lines once; a paragraph is held back until its end, as a line under it may make it a heading."""

    def __init__(self, out: Builder, lines: list[str]) -> None:
        self.out = out
        self.lines = lines
        self.at = 0
        self.held: list[str] = []

    def run(self) -> None:
        """Read all lines."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not self._structure(line):
                self._text(line)
            self.at += 1
        self._flush()

    def _structure(self, line: str) -> bool:
        """Take a line that is more than running text; may take those after it too."""
        if line.lstrip()[:1] not in _STARTS and "|" not in line:
            return False
        if fence := _FENCE.match(line):
            self._code(fence[1])
        elif heading := _HEADING.match(line):
            self._flush()
            self.out.heading(inline(line[heading.end() :].rstrip().rstrip("#").rstrip()), len(heading[1]))
        elif self.held and not _ITEM.match(self.held[-1]) and (mark := _UNDERLINE.match(line)):
            title = self.held.pop()
            self._flush()
            self.out.heading(inline(title), 1 if mark[1][0] == "=" else 2)
        elif _RULE.match(line):
            self._flush()
        elif "|" in line and self._divider_follows():
            self._table()
        else:
            return False
        return True

    def _text(self, line: str) -> None:
        line = _QUOTE.sub("", line, count=1) if ">" in line[:4] else line
        if not line.strip():
            self._flush()
        elif not _LINK_TARGET.match(line):
            self.held.append(line.rstrip())

    def _flush(self) -> None:
        if self.held:
            self.out.paragraph(inline("\n".join(self.held)))
            self.held.clear()

    def _code(self, fence: str) -> None:
        self._flush()
        start = self.at + 1
        self.at = start
        while self.at < len(self.lines) and not self.lines[self.at].strip(" >\t").startswith(fence):
            self.at += 1
        self.out.paragraph("\n".join(self.lines[start : self.at]))

    def _divider_follows(self) -> bool:
        following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return "|" in following + self.lines[self.at] and bool(_DIVIDER.match(following)) and "-" in following

    def _table(self) -> None:
        self._flush()
        rows = [_cells(self.lines[self.at])]
        self.at += 2
        while self.at < len(self.lines) and "|" in self.lines[self.at]:
            rows.append(_cells(self.lines[self.at]))
            self.at += 1
        self.at -= 1
        for row in named_rows(rows, header=True):
            self.out.paragraph(row)


def inline(text: str) -> str:
    """Take off marks of emphasis, code and links, and words struck out; what stands in code is left as it is.

    Args:
        text: Lines of running text.

    Returns:
        What a reader would see.
    """
    pieces = []
    at = 0
    for code in _CODE.finditer(text) if "`" in text else ():
        pieces += [_plain(text[at : code.start()]), code[2].strip()]
        at = code.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    for mark, pattern, kept in _PATTERNS:
        if mark in text:
            text = pattern.sub(kept, text)
    return text


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    cells: list[str] = []
    at = 0
    while at <= len(line):
        cell = _CELL.match(line, at)
        end = cell.end() if cell else at
        cells.append(inline(line[at:end].replace("\\|", "|")))
        at = end + 1
    return cells


def _without_comments(text: str) -> str:
    pieces = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[at:start])
        at = end + 3
    return "".join([*pieces, text[at:]])


def _front_matter(text: str) -> tuple[list[str], str]:
    """Lines of keys and values that a block between `---` lines at the top holds, and the text after it."""
    end = text.find("\n---\n", 3, 10_000) if text.startswith("---\n") else -1
    first, *others = text[4 : max(4, end)].split("\n")
    lines = [line for line in (first, *others) if line.strip() and not line.startswith("#")]
    if not first.strip() or not lines or lines[0][0] in " \t-" or not all(map(_FRONT.match, lines)):
        return [], text
    return lines, text[end + 5 :]
