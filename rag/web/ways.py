"""Ways from a passage into its document and on to the next one, as HTML: buttons, and the list of what was looked at.

Pure; `page.js` sends what is pressed. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.types import Citation, Hit
from rag.web.html import below, clipped, element, escape, name_of, place
from rag.web.passages import Named

_SNIPPET = 160
"""Characters shown of a passage in a list."""


def has_page(passage: Citation) -> bool:
    """Whether there is a page to show: a cheap guess, to offer a button or not."""
    return passage.page is not None and passage.document.lower().endswith(".pdf")


def ways_on(turn: int, item: Named) -> str:
    """Buttons that open the document at the passage."""
    ways = [("text", "Open the document"), *([("page", "Show the page")] if has_page(item.passage) else [])]
    buttons = [
        element(
            "button",
            said,
            type="button",
            class_="fn-quiet fn-look",
            data_turn=turn,
            data_passage=item.name,
            data_what=what,
            aria_label=f"{said} of {item.said}",
        )
        for what, said in ways
    ]
    return element("div", "".join(buttons), class_="fn-ways")


def steps(before: str = "", after: str = "", what: str | None = None) -> str:
    """Buttons to the passages before and after.

    Args:
        before: Name of the one; empty where the cards themselves tell.
        after: Name of the other; likewise.
        what: Whether to open it as `text` or `page`; None for its card.

    Returns:
        Two buttons side by side.
    """
    buttons = [
        element(
            "button",
            sign,
            type="button",
            class_="fn-step",
            data_step=by,
            data_passage=name or None,
            data_what=what,
            aria_label=said,
        )
        for by, sign, said, name in ((-1, "‹", "Previous source", before), (1, "›", "Next source", after))
    ]
    return element("span", "".join(buttons), class_="fn-steps")


def hit_list(turn: int, hits: Iterable[tuple[Hit, Named]], selected: str = "") -> str:
    """Where a question was looked up: document, place and the beginning of each passage, and the ways to it.

    Args:
        turn: Number of the question.
        hits: As `rag.web.passages` gives them.
        selected: Name of the one that is selected; empty for none.

    Returns:
        A list.
    """
    items = "".join(_hit(turn, hit, item, item.name == selected) for hit, item in hits)
    return element("ol", items, class_="fn-hits")


def _hit(turn: int, hit: Hit, item: Named, selected: bool) -> str:
    chunk = hit.chunk
    name = element("span", escape(name_of(chunk.document)), class_="fn-document", title=chunk.document, dir="auto")
    where = element("span", escape(place(chunk.page, below(chunk.heading))), class_="fn-place", dir="auto")
    text = element("p", escape(clipped(" ".join(chunk.text.split()), _SNIPPET)), dir="auto")
    return element(
        "li",
        f"{name} {where}{text}{ways_on(turn, item)}",
        data_turn=turn,
        data_passage=item.name,
        tabindex="-1",
        aria_current="true" if selected else None,
    )
