"""Documents and chunks as rows of `rag.db`: what is written and read within one transaction.

A chunk has an entry in three tables, under one id: its place and text, its vector, its words. They come and go
together. Knows the schema, and nothing of files, connections or search.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from sqlite3 import Connection

import numpy as np

from rag.errors import IndexDamaged
from rag.storage.database import LATER_COLUMNS, has_column, mark_renamed, raw, state_of
from rag.storage.lexical import indexed
from rag.storage.vectors import Source, Stamp
from rag.types import Chunk, Document, DocumentInfo, Heading, Ids, Matrix, Page, Vector

_UNIT = 0.01
"""How far from 1 the length of a vector may be, for embedders that compute in bfloat16."""
_BLOCK_CHUNKS = 256
"""Chunks written at once."""
_BLOCK_CHARACTERS = 1 << 20
_BLOCK_ROWS = 8_192
"""Vectors read at once."""
_CHUNKS = """
    SELECT d.path, c.start, c.end, c.text, d.title, c.heading, c.page
    FROM json_each(?) AS wanted
    CROSS JOIN chunks AS c ON c.id = wanted.value CROSS JOIN documents AS d ON d.id = c.document
    ORDER BY wanted.key
"""
_VECTORS = """
    SELECT v.vector FROM json_each(?) AS wanted CROSS JOIN vectors AS v ON v.chunk = wanted.value ORDER BY wanted.key
