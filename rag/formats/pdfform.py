"""What was filled in on a PDF page: values of form fields, boxes that are ticked or not, words typed onto it.

pdfium's text of a page has none of these, though whoever looks at it sees them. They are put where they are seen: into
the line of their label, or under what stands above them. The caller holds the lock, and has opened the document's forms
before the page. Knows lines, and nothing of paragraphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_ushort
from math import inf
from typing import Any, NamedTuple

from rag.formats.pdflines import Cell, Line

_UNSEEN = 0b100010
"""Flags of what is hidden, or not shown on a screen."""
_SECRET = 1 << 13
"""Flag of a password."""
_LETTERS = 12.0
"""Most height of a line in a field, in points; a field of many lines is higher."""


class Filled(NamedTuple):
    """What was filled in, and where on the page; a `mark` is a box that is ticked or not.

    Coordinates are points from the lower left corner.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    mark: bool = False


def filled(document: Any, page: Any) -> list[Filled]:
    """Find what was filled in.

    Args:
        document: A `pypdfium2.PdfDocument`.
        page: One of its pages.

    Returns:
        What is seen on the page, from top to bottom; without empty fields and passwords.
    """
    from pypdfium2 import raw

    found: list[Filled] = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            found += _read(raw, document.formenv, annotation)
            raw.FPDFPage_CloseAnnot(annotation)
    return sorted(found, key=lambda one: (-one.top, one.left))


def placed(lines: Sequence[Line], values: Sequence[Filled]) -> list[Line]:
    """Put values among the lines of their page.

    Args:
        lines: In the order of the file.
        values: Of the same page.

    Returns:
        The lines, with each value in the row that it stands in, or else as a line of its own.
    """
    found = list(lines)
    for value in sorted(values, key=lambda one: one.mark):
        label = _label(found, value, ahead=value.mark and _leads(lines, value, values))
        if label is None:
            found.insert(_under(found, value), _line(value))
        else:
            row, cell = label
            found[row] = _with(found[row], cell, value)
    return found


def _read(raw: Any, forms: Any, annotation: Any) -> Iterator[Filled]:
    text, mark = "", False
    if raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
        return
    if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FREETEXT:
        text = _string(lambda *to: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *to))
    elif forms and raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
        kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
        mark = kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
        if mark:
            text = "[x]" if raw.FPDFAnnot_IsChecked(forms, annotation) else "[ ]"
        elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
            secret = raw.FPDFAnnot_GetFormFieldFlags(forms, annotation) & _SECRET
            text = "" if secret else _string(lambda *to: raw.FPDFAnnot_GetFormFieldValue(forms, annotation, *to))
    box = raw.FS_RECTF()
    if text and raw.FPDFAnnot_GetRect(annotation, byref(box)):
        yield Filled(text, box.left, box.right, box.bottom, box.top, mark)


def _string(read: Callable[..., int]) -> str:
    """A string that pdfium writes as UTF-16 into a buffer, once it has said how long that must be."""
    buffer = (c_ushort * (read(None, 0) // 2))()
    read(buffer, len(buffer) * 2)
    return " ".join(bytes(buffer).decode("utf-16-le", "replace").replace("\0", " ").split())


def _leads(lines: Sequence[Line], box: Filled, values: Sequence[Filled]) -> bool:
    """Whether the words of a box stand behind it; they stand before each box of a row that ends in one."""
    row = [one.left for one in values if one.mark and one.bottom < box.top and box.bottom < one.top]
    return any(cell.left >= max(row) for _, _, cell in _beside(lines, box))


def _label(lines: Sequence[Line], value: Filled, *, ahead: bool) -> tuple[int, int] | None:
    """The nearest words beside a value that it can belong to: their line, and their cell in it."""
    sign = 1 if ahead else -1
    apart = [(sign * (cell.left - value.left), row, at) for row, at, cell in _beside(lines, value)]
    nearest = min((one for one in apart if one[0] >= 0), default=None)
    return nearest[1:] if nearest else None


def _beside(lines: Sequence[Line], value: Filled) -> Iterator[tuple[int, int, Cell]]:
    """The cells at the height of a value, with their lines' places and their own."""
    for row, line in enumerate(lines):
        if value.bottom <= line.bottom + line.height / 2 <= value.top:
            yield from ((row, at, cell) for at, cell in enumerate(_cells(line)))


def _with(line: Line, at: int, value: Filled) -> Line:
    """The value in the cell of its label; a line of one cell stays one, so that a form is taken for no table."""
    cells = _cells(line)
    cell = cells[at]
    said = f"{value.text} {cell.text}" if value.left < cell.left else f"{cell.text} {value.text}"
    cells[at] = Cell(said, min(cell.left, value.left), max(cell.right, value.right))
    return line._replace(
        text=" ".join(cell.text for cell in cells),
        left=min(line.left, value.left),
        right=max(line.right, value.right),
        cells=tuple(cells) if line.cells else (),
        edge=inf if value.right >= line.right else line.edge,
    )


def _cells(line: Line) -> list[Cell]:
    return list(line.cells) or [Cell(line.text, line.left, line.right)]


def _under(lines: Sequence[Line], value: Filled) -> int:
    """Behind the lowest line that stands above a value."""
    above = [(line.bottom, -at) for at, line in enumerate(lines) if line.bottom >= value.top]
    return 1 - min(above)[1] if above else 0


def _line(value: Filled) -> Line:
    height = min(value.top - value.bottom, _LETTERS)
    bottom = value.top - height
    return Line(value.text, value.left, value.right, bottom, height, bold=False, hyphened=False, cells=())
