"""More vectors than are compared one by one, for the tests of the codes that take their place."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rag.storage.vectors import Source, Stamp
from rag.types import Ids, Matrix

_IDENTITY = "a" * 32
MANY_DIM = 32


class Many:
    """More vectors than are compared one by one, in groups as those of texts are."""

    def __init__(self, number: int) -> None:
        drawn = np.random.default_rng(1)
        rows = drawn.standard_normal((200, MANY_DIM))[drawn.integers(200, size=number)]
        rows += 0.5 * drawn.standard_normal((number, MANY_DIM))
        self.vectors: Matrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        self.read = 0

    def source(self, generation: int, kept: slice = slice(None)) -> Source:
        ids = np.arange(len(self.vectors))[kept]

        def blocks(first: int) -> Iterable[tuple[Ids, Matrix]]:
            self.read += 1
            wanted = ids[ids >= first]
            for at in range(0, len(wanted), 8_192):
                yield wanted[at : at + 8_192], self.vectors[wanted[at : at + 8_192]]

        return Source(Stamp(_IDENTITY, generation), lambda: ids, blocks, lambda some: self.vectors[some])
