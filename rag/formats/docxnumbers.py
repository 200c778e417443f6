"""Automatic numbers of Word documents: "2.2", "(b)", "Article IV", which stand in no paragraph and are counted here.

A paragraph names a list and a level, itself or by its style; a list has a format for each level and shares its counts
with every list made from the same abstract one. Knows neither text nor headings.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from rag.formats.archive import local
from rag.formats.ooxml import attribute, child, switched_on

_LEVELS = 9
ANCESTORS = 50
"""Styles above a style that are followed."""
_PATTERN_CHARACTERS = 100
_PLACE = re.compile(r"%([1-9])")
_VALUES = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
_ROMAN = tuple(zip(_VALUES, "m cm d cd c xc l xl x ix v iv i".split(), strict=True))
_LETTERS_TO = 26 * 30
_ROMAN_TO = 3_999
"""Word counts no further in letters and Romans no further in numerals; what does is written in digits."""


class _Level(NamedTuple):
    """How one level of a list counts; `restart` is the deepest level, from 1, that lets it begin anew."""

    start: int
    format: str
    pattern: str
    legal: bool
    restart: int
    style: str


class _List(NamedTuple):
    """A list: whose counts it uses, its levels, and those that begin anew where it is first used."""

    counts: str
    levels: dict[int, _Level]
    begins: frozenset[int]


class _Asked(NamedTuple):
    """List and level that a paragraph or a style names, each empty where it is left to the style `based` on."""

    style: str
    number: str
    level: str
    based: str


class Numbers:
    """Counts the numbered paragraphs of a document.

    Args:
        numbering: Root of its numbering part; None where it has none.
        styles: Root of its styles; None where it has none.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._styles = {attribute(style, "styleId"): _asked_by_style(style) for style in _named(styles, "style")}
        abstract = _named(numbering, "abstractNum")
        self._levels = {attribute(one, "abstractNumId"): _levels(one) for one in abstract}
        self._links = {attribute(one, "abstractNumId"): _value(one, "numStyleLink") for one in abstract}
        self._numbers = {attribute(one, "numId"): one for one in _named(numbering, "num")}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, properties: Any) -> str:
        """Count a paragraph.

        Args:
            properties: Its `pPr`; may be None. Each paragraph is to be asked for once, in the order of the text.

        Returns:
            Its number as Word shows it; empty for a bullet and where it has none.
        """
        asked = self._asked(properties)
        number = next((one.number for one in asked if one.number), "0")
        if number == "0":
            return ""
        if number not in self._lists:
            self._lists[number] = self._list(number)
        found = self._lists[number]
        at = _level_of(found, asked)
        return self._count(number, found, at) if at in found.levels else ""

    def _asked(self, properties: Any) -> list[_Asked]:
        """By the paragraph, then by its style and those that it is based on; the count ends circles."""
        asked = [_asked(properties, "", _value(properties, "pStyle"))]
        while (style := self._styles.get(asked[-1].based)) and len(asked) <= ANCESTORS:
            asked.append(style)
        return asked

    def _list(self, number: str) -> _List:
        element = self._numbers.get(number)
        abstract = _value(element, "abstractNumId")
        if style := self._styles.get(self._links.get(abstract, "")):
            abstract = _value(self._numbers.get(style.number), "abstractNumId")
        levels, begins = dict(self._levels.get(abstract, {})), set()
        for override in _named(element, "lvlOverride"):
            at = _integer(attribute(override, "ilvl"), _LEVELS)
            levels |= _levels(override)
            if at in levels and (start := _value(override, "startOverride")):
                levels[at] = levels[at]._replace(start=_integer(start, 1))
                begins.add(at)
        return _List(abstract, levels, frozenset(begins))

    def _count(self, number: str, found: _List, at: int) -> str:
        counts, levels = self._counts.setdefault(found.counts, {}), found.levels
        if at in found.begins and (number, at) not in self._begun:
            self._begun.add((number, at))
            counts.pop(at, None)
        counts[at] = counts[at] + 1 if at in counts else levels[at].start
        for above in range(at):
            if above in levels:
                counts.setdefault(above, levels[above].start)
        for below in range(at + 1, _LEVELS):
            if below in levels and at < levels[below].restart:
                counts.pop(below, None)
        return _shown(levels, counts, at)


def _named(root: Any, name: str) -> list[Any]:
    return [element for element in root if local(element) == name] if root is not None else []


def _value(element: Any, name: str) -> str:
    """The `val` of a child; empty where there is no such child or no element."""
    found = child(element, name) if element is not None else None
    return attribute(found, "val") if found is not None else ""


def _integer(value: str, default: int) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default


def _asked(properties: Any, style: str, based: str) -> _Asked:
    own = child(properties, "numPr") if properties is not None else None
    return _Asked(style, _value(own, "numId"), _value(own, "ilvl"), based)


def _asked_by_style(style: Any) -> _Asked:
    return _asked(child(style, "pPr"), attribute(style, "styleId"), _value(style, "basedOn"))


def _level_of(found: _List, asked: list[_Asked]) -> int:
    """The level that is named nearest, where a list that ties a level to a style has named it; else the first."""
    tied = {level.style: at for at, level in found.levels.items() if level.style}
    for one in asked:
        if one.style in tied:
            return tied[one.style]
        if one.level:
            return _integer(one.level, _LEVELS)
    return 0


def _levels(parent: Any) -> dict[int, _Level]:
    levels = {}
    for element in _named(parent, "lvl"):
        at = _integer(attribute(element, "ilvl"), _LEVELS)
        if at < _LEVELS:
            levels[at] = _Level(
                _integer(_value(element, "start"), 0),
                _value(element, "numFmt") or "decimal",
                _value(element, "lvlText")[:_PATTERN_CHARACTERS],
                switched_on(child(element, "isLgl")),
                _integer(_value(element, "lvlRestart"), at),
                _value(element, "pStyle"),
            )
    return levels


def _shown(levels: dict[int, _Level], counts: dict[int, int], at: int) -> str:
    level = levels[at]
    if level.format == "bullet":
        return ""

    def place(found: re.Match[str]) -> str:
        of = int(found[1]) - 1
        if of > at or of not in levels:
            return ""
        return _written(counts[of], "decimal" if level.legal else levels[of].format)

    return " ".join(_PLACE.sub(place, level.pattern).split())


def _written(count: int, form: str) -> str:
    if form in ("none", "bullet"):
        return ""
    if form == "decimalZero":
        return f"{count:02}"
    text = str(count)
    if form.endswith("Letter") and 0 < count <= _LETTERS_TO:
        text = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif form.endswith("Roman") and 0 < count <= _ROMAN_TO:
        text = _roman(count)
    return text.upper() if form.startswith("upper") else text


def _roman(count: int) -> str:
    text = ""
    for value, numeral in _ROMAN:
        text += numeral * (count // value)
        count %= value
    return text
