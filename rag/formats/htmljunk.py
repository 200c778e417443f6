"""What stands around the content of a page and says so only by its role, class or id: cookie dialogs, menus, footers.

Names are conventions, so they are never enough alone: nothing that holds the main heading, an article or most of the
page is left out, and what could be content by its name, as a restaurant's menu is, only where it is nothing but links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_DIALOGS = ("dialog", "alertdialog")
_OUTER = re.compile(
    r"(?:(?:site|page|global|main|app|layout)[-_]?)?footer(?:[-_]?(?:wrapper|container|inner|area|links|bottom))?"
    r"|.*(?:cookie|consent|gdpr)s?[-_]?(?:banner|notice|bar|popup|dialog|modal|overlay|consent|law).*",
    re.IGNORECASE,
)
"""Around all content, never in an article."""
_INNER = re.compile(r"breadcrumbs?|(?:mw[-_])?editsection|navbox", re.IGNORECASE)
"""Content nowhere."""
_LINKS = re.compile(
    r"(?:(?:main|top|site|side|sub|primary|secondary|page)[-_]?)?(?:menu|nav|navbar|navigation|toc)"
    r"|table[-_]of[-_]contents|skip(?:[-_]?(?:link|nav|to[-_].*))?|topbar|pager|pagination"
    r"|(?:social[-_]?)?(?:share|sharing)(?:[-_]?(?:buttons|links|bar))?"
    r"|related(?:[-_]?(?:articles|posts|links|content|stories|pages))?",
    re.IGNORECASE,
)
"""Ways to elsewhere, where they are nothing but links."""
_CONTENT = ("h1", "main", "article")
_WITHIN = ("main", "article", "section", "blockquote", "figure")
_LISTS = ("ul", "ol")
_NEVER = frozenset(("html", "body", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6"))
_MOST = 0.5
"""Share of the letters of a page from which an element is the page."""


@dataclass(slots=True)
class _Count:
    """What has been read so far: letters, those of links and of the headings over them, and elements of content."""

    letters: int = 0
    linked: int = 0
    content: int = 0


def junk(root: Any) -> list[Any]:
    """Find it.

    Args:
        root: An lxml element, from which scripts and the like have been taken out.

    Returns:
        Elements, which may be within one another.
    """
    from lxml import etree

    headed = root.find(".//h1") is not None
    count, depth = _Count(), 0
    opened: list[tuple[Any, bool, _Count]] = []
    found: list[tuple[Any, int]] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        refers = element.tag in ("a", "h2", "h3", "h4", "h5", "h6")
        if event == "start":
            if kind := _kind(element, before_content=headed and not count.content):
                opened.append((element, kind == "links", _Count(count.letters, count.linked, count.content)))
            depth += refers
            count.content += element.tag in _CONTENT
            said = _letters(element.text)
            count.letters, count.linked = count.letters + said, count.linked + said * bool(depth)
            continue
        depth -= refers
        if opened and opened[-1][0] is element:
            _, links, then = opened.pop()
            letters = count.letters - then.letters
            if count.content == then.content and not (links and count.linked - then.linked < letters):
                found.append((element, letters))
        said = _letters(element.tail)
        count.letters, count.linked = count.letters + said, count.linked + said * bool(depth)
    return [element for element, letters in found if letters < _MOST * count.letters]


def _kind(element: Any, *, before_content: bool) -> str:
    """What an element is by its role, its names or its place: `around`, `links` if it is all links, or nothing."""
    if element.tag in _NEVER:
        return ""
    names = f"{element.get('id', '')} {element.get('class', '')}".split() if element.attrib else []
    if any(map(_INNER.fullmatch, names)):
        return "around"
    if (element.get("role") in _DIALOGS or any(map(_OUTER.fullmatch, names))) and _is_outside(element):
        return "around"
    return "links" if any(map(_LINKS.fullmatch, names)) or (before_content and element.tag in _LISTS) else ""


def _is_outside(element: Any) -> bool:
    return next(element.iterancestors(*_WITHIN), None) is None


def _letters(text: str | None) -> int:
    return sum(map(str.isalnum, text)) if text else 0
