"""What of an HTML page is not read, taken out of its tree. Knows nothing of the text that is made of the rest.

Left out are scripts, styles, hidden elements, struck words, forms, navigation, and the page's own header and footer, by
their tags or by their names. A button is left out too, unless it heads or opens a part of the page, as in an accordion;
what it opens is not hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rag.formats.htmljunk import junk

_STRUCK = frozenset(("del", "s", "strike"))
_SILENT = _STRUCK.union(
    "script style noscript template iframe object embed canvas audio video svg math map head select input textarea "
    "datalist optgroup option progress meter".split()
)
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")
_WITHIN = frozenset(("article", "main", "section", "aside", "blockquote", "figure", "dialog"))
_CHROME_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar"))
_INVISIBLE = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def prune(root: Any, *, chrome: bool) -> None:
    """Empty the elements that are not read, keeping the text that follows them.

    Args:
        root: An lxml element.
        chrome: Whether navigation and the page's own header and footer are read.
    """
    _empty([found for found in root.iterdescendants("*") if _is_silent(found) or (not chrome and _is_chrome(found))])
    openers = (found for found in root.iterdescendants("*") if found.attrib and opens(found))
    opened = {name for opener in openers for name in opener.get("aria-controls", "").split()}
    _empty([found for found in root.iterdescendants("*") if _is_hidden(found) and found.get("id") not in opened])
    if not chrome:
        _empty([found for found in junk(root) if found.get("id") not in opened])


def opens(element: Any) -> bool:
    """Whether an element is a button that shows a part of the page, not a menu or a dialog over it.

    Args:
        element: An lxml element.

    Returns:
        What its ARIA attributes say.
    """
    attributes = element.attrib
    if "aria-haspopup" in attributes or not ("aria-expanded" in attributes or "aria-controls" in attributes):
        return False
    return element.tag == "button" or attributes.get("role") in ("button", "tab")


def _empty(elements: Iterable[Any]) -> None:
    """Leave of each an empty element: to move the texts between them together takes the square of their number."""
    for element in elements:
        tail = element.tail or ""
        gap = element.tag in _STRUCK and (not tail or tail[0].isalnum())
        element.clear(keep_tail=True)
        element.tag, element.text = "span", " " if gap else None


def _is_silent(element: Any) -> bool:
    tag = element.tag
    if tag == "button":
        return not opens(element) and next(element.iterancestors(*_HEADS), None) is None
    return tag in _SILENT or (tag == "dialog" and "open" not in element.attrib)


def _is_hidden(element: Any) -> bool:
    attributes = element.attrib
    if not attributes or element.tag in ("html", "body"):
        return False
    hidden = attributes.get("hidden", "until-found").lower() != "until-found" or attributes.get("aria-hidden") == "true"
    return hidden or bool(_INVISIBLE.search(attributes.get("style", "")))


def _is_chrome(element: Any) -> bool:
    """Navigation, and the page's own header and footer, not those of an article; what holds the main heading stays."""
    tag = element.tag
    if tag == "nav" or element.get("role") in _CHROME_ROLES:
        return element.find(".//h1") is None
    if tag not in ("header", "footer") or next(element.iterancestors(*_WITHIN), None) is not None:
        return False
    return element.find(".//h1") is None
