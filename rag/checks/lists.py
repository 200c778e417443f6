"""The items of a list that a line leads up to: what it says, "you must not:" or "only if:", it says of each of them.

Pure; knows nothing of documents.
"""

from __future__ import annotations

import re

from rag.types import Span

_ITEM = re.compile(r"\n[^\S\n]*(?:[-*•◦▪–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[^\S\n]+([^\n]+)")


def items(text: str, colon: int) -> list[Span]:
    """Where the items stand that follow a colon, one a line.

    Args:
        text: Any text.
        colon: Offset of the colon.

    Returns:
        Spans in order, their signs left out; none where something else follows, or no colon stands there.
    """
    found, at = list[Span](), colon + 1
    while text[colon : colon + 1] in (":", "：") and (item := _ITEM.match(text, at)):
        found.append(Span(*item.span(1)))
        at = item.end()
    return found
