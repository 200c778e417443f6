"""A cross-encoder behind the `Reranker` protocol: it reads question and passage together, so it is slow and exact.

Knows nothing of how the hits were found, and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import WeightsError
from rag.types import Hit

_BATCH = 16
"""Pairs per forward pass."""


class CrossEncoderReranker:
    """Scores every hit against the question.

    Args:
        folder: A folder that `CrossEncoder` reads, with one output per pair.
        name: What the weights are called in the settings.

    Raises:
        WeightsError: The folder holds no such model, or one that gives several scores per pair.
    """

    def __init__(self, folder: Path, name: str) -> None:
        from sentence_transformers import CrossEncoder

        self.name = name
        try:
            self._model: Any = CrossEncoder(str(folder), local_files_only=True)
        except (OSError, ValueError, KeyError) as exc:
            raise WeightsError(f"{folder}: not a cross-encoder: {exc}", "rag models verify") from exc
        if self._model.num_labels != 1:
            raise WeightsError(
                f"{folder}: {self._model.num_labels} scores per pair, expected 1", "choose a cross-encoder that ranks"
            )

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """Put hits in order of their relevance to a question.

        Args:
            query: A question that stands alone.
            hits: In any order.

        Returns:
            The same hits with the model's scores, best first, ties by document and start.
        """
        if not hits:
            return []
        pairs = [(query, _passage(hit)) for hit in hits]
        scores = self._model.predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return sorted(scored, key=lambda hit: (-hit.score, hit.chunk.key))


def _passage(hit: Hit) -> str:
    """The passage with what stands above it."""
    above = " > ".join(part for part in (hit.chunk.title, hit.chunk.heading) if part)
    return f"{above}\n{hit.chunk.text}" if above else hit.chunk.text
