"""Plain text and source code: the text as it stands, cleaned. Knows the underlined titles of `.rst`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rag.errors import BinaryFile
from rag.formats import texthead
from rag.formats.base import Extracted, Source, clean
from rag.formats.decode import blocks, encoding_of
from rag.types import Heading

_UNDERLINED = re.compile(r"^(?P<title>\S[^\n]{0,200})\n(?P<mark>[=\-~^\"'`#*+.:_])(?P=mark){2,}[ \t]*$", re.MULTILINE)


def extract(source: Source) -> Extracted:
    """Read a text file.

    Args:
        source: The file.

    Returns:
        Its text, and the headings of a `.txt` or `.rst`.

    Raises:
        BinaryFile: It is no text.
    """
    text = cleaned(source)
    find = _HEADINGS.get(source.suffix)
    return Extracted(text, find(text) if find else ())


def cleaned(source: Source) -> str:
    """The file's text, decoded and cleaned a block at a time: of a large one nothing but the text itself is held.

    Args:
        source: The file.

    Returns:
        Its text.

    Raises:
        BinaryFile: It is no text.
    """
    kept = bytearray()
    for block in _blocks(source):
        kept += clean(block).encode()
    return kept.decode()


def text_of(source: Source) -> str:
    """The file's text, decoded.

    Args:
        source: The file.

    Returns:
        Its text, not yet cleaned.

    Raises:
        BinaryFile: It is no text.
    """
    return "".join(_blocks(source))


def _blocks(source: Source) -> Iterator[str]:
    data = source.read()
    encoding = encoding_of(data)
    if encoding is None:
        raise BinaryFile(source.name, "binary data, not a text", "save it as text, or take it out of the folder")
    yield from blocks(data, encoding)


def _underlined(text: str) -> tuple[Heading, ...]:
    """Levels go by the order in which the marks first occur."""
    levels: dict[str, int] = {}
    found = []
    for match in _UNDERLINED.finditer(text):
        title = match["title"].rstrip()
        if len(match[0]) - match.start("mark") + match.start() + 2 >= len(title):
            found.append(Heading(match.start(), levels.setdefault(match["mark"], len(levels) + 1), title))
    return tuple(found)


_HEADINGS: dict[str, Callable[[str], tuple[Heading, ...]]] = {
    ".rst": _underlined,
    ".txt": texthead.headings,
    ".text": texthead.headings,
}
"""By what a file says of itself in its name; of others it is not known that they are prose."""
