"""Signs of Word documents that are no text: letters of symbol fonts, and the boxes and lists of old forms."""

from __future__ import annotations

from typing import Any

from rag.formats.archive import local
from rag.formats.ooxml import attribute, child, switched_on

_PRIVATE = 0xF000
"""Where letters of symbol fonts stand in Unicode, each as far from here as in its font."""
_SIGNS = {
    "symbol": dict(
        zip("DFGLPQSWabgdelmpqrstfw", "ΔΦΓΛΠΘΣΩαβγδελμπθρστφω", strict=True),
        **dict(zip("\xa2\xb2\xa3\xa5\xb0\xb1\xb3\xb4\xb7\xb8\xb9\xbb", "′″≤∞°±≥×•÷≠≈", strict=True)),
        **dict(zip("\xa0\xac\xad\xae\xaf\xd6", "€←↑→↓√", strict=True)),
    ),
    "wingdings": dict(zip("\x6f\xa8\xfd\xfe\xfb\xfc\x6c\x6e\xa7\xd8\xdf\xe0", "☐☐☒☒✗✓●■▪➢←→", strict=True)),
    "wingdings 2": dict(zip("\xa3\x51\x52\x53\x54\x4f\x50", "☐☒☒☒☒✗✓", strict=True)),
}
"""By font and letter; a ticked box is a crossed one, as those of forms are."""


def symbol(element: Any) -> str:
    """Read a letter of a symbol font.

    Args:
        element: A `sym`.

    Returns:
        What it shows; empty where that is not known.
    """
    try:
        code = int(attribute(element, "char"), 16)
    except ValueError:
        return ""
    signs = _SIGNS.get(attribute(element, "font").lower())
    if signs is not None:
        return signs.get(chr(code % _PRIVATE % 0x100), "")
    return chr(code) if 0x20 <= code < 0xD800 else ""


def field(element: Any) -> str:
    """Read a field of an old form that shows no text.

    Args:
        element: A `checkBox` or a `ddList`.

    Returns:
        A box, crossed or not, or the entry that is chosen.
    """
    if local(element) == "checkBox":
        checked = child(element, "checked")
        return "☒" if switched_on(child(element, "default") if checked is None else checked) else "☐"
    entries = [attribute(entry, "val") for entry in element if local(entry) == "listEntry"]
    chosen = child(element, "result")
    at = attribute(chosen, "val") if chosen is not None else "0"
    return entries[int(at)] if at.isdecimal() and len(at) < 10 and int(at) < len(entries) else ""
