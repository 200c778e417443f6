"""Sentences about rows of tables, right and wrong: how many does the check call supported?

Each cell that holds a number makes "The NAME of KEY is VALUE.", KEY being the row's first cell: as it stands, with the
number of another column of that row, and with that of the same column in another row. The rows around it are its
evidence. For tables that have such rows; the sets of `documents.py` have few.

python benchmarks/rows.py benchmarks/workplace/docs benchmarks/everyday/docs seeds -o benchmarks/results/rows.json
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from common import settings, write
from mutations import Cited, is_supported

from rag.checks.table_rows import cells
from rag.errors import LoadError
from rag.evals.machine import commit, machine
from rag.evals.runner import open_parts
from rag.loaders import list_files, load
from rag.numerals import numbers
from rag.protocols import no_progress
from rag.splitter import sentences

_SHOWN = 8
"""Rows that the check may choose from, as many as a generator is shown."""
_NAMED = range(1, 40)
"""Characters of the name of a column."""

_FIGURE = re.compile(r"\W?\s?\d")
"""What begins as a number, or with one sign before it."""

Row = list[tuple[str, str]]


def main() -> int:
    """Make sentences, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of documents")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    given = parser.parse_args()
    embedder = open_parts(settings(generator="extractive"), no_progress, generator=False).embedder
    figures = {}
    for folder in given.folders:
        counts: dict[str, list[bool]] = {"as it stands": [], "of another column": [], "of another row": []}
        for rows in _tables(folder):
            for kind, cited in _sentences(rows):
                counts[kind].append(is_supported(cited.text, cited.evidence, embedder))
                if counts[kind][-1] == (kind != "as it stands"):
                    print(f"{kind}: {cited.text}\n  {cited.evidence[0]}", file=sys.stderr)
        figures["/".join(folder.parts[-2:])] = {
            kind: {"n": len(found), "supported": sum(found), "share": round(sum(found) / max(1, len(found)), 4)}
            for kind, found in counts.items()
        }
    write(given.output, {"rows": figures, "commit": commit(), "machine": machine()})
    return 0


def _tables(folder: Path) -> Iterator[list[str]]:
    """Rows that stand together and name the same columns, two at least."""
    for file in list_files(folder):
        try:
            text = load(file, folder, 1 << 30).text
        except LoadError:
            continue
        lines = [text[start:end] for start, end in sentences(text)]
        for named, rows in groupby(lines, lambda line: tuple(name for name, _ in _row(line))):
            found = list(rows)
            if len(named) > 1 and len(found) > 1 and cells(found[0]):
                yield found


def _sentences(rows: Sequence[str]) -> Iterator[tuple[str, Cited]]:
    for at, line in enumerate(rows):
        (_, key), *row = _row(line)
        around = rows[max(0, at - _SHOWN // 2) :][:_SHOWN]
        for place, (name, value) in enumerate(row):
            if len(name) not in _NAMED or not _is_figure(value):
                continue
            others = [other for _, other in row if _is_figure(other) and not _alike(other, value)]
            below = [_row(other)[1 + place][1] for other in around]
            apart = [other for other in below if _is_figure(other) and not _alike(other, value)]
            yield "as it stands", Cited(f"The {_told(name)} of {key} is {value}.", tuple(around))
            if others:
                yield "of another column", Cited(f"The {_told(name)} of {key} is {others[0]}.", tuple(around))
            if apart and not any(_alike(apart[0], other) for _, other in row):
                yield "of another row", Cited(f"The {_told(name)} of {key} is {apart[0]}.", tuple(around))


def _row(line: str) -> Row:
    """Name and value of each cell; none where a cell has no name."""
    parts = [cell.partition(": ") for cell in line.split("; ")]
    return [(name, value) for name, _, value in parts] if all(value for _, _, value in parts) else []


def _is_figure(value: str) -> bool:
    return _FIGURE.match(value) is not None and len(value) <= max(_NAMED) and len(numbers(value)) == 1


def _alike(one: str, other: str) -> bool:
    return numbers(one) == numbers(other)


def _told(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


if __name__ == "__main__":
    raise SystemExit(main())
