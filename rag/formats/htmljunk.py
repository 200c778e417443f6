"""What stands around the content of a page and says so only by its role, class or id: cookie dialogs, menus, footers.

Names are conventions, so they are never enough alone: nothing that holds the main heading, an article or most of the
page is left out, and what could be content by its name, as a restaurant's menu is, only where it is nothing but links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
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
_LETTER = re.compile(r"[^\W_]")
_CONTENT = ("h1", "main", "article")
_WITHIN = ("main", "article", "section", "blockquote", "figure")
_LISTS = ("ul", "ol")
_NEVER = frozenset(("html", "body", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6"))
_MOST = 0.5
"""Share of the letters of a page from which an element is the page."""


@dataclass(slots=True)
class _Count:
    """What has been read so far: characters, those of links and of the headings over them, and elements of content."""

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
    tag, kind = element.tag, _by_names(element.get("id"), element.get("class"))
    if tag in _NEVER:
        return ""
    if kind == "outer" or element.get("role") in _DIALOGS:
        return "around" if next(element.iterancestors(*_WITHIN), None) is None else ""
    return kind or ("links" if before_content and tag in _LISTS else "")


@lru_cache(1024)
def _by_names(*said: str | None) -> str:
    names = [name for some in said if some for name in some.split()]
    for kind, pattern in (("around", _INNER), ("outer", _OUTER), ("links", _LINKS)):
        if any(map(pattern.fullmatch, names)):
            return kind
    return ""


def _letters(text: str | None) -> int:
    return len(text) if text and _LETTER.search(text) else 0
