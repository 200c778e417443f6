"""Small sets in the formats of the evaluation, written for these tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[dict[str, Any]]

CORPUS: Rows = [
    {"_id": "lamp", "title": "Lamp", "text": "The harbour lamp was lit in 1871. It burned whale oil."},
    {"_id": "ferry", "title": "Ferry", "text": "The ferry leaves at nine. A ticket costs four crowns."},
    {"_id": "mill", "title": "Mill", "text": "The old mill grinds rye. Its miller is called Osk."},
]


def write_set(root: Path, tables: dict[str, Rows], qrels: Sequence[str] = ()) -> Path:
    """Write a set: JSON-lines files by name, and the lines of qrels.tsv below its header, with spaces for tabs."""
    folder = root / "small"
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    if qrels:
        lines = ["query-id\tcorpus-id\tscore", *(line.replace(" ", "\t") for line in qrels)]
        (folder / "qrels.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder
