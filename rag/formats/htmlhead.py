"""What an HTML document says of itself: its title and its day. Knows its tree, nothing of its text."""

from __future__ import annotations

from typing import Any, NamedTuple

from rag.formats.base import squeeze
from rag.formats.dates import stated_day

_DATES = (
    "article:published_time",
    "datepublished",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dc.date.issued",
    "citation_publication_date",
    "citation_date",
    "date",
    "pubdate",
    "article:modified_time",
    "dcterms.modified",
)
"""Names of `<meta>` that hold a date. When it was published comes first: many sites change all pages every night."""


class Head(NamedTuple):
    """What a document says of itself: the words of its `<title>` and an ISO day, each empty where it says none."""

    title: str = ""
    dated: str = ""


def head_of(root: Any) -> Head:
    """Read it from a tree that nothing was taken out of yet.

    Args:
        root: An lxml element.

    Returns:
        What it says; where no `<meta>` has a date, the first `<time>` that states one counts.
    """
    title = next(root.iter("title"), None)
    said = {_name(meta): meta.get("content", "") for meta in root.iter("meta")}
    times = (time.get("datetime", "") for time in root.iter("time"))
    dated = stated_day(*(said[name] for name in _DATES if name in said), *times)
    return Head(squeeze("".join(title.itertext())) if title is not None else "", dated)


def _name(meta: Any) -> str:
    return str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
