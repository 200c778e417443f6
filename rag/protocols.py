"""The seams: what an embedder, a store, a re-ranker, a generator and a judge must do. Any object that fits will do.

There is no registry and no base class. `rag.testing` has a contract test for each protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from rag.types import Chunk, Document, DocumentInfo, Hit, Matrix, Tokens, Vector

Message = Mapping[str, str]
"""`{"role": "system" | "user" | "assistant", "content": ...}`."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done and how much there is (0 where unknown)."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Take no notice."""


class StopSignal(Protocol):
    """What tells a generator to stop; `threading.Event` fits."""

    def is_set(self) -> bool:
        """True once generation should end."""


class Embedder(Protocol):
    """Text to unit vectors. Prefixes that a model wants for queries or documents live behind this."""

    @property
    def name(self) -> str:
        """Name of the weights, as `Config.embedder` gives it."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read; the rest would be cut in silence."""

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """Embed passages: (n, dim) float32, unit rows, in the order given; (0, dim) for none."""

    def embed_query(self, text: str) -> Vector:
        """Embed a question: (dim,) float32, unit length."""

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens left out."""


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that gives the vectors of tokens too: what is found is then read more closely, see `rag.nearness`."""

    def embed_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Embed the tokens of passages, each in the company of its own text; in the order given."""

    def embed_query_tokens(self, text: str) -> Matrix:
        """Embed the words of a question: (words, dim) float32, unit rows, at least one."""


class Store(Protocol):
    """The index. Scores: higher is better; at most `k` hits; an empty store gives none. Knows no model.

    A scope names documents and folders by path, see `rag.scope`; a search gives the best `k` of these alone, and of all
    for none. A passage scores the same with and without: how rare a word is counts over the whole index.
    """

    def put(self, document: Document, chunks: Iterable[Chunk], vectors: Iterable[Vector]) -> None:
        """Add a document, or replace the one at its path, in one transaction; both are read once, in step."""

    def remove(self, path: str) -> None:
        """Take a document out, in time proportional to it; an unknown path is no error."""

    def rename(self, path: str, document: Document) -> None:
        """Give the document at `path` another's path, title and times; text and vectors stay."""

    def documents(self) -> list[DocumentInfo]:
        """All documents, by path."""

    def dense(self, vector: Vector, k: int, scope: Sequence[str] = ()) -> list[Hit]:
        """The `k` chunks of highest inner product, best first, ties by document and start."""

    def lexical(self, query: str, k: int, scope: Sequence[str] = ()) -> list[Hit]:
        """The `k` chunks of highest BM25, best first, ties by document and start; any string is a query."""

    def read(self, path: str) -> Document:
        """One document whole; KeyError where no document has that path."""

    def close(self) -> None:
        """Let go of the files; calling it again is harmless."""


class Reranker(Protocol):
    """A second look at the hits."""

    def rerank(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """The same hits with new scores, best first."""


@runtime_checkable
class Generator(Protocol):
    """Messages to text. Greedy unless told otherwise; the texts of a batch equal those one by one."""

    @property
    def name(self) -> str:
        """Name of the weights, as `Config.generator` gives it."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Yield pieces of the reply as they are written; end within one token of `stop`, or of being closed."""

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in the order given."""

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text."""


@runtime_checkable
class Judge(Protocol):
    """Reads, and says how likely it is to reply one thing or another. A generator may be one as well."""

    @property
    def name(self) -> str:
        """Name of the weights, as `Config.judge` gives it."""

    def judge(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """Log-probability of each option's first token as the reply's first, normalised over the options.

        Nothing where `stop` ends the reading first.
        """


@runtime_checkable
class Reviewer(Judge, Protocol):
    """A judge of replies too: a second look, once one is written."""

    def review(self, messages: Sequence[Message], options: Sequence[str], stop: StopSignal) -> list[float]:
        """As `judge`."""


@runtime_checkable
class Pointer(Protocol):
    """A model that can say which line of the evidence it would reply from. A judge may be one as well."""

    def attends(self, messages: Sequence[Message], stop: StopSignal) -> list[float]:
        """Share of its attention for each line `[n] ...` of the last message, adding up to 1.

        Nothing where `stop` ends the reading first, or where its attention is worth nothing.
        """
