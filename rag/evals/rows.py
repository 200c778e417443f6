"""Rows of JSON lines and tab-separated files, read with types: whatever does not fit is an error that names its line.

Knows nothing of what the rows mean.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.utf8 import to_utf8


class Row:
    """One JSON object and where it stands.

    Args:
        where: File and line, for messages.
        data: The object's fields.
    """

    def __init__(self, where: str, data: dict[str, Any]) -> None:
        self.where = where
        self.data = data

    def __contains__(self, name: str) -> bool:
        return self.data.get(name) is not None

    def fail(self, message: str) -> RagError:
        """An error that names this row."""
        return RagError(f"{self.where}: {message}", "see the formats in benchmarks/README.md")

    def text(self, *names: str, default: str | None = None) -> str:
        """The first of these fields that is there.

        Args:
            *names: Fields, the preferred one first.
            default: Stands in for a missing field; None where one is needed.

        Returns:
            A string; numbers are written out, since ids are often numbers.

        Raises:
            RagError: None of the fields is there, or it holds something else.
        """
        name = next((name for name in names if name in self), None)
        if name is None:
            if default is None:
                raise self.fail(f"no {' or '.join(map(repr, names))}")
            return default
        value = self.data[name]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.fail(f"{name!r} is {value!r:.80}, expected a string")
        return to_utf8(str(value))

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of strings, a lone string counting as a list of one; empty where the field is missing.

        Args:
            name: The field.

        Returns:
            The strings that are not blank.

        Raises:
            RagError: The field holds something else.
        """
        value = self.data.get(name)
        items = [value] if isinstance(value, str) else value or []
        if not isinstance(items, list) or not all(isinstance(item, str | int | float) for item in items):
            raise self.fail(f"{name!r} is {value!r:.80}, expected a list of strings")
        return tuple(to_utf8(str(item)) for item in items if str(item).strip())

    def flag(self, name: str) -> bool | None:
        """True, false, or None where the field is missing.

        Args:
            name: The field.

        Returns:
            Its value.

        Raises:
            RagError: The field holds something else.
        """
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self.fail(f"{name!r} is {value!r:.80}, expected true or false")

    def number(self, name: str) -> int:
        """A whole number from 0.

        Args:
            name: The field.

        Returns:
            Its value.

        Raises:
            RagError: The field is missing or holds something else.
        """
        value = self.data.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise self.fail(f"{name!r} is {value!r:.80}, expected a whole number from 0")

    def rows(self, name: str) -> list[Row]:
        """A list of objects, a string among them counting as one with `text`; empty where the field is missing.

        Args:
            name: The field.

        Returns:
            A row for each.

        Raises:
            RagError: The field holds something else.
        """
        value = self.data.get(name) or []
        items = (
            [{"text": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else None
        )
        if items is None or not all(isinstance(item, dict) for item in items):
            raise self.fail(f"{name!r} is {value!r:.80}, expected a list of objects")
        return [Row(f"{self.where}, {name}[{at}]", item) for at, item in enumerate(items)]


def read_rows(path: Path) -> Iterator[Row]:
    """Read JSON lines, compressed or not; blank lines are passed over.

    Args:
        path: A `.jsonl` or `.jsonl.gz` file in UTF-8.

    Yields:
        A row for each line.

    Raises:
        RagError: The file cannot be read, or a line is not a JSON object.
    """
    for where, line in read_lines(path):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise RagError(f"{where}: not JSON: {exc}") from exc
        if not isinstance(data, dict):
            raise RagError(f"{where}: {line[:60]!r} is not a JSON object")
        yield Row(where, data)


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Read lines of text, compressed or not; blank lines are passed over.

    Args:
        path: A file in UTF-8, `.gz` for a compressed one.

    Yields:
        File name and line number, and the line.

    Raises:
        RagError: The file cannot be read.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{path.name}:{number}", line.rstrip("\r\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as exc:
        raise RagError(f"{path}: cannot be read: {exc}") from exc


def read_qrels(path: Path) -> dict[str, dict[str, float]]:
    """Read relevance grades: lines of query id, document id and grade, with or without a header.

    Args:
        path: A tab-separated file.

    Returns:
        For each query the documents graded above zero.

    Raises:
        RagError: The file cannot be read, or a line does not fit.
    """
    grades: dict[str, dict[str, float]] = {}
    for at, (where, line) in enumerate(read_lines(path)):
        parts = line.split("\t")
        if at == 0 and parts[0].strip().lower() in ("query-id", "query_id", "qid"):
            continue
        try:
            query, document, grade = parts[0], parts[1], _finite(float(parts[2]))
        except (IndexError, ValueError) as exc:
            raise RagError(f"{where}: {line[:60]!r} is not query-id, corpus-id and score with tabs between") from exc
        if grade > 0:
            grades.setdefault(query, {})[document] = grade
    return grades


def _finite(grade: float) -> float:
    if not math.isfinite(grade):
        raise ValueError(f"{grade} as a grade")
    return grade
