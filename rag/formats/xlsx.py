"""Excel workbooks: a heading for each visible sheet, its rows with the names of their columns.

Read row by row, by what is there and not by the size that a sheet claims. Values are those that were last calculated.
"""

from __future__ import annotations

import datetime
import logging
import warnings
from collections.abc import Iterator
from itertools import chain
from typing import Any

from rag.errors import OversizeFile
from rag.formats.archive import opened
from rag.formats.base import Builder, Extracted, Source, clean, squeeze
from rag.formats.ooxml import Package
from rag.formats.rows import NAME, is_header, name_row

logger = logging.getLogger(__name__)

_CELLS = 20_000_000
"""Most cells of a workbook, empty ones before the last of a row included."""
_EMPTY_ROW = 16
"""Cells that an empty row counts for, as those between far ones take time too."""


def extract(source: Source) -> Extracted:
    """Read a workbook.

    Args:
        source: The file; `.xlsx` and `.xlsm`.

    Returns:
        Its rows; the title of its properties, or its name, as a sheet's name seldom says more.

    Raises:
        DamagedFile: Parts are missing or malformed.
        EncryptedFile: It needs a password.
        OversizeFile: It has too many cells, or unpacks to more than the limit.
    """
    from openpyxl import load_workbook

    out = Builder(source)
    with opened(source) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that openpyxl does not keep, which do not matter to a reader
        source.file.seek(0)
        book = load_workbook(source.file, read_only=True, data_only=True, keep_links=False)
        try:
            reader = _Reader(out)
            for sheet in book.worksheets:
                reader.sheet(sheet)
            title = squeeze(str(book.properties.title or "")) or source.stem
            return out.done(title, Package(archive, source).dated())
        finally:
            book.close()


class _Reader:
    """Adds sheets to a text; `room` is how many cells may still come."""

    def __init__(self, out: Builder) -> None:
        self.out = out
        self.room = _CELLS

    def sheet(self, sheet: Any) -> None:
        """Add a sheet, unless it is hidden or empty."""
        if sheet.sheet_state != "visible":
            logger.info("%s: hidden sheet %s left out", self.out.source.name, sheet.title)
            return
        sheet.reset_dimensions()  # what a sheet claims may be a billion times what it holds
        for number, line in enumerate(self._lines(sheet)):
            if not number:
                self.out.heading(sheet.title, 1)
            self.out.paragraph(line)

    def _lines(self, sheet: Any) -> Iterator[str]:
        """Titles above the table, which stand alone in their row, then its rows."""
        rows = self._rows(sheet)
        for first in rows:
            if sum(map(bool, first)) > 1:
                names = first if is_header(_inner(first)) else []
                below = next(rows, None)
                if below is None or not names:
                    yield name_row([], first)
                for row in () if below is None else chain([below], rows):
                    yield name_row([name[:NAME].rstrip(" :") for name in names], row)
            else:
                yield name_row([], first)

    def _rows(self, sheet: Any) -> Iterator[list[str]]:
        for row in sheet.iter_rows():
            self.room -= len(row) or _EMPTY_ROW
            if self.room < 0:
                reason = f"more than {_CELLS:,} cells"
                raise OversizeFile(self.out.source.name, reason, "split it, or save the sheets as csv")
            cells = ["" if cell.value is None else squeeze(clean(_said(cell))) for cell in row]
            if any(cells):
                yield cells


def _inner(cells: list[str]) -> list[str]:
    """The cells without the empty ones at both ends; a table may begin in any column."""
    filled = [column for column, cell in enumerate(cells) if cell]
    return cells[filled[0] : filled[-1] + 1]


def _said(cell: Any) -> str:
    """A value as its sheet shows it, as far as that bears on its meaning."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int) and "%" in str(cell.number_format):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)
