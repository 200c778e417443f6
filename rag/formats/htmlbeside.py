"""Inline elements that stand side by side with nothing between them: boxes that a style sheet sets apart, or one word.

A name and a price in two spans are read apart, "£" and "40" in two spans are not. Knows only the tree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

_VERBATIM = frozenset(("pre", "code", "kbd", "samp", "var", "tt"))
"""Whose letters all count."""
_RUN_ON = _VERBATIM.union(("sub", "sup", "ruby", "rb", "rt", "rp", "wbr", "br"))
"""What is part of the word that it touches, or parts words by itself."""


def set_apart(root: Any, blocks: frozenset[str]) -> None:
    """Put a space behind each box that the next one touches.

    Args:
        root: An lxml element.
        blocks: Tags that end a line, which need none.
    """
    from lxml import etree

    unlike = blocks | _RUN_ON
    boxes: dict[Any, bool] = {}
    before, touched = "", None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            said = element.tail
        elif element.tag in _VERBATIM:
            walk.skip_subtree()
            said = None
        else:
            touched = element if element in boxes else touched
            boxes.update(_touching(element, unlike))
            said = element.text
        if said:
            if touched is not None and before and _are_two(before, said, links=boxes[touched]):
                touched.getprevious().tail = " "
            before, touched = said, None


def _touching(parent: Any, unlike: frozenset[str]) -> Iterator[tuple[Any, bool]]:
    """Children that begin where a box ends, and whether both are links, to two places.

    Such links are two things anywhere. Other children of a parent with words of its own stand within its sentence, and
    where one has white space at its edge, they are the runs of a sentence.
    """
    pairs = pairwise(parent) if len(parent) > 1 else ()
    touching = [(a, b) for a, b in pairs if not a.tail and a.tag not in unlike and b.tag not in unlike]
    if not touching:
        return
    own = (parent.text, *(child.tail for child in parent))
    edges = (text[:1] + text[-1:] for child in parent if (text := child.text))
    runs = any(text and text.strip() for text in own) or any(edge.strip() != edge for edge in edges)
    for one, other in touching:
        links = one.tag == other.tag == "a" and one.get("href") != other.get("href")
        if links or not runs:
            yield other, links


def _are_two(before: str, after: str, *, links: bool) -> bool:
    """Whether texts that touch are words of their own, not a word or an amount in two pieces."""
    last, first = before[-1], after[0]
    if links and last.isalnum() and first.isalnum():
        return True
    if not (first.isalnum() or _is_currency(first) or (first in "([“‘«" and len(after) > 1)):
        return False
    if last.isalpha():  # a drop cap is one letter
        return len(before) > 1 and (first.isupper() or not first.isalpha())
    if last.isdigit() and first.isdigit():
        return len(before) + len(after) > 2
    if last in ".,:":
        return not first.islower() and not (first.isdigit() and before[-2:-1].isdigit())
    return last.isdigit() or last in ")]!?;%”’»" or (_is_currency(last) and not first.isdigit())


def _is_currency(char: str) -> bool:
    return unicodedata.category(char) == "Sc"
