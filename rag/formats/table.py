"""Tables in text: csv and tsv, in any of the usual delimiters. One line per row, a blank line between."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator

from rag.formats.base import Builder, Extracted, Source, clean
from rag.formats.plain import text_of
from rag.formats.rows import named_rows

DELIMITERS = ",;\t|"
"""What may part the cells of a row."""
_PROBE_CHARACTERS = 16_384
_PROBE_ROWS = 20


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
    for row in named_rows(cells(clean(text).lstrip("\n"), suffix)):
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
    return csv.reader(_lines(text), delimiter=declared or delimiter or _delimiter(text, suffix), strict=strict)


def _declared(text: str) -> tuple[str, str]:
    """The delimiter that Excel writes into a first line `sep=;`, and the rest."""
    if text[:4].lower() == "sep=" and text[5:6] == "\n":
        return text[4], text[6:]
    return "", text


def _delimiter(text: str, suffix: str) -> str:
    """Whichever parts the first rows into the most columns, the same number in each."""
    usual = "\t" if suffix in (".tsv", ".tab") else ","
    best, delimiter = 0, usual
    for candidate in usual + DELIMITERS.replace(usual, ""):
        counts = _widths(text, candidate)
        score = min(counts) * 2 - (max(counts) != min(counts)) if counts else 0
        if score > max(best, 2):
            best, delimiter = score, candidate
    return delimiter


def _widths(text: str, delimiter: str) -> list[int]:
    lines = text[:_PROBE_CHARACTERS].splitlines(keepends=True)
    whole = lines if len(text) <= _PROBE_CHARACTERS else lines[:-1]
    return [len(row) for row in csv.reader(whole[:_PROBE_ROWS], delimiter=delimiter) if row]


def _lines(text: str) -> Iterator[str]:
    """Lines one by one, as a list of them would double the memory."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
