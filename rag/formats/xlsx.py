"""Excel workbooks: a heading for each visible sheet, its rows with the names of their columns.

Read row by row, by what is there and not by the size that a sheet claims. Values are those that were last calculated.
"""

from __future__ import annotations

import datetime
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from rag.errors import OversizeFile
from rag.formats.archive import opened
from rag.formats.base import Builder, Extracted, Source, clean, raised, squeeze
from rag.formats.cells import Cell
from rag.formats.numberformat import elapsed, month, shown
from rag.formats.ooxml import Package, attribute, child
from rag.formats.rows import sheet_rows
from rag.formats.sheetxml import Merged, scan

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
        book = load_workbook(source.file, read_only=True, data_only=True, keep_links=False, rich_text=True)
        try:
            package = Package(archive, source)
            reader = _Reader(out, package)
            for sheet in book.worksheets:
                reader.sheet(sheet)
            title = squeeze(str(book.properties.title or "")) or source.stem
            return out.done(title, package.dated())
        finally:
            book.close()


class _Reader:
    """Adds sheets to a text; `room` is how many cells may still come."""

    def __init__(self, out: Builder, package: Package) -> None:
        self.out = out
        self.package = package
        self.parts = _parts(package)
        self.room = _CELLS

    def sheet(self, sheet: Any) -> None:
        """Add a sheet, unless it is hidden or empty."""
        if sheet.sheet_state != "visible":
            logger.info("%s: hidden sheet %s left out", self.out.source.name, sheet.title)
            return
        sheet.reset_dimensions()  # what a sheet claims may be a billion times what it holds
        for number, line in enumerate(sheet_rows(self._rows(sheet))):
            if not number:
                self.out.heading(sheet.title, 1)
            self.out.paragraph(line)

    def _rows(self, sheet: Any) -> Iterator[list[str]]:
        merged, unvalued = self._scanned(sheet.title)
        if unvalued:
            told = "%s: sheet %s has %d formulas without values: open it in a spreadsheet program and save it"
            logger.warning(told, self.out.source.name, sheet.title, unvalued)
        for number, row in enumerate(sheet.iter_rows(), start=1):
            self.room -= len(row) or _EMPTY_ROW
            if self.room < 0:
                reason = f"more than {_CELLS:,} cells"
                raise OversizeFile(self.out.source.name, reason, "split it, or save the sheets as csv")
            cells = ["" if cell.value is None else _cell(cell) for cell in row]
            merged.spread(number, cells)
            yield cells

    def _scanned(self, title: str) -> tuple[Merged, int]:
        part = self.parts.get(title, "")
        if not part:
            return Merged(()), 0
        with self.package.archive.open(part) as file:
            return scan(file, self.out.source.limit)


def _parts(package: Package) -> dict[str, str]:
    """Names of the parts that hold the sheets, by the names of these."""
    main = package.main()
    relations, sheets = package.relations(main), child(package.tree(main), "sheets")
    found = ((attribute(sheet, "name"), relations.get(attribute(sheet, "id"))) for sheet in sheets)
    return {name: relation.target for name, relation in found if relation}


def _cell(cell: Any) -> str:
    text = squeeze(clean(_said(cell)))
    return Cell(text, marked=True) if cell.has_style and cell.font.b else text


def _said(cell: Any) -> str:
    """A value as its sheet shows it, as far as that bears on its meaning."""
    value = cell.value
    if isinstance(value, list):
        return "".join(map(_run, value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int):
        return shown(value, str(cell.number_format))
    if isinstance(value, datetime.timedelta):
        return elapsed(value, str(cell.number_format))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return month(value, str(cell.number_format)) or value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)


def _run(run: Any) -> str:
    """A part of a cell's text that has looks of its own, or none."""
    if isinstance(run, str):
        return run
    return raised(run.text) if run.font.vertAlign == "superscript" else str(run.text)
