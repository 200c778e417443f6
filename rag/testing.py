"""Deterministic stand-ins for the seams, and the contract tests that every adapter must pass.

Ship your own embedder, store or generator? Subclass the contract, give it a fixture `subject`, and run pytest.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from rag.contracts import (
    HOSTILE,
    EmbedderContract,
    GeneratorContract,
    JudgeContract,
    PointerContract,
    RerankerContract,
    ReviewerContract,
)
from rag.protocols import Message, StopSignal
from rag.store_contract import StoreContract
from rag.types import Hit, Matrix, Vector

__all__ = [
    "HOSTILE",
    "EmbedderContract",
    "FakeEmbedder",
    "FakeGenerator",
    "FakeJudge",
    "FakePointer",
    "FakeReranker",
    "FakeReviewer",
    "GeneratorContract",
    "HashingEmbedder",
    "JudgeContract",
    "PointerContract",
    "RerankerContract",
    "ReviewerContract",
    "StoreContract",
]


class FakeEmbedder:
    """Bag of hashed words: texts that share words are near, and the same text is always the same vector."""

    name = "fake"
    max_tokens = 256

    def __init__(self, dim: int = 64) -> None:
        self.dim = dim

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """(n, dim) float32, unit rows."""
        return np.stack([self.embed_query(text) for text in texts]) if texts else np.zeros((0, self.dim), np.float32)

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        vector = np.full(self.dim, 1e-3, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dim] += 1
        unit: Vector = vector / np.linalg.norm(vector)
        return unit

    def count_tokens(self, text: str) -> int:
        """Words and punctuation marks."""
        return len(re.findall(r"\w+|[^\w\s]", text))


class HashingEmbedder(FakeEmbedder):
    """Vectors as long as those of a real model, for next to nothing; only the same text is near."""

    name = "hashing"

    def __init__(self, dim: int = 384) -> None:
        super().__init__(dim)

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """(n, dim) float32, unit rows."""
        digests = b"".join(hashlib.shake_128(text.encode("utf-8", "surrogatepass")).digest(self.dim) for text in texts)
        rows = np.frombuffer(digests, np.uint8).reshape(-1, self.dim).astype(np.float32) - 127.5
        unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        vector: Vector = self.embed_documents([text])[0]
        return vector

    def count_tokens(self, text: str) -> int:
        """One for every four characters."""
        return -(-len(text) // 4)


class FakeGenerator:
    """Writes what it is told to, a word at a time; without orders, the first evidence line of the prompt.

    Args:
        *replies: Replies in turn, the last one again and again.
    """

    name = "fake"

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.seen: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Yield the reply word by word until told to stop."""
        for piece in re.findall(r"\S+\s*", self._reply(messages)):
            if stop.is_set():
                return
            yield piece

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in order."""
        return [self._reply(messages) for messages in conversations]

    def count_tokens(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def _reply(self, messages: Sequence[Message]) -> str:
        self.seen.append(messages)
        if self.replies:
            return self.replies[min(len(self.seen), len(self.replies)) - 1]
        found = re.search(r"^\[\d+\] (.+)$", messages[-1]["content"], re.MULTILINE)
        return found.group(1) if found else "Nothing."


class FakeJudge:
    """Reads nothing and always says the same.

    Args:
        log_odds: Of the first option over each other.
    """

    name = "qwen2.5-coder-1.5b"
    """One whose log-odds were fitted."""

    def __init__(self, log_odds: float) -> None:
        self.log_odds = log_odds

    def judge(self, _messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """As `rag.protocols.Judge`."""
        return [] if stop.is_set() else _log_probabilities(self.log_odds, len(options))


class FakeReviewer(FakeJudge):
    """Says the same of every reply, too.

    Args:
        log_odds: As `FakeJudge`, before there is a reply.
        of_reply: The same of a reply.
    """

    def __init__(self, log_odds: float, of_reply: float) -> None:
        super().__init__(log_odds)
        self.of_reply = of_reply
        self.seen: list[str] = []

    def review(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """As `rag.protocols.Reviewer`."""
        if stop.is_set():
            return []
        self.seen.append(messages[-1]["content"])
        return _log_probabilities(self.of_reply, len(options))


class FakePointer(FakeJudge):
    """Attends to the line that has some words, and to the others alike.

    Args:
        log_odds: As `FakeJudge`.
        words: What a line must have.
        share: What such lines have of the attention between them.
    """

    def __init__(self, log_odds: float, words: str, share: float = 0.9) -> None:
        super().__init__(log_odds)
        self.words = words
        self.share = share

    def attends(self, messages: Sequence[Message], stop: StopSignal) -> list[float]:
        """As `rag.protocols.Pointer`."""
        lines = re.findall(r"^\[\d+\] .+$", messages[-1]["content"], re.MULTILINE)
        if stop.is_set() or not lines:
            return []
        wanted = [self.words in line for line in lines]
        some = sum(wanted) or len(lines)
        rest = (1 - self.share) / max(1, len(lines) - some)
        shares = [self.share / some if one else rest for one in wanted]
        return [share / sum(shares) for share in shares]


class FakeReranker:
    """Scores a hit by the words that it shares with the question."""

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """The same hits, best first, ties by document and start."""
        wanted = set(query.casefold().split())
        scored = [replace(hit, score=float(len(wanted & set(hit.chunk.text.casefold().split())))) for hit in hits]
        return sorted(scored, key=lambda hit: (-hit.score, hit.chunk.key))


def _log_probabilities(log_odds: float, options: int) -> list[float]:
    """Of options of which all but the first are alike."""
    whole = math.log1p((options - 1) * math.exp(-log_odds))
    return [-whole, *[-log_odds - whole] * (options - 1)]
