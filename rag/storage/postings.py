"""`words.postings`: what FTS5 holds once more, laid out for arithmetic.

FTS5 weighs every passage that says any word of a question, one after the other; over a million passages that takes half
a second. Here the same sum is taken a word at a time, over arrays. A cache, never the truth: scores are those of FTS5's
bm25() to the last bit, so that a ranking is the same with it and without, and what was written since it was made is
asked of FTS5. Knows FTS5's tables, and no documents.
"""

from __future__ import annotations

import json
import logging
import math
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection

import numpy as np
from numpy.typing import NDArray

from rag.protocols import Progress, no_progress
from rag.replacing import replacing
from rag.storage import inverted
from rag.storage.database import raw, renamed_at, state_of
from rag.storage.inverted import Counts, Inverted, Places
from rag.storage.lexical import HEAD_WEIGHT, TOKENIZER, begins_words, quoted
from rag.types import Ids

logger = logging.getLogger(__name__)

NAME = "words.postings"
_FEWEST = 10_000
"""Passages from which the file is made; over fewer FTS5 takes 5 ms."""
_DRIFT = 0.05
"""Share of the passages that may differ from the file before it is made anew."""
_K1, _B, _LEAST = 1.2, 0.75, 1e-6
"""FTS5's own, the weight of a word in more than half of the passages the last."""
_COUNT = "SELECT count(*) FROM lexical WHERE lexical MATCH ?"
_LIVING = "SELECT value FROM json_each(?) WHERE value IN (SELECT id FROM lexical_docsize)"

Scored = list[tuple[int, float]]
Scores = NDArray[np.float64]


class Postings:
    """The best passages by BM25; safe to use from several threads.

    Args:
        folder: Folder of the index.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._guard = threading.Lock()
        self._file: tuple[int, ...] = ()
        self._held: Inverted | None = None

    def search(
        self,
        connection: Connection,
        terms: Sequence[str],
        k: int,
        within: Callable[[], Ids] | None,
        newer: Callable[[int], Scored],
    ) -> Scored | None:
        """The best for the terms of a query.

        Args:
            connection: Within a read transaction.
            terms: As `rag.storage.lexical.terms` gives them.
            k: From 1 up.
            within: Gives the ids to choose from, ascending; None for all there are.
            newer: Gives the best of those passages alone whose ids are greater than one.

        Returns:
            Ids and scores of the k best, and of all that tie with the last of them, in no order that counts; None where
            FTS5 has to be asked.
        """
        held = self._of(connection)
        words = self._tokens.of(terms) if held else []
        if held is None or any(len(found) != 1 for found in words):
            return None
        behind = held.generation < state_of(connection)[1]
        lists = [held.postings(word, prefix=begins_words(term)) for term, (word,) in zip(terms, words, strict=True)]
        passages = [_count(connection, term) for term in terms] if behind else [len(places) for places, _ in lists]
        scores = _scores(connection, held, lists, passages)
        if within is not None:
            scores = _only(scores, held.numbers(within()))
        if not behind:
            return _best(held.ids, scores, k)
        return [*_living(connection, held.ids, scores, k), *newer(int(held.ids[-1]))]

    def save(self, connection: Connection, progress: Progress = no_progress) -> None:
        """Write the file, in one step, where it is missing or far behind.

        Args:
            connection: Within a read transaction.
            progress: Told of the words written.
        """
        (total,) = connection.execute("SELECT count(*) FROM lexical_docsize").fetchone()
        held = self._of(connection)
        if total < _FEWEST or (held and _changed(connection, held.ids, total) <= _DRIFT * total):
            return
        try:
            with replacing(self._path) as part:
                inverted.write(connection, part, round(HEAD_WEIGHT), progress)
        except OSError as exc:  # FTS5 answers without it
            logger.warning("%s could not be written: %s", NAME, exc)

    @cached_property
    def _tokens(self) -> Tokens:
        """Made for the first question that needs it: most indexes have no such file."""
        return Tokens()

    def _of(self, connection: Connection) -> Inverted | None:
        """The file, where it is of this index, no newer than what is read, and no older than the last renaming."""
        identity, generation = state_of(connection)
        with self._guard:
            if (file := _state(self._path)) != self._file:
                self._file, self._held = file, inverted.read(self._path)
            held = self._held
        known = held is not None and held.identity == identity
        return held if held and known and renamed_at(connection) <= held.generation <= generation else None


def _scores(
    connection: Connection, held: Inverted, lists: Sequence[tuple[Places, Counts]], passages: Sequence[int]
) -> Scores:
    """BM25 of each passage that is held, summed in FTS5's order and by its formula, so with its rounding."""
    total, mean_length = _size(connection)
    scores = np.zeros(len(held.ids))
    for (places, counts), found in zip(lists, passages, strict=True):
        idf = math.log((total - found + 0.5) / (found + 0.5))
        saturation = counts + _K1 * (1 - _B + _B * held.lengths[places] / mean_length)
        scores[places] += (idf if idf > 0 else _LEAST) * (counts * (_K1 + 1) / saturation)
    return scores


def _size(connection: Connection) -> tuple[int, float]:
    """How many passages FTS5 holds, and their mean length in words."""
    (block,) = connection.execute("SELECT block FROM lexical_data WHERE id = 1").fetchone()
    total, *words = inverted.unpacked(block)
    return total, sum(words) / total


def _count(connection: Connection, term: str) -> int:
    (found,) = connection.execute(_COUNT, (quoted(term),)).fetchone()
    return int(found)


def _only(scores: Scores, numbers: Ids) -> Scores:
    kept = np.zeros_like(scores)
    kept[numbers] = scores[numbers]
    return kept


def _best(ids: Ids, scores: Scores, k: int) -> Scored:
    """The k best above 0, and all that tie with the last of them."""
    found = np.flatnonzero(scores)
    if len(found) > k:
        bar = np.partition(scores[found], -k)[-k]
        found = found[scores[found] >= bar]
    return list(zip(ids[found].tolist(), scores[found].tolist(), strict=True))


def _living(connection: Connection, ids: Ids, scores: Scores, k: int) -> Scored:
    """The same, without those that have been taken out since."""
    limit = k
    while True:
        best = _best(ids, scores, limit)
        living = {key for (key,) in connection.execute(_LIVING, (json.dumps([key for key, _ in best]),))}
        if len(living) >= k or len(best) < limit:
            return [(key, score) for key, score in best if key in living]
        limit *= 4


def _changed(connection: Connection, ids: Ids, total: int) -> int:
    """How many passages have come or gone since these were all."""
    (new,) = connection.execute("SELECT count(*) FROM lexical_docsize WHERE id > ?", (int(ids[-1]),)).fetchone()
    return int(new + len(ids) - (total - new))


def _state(path: Path) -> tuple[int, ...]:
    """What tells a file from the one that takes its place; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


class Tokens:
    """FTS5's own tokenizer; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._base = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._base.execute(f"CREATE VIRTUAL TABLE terms USING fts5(term, content='', tokenize=\"{TOKENIZER}\")")
        self._base.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab(terms, instance)")

    def of(self, terms: Sequence[str]) -> list[list[str]]:
        """The tokens of each term, but for those without letters."""
        found: list[list[str]] = [[] for _ in terms]
        with self._guard:
            self._base.execute("BEGIN")
            rows = ((at, raw(term)) for at, term in enumerate(terms))
            self._base.executemany("INSERT INTO terms (rowid, term) VALUES (?, CAST(? AS TEXT))", rows)
            for at, token in self._base.execute("SELECT doc, term FROM tokens WHERE term IS NOT NULL"):
                found[at].append(token)
            self._base.execute("ROLLBACK")
        return found
