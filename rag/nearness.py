"""How near to a question the passages found for it are, and their sentences, by the vectors of their tokens.

A passage's own vector is the mean of its tokens', and a sentence's by itself does not know what it stands beside. So
the hits are read once more, token by token: each word of the question finds the token that is nearest to it, in the
whole passage or in one sentence, and the mean of that says how near they are. docs/decisions/0024-late-interaction.md
has the figures; Khattab and Zaharia, ColBERT, SIGIR 2020, the idea. With an embedder that gives no vectors of tokens
the hits stay as they are, and sentences are embedded by themselves. What is written from the hits is held against the
same tokens. Knows embedders by their protocol alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from rag.protocols import Embedder, TokenEmbedder
from rag.splitter import embedded_text
from rag.types import Chunk, Evidence, Hit, Matrix, Tokens, Vector

_PASSAGE = 2.0
"""Weight of a passage's nearness against 1 of its fused score."""
_TOKENWISE = 2.0
"""Weight of a sentence's nearness by tokens against 1 of that by its own vector: it differs less among sentences."""
_FARTHEST = 0.1
"""Share of a sentence's words that are farther from the evidence than the sentence is said to be."""

Stretch = tuple[Chunk, int, int]
"""A stretch of a passage: where it begins and ends in the passage's text."""


class Reading:
    """The hits of one question as they were read.

    Args:
        query: The question as it stands alone: what sentences are compared with.
        whole: The same with what was spoken of before, where that counts: what passages are compared with.
        hits: Those to read.
        embedder: The one that the index was made with.

    Attributes:
        weight: What the nearness of a sentence counts against the share of the question's words in it.
    """

    def __init__(self, query: str, whole: str, hits: Sequence[Hit], embedder: Embedder) -> None:
        self._query = query
        self._embedder = embedder
        self._alone: dict[str, float] = {}
        self._drafted: dict[str, Matrix] = {}
        self._read: dict[tuple[str, int], Tokens] = {}
        self._scores: dict[tuple[str, int], float] = {}
        if isinstance(embedder, TokenEmbedder) and hits:
            texts = [embedded_text(hit.chunk) for hit in hits]
            self._read = dict(zip([hit.chunk.key for hit in hits], embedder.embed_tokens(texts), strict=True))
            self._words = embedder.embed_query_tokens(query)
            told = self._words if whole == query else embedder.embed_query_tokens(whole)
            for hit in hits:
                near = max(0.0, _nearest(told, self._read[hit.chunk.key].vectors))
                self._scores[hit.chunk.key] = (hit.score + _PASSAGE * near) / (1 + _PASSAGE)
        self.weight = _TOKENWISE if self._read else 1.0

    def ranked(self, hits: Sequence[Hit]) -> list[Hit]:
        """Put hits in order of their fused score and their nearness.

        Args:
            hits: Those that were read.

        Returns:
            The same hits with new scores in [0, 1], best first, ties by document and start; just as they were where
            no tokens were read.
        """
        if not self._read:
            return list(hits)
        scored = [replace(hit, score=self.score(hit.chunk)) for hit in hits]
        return sorted(scored, key=lambda hit: (-hit.score, hit.chunk.key))

    def score(self, chunk: Chunk) -> float:
        """Of a passage, from how it was found and how near it is, in [0, 1]; 0 where no tokens were read."""
        return self._scores.get(chunk.key, 0.0)

    def near(self, stretches: Sequence[Stretch]) -> Sequence[float]:
        """How near sentences are to the question.

        Args:
            stretches: Of the passages that were read.

        Returns:
            One number in [-1, 1] for each.
        """
        return [self._within(*stretch) for stretch in stretches] if self._read else self.alone(stretches)

    def alone(self, stretches: Sequence[Stretch]) -> Sequence[float]:
        """How near sentences are by themselves, whatever they stand beside.

        Args:
            stretches: Of any passages.

        Returns:
            The inner product of the question's vector and each one's own.
        """
        texts = [chunk.text[start:end] for chunk, start, end in stretches]
        if new := [text for text in dict.fromkeys(texts) if text not in self._alone]:
            found = self._embedder.embed_documents(new) @ self._vector
            self._alone.update(zip(new, map(float, found), strict=True))
        return [self._alone[text] for text in texts]

    def farthest(self, text: str, evidence: Sequence[Evidence]) -> float | None:
        """How near the evidence those words of a sentence are that are farthest from it.

        Args:
            text: The sentence.
            evidence: Sentences of the passages that were read, or those whole.

        Returns:
            The tenth percentile, over its words, of the inner product with the nearest token, in [-1, 1]; None where
            no tokens were read.
        """
        stretches = [(one.chunk, one.start - one.chunk.start, one.end - one.chunk.start) for one in evidence]
        tokens = [self._tokens(*stretch) for stretch in stretches if stretch[0].key in self._read]
        there = np.concatenate(tokens) if tokens else np.zeros((0, 0), np.float32)
        if not there.size or not (words := self._said(text)).size:
            return None
        return float(np.quantile((words @ there.T).max(axis=1), _FARTHEST))

    def _said(self, text: str) -> Matrix:
        if text not in self._drafted and isinstance(self._embedder, TokenEmbedder):
            self._drafted[text] = self._embedder.embed_query_tokens(text)
        return self._drafted[text]

    @cached_property
    def _vector(self) -> Vector:
        return self._embedder.embed_query(self._query)

    def _within(self, chunk: Chunk, start: int, end: int) -> float:
        tokens = self._tokens(chunk, start, end)
        return _nearest(self._words, tokens) if tokens.size else 0.0

    def _tokens(self, chunk: Chunk, start: int, end: int) -> Matrix:
        """Those of a stretch of a passage that was read."""
        tokens = self._read[chunk.key]
        above = len(embedded_text(chunk)) - len(chunk.text)
        begins, ends = tokens.spans.T
        inside = (begins >= above + start) & (ends <= above + end) & (ends > begins)
        found: Matrix = tokens.vectors[inside]
        return found


def _nearest(words: Matrix, tokens: Matrix) -> float:
    """Mean, over the words, of the inner product with the nearest token."""
    return float((words @ tokens.T).max(axis=1).mean(dtype=np.float64))
