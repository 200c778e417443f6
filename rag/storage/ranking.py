"""The two rankings of an index, by vector and by words, in an order that nothing but the index decides.

Candidates come from FAISS and FTS5, with everything that may tie with the last of them; scores by vector are computed
here from the vectors in `rag.db`. Knows nothing of files or of writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from sqlite3 import Connection

import numpy as np

from rag.storage import rows
from rag.storage.lexical import HEAD_WEIGHT, match_expression, terms
from rag.storage.postings import Postings, Scored
from rag.storage.vectors import VectorCache
from rag.types import Chunk, Hit, Ids, Vector

_TIES = 32
"""Hits by words fetched beyond k, in case some tie with the last."""
_BY_WORDS = (
    "SELECT rowid, -rank FROM lexical WHERE lexical MATCH ? AND rank MATCH ? AND rowid > ? ORDER BY rank LIMIT ?"
)
_BY_WORDS_WITHIN = _BY_WORDS.replace(" ORDER", f" AND +rowid IN ({rows.IDS_OF}) ORDER")
"""The plus keeps SQLite from asking FTS5 once for each id."""
_BM25 = f"bm25({HEAD_WEIGHT}, 1.0)"


def by_vector(
    connection: Connection, cache: VectorCache, vector: Vector, k: int, scope: Sequence[str] = ()
) -> list[Hit]:
    """The chunks nearest to a vector.

    Args:
        connection: Within a read transaction.
        cache: Of the same index.
        vector: (dim,) float32, unit length.
        k: Most hits; none come for less than 1.
        scope: Paths of documents and folders to look in; empty for all.

    Returns:
        Hits by falling inner product, in [-1, 1], ties by document and start.

    Raises:
        ValueError: A vector of another length, or not of finite numbers.
    """
    query = np.ascontiguousarray(vector, np.float32)
    if query.shape != (cache.dim,) or not np.isfinite(query).all():
        raise ValueError(f"a vector of shape {query.shape}, expected {(cache.dim,)} finite numbers")
    if k < 1:
        return []
    within = rows.ids_within(connection, scope) if scope else None
    ids = cache.search(rows.source(connection, cache.dim), query, k, within)
    # Row by row and in double precision: equal vectors score equal, wherever they stand.
    scores = (rows.vectors(connection, ids, cache.dim).astype(np.float64) * query).sum(axis=1).clip(-1, 1)
    kept = scores >= np.partition(scores, -k)[-k] if len(ids) > k else np.full(len(ids), True)
    chunks = rows.chunks(connection, ids[kept].tolist())
    best = sorted(zip(scores[kept].tolist(), chunks, strict=True), key=_order)[:k]
    return [Hit(chunk, score, dense_rank=at, dense_score=score) for at, (score, chunk) in enumerate(best, start=1)]


def by_words(connection: Connection, postings: Postings, query: str, k: int, scope: Sequence[str] = ()) -> list[Hit]:
    """The chunks that say the words of a query.

    Args:
        connection: Within a read transaction.
        postings: Of the same index.
        query: Any string; without a word in it, nothing is found.
        k: Most hits; none come for less than 1.
        scope: Paths of documents and folders to look in; empty for all. How rare a word is counts over the whole index.

    Returns:
        Hits by falling BM25, above 0, ties by document and start.
    """
    if k < 1:
        return []
    found = words_ranked(connection, postings, query, k, scope)
    chunks = rows.chunks(connection, [key for key, _ in found])
    best = sorted(zip((score for _, score in found), chunks, strict=True), key=_order)[:k]
    return [Hit(chunk, score, lexical_rank=at, lexical_score=score) for at, (score, chunk) in enumerate(best, start=1)]


def words_ranked(connection: Connection, postings: Postings, query: str, k: int, scope: Sequence[str] = ()) -> Scored:
    """Ids and scores of the k best by words, from 1 up, and of all that tie with the last of them, in no order."""
    if not terms(query):
        return []

    def newer(last: int) -> Scored:
        return _by_fts5(connection, match_expression(query), k, scope, last)

    def within() -> Ids:
        return rows.ids_within(connection, scope)

    found = postings.search(connection, terms(query), k, within if scope else None, newer)
    return newer(0) if found is None else found


def _by_fts5(connection: Connection, expression: str, k: int, scope: Sequence[str], last: int) -> Scored:
    """The same of the passages whose ids are greater than one."""
    query, given = (_BY_WORDS_WITHIN, [rows.documents_within(connection, scope)]) if scope else (_BY_WORDS, [])
    limit = k + _TIES
    while True:
        found: Scored = connection.execute(query, (expression, _BM25, last, *given, limit)).fetchall()
        if len(found) < limit or found[-1][1] < found[k - 1][1]:
            return found
        limit *= 4


def _order(scored: tuple[float, Chunk]) -> tuple[float, tuple[str, int]]:
    return -scored[0], scored[1].key
