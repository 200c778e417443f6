"""How far indexing has come, as bars: one for the whole, or one for each file that was handed in.

Pure: numbers in, HTML out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

from rag.web.html import element, escape, left, name_of

Step = tuple[str, int, int]
"""What is being done, how much is done, and how much there is."""
_SOON_S = 1.0
"""Before so many seconds there is nothing to say of the rest."""


def progress(step: Step, since_s: float = 0.0) -> str:
    """A progress bar with what is being done.

    Args:
        step: How far it has come.
        since_s: Seconds that it has gone on for; after the first of them there is something to say of the rest.

    Returns:
        The bar, and how long it will go on where that can be told.
    """
    what, done, total = step
    share = f", {min(done, total) / total:.0%}" if total else ""
    rest = f" · {left(since_s * (total / done - 1))}" if 0 < done < total and since_s > _SOON_S else ""
    said = f"{what[:1].upper()}{what[1:]}{share}{rest}"
    return element("div", element("p", escape(said)) + _bar(what, done, total), class_="fn-progress", role="status")


def each_file(sizes_bytes: Mapping[str, int], step: Step, since_s: float) -> str:
    """A progress bar for each file.

    Args:
        sizes_bytes: Of the files that are indexed, by path, in the order in which they are.
        step: How far all of them have come, in bytes.
        since_s: Seconds that it has gone on for.

    Returns:
        A table with a bar for each file and how long it will take; one bar where the step is not about these files.
    """
    what, done, total = step
    if what != "indexing" or total != sum(sizes_bytes.values()):
        return progress(step, since_s)
    rows = "".join(_rows(sizes_bytes, done, since_s))
    caption = element("caption", "Files that are being indexed")
    return element("table", caption + element("tbody", rows), class_="fn-files fn-indexed") + progress(step, since_s)


def _rows(sizes_bytes: Mapping[str, int], done: int, since_s: float) -> Iterator[str]:
    ends = accumulate(sizes_bytes.values())
    for (path, size), end in zip(sizes_bytes.items(), ends, strict=True):
        own = min(size, max(0, done - (end - size)))
        if done >= end:
            said = "indexed"
        elif done > 0 and since_s > _SOON_S:
            said = left(since_s * (end / done - 1))
        else:
            said = "being indexed" if own else "waits"
        name = element("th", escape(name_of(path)), scope="row", dir="auto")
        yield element("tr", name + element("td", _bar(f"indexing {name_of(path)}", own, size) + escape(said)))


def _bar(what: str, done: int, total: int) -> str:
    return element("progress", "", value=done if total else None, max=total or None, aria_label=what)
