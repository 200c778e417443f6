"""Vectors of passages kept between runs, by the embedder's digest and the text: only new text is ever embedded.

An index is made again whenever the code that makes it changes; its vectors, the slow part, are the same. Knows texts
and an embedder; nothing of sets or indexes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from rag.errors import RagError
from rag.protocols import Embedder
from rag.types import Matrix, Vector

_WAIT_S = 60.0
"""How long another evaluation that writes is waited for."""


class KeptVectors:
    """Embeds passages, each text once.

    Args:
        path: SQLite file to keep them in; made where it is missing.
        embedder: Embeds what is not kept.
        digest: Of the embedder's weights, and how they are run.
    """

    def __init__(self, path: Path, embedder: Embedder, digest: str) -> None:
        self._path = path
        self._embedder = embedder
        self._digest = digest

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Embed passages.

        Args:
            texts: What the embedder reads.

        Returns:
            (n, dim) float32, unit rows, in the order given.

        Raises:
            RagError: The file cannot be read or written.
        """
        keys = [hashlib.sha256(f"{self._digest}\n{text}".encode()).digest() for text in texts]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as base, base:
                base.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
                return self._filled(base, dict(zip(keys, texts, strict=True)), keys)
        except (sqlite3.Error, OSError) as exc:
            raise RagError(f"{self._path}: {exc}", f"delete {self._path}") from exc

    def _filled(self, base: sqlite3.Connection, wanted: dict[bytes, str], keys: Sequence[bytes]) -> Matrix:
        kept = {key: row for key in wanted if (row := _read(base, key)) is not None}
        new = [key for key in wanted if key not in kept]
        if new:
            vectors = self._embedder.embed_documents([wanted[key] for key in new])
            kept.update(zip(new, vectors, strict=True))
            rows = [(key, vector.astype("<f4").tobytes()) for key, vector in zip(new, vectors, strict=True)]
            base.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        return np.stack([kept[key] for key in keys]) if keys else np.zeros((0, self._embedder.dim), np.float32)


def _read(base: sqlite3.Connection, key: bytes) -> Vector | None:
    row = base.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
    return None if row is None else np.frombuffer(row[0], "<f4").astype(np.float32)
