"""What may be wrong with `rag.db`: its pages, and what its tables say of each other.

For `rag doctor`. Reads everything once and changes nothing. Knows no file but through the connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Connection, DatabaseError

_COUNTS = {
    "documents whose chunks are not all there": (
        "SELECT count(*) FROM documents AS d WHERE chunks <> (SELECT count(*) FROM chunks WHERE document = d.id)"
    ),
    "chunks without a document": "SELECT count(*) FROM chunks WHERE document NOT IN (SELECT id FROM documents)",
    "chunks without a vector": "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT chunk FROM vectors)",
    "vectors without a chunk": "SELECT count(*) FROM vectors WHERE chunk NOT IN (SELECT id FROM chunks)",
    "vectors of a wrong length": "SELECT count(*) FROM vectors WHERE length(vector) <> 4 * :dim",
    "chunks that are not in the lexical index": (
        "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT id FROM lexical_docsize)"
    ),
    "lexical entries without a chunk": "SELECT count(*) FROM lexical_docsize WHERE id NOT IN (SELECT id FROM chunks)",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an index, and what mends it."""

    what: str
    remedy: str


def problems(connection: Connection, dim: int, rebuild: str) -> list[Problem]:
    """Look over a database.

    Args:
        connection: Within a read transaction.
        dim: Length that its vectors must have.
        rebuild: The command that builds the index anew.

    Returns:
        What is wrong, each with that remedy.
    """
    try:
        return [Problem(f"rag.db: {what}", rebuild) for what in _problems(connection, dim)]
    except (DatabaseError, UnicodeDecodeError) as exc:
        return [Problem(f"rag.db: {exc}", rebuild)]


def _problems(connection: Connection, dim: int) -> Iterator[str]:
    pages = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if pages != ["ok"]:
        yield from pages
        return
    for what, query in _COUNTS.items():
        (number,) = connection.execute(query, {"dim": dim}).fetchone()
        if number:
            yield f"{number:,} {what}"
    astray = sum(_is_astray(connection, number) for (number,) in connection.execute("SELECT id FROM documents"))
    if astray:
        yield f"{astray:,} documents whose chunks are not passages of their text"


def _is_astray(connection: Connection, number: int) -> bool:
    (text,) = connection.execute("SELECT text FROM documents WHERE id = ?", (number,)).fetchone()
    chunks = connection.execute("SELECT start, end, text FROM chunks WHERE document = ?", (number,))
    return any(text[start:end] != passage for start, end, passage in chunks)
