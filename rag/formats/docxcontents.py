"""Lists of contents in Word documents, whose lines say again what the headings say. Knows no text."""

from __future__ import annotations

import re
from typing import Any

from rag.formats.archive import local
from rag.formats.ooxml import attribute, child

_STYLE = re.compile(r"toc ?(?:\d|heading)", re.IGNORECASE)


def contents(root: Any, styles: Any) -> set[Any]:
    """Find them.

    Args:
        root: Of the document.
        styles: Root of its styles; None where it has none.

    Returns:
        Paragraphs by their style, or within a field for a list of contents that has an end.
    """
    named = {attribute(style, "styleId") for style in (styles if styles is not None else ()) if _is_named(style)}
    paragraphs: list[Any] = []
    fields: list[tuple[int, bool]] = []
    found: set[Any] = set()
    said = False
    for element in root.iter("{*}p", "{*}t", "{*}fldChar", "{*}instrText"):
        name = local(element)
        if name == "p":
            paragraphs.append(element)
            said = False
            style = child(element, "pPr", "pStyle")
            if style is not None and (attribute(style, "val") in named or _STYLE.fullmatch(attribute(style, "val"))):
                found.add(element)
        elif name == "t":
            said = True
        elif name == "instrText":
            if fields and (element.text or "").split()[:1] == ["TOC"]:
                fields[-1] = (fields[-1][0], True)
        elif attribute(element, "fldCharType") == "begin":
            fields.append((len(paragraphs) - 1, False))
        elif attribute(element, "fldCharType") == "end" and fields:
            first, listed = fields.pop()
            if listed and not fields:
                found.update(paragraphs[max(first, 0) : len(paragraphs) - (not said)])
    return found


def _is_named(style: Any) -> bool:
    name = child(style, "name")
    return local(style) == "style" and name is not None and bool(_STYLE.fullmatch(attribute(name, "val")))
