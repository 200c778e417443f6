"""As many passages as wanted, with vectors, their words and their places in space drawn from real text.

A passage is three sentences of one real document and two of another, in the order in which they stand there; its vector
the unit sum of the sentences' own. Each start in a document comes back with another second part, so that a passage has
near neighbours, as the passages of a manual and its older versions have. The same for the same sets and number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from common import datasets, progress

from rag.protocols import Embedder
from rag.sentences import sentences
from rag.types import Matrix

_FIRST, _SECOND = 3, 2
"""Sentences of either document in a passage."""
_SHORTEST, _LONGEST = 40, 400
"""Characters of a sentence that is taken."""
_BLOCK = 1_024


class Material(NamedTuple):
    """What passages are made of.

    Attributes:
        sentences: Of all documents, in order.
        vectors: (n, dim) float32, theirs.
        document: (n,) int64, the number of each one's document, ascending.
        questions: Real questions on these documents.
    """

    sentences: list[str]
    vectors: Matrix
    document: np.ndarray
    questions: list[str]


def material(sets: Path, embedder: Embedder, cache: Path) -> Material:
    """Read the sets' documents and questions, and embed the sentences, or take their vectors from the cache.

    Args:
        sets: A folder that holds the folders of several sets.
        embedder: Embeds the sentences.
        cache: Folder for their vectors.

    Returns:
        All sentences of usual length.
    """
    texts, questions = _texts(sets)
    parts = [(number, text) for number, one in enumerate(texts) for text in _usual(one)]
    kept = list(dict.fromkeys(parts))
    found = [text for _, text in kept]
    key = hashlib.sha256("\n".join([embedder.name, *found]).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Material(found, _vectors(found, embedder, cache / f"{key}.npy"), np.array([n for n, _ in kept]), questions)


def passages(material: Material, number: int) -> Iterator[tuple[list[str], Matrix]]:
    """Make passages.

    Args:
        material: What they are made of.
        number: How many.

    Yields:
        Blocks of up to 1,024 texts and their vectors, (n, dim) float32, unit rows.
    """
    starts = np.flatnonzero(_alike(material.document, _FIRST))
    seconds = np.flatnonzero(_alike(material.document, _SECOND))
    drawn = np.random.default_rng(0)
    for at in range(0, number, _BLOCK):
        size = min(_BLOCK, number - at)
        first = starts[np.arange(at, at + size) % len(starts)]
        second = seconds[drawn.integers(len(seconds), size=size)]
        picked = np.concatenate(
            [first[:, None] + np.arange(_FIRST), second[:, None] + np.arange(_SECOND)], axis=1, dtype=np.int64
        )
        summed = material.vectors[picked].sum(1)
        texts = [" ".join(material.sentences[one] for one in row) for row in picked.tolist()]
        yield texts, summed / np.linalg.norm(summed, axis=1, keepdims=True)


def _alike(document: np.ndarray, length: int) -> np.ndarray:
    """(n,) bool: where so many sentences of one document begin."""
    alike = np.zeros(len(document), bool)
    alike[: len(document) - length + 1] = document[: len(document) - length + 1] == document[length - 1 :]
    return alike


def _texts(sets: Path) -> tuple[list[str], list[str]]:
    texts: dict[str, None] = {}
    questions: dict[str, None] = {}
    for dataset in datasets(sets):
        own = (passage for case in dataset.cases for passage in case.passages)
        texts.update((passage.text, None) for passage in [*dataset.corpus, *own])
        questions.update((case.text, None) for case in dataset.cases if not case.history)
    return list(texts), list(questions)


def _usual(text: str) -> Iterator[str]:
    for start, end in sentences(text):
        if _SHORTEST <= end - start <= _LONGEST:
            yield " ".join(text[start:end].split())


def _vectors(texts: list[str], embedder: Embedder, path: Path) -> Matrix:
    if path.is_file():
        return np.load(path)  # type: ignore[no-any-return]
    blocks = []
    for at in range(0, len(texts), _BLOCK):
        blocks.append(embedder.embed_documents(texts[at : at + _BLOCK]))
        progress("embedding sentences", min(at + _BLOCK, len(texts)), len(texts))
    found: Matrix = np.concatenate(blocks)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, found)
    return found
