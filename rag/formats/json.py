"""JSON, JSON Lines and notebooks: a paragraph per record, `path: value` for each value in it.

A short record is one line, so that one citation names it whole; in a long one each record within it is. Numbers stay as
they are written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

from rag.errors import DamagedFile
from rag.formats.base import Builder, Extracted, Source, squeeze
from rag.formats.plain import text_of

logger = logging.getLogger(__name__)

_PATH = 120
"""Characters of a path that are said again with each value; the innermost ones are kept."""
_ONE_LINE = 300
_HINT = "mend it, or name it .txt to have it read as plain text"


def extract(source: Source) -> Extracted:
    """Read a JSON or JSON Lines file.

    Args:
        source: The file.

    Returns:
        Its records, and its `title` where the outermost object has one.

    Raises:
        BinaryFile: It is no text.
        DamagedFile: It is not valid JSON, or nested too deeply.
        OversizeFile: The values with their paths are past the limit.
    """
    out = Builder(source)
    text = text_of(source)
    if source.suffix in (".jsonl", ".ndjson"):
        _lines(out, text)
        return out.done()
    try:
        data = _parsed(text)
    except json.JSONDecodeError as exc:
        if not _many_records(text):
            raise _damaged(source, exc, exc.lineno) from exc
        _lines(out, text)
        return out.done()
    _document(out, data)
    return out.done(data["title"] if isinstance(data, dict) and isinstance(data.get("title"), str) else "")


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _damaged(source: Source, exc: json.JSONDecodeError, line: int) -> DamagedFile:
    return DamagedFile(source.name, f"not valid JSON: line {line}, column {exc.colno}: {exc.msg.lower()}", _HINT)


def _many_records(text: str) -> bool:
    """Whether the first line alone is a record: then these are JSON Lines under another name."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        return first.startswith(("{", "[")) and bool(rest.strip()) and _parsed(first) is not None
    except json.JSONDecodeError:
        return False


def _lines(out: Builder, text: str) -> None:
    """A record a line. A last one without a line end, after others, may be torn, as in a log that is being written."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = _parsed(line)
            except json.JSONDecodeError as exc:
                if number == len(lines) and len(out):
                    logger.warning("%s: line %d, the last, is torn and was left out", out.source.name, number)
                    return
                raise _damaged(out.source, exc, number) from exc
            _record(out, record)


def _document(out: Builder, data: Any) -> None:
    if isinstance(data, dict) and isinstance(data.get("cells"), list) and "nbformat" in data:
        _notebook(out, data["cells"])
        return
    if not isinstance(data, dict):
        for record in data if isinstance(data, list) else [data]:
            _record(out, record)
        return
    lists = {name: value for name, value in data.items() if _is_records(value)}
    _record(out, {name: value for name, value in data.items() if name not in lists})
    for name, records in lists.items():
        out.heading(name, 2)
        for record in records:
            _record(out, record)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(inner, dict) for inner in value)


def _record(out: Builder, record: Any) -> None:
    leaves = [(path[-_PATH:], value) for path, value in _leaves(record, "") if value.strip()]
    line = _line(leaves)
    if isinstance(record, dict) and len(line) > _ONE_LINE:
        line = "\n".join(chain.from_iterable(_parts(list(within)) for _, within in groupby(leaves, key=_owner)))
    out.paragraph(line)


def _line(leaves: list[tuple[str, str]]) -> str:
    return "; ".join(f"{path}: {squeeze(value)}" if path else squeeze(value) for path, value in leaves)


def _parts(leaves: list[tuple[str, str]]) -> list[str]:
    """One line where it is short, else one for each value, whose own lines it keeps."""
    line = _line(leaves)
    return (
        [line] if len(leaves) > 1 and len(line) <= _ONE_LINE else [f"{path}: {said.strip()}" for path, said in leaves]
    )


def _owner(leaf: tuple[str, str]) -> str:
    """The path of the record that a value is of: the entry of a list that it stands in, or the first name."""
    path = leaf[0]
    return path[: path.rfind("]") + 1] or path.partition(".")[0]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every value with the names and places that lead to it; a list of plain values counts as one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}"[-2 * _PATH :] if path else squeeze(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for place, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}[{place}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(_said, value))
    else:
        yield path, _said(value)


def _said(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _notebook(out: Builder, cells: list[Any]) -> None:
    """What was written in each cell; what came out of it when run is left out."""
    for cell in cells:
        written = cell.get("source", "") if isinstance(cell, dict) else ""
        out.paragraph("".join(map(str, written)) if isinstance(written, list) else str(written))
