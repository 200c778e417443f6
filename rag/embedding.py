"""Parts of documents with their vectors: a batch in one call of the embedder, and a text that comes again not at all.

Knows the embedder by its protocol, and no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

import numpy as np

from rag.errors import LoadError, RagError
from rag.protocols import Embedder
from rag.reading import Part, Unread
from rag.splitter import embedded_text
from rag.types import Matrix, Vector

_KEPT = 16_384
"""Texts whose vectors are remembered, those last met: 25 MB at 384 numbers."""
_FAILED = (RagError, RuntimeError, ValueError)
"""What embedders raise on a text that they cannot take; RuntimeError is torch's."""


class Embedded(NamedTuple):
    """A part and its vectors, (n, dim) float32."""

    part: Part
    vectors: Matrix

    @property
    def path(self) -> str:
        """As the index names it."""
        return self.part.path


class Embedding:
    """Embeds what is read within one run.

    Args:
        embedder: The one of the index.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[bytes, Vector] = {}

    def of(self, batch: Sequence[Part | Unread]) -> list[Embedded | Unread]:
        """Embed a batch together; if that fails, each part on its own.

        Args:
            batch: As it was read.

        Returns:
            As many items in the same order; `Unread` for a part that cannot be embedded.
        """
        parts = [item for item in batch if isinstance(item, Part)]
        try:
            vectors = self._vectors([embedded_text(chunk) for part in parts for chunk in part.chunks])
        except _FAILED as exc:
            if len(batch) > 1:
                return [done for item in batch for done in self.of([item])]
            path = batch[0].path
            return [Unread(path, LoadError(path, f"cannot be embedded: {exc}", "rag doctor"))]
        rows = iter(vectors)
        return [
            Embedded(item, self._matrix(list(islice(rows, len(item.chunks))))) if isinstance(item, Part) else item
            for item in batch
        ]

    def _vectors(self, texts: Sequence[str]) -> list[Vector]:
        keys = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        made = dict(zip(new, self._embedder.embed_documents(list(new.values())), strict=True)) if new else {}
        for key in keys:
            self._known[key] = self._known.pop(key) if key in self._known else made[key].copy()
        found = [self._known[key] for key in keys]
        for key in list(islice(self._known, max(0, len(self._known) - _KEPT))):
            del self._known[key]
        return found

    def _matrix(self, rows: list[Vector]) -> Matrix:
        return np.array(rows, np.float32).reshape(-1, self._embedder.dim)
