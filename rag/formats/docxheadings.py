"""Headings of Word documents whose writers used no styles: short paragraphs, all bold or larger, over others.

Knows how letters look, not what is made of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from rag.formats.archive import local
from rag.formats.docxstyles import PLAIN_LEVEL, Look, Styles
from rag.formats.ooxml import child, switched_on
from rag.formats.texthead import sort_of

WRAPPERS = frozenset(("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "body", "footnote", "endnote"))
"""What blocks and runs stand in as if it were not there."""
_LINKS = WRAPPERS | {"hyperlink", "fldSimple"}
_LARGER = 1.12
"""Least size of the letters of a heading that are not bold, in times those of the body."""
_ROW = 2
"""Headings that stand under one another in one look; more are an address, or a list."""


class _Block(NamedTuple):
    """A paragraph or a table: its words, none for a table, how all of them look, and its level by style."""

    element: Any
    text: str = ""
    look: Look = Look()
    level: int = PLAIN_LEVEL


class _Kind(NamedTuple):
    """What sort of heading a block looks like, the greater the higher: the size of its letters, whether capitals."""

    size: int
    capitals: bool


def headings(root: Any, styles: Styles, skipped: set[Any]) -> dict[Any, int]:
    """Find them.

    Args:
        root: Of the document.
        styles: Its styles.
        skipped: Paragraphs that are not read.

    Returns:
        Level by paragraph, below those of the headings by style; the one of the highest sort, where there is but one
        and no other heading, is the title and has the first.
    """
    letters: Counter[Look] = Counter()
    blocks = [block for block in _blocks(root, styles, skipped, letters) if block.text or local(block.element) == "tbl"]
    usual = _usual(letters)
    found: dict[Any, _Kind] = {}
    rows = [(sort, list(row)) for sort, row in groupby(blocks, lambda block: _kind(block, usual))]
    for sort, row in rows[:-1]:  # the last stands over nothing
        if sort and len(row) <= _ROW:
            found |= dict.fromkeys((block.element for block in row), sort)
    sorts = sorted(set(found.values()), reverse=True)
    styled = max((block.level for block in blocks if block.level < PLAIN_LEVEL), default=0)
    titled = not styled and bool(sorts) and list(found.values()).count(sorts[0]) == 1
    first = styled + 1 if styled else 2 - titled
    return {element: min(first + sorts.index(sort), PLAIN_LEVEL - 1) for element, sort in found.items()}


def _kind(block: _Block, usual: Look) -> _Kind | None:
    """What a block looks like, where it looks like a heading; questions may be such, as marked as they are."""
    size, words = block.look.size or 0, block.text.rstrip("?: ")
    stands_out = (block.look.bold and not usual.bold) or size >= _LARGER * (usual.size or 0)
    if not stands_out or block.level < PLAIN_LEVEL or not sort_of(words):
        return None
    return _Kind(size, words == words.upper())


def _usual(letters: Counter[Look]) -> Look:
    """Whether most letters are bold, and the most common size."""
    bold = sum(count for look, count in letters.items() if look.bold)
    sizes: Counter[int] = Counter()
    for look, count in letters.items():
        sizes[look.size or 0] += count
    return Look(2 * bold > letters.total(), sizes.most_common(1)[0][0] if sizes else 0)


def _blocks(parent: Any, styles: Styles, skipped: set[Any], letters: Counter[Look]) -> Iterator[_Block]:
    for element in parent:
        name = local(element)
        if name == "tbl":
            yield _Block(element)
        elif name == "p" and element not in skipped:
            yield _paragraph(element, styles, letters)
        elif name in WRAPPERS:
            yield from _blocks(element, styles, skipped, letters)


def _paragraph(element: Any, styles: Styles, letters: Counter[Look]) -> _Block:
    properties = child(element, "pPr")
    said = [(text, styles.look(run, properties)) for run in _runs(element) if (text := _text(run)).strip()]
    for text, look in said:
        letters[look] += len(text)
    bold = bool(said) and all(look.bold for _, look in said)
    size = min((look.size or 0 for _, look in said), default=0)
    text = "".join(map(_text, _runs(element)))
    return _Block(element, text.strip(), Look(bold, size), styles.level(properties))


def _runs(parent: Any) -> Iterator[Any]:
    for inner in parent:
        if local(inner) == "r":
            if not switched_on(child(inner, "rPr", "vanish")):
                yield inner
        elif local(inner) in _LINKS:
            yield from _runs(inner)


def _text(run: Any) -> str:
    said = (("\t" if local(inner) == "tab" else inner.text or "") for inner in run if local(inner) in ("t", "tab"))
    return "".join(said)
