"""Where words stand in a text that may have been broken into lines otherwise, since loaders and clipboards do that.

Pure; knows no documents.
"""

from __future__ import annotations

import re

from rag.types import Span

_QUOTES = {"'": "['‘’]", "’": "['‘’]", "‘": "['‘’]", '"': '["“”]', "“": '["“”]', "”": '["“”]'}
"""Signs that a keyboard and a typesetter write differently."""


def spans(text: str, words: str) -> list[Span]:
    """Every place where words stand.

    Args:
        text: To look in.
        words: What is looked for; white space of any kind stands for any other.

    Returns:
        Spans in ascending order that do not overlap. Where the words stand nowhere as they are: where they stand in
        other case or with other quotation marks. Nothing for words of white space alone.
    """
    parts = words.split()
    if not parts:
        return []
    exact = r"\s+".join(map(re.escape, parts))
    loose = r"\s+".join("".join(_QUOTES.get(sign, re.escape(sign)) for sign in part) for part in parts)
    for pattern, flags in ((exact, re.NOFLAG), (loose, re.IGNORECASE)):
        if found := [Span(*match.span()) for match in re.finditer(pattern, text, flags)]:
            return found
    return []


def nearest(text: str, words: str, start: int) -> Span | None:
    """The place of the words that begins nearest to an offset, the earlier of two equally near; None for none."""
    return min(spans(text, words), key=lambda span: abs(span.start - start), default=None)
