"""bm25s as its own README has it for speed: scores made beforehand, numba, arrays mapped into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bm25s
from searching import Search, measure


def build(texts: Iterator[str], folder: Path) -> None:
    """Weigh every term of every passage, and save it."""
    numbers: dict[str, int] = {}
    passages = [[numbers.setdefault(term, len(numbers)) for term in text.split()] for text in texts]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
    index.index(bm25s.tokenization.Tokenized(ids=passages, vocab=numbers), show_progress=False)
    index.save(folder, show_progress=False)


def load(folder: Path) -> Search:
    """Map an index into memory."""
    index = bm25s.BM25.load(folder, mmap=True, show_progress=False)
    index.backend = "numba"
    index.activate_numba_scorer()

    def search(terms: list[str], k: int) -> list[int]:
        found, scores = index.retrieve([terms], k=k, show_progress=False, n_threads=1)
        return [int(number) for number, score in zip(found[0], scores[0], strict=True) if score > 0]

    return search


if __name__ == "__main__":
    measure(build, load)