"""

_ALL = "SELECT {}, {} FROM documents"
_OF = "SELECT {} FROM json_each(?) AS wanted CROSS JOIN chunks AS c ON c.document = wanted.value"
IDS_OF = _OF.format("c.id")
"""Ids of the chunks of documents, whose numbers are a JSON list."""
_DOCUMENTS_AT = (  # "0" comes right after "/": what begins with the folder and "/" is one stretch of the index on paths
    "SELECT id FROM documents"
    " WHERE path = CAST(?1 AS TEXT) OR (path >= CAST(?1 || '/' AS TEXT) AND path < CAST(?1 || '0' AS TEXT))"
)


def insert(
    connection: Connection, document: Document, chunks: Iterable[Chunk], vectors: Iterable[Vector], dim: int
) -> int:
    """Add a document that is not there yet, a block of its chunks at a time.

    Args:
        connection: Within a transaction, which has to be undone if this fails.
        document: With its text.
        chunks: Passages of it, no two with one start.
        vectors: (dim,) float32, unit length, one for each chunk.
        dim: Length of a vector in this index.

    Returns:
        How many chunks it has.

    Raises:
        ValueError: Says what does not fit together.
    """
    connection.execute("PRAGMA defer_foreign_keys = ON")  # the document comes last, when its chunks are counted
    (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM documents").fetchone()
    (last,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone() or (0,)
    starts: set[int] = set()
    for block, matrix in _blocks(iter(chunks), iter(vectors)):
        _check(document, block, matrix, dim)
        keyed = list(enumerate(block, last + 1 + len(starts)))
        starts.update(chunk.start for chunk in block)
        if last + len(starts) < keyed[-1][0]:
            raise ValueError(f"two chunks of {document.path!r} have one start")
        _insert(connection, document.title, number, keyed, matrix)
    _insert_document(connection, document, number, len(starts))
    return len(starts)


def _blocks(chunks: Iterator[Chunk], vectors: Iterator[Vector]) -> Iterator[tuple[list[Chunk], list[Vector]]]:
    while block := list(islice(chunks, _BLOCK_CHUNKS)):
        yield block, list(islice(vectors, len(block)))
    if next(vectors, None) is not None:
        raise ValueError("more vectors than chunks")


def _check(document: Document, chunks: Sequence[Chunk], vectors: Sequence[Vector], dim: int) -> None:
    for chunk in chunks:
        if chunk.document != document.path or document.text[chunk.start : chunk.end] != chunk.text:
            raise ValueError(f"the chunk {chunk.key} is no passage of {document.path!r}")
    if len(vectors) < len(chunks) or any(vector.shape != (dim,) for vector in vectors):
        raise ValueError(f"{len(vectors)} vectors for {len(chunks)} chunks, expected as many, of shape {(dim,)}")
    lengths = np.linalg.norm(np.stack(vectors), axis=1)
    if not (np.abs(lengths - 1) <= _UNIT).all():
        raise ValueError(f"vectors of length {lengths.min():.3g} to {lengths.max():.3g}, expected 1")


def _insert_document(connection: Connection, document: Document, number: int, chunks: int) -> None:
    connection.execute(
        "INSERT INTO documents"
        " (id, path, title, text, pages, headings, sha256, chunks, characters, size_bytes, modified_s, dated, read_by)"
        " VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(zeroblob(?) AS TEXT), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            *map(raw, (document.path, document.title)),
            sum(map(len, _encoded(document.text))),
            json.dumps(document.pages),
            json.dumps(document.headings),
            document.sha256,
            chunks,
            len(document.text),
            document.size_bytes,
            document.modified_s,
            document.dated,
            document.read_by,
        ),
    )
    with connection.blobopen("documents", "text", number) as text:  # a parameter would be held three times over
        for block in _encoded(document.text):
            text.write(block)


def _encoded(text: str) -> Iterator[bytes]:
    return (raw(text[at : at + _BLOCK_CHARACTERS]) for at in range(0, len(text), _BLOCK_CHARACTERS))


def _insert(
    connection: Connection, title: str, document: int, chunks: list[tuple[int, Chunk]], vectors: Iterable[Vector]
) -> None:
    connection.executemany(
        "INSERT INTO chunks (id, document, start, end, page, heading, text)"
        " VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))",
        ((key, document, c.start, c.end, c.page, raw(c.heading), raw(c.text)) for key, c in chunks),
    )
    blobs = (row.astype("<f4", copy=False).tobytes() for row in vectors)
    connection.executemany(
        "INSERT INTO vectors VALUES (?, ?)", ((key, blob) for (key, _), blob in zip(chunks, blobs, strict=True))
    )
    _index(connection, ((key, title, c.heading, c.text) for key, c in chunks))


def delete(connection: Connection, path: str) -> int:
    """Take out a document, its chunks, their vectors and their words; how many chunks, none for an unknown path."""
    number = find(connection, path)
    if number is None:
        return 0
    _unindex(connection, number)
    connection.execute("DELETE FROM vectors WHERE chunk IN (SELECT id FROM chunks WHERE document = ?)", (number,))
    gone = connection.execute("DELETE FROM chunks WHERE document = ?", (number,)).rowcount
    connection.execute("DELETE FROM documents WHERE id = ?", (number,))
    return gone


def rename(connection: Connection, number: int, document: Document) -> None:
    """Give a document all of another but its text and bytes; its words, title included, are indexed anew."""
    _unindex(connection, number)
    known = (raw(document.path), raw(document.title), document.size_bytes, document.modified_s)
    connection.execute(
        "UPDATE documents SET path = CAST(? AS TEXT), title = CAST(? AS TEXT), size_bytes = ?, modified_s = ?,"
        " dated = ?, read_by = ? WHERE id = ?",
        (*known, document.dated, document.read_by, number),
    )
    _index(connection, _words(connection, number))
    mark_renamed(connection)


def find(connection: Connection, path: str) -> int | None:
    """Number of the document at a path; None where there is none."""
    row = connection.execute("SELECT id FROM documents WHERE path = CAST(? AS TEXT)", (raw(path),)).fetchone()
    return row[0] if row else None


def infos(connection: Connection) -> list[DocumentInfo]:
    """All documents without their text, by path."""
    columns = "path, title, sha256, chunks, characters, size_bytes, modified_s"
    rows = connection.execute(_ALL.format(columns, _later(connection)) + " ORDER BY path")
    return [DocumentInfo(*row) for row in rows]


def read(connection: Connection, path: str) -> Document | None:
    """A document whole, as it was put; None where there is none."""
    columns = "path, title, text, sha256, pages, headings, size_bytes, modified_s"
    query = _ALL.format(columns, _later(connection)) + " WHERE path = CAST(? AS TEXT)"
    row = connection.execute(query, (raw(path),)).fetchone()
    if row is None:
        return None
    path, title, text, sha256, pages, headings, *times = row
    return Document(
        path,
        title,
        text,
        sha256,
        tuple(Page(*page) for page in json.loads(pages)),
        tuple(Heading(*heading) for heading in json.loads(headings)),
        *times,
    )


def _later(connection: Connection) -> str:
    return ", ".join(name if has_column(connection, name) else "NULL" for name in LATER_COLUMNS)


def chunks(connection: Connection, ids: Sequence[int]) -> list[Chunk]:
    """Chunks in the order of their ids given; ids that are not there are passed over."""
    return [Chunk(*row) for row in connection.execute(_CHUNKS, (json.dumps(list(ids)),))]


def vectors(connection: Connection, ids: Ids, dim: int) -> Matrix:
    """Vectors of some ids, in their order: (n, dim) float32."""
    found = connection.execute(_VECTORS, (json.dumps(ids.tolist()),))
    return _matrix([vector for (vector,) in found], dim)


def documents_within(connection: Connection, scope: Sequence[str]) -> str:
    """Numbers of a scope's documents.

    Args:
        connection: Within a transaction.
        scope: Paths of documents and folders, see `rag.scope`.

    Returns:
        A JSON list, ascending; empty where the scope names nothing.
    """
    found = {number for path in scope for (number,) in connection.execute(_DOCUMENTS_AT, (raw(path),))}
    return json.dumps(sorted(found))


def ids_within(connection: Connection, scope: Sequence[str]) -> Ids:
    """Ids of the chunks of a scope's documents, ascending: (n,) int64. Costs no Python for each chunk."""
    query = _OF.format("json_group_array(c.id)")
    (found,) = connection.execute(query, (documents_within(connection, scope),)).fetchone()
    return np.sort(np.array(json.loads(found), np.int64))


