"""Tables in text: csv and tsv, in any of the usual delimiters. One line per row, a blank line between."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import Literal

from rag.formats.base import Builder, Extracted, Source, clean
from rag.formats.plain import text_of
from rag.formats.rows import sheet_rows

DELIMITERS = ",;\t|"
"""What may part the cells of a row."""
_PROBE_CHARACTERS = 16_384
_PROBE_ROWS = 50
_PARTED = 3
"""One row in as many, at the least, is parted by what parts the rows: titles above and tables beside have others."""
_CELL_LINES = 1_000
"""Most lines of a row, and beyond one line most characters: more than these, and a quote in it was a stray one."""
_CELL_CHARACTERS = 1_000_000
_STRAYS = 100
"""Quotes that are never closed, after which no quote counts: each may have cost a reading of `_CELL_CHARACTERS`."""


def extract(source: Source) -> Extracted:
    """Read a csv or tsv file.

    Args:
        source: The file.

    Returns:
        Its rows with the names of their columns.

    Raises:
        BinaryFile: It is no text.
        OversizeFile: The rows with their names are past the limit.
    """
    out = Builder(source)
    append(out, text_of(source), source.suffix)
    return out.done()


def append(out: Builder, text: str, suffix: str) -> None:
    """Read a table into a text that others share.

    Args:
        out: Where its rows go.
        text: Of the table.
        suffix: `.tsv` where tabs are the likelier delimiter.

    Raises:
        OversizeFile: The rows with their names are past the limit.
    """
    for row in sheet_rows(cells(clean(text).lstrip("\n"), suffix)):
        out.paragraph(row)


def cells(text: str, suffix: str, *, delimiter: str = "", strict: bool = False) -> Iterator[list[str]]:
    """The rows of a table.

    Args:
        text: Of the table, clean.
        suffix: `.tsv` where tabs are the likelier delimiter.
        delimiter: One character; empty for whichever it seems to be. One that the text declares goes first.
        strict: Whether quotes that do not match are an error; else they are read as well as can be.

    Returns:
        The cells of each row as they stand; none for a blank line.

    Raises:
        csv.Error: While it is read: a quote that is not closed or closes too early, where that is an error.
    """
    declared, text = _declared(text)
    csv.field_size_limit(sys.maxsize)
    delimiter = declared or delimiter or _delimiter(text, suffix)
    return (
        csv.reader(StringIO(text), delimiter=delimiter, strict=True) if strict else _lenient(text, delimiter, len(text))
    )


def _declared(text: str) -> tuple[str, str]:
    """The delimiter that Excel writes into a first line `sep=;`, and the rest."""
    if text[:4].lower() == "sep=" and text[5:6] == "\n":
        return text[4], text[6:]
    return "", text


def _delimiter(text: str, suffix: str) -> str:
    """Whichever parts the most rows into the same number of cells; rather no comma, which may be that of decimals."""
    usual = "\t" if suffix in (".tsv", ".tab") else ","
    best, delimiter = (0, False, 0), usual
    for candidate in usual + DELIMITERS.replace(usual, ""):
        widths = _widths(text, candidate)
        parted = Counter(width for width in widths if width > 1)
        rows, width = max(((rows, width) for width, rows in parted.items()), default=(0, 0))
        score = rows, candidate != ",", width
        if rows and rows * _PARTED >= len(widths) and score > best:
            best, delimiter = score, candidate
    return delimiter


def _widths(text: str, delimiter: str) -> list[int]:
    """Cells of the first rows; one that the probe cuts off in its second half is no sign of a stray quote."""
    head = text[:_PROBE_CHARACTERS]
    is_cut = len(text) > len(head)
    rows = _lenient(
        head[: head.rfind("\n") + 1] if is_cut else head, delimiter, len(head) // 2 if is_cut else len(text)
    )
    return [len(row) for row in islice(filter(None, rows), _PROBE_ROWS)]


def _lenient(text: str, delimiter: str, until: int) -> Iterator[list[str]]:
    """Rows with their quotes as they match.

    One with a quote that is never closed is read by its first line, in which quotes are characters as others are; the
    end of the text where it begins past `until`.
    """
    at, strays = 0, 0
    while at < len(text):
        lines = _Lines(text, at)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if strays < _STRAYS else csv.QUOTE_NONE
        for row in csv.reader(lines, delimiter=delimiter, quoting=quoting):
            if lines.is_open:
                break
            yield row
            at = lines.next_row()
        if at >= min(len(text), until):
            return
        strays += 1
        end = text.find("\n", at) + 1 or len(text)
        yield from csv.reader([text[at:end]], delimiter=delimiter, quoting=csv.QUOTE_NONE)
        at = end


class _Lines:
    """Lines one by one, as a list of them would double the memory.

    They end with the text, or within a row of more than a cell in quotes may hold; `is_open` is whether within a row.
    """

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = self.row = at
        self.count = 0
        self.is_open = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        far = self.count >= _CELL_LINES or (self.count and self.at - self.row > _CELL_CHARACTERS)
        if far or self.at >= len(self.text):
            self.is_open = self.count > 0
            raise StopIteration
        start, self.at = self.at, self.text.find("\n", self.at) + 1 or len(self.text)
        self.count += 1
        return self.text[start : self.at]

    def next_row(self) -> int:
        """Begin a row with the next line, and give its place."""
        self.row, self.count = self.at, 0
        return self.at
