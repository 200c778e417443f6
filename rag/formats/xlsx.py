"""Excel workbooks: a heading for each visible sheet, its rows with the names of their columns.

Read row by row, by what is there and not by the size that a sheet claims. Values are those that were last calculated.
"""

from __future__ import annotations

import datetime
import logging
import warnings
from typing import Any

from rag.errors import OversizeFile
from rag.formats.archive import opened
from rag.formats.base import Builder, Extracted, Source, clean, squeeze
from rag.formats.rows import NAME, is_header, name_row

logger = logging.getLogger(__name__)

_CELLS = 20_000_000
"""Most cells of a workbook, empty ones before the last of a row included."""


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
    with opened(source), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that openpyxl does not keep, which do not matter to a reader
        source.file.seek(0)
        book = load_workbook(source.file, read_only=True, data_only=True, keep_links=False)
        try:
            room = _CELLS
            for sheet in book.worksheets:
                room = _sheet(out, sheet, room)
            return out.done(squeeze(str(book.properties.title or "")) or source.stem)
        finally:
            book.close()


def _sheet(out: Builder, sheet: Any, room: int) -> int:
    """Add a sheet; gives the cells that may still come."""
    if sheet.sheet_state != "visible":
        logger.info("%s: hidden sheet %s left out", out.source.name, sheet.title)
        return room
    out.heading(sheet.title, 1)
    sheet.reset_dimensions()  # what a sheet claims may be a billion times what it holds
    names: list[str] = []
    headed = False
    for row in sheet.iter_rows():
        room -= len(row) + 1
        if room < 0:
            raise OversizeFile(out.source.name, f"more than {_CELLS:,} cells", "split it, or save the sheets as csv")
        cells = [squeeze(clean(_said(cell))) for cell in row]
        if headed or sum(map(bool, cells)) < 2:
            out.paragraph(name_row(names, cells))
            continue
        headed = True
        if is_header(_inner(cells)):
            names = [name[:NAME].rstrip(" :") for name in cells]
        else:
            out.paragraph(name_row([], cells))
    return room


def _inner(cells: list[str]) -> list[str]:
    """The cells without the empty ones at both ends; a table may begin in any column."""
    filled = [column for column, cell in enumerate(cells) if cell]
    return cells[filled[0] : filled[-1] + 1]


def _said(cell: Any) -> str:
    """A value as its sheet shows it, as far as that bears on its meaning."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int) and "%" in str(cell.number_format):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)
