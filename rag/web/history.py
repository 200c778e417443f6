"""The list of conversations as HTML: open, rename, delete, take away.

Pure: summaries in, a string out; `history.js` sends what is pressed. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.web.conversations import Summary
from rag.web.html import count, day, element, escape

_SHOWN = 200
"""Most conversations listed; the search finds the others."""
_ACTIONS = (
    ("rename", "Rename", ""),
    ("export", "Markdown", "md"),
    ("export", "JSON", "json"),
    ("delete", "Delete", ""),
)


def history(conversations: Sequence[Summary], current: str, words: str = "") -> str:
    """Conversations to choose from.

    Args:
        conversations: In the order in which they are listed.
        current: Id of the one on the page; empty for none.
        words: What was searched for; empty for nothing.

    Returns:
        A list, or what to do where there is nothing to list.
    """
    if not conversations:
        said = f"No conversation has “{words}” in it." if words else "What you ask is kept here, on this machine alone."
        return element("p", escape(said), class_="fn-place", role="status")
    items = "".join(_item(about, about.id == current) for about in conversations[:_SHOWN])
    more = len(conversations) - _SHOWN
    rest = (
        element("p", f"and {count(more, 'conversation')} more: search for them", class_="fn-place") if more > 0 else ""
    )
    return element("ul", items, class_="fn-conversations") + rest


def nobody() -> str:
    """What there is to say where the browser keeps no cookie."""
    said = "This browser keeps no cookies, so a conversation ends when its page is closed."
    return element("p", said, class_="fn-place", role="status")


def _item(about: Summary, current: bool) -> str:
    title = element(
        "button",
        escape(about.title),
        type="button",
        class_="fn-open",
        dir="auto",
        data_action="open",
        aria_current="true" if current else None,
    )
    facts = " · ".join(part for part in (count(about.turns, "question"), day(about.changed_s)) if part)
    buttons = "".join(
        element(
            "button",
            said,
            type="button",
            class_="fn-quiet",
            data_action=action,
            data_kind=kind or None,
            aria_label=f"{said}: {about.title}",
        )
        for action, said, kind in _ACTIONS
    )
    below = element("div", element("span", escape(facts), class_="fn-place") + buttons, class_="fn-acts")
    return element("li", title + below, data_conversation=about.id)
