"""One table in a file of each format that has tables with merged cells, as it would be written with these at hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from openpyxl.styles import Font

from tests.formats.reading import read

Rows = Sequence[Sequence[str]]
"""Cells; `<` is one that the cell to its left goes on over, `^` the cell above, and `*` begins a bold one."""


def lines(folder: Path, suffix: str, rows: Rows) -> list[str]:
    """Write a table into a file and read it: what its lines are, without the name of a sheet."""
    text = read(folder, f"a.{suffix}", WRITERS[suffix](rows)).text
    return text.removeprefix("Sheet\n\n").split("\n\n")


def _spans(rows: Rows) -> list[tuple[int, int, int, int]]:
    """First and last row and column of each cell that spans more than one, from 0."""
    found = []
    for top, row in enumerate(rows):
        for left, cell in enumerate(row):
            if cell not in ("<", "^"):
                wide = next((n for n, beside in enumerate(row[left + 1 :]) if beside != "<"), len(row) - left - 1)
                below = [other[left] for other in rows[top + 1 :]]
                deep = next((n for n, under in enumerate(below) if under != "^"), len(below))
                if wide or deep:
                    found.append((top, left, top + deep, left + wide))
    return found


def _saved(file: Any) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _filled(table: Any, rows: Rows) -> None:
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.strip("<^"):
                frame = getattr(table.cell(at, column), "text_frame", table.cell(at, column))
                frame.paragraphs[0].add_run().text = cell.removeprefix("*")
                frame.paragraphs[0].runs[0].font.bold = cell.startswith("*") or None
    for top, left, bottom, right in _spans(rows):
        table.cell(top, left).merge(table.cell(bottom, right))


def _docx(rows: Rows) -> bytes:
    document = docx.Document()
    _filled(document.add_table(len(rows), len(rows[0])), rows)
    return _saved(document)


def _pptx(rows: Rows) -> bytes:
    deck = pptx.Presentation()
    table = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(len(rows), len(rows[0]), 0, 0, 9, 9).table
    table.first_row = False
    _filled(table, rows)
    return _saved(deck)


def _xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for at, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell.strip("<^"):
                book.active.cell(at, column, cell.removeprefix("*")).font = Font(bold=cell.startswith("*"))
    for top, left, bottom, right in _spans(rows):
        book.active.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    return _saved(book)


def _html(rows: Rows) -> bytes:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in _spans(rows)}
    text = "<html><body><table>"
    for at, row in enumerate(rows):
        text += "<tr>"
        for column, cell in enumerate(row):
            if cell not in ("<", "^"):
                deep, wide = spans.get((at, column), (1, 1))
                said = f"<b>{cell[1:]}</b>" if cell.startswith("*") else cell
                text += f"<td rowspan={deep} colspan={wide}>{said}</td>"
    return text.encode()


WRITERS: dict[str, Callable[[Rows], bytes]] = {"docx": _docx, "pptx": _pptx, "xlsx": _xlsx, "html": _html}
