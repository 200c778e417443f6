"""What the styles of a Word document say of a paragraph: whether it is a heading, and how its letters look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rag.formats.archive import local
from rag.formats.docxnumbers import ANCESTORS
from rag.formats.ooxml import attribute, child, switched_on

PLAIN_LEVEL = 10
"""The level of body text; outline levels are 0 to 8."""
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SIZE = 20
"""Half points of a letter where nothing says so."""


class Look(NamedTuple):
    """How letters look: whether they are bold, and their size in half points; None where that is left open."""

    bold: bool | None = None
    size: int | None = None

    def over(self, other: Look) -> Look:
        """This look where it says something, else the other."""
        return Look(other.bold if self.bold is None else self.bold, self.size or other.size)


class Styles:
    """The styles of a document.

    Args:
        root: Of its styles; None where it has none.
    """

    def __init__(self, root: Any) -> None:
        named = [style for style in root if local(style) == "style"] if root is not None else []
        self._styles = {attribute(style, "styleId"): style for style in named}
        self._looks: dict[str, Look] = {}
        self._levels: dict[str, int] = {}
        defaults = child(root, "docDefaults", "rPrDefault") if root is not None else None
        self._default = _look(defaults).over(Look(bold=False, size=_SIZE))
        self._plain = next((attribute(style, "styleId") for style in named if _is_default(style)), "")

    def level(self, properties: Any) -> int:
        """Heading level of a paragraph from 1, or `PLAIN_LEVEL`: its own, or that of its style.

        Args:
            properties: Its `pPr`; may be None.

        Returns:
            By the style's own name, which stays English in every edition, or by its outline level.
        """
        outline = child(properties, "outlineLvl") if properties is not None else None
        if outline is not None and attribute(outline, "val").isdigit():
            return min(int(attribute(outline, "val")) + 1, PLAIN_LEVEL)
        style = _named(properties, "pStyle")
        if style not in self._levels:
            levels = (level for one in self._line(style) if (level := _level(one)) is not None)
            self._levels[style] = next(levels, PLAIN_LEVEL)
        return self._levels[style]

    def look(self, run: Any, properties: Any) -> Look:
        """How the letters of a run look.

        Args:
            run: An `r`.
            properties: The `pPr` of its paragraph; may be None.

        Returns:
            A look that leaves nothing open: by the run, its style, its paragraph's, and the document's.
        """
        own = _look(run)
        by_run = self._by_style(_named(child(run, "rPr"), "rStyle"))
        by_paragraph = self._by_style(_named(properties, "pStyle") or self._plain)
        return own.over(by_run).over(by_paragraph).over(self._default)

    def _by_style(self, style: str) -> Look:
        if style not in self._looks:
            look = Look()
            for one in self._line(style):
                look = look.over(_look(one))
            self._looks[style] = look
        return self._looks[style]

    def _line(self, style: str) -> Iterator[Any]:
        """A style and those that it is based on; the count ends circles."""
        for _ in range(ANCESTORS):
            if (found := self._styles.get(style)) is None:
                return
            yield found
            style = _named(found, "basedOn")


def _named(element: Any, name: str) -> str:
    """The `val` of a child; empty where there is no such child or no element."""
    found = child(element, name) if element is not None else None
    return attribute(found, "val") if found is not None else ""


def _is_default(style: Any) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on")


def _look(element: Any) -> Look:
    """What the `rPr` of an element says."""
    properties = child(element, "rPr") if element is not None else None
    if properties is None:
        return Look()
    bold, size = child(properties, "b"), _named(properties, "sz")
    return Look(None if bold is None else switched_on(bold), int(size) if size.isdecimal() and len(size) < 5 else None)


def _level(style: Any) -> int | None:
    if attribute(style, "type", "paragraph") != "paragraph":
        return None
    words = _named(style, "name")
    if words.lower() == "title":
        return 1
    if found := _HEADING.fullmatch(words):
        return max(1, int(found[1]))
    outline = _named(child(style, "pPr"), "outlineLvl")
    return int(outline) + 1 if outline.isdigit() and int(outline) < PLAIN_LEVEL - 1 else None
