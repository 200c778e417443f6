"""Tables of labels with their values, as forms are: told by what stands out in them, or by what their labels say.

A label that is taken for a name of columns makes every row say what is not so, while a table without the names of its
columns can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.checks.dates import MONTHS
from rag.formats.cells import BODY, COLUMNS, Row, is_across, is_marked, is_number, is_spread, marks, may_name
from rag.formats.header import contrasts, marked_rows

_LABEL = 40
"""Most characters of a label that nothing marks as one."""
_DETAILS = frozenset(
    "address age answer author by client colour contact cost course customer date dates deadline description "
    "details due e-mail email end event fax fee job lead leader location manager meaning mobile name no note notes "
    "number owner password person phone place postcode price project ref reference result role signature signed "
    "size start status subject surname teacher team telephone time title topic tutor type value venue version "
    "website weight year "
    "adresse anschrift betreff datum firma kunde ort preis telefon vorname "
    "courriel lieu nom objet prix prénom téléphone "
    "cliente correo dirección fecha lugar nombre precio teléfono".split()
)
"""What forms ask for, as one word that a label begins or ends with; few lists have entries that are called so."""
_ENDS = (".", "?", "!")
_WORDS = 5
"""Most words of what is surely no sentence."""
_VALUE = re.compile(r"[^\w\s]?\d")
"""How a value begins, and few names of columns."""


def labels(rows: Sequence[Row]) -> frozenset[int]:
    """Which columns hold labels of what stands to their right.

    Args:
        rows: The first ones of a table, tidy.

    Returns:
        Columns from 0; none where the table has a header, or where nothing tells.
    """
    rows = [row for row in rows[: 1 + BODY] if any(row) and not is_across(row)]
    if not rows or marked_rows(rows):
        return frozenset()
    marked, is_headed = _marked(rows), contrasts(rows[0], rows[1:])
    if marked and not (is_headed and len(marked) == 1 and len(_filled(rows)) > 2):
        return marked
    return frozenset() if is_headed else _worded(rows)


def label_row(row: Row, columns: Collection[int]) -> str:
    """One row: `label: value; label: value`.

    Args:
        row: Its cells.
        columns: Which of them are labels.

    Returns:
        The line; a label without a value stands alone.
    """
    said: list[str] = []
    is_label = False
    for column, cell in enumerate(row):
        if cell and not is_spread(cell) and said[-1:] != [cell]:
            if is_label and column not in columns:
                said[-1] = f"{said[-1].rstrip(' :')}: {cell}"
            else:
                said.append(cell)
            is_label = column in columns
    return "; ".join(said)


def _filled(rows: Sequence[Row]) -> list[int]:
    """Columns that hold anything."""
    return [column for column in range(min(COLUMNS, max(map(len, rows)))) if _cells(rows, column)]


def _at(rows: Sequence[Row], column: int) -> list[str]:
    """A column, with empty cells where one only goes on from the left."""
    return [row[column] if column < len(row) and not is_spread(row[column]) else "" for row in rows]


def _cells(rows: Sequence[Row], column: int) -> list[str]:
    return list(filter(None, _at(rows, column)))


def _marked(rows: Sequence[Row]) -> frozenset[int]:
    """Columns most of whose cells stand out, from the first one on, where others do not."""
    filled = _filled(rows)
    columns = [column for column in filled if sum(map(is_marked, cells := _cells(rows, column))) * 2 > len(cells)]
    begins = filled[0] in columns and filled[0] < len(rows[0]) and is_marked(rows[0][filled[0]])
    return frozenset(columns) if begins and len(columns) < len(filled) else frozenset()


def _worded(rows: Sequence[Row]) -> frozenset[int]:
    """Every other column, from the first one on, where the words of these tell labels, or those beside them values."""
    filled = _filled(rows)
    names, values = filled[::2], filled[1::2]
    said = [cell for column in names for cell in _cells(rows, column)]
    if len(rows) < 2 or len(names) != len(values) or not _may_be_labels(said) or not all(_at(rows, names[0])):
        return frozenset()
    beside = [_at(rows, column) for column in values]
    if any(_is_detail(column[0]) for column in beside):
        return frozenset()
    is_form = sum(map(_is_detail, said)) * 2 > len(said)
    is_pairs = _are_values(beside[0]) or _are_details(said, beside[0]) or MONTHS.issuperset(map(str.casefold, said))
    return frozenset(names) if is_form or (len(names) == 1 and is_pairs) else frozenset()


def _may_be_labels(said: Sequence[str]) -> bool:
    """Whether all are short, no number and told apart."""
    return len(set(said)) == len(said) and all(len(label) <= _LABEL and not is_number(label) for label in said)


def _is_detail(cell: str) -> bool:
    words = cell.casefold().rstrip(" .:?").split()
    return bool(words) and not _DETAILS.isdisjoint((words[0], words[-1]))


def _are_values(column: Sequence[str]) -> bool:
    """Whether the first of some cells is one of them: by its digits, or as it says as much as most do."""
    top, *below = column
    if _VALUE.match(top) and not (is_number(top) and may_name(top)):
        return True
    told = [_is_told(cell) for cell in below if cell]
    return _is_told(top) and sum(told) * 2 > len(told)


def _is_told(cell: str) -> bool:
    """Whether a cell is a sentence, or as long as one."""
    return cell.endswith(_ENDS) or len(cell.split()) > _WORDS


def _are_details(said: Sequence[str], column: Sequence[str]) -> bool:
    """Whether values are of several kinds, a name in several words first, beside labels that are several words too."""
    top, *below = column
    is_name = len(top.split()) > 1 and not any(word[0].islower() for word in top.split())
    is_told = sum(" " in label for label in said) * 2 > len(said) and len(set(column)) == len(column)
    return is_name and is_told and len({"1" in marks(cell) for cell in below if cell}) > 1
