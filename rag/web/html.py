"""The one place where text becomes HTML, and the small pieces that pages are made of.

Whatever comes from a document, a model or a user goes through `escape`: nothing of it can be read as markup, and
characters that reorder or hide what stands beside them are shown as one visible stand-in each. Knows no events.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

from rag.types import Document, DocumentInfo

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, bidirectional embeddings, overrides and isolates, and halves of surrogate pairs."""
_STAND_IN = "\N{REPLACEMENT CHARACTER}"
_MINUTE_S, _HOUR_S = 60, 3600
_NAME = 40
"""Characters shown of a path, at most; its last folder and its name in any case: many a name is in two folders."""
_LEVEL = {"supported": "supported", "weak": "weakly supported", "unsupported": "not supported"}


def escape(text: str) -> str:
    """Text that HTML shows as it stands.

    Args:
        text: From anywhere.

    Returns:
        As many visible characters as the text has; `&`, `<`, `>` and both quotes as entities.
    """
    return html.escape(_UNSAFE.sub(_STAND_IN, text), quote=True)


def element(tag: str, content: str = "", /, **attributes: str | int | bool | None) -> str:
    """An element around HTML that is safe already.

    Args:
        tag: Its name.
        content: Safe HTML.
        **attributes: Escaped here; `_` in a name stands for `-`, a name may end in `_`; False and None are left out.

    Returns:
        The element.
    """
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    kept = [(name, value) for name, value in given.items() if value is not None and value is not False]
    written = "".join(f" {name}" if value is True else f' {name}="{escape(str(value))}"' for name, value in kept)
    return f"<{tag}{written}>{content}</{tag}>"


def place(page: int | None, heading: str) -> str:
    """Page and heading in words, as `page 3 · Terms > Notice`; not escaped."""
    return " · ".join(part for part in (f"page {page}" if page else "", heading) if part)


def below(heading: str) -> str:
    """A heading path without its outermost part, which most often is the document's title; not escaped."""
    _, parted, rest = heading.partition(" > ")
    return rest if parted else heading


def clipped(text: str, most: int) -> str:
    """At most so many characters of a text, cut between words; not escaped."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def name_of(path: str) -> str:
    """The end of a path, as `lease 2031/terms.md`: folder and name, and as much above as has room; not escaped."""
    above, _, shown = path.rpartition("/")
    while above:
        rest, _, folder = above.rpartition("/")
        if "/" in shown and len(f"{folder}/{shown}") > _NAME:
            return f"…/{shown}"
        above, shown = rest, f"{folder}/{shown}"
    return shown


def day(modified_s: float) -> str:
    """A date as `3 Mar 2026`, UTC; empty where there is none."""
    if modified_s <= 0:
        return ""
    return _said(datetime.fromtimestamp(modified_s, UTC))


def date_of(dated: str | None, modified_s: float) -> str:
    """A document's own date as `3 Mar 2026`, or else its file's as `file of 3 Mar 2026`; empty where there is none."""
    if dated:
        return _said(date.fromisoformat(dated))
    return f"file of {day(modified_s)}" if modified_s > 0 else ""


def dated(document: Document | DocumentInfo) -> str:
    """A document's date as HTML that says whose it is; empty where there is none."""
    said = date_of(document.dated, document.modified_s)
    title = "date in the document" if document.dated else "date of the file; the document states none"
    return element("span", escape(said), title=title) if said else ""


def _said(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"


def count(number: int, noun: str) -> str:
    """`1 source`, `3 sources`, `1,200 passages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def left(left_s: float) -> str:
    """How long something will go on, in seconds; a rough time, since nobody knows it better."""
    if left_s < _MINUTE_S:
        return "less than a minute left"
    if left_s < _HOUR_S:
        return f"about {round(left_s / _MINUTE_S)} min left"
    return f"about {left_s / _HOUR_S:.1f} h left"


def support_mark(verdict: str, why: str) -> str:
    """A quiet sign for how well a sentence is supported, with its reason as title and name."""
    said = _LEVEL[verdict] + (f": {why}" if why else "")
    return element("span", class_=f"fn-support fn-{verdict}", role="img", title=said, aria_label=said)


def message(kind: str, text: str, hint: str = "") -> str:
    """A note to the user.

    Args:
        kind: `info` or `error`.
        text: What there is to say.
        hint: What to do, often a command; may be empty.

    Returns:
        A block of HTML; errors are announced by screen readers.
    """
    body = element("p", escape(text)) + (element("p", escape(hint), class_="fn-hint") if hint else "")
    return element("div", body, class_=f"fn-message fn-{kind}", role="alert" if kind == "error" else None)