def count(connection: Connection) -> int:
    """How many chunks there are."""
    (found,) = connection.execute("SELECT coalesce(sum(chunks), 0) FROM documents").fetchone()
    return int(found)


def source(connection: Connection, dim: int) -> Source:
    """What the vector cache follows: the state within a transaction, for as long as that is open."""
    return Source(
        Stamp(*state_of(connection)),
        lambda: _ids(connection),
        lambda first: _vectors_from(connection, first, dim),
        lambda ids: vectors(connection, ids, dim),
    )


def _ids(connection: Connection) -> Ids:
    return np.sort(np.fromiter((key for (key,) in connection.execute("SELECT id FROM chunks")), np.int64))


def _vectors_from(connection: Connection, first: int, dim: int) -> Iterator[tuple[Ids, Matrix]]:
    rows = connection.execute("SELECT chunk, vector FROM vectors WHERE chunk >= ? ORDER BY chunk", (first,))
    while block := rows.fetchmany(_BLOCK_ROWS):
        yield np.array([key for key, _ in block], np.int64), _matrix([vector for _, vector in block], dim)


def _matrix(blobs: Sequence[bytes], dim: int) -> Matrix:
    """Vectors from their bytes, little-endian float32."""
    if any(len(blob) != 4 * dim for blob in blobs):
        raise IndexDamaged("a vector in the index has another length than the others")
    return np.frombuffer(b"".join(blobs), "<f4").reshape(-1, dim)


def _words(connection: Connection, number: int) -> list[tuple[int, str, str, str]]:
    return connection.execute(
        "SELECT c.id, d.title, c.heading, c.text FROM chunks AS c JOIN documents AS d ON d.id = c.document"
        " WHERE d.id = ?",
        (number,),
    ).fetchall()


def _index(connection: Connection, words: Iterable[tuple[int, str, str, str]]) -> None:
    connection.executemany(
        "INSERT INTO lexical (rowid, head, body) VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT))", map(_entry, words)
    )


def _unindex(connection: Connection, number: int) -> None:
    """A table without content has to be told what it takes out."""
    connection.executemany(
        "INSERT INTO lexical (lexical, rowid, head, body) VALUES ('delete', ?, CAST(? AS TEXT), CAST(? AS TEXT))",
        map(_entry, _words(connection, number)),
    )


def _entry(words: tuple[int, str, str, str]) -> tuple[int, bytes, bytes]:
    key, title, heading, text = words
    return key, raw(indexed(f"{title}\n{heading}")), raw(indexed(text))
