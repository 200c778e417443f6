"""Local sentence-transformers models behind the `Embedder` protocol: as a graph on the processor, or in torch.

On the processor the graph is several times faster and needs no torch (docs/decisions/0017-embedder-graph.md); torch is
for accelerators, and for models of which no graph can be made. Knows nothing of documents or indexes, and fetches
nothing.
"""

from __future__ import annotations

import logging
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag.inference.export import load, shape_of, tokenizer_source
from rag.inference.graph import Graph, Shape, damaged, tokenizer_of
from rag.protocols import Embedder
from rag.types import Matrix, Tokens, Vector
from rag.utf8 import to_utf8

_BATCH = 8
"""Texts per forward pass; the fewer, the less padding. 256 passages, two cores, graph: 8: 140, 16: 140, 32: 134 a s."""
_WORDS_KEPT = 100_000
"""Words whose tokens are remembered where a text has those of its words. 21,000 sentences: 0.4 core-s, without 0.9."""
_ROCM = Path("/dev/kfd")
"""There where the system knows an accelerator of AMD's; `nvidia-smi` is one of NVIDIA's."""

_log = logging.getLogger(__name__)


class _LocalEmbedder(ABC):
    """What both have in common: prompts, order, batches of like length, and equal texts embedded once.

    Several threads may use one embedder.

    Args:
        name: What the weights are called in the settings.
        shape: What the model takes and gives.
        tokenizer: Its own, as JSON.
    """

    def __init__(self, name: str, shape: Shape, tokenizer: str) -> None:
        self.name = name
        self.dim = shape.dim
        self._shape = shape
        self._source = tokenizer
        self._reading = tokenizer_of(tokenizer, shape.longest)
        self._wordwise = type(self._reading.model).__name__ == "WordPiece"  # it knows no spaces
        self._known: dict[str, int] = {}
        _log.debug("embedder %s: %s", name, shape)

    @property
    def max_tokens(self) -> int:
        """Tokens left for a text after special tokens and the prompt."""
        return self._shape.longest - len(self._reading.encode(self._shape.document_prompt).ids)

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """Embed passages.

        Args:
            texts: In any order and of any length; what is past `max_tokens` is not read.

        Returns:
            (n, dim) float32, unit rows, in the order given; (0, dim) for none. Equal texts are embedded once.
        """
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return np.zeros((0, self.dim), np.float32)
        place = {text: row for row, text in enumerate(distinct)}
        return self._embed(distinct, self._shape.document_prompt)[[place[text] for text in texts]]

    def embed_query(self, text: str) -> Vector:
        """Embed a question: (dim,) float32, unit length."""
        vector: Vector = self._embed([text], self._shape.query_prompt)[0]
        return vector

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens left out; nothing is cut."""
        if not self._wordwise:
            return self._counted([text])[0]
        if len(self._known) > _WORDS_KEPT:
            self._known = {}
        known, words = self._known, text.split()
        if new := [word for word in dict.fromkeys(words) if word not in known]:
            known.update(zip(new, self._counted(new), strict=True))
        return sum(map(known.__getitem__, words))

    def _counted(self, texts: Sequence[str]) -> list[int]:
        found = self._counting.encode_batch_fast([to_utf8(text) for text in texts], add_special_tokens=False)
        return [len(item) for item in found]

    @cached_property
    def _counting(self) -> Any:
        return tokenizer_of(self._source)

    def embed_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Embed the tokens of passages, each in the company of its own text.

        Args:
            texts: Of any length; what is past `max_tokens` is not read.

        Returns:
            One record for each text, in the order given.
        """
        return self._tokens(texts, self._shape.document_prompt)

    def embed_query_tokens(self, text: str) -> Matrix:
        """Embed the words of a question: (words, dim) float32, unit rows; signs only where there is nothing else."""
        found = self._tokens([text], self._shape.query_prompt)[0]
        said = [any(map(str.isalnum, text[start:end])) for start, end in found.spans]
        return found.vectors[said] if any(said) else found.vectors

    def _embed(self, texts: Sequence[str], prompt: str) -> Matrix:
        sound, encoded = self._encoded(texts, prompt)
        matrix = np.empty((len(texts), self.dim), np.float32)
        for rows in _batches(encoded):
            tokens = [encoded[row].ids for row in rows]
            matrix[rows] = _unit(self._run([sound[row] for row in rows], tokens, prompt))
        return matrix

    def _tokens(self, texts: Sequence[str], prompt: str) -> list[Tokens]:
        sound, encoded = self._encoded(texts, prompt)
        found: dict[int, Tokens] = {}
        for rows in _batches(encoded):
            tokens = [encoded[row].ids for row in rows]
            vectors = self._run_tokens([sound[row] for row in rows], tokens, prompt)
            for row, own in zip(rows, vectors, strict=True):
                spans = np.maximum(0, np.asarray(encoded[row].offsets[: len(own)], np.int64) - len(prompt))
                found[row] = Tokens(_unit(own), spans)
        return [found[row] for row in range(len(texts))]

    def _encoded(self, texts: Sequence[str], prompt: str) -> tuple[list[str], list[Any]]:
        """The texts, and each with its prompt as tokens."""
        sound = [to_utf8(text) for text in texts]
        return sound, self._reading.encode_batch([prompt + text for text in sound])

    @abstractmethod
    def _run(self, texts: list[str], tokens: list[list[int]], prompt: str) -> Matrix:
        """One batch, as text without its prompt and as tokens with it: (n, dim) float32."""

    @abstractmethod
    def _run_tokens(self, texts: list[str], tokens: list[list[int]], prompt: str) -> list[Matrix]:
        """The same, for each text (tokens, dim) float32, of any length."""


class GraphEmbedder(_LocalEmbedder):
    """Embeds with a graph that `rag.inference.export` has made, in the number format that this processor is fast in.

    Args:
        folder: Where the graph is.
        name: What the weights are called in the settings.

    Raises:
        WeightsError: The folder is damaged.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._graph = Graph(folder)
        try:
            super().__init__(name, self._graph.shape, self._graph.tokenizer)
        except ValueError as exc:
            raise damaged(folder, exc) from exc

    def _run(self, texts: list[str], tokens: list[list[int]], prompt: str) -> Matrix:
        return self._graph.run(tokens)

    def _run_tokens(self, texts: list[str], tokens: list[list[int]], prompt: str) -> list[Matrix]:
        return self._graph.tokens(tokens)


class SentenceTransformerEmbedder(_LocalEmbedder):
    """Embeds in torch, in float32: bfloat16 there moves the vector of a text with the texts that share its batch.

    Args:
        folder: A folder that `SentenceTransformer` reads.
        name: What the weights are called in the settings.

    Raises:
        WeightsError: The folder holds no such model.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._model = load(folder, accelerator() or "cpu")
        super().__init__(name, shape_of(self._model), tokenizer_source(self._model))

    def _run(self, texts: list[str], tokens: list[list[int]], prompt: str) -> Matrix:
        found = self._model.encode(texts, prompt=prompt, batch_size=len(texts), show_progress_bar=False)
        return np.asarray(found, np.float32)

    def _run_tokens(self, texts: list[str], tokens: list[list[int]], prompt: str) -> list[Matrix]:
        settings = {"batch_size": len(texts), "show_progress_bar": False, "output_value": "token_embeddings"}
        return [own.float().cpu().numpy() for own in self._model.encode(texts, prompt=prompt, **settings)]


class DeferredEmbedder:
    """An embedder that is loaded when it is first needed: an index that is up to date needs none.

    Args:
        name: What the weights are called in the settings.
        dim: Length of its vectors, as an index that was made with it says.
        load: Loads it; called once.
    """

    def __init__(self, name: str, dim: int, load: Callable[[], Embedder]) -> None:
        self.name = name
        self.dim = dim
        self._loaded = cache(load)

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read."""
        return self._loaded().max_tokens

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """(n, dim) float32, unit rows, in the order given."""
        return self._loaded().embed_documents(texts)

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        return self._loaded().embed_query(text)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens left out."""
        return self._loaded().count_tokens(text)


def accelerator() -> str:
    """Device on which torch is faster than the processor, empty for none; torch is loaded only at a sign of one."""
    if not (shutil.which("nvidia-smi") or _ROCM.exists()):
        return ""
    import torch

    return "cuda" if torch.cuda.is_available() else ""


def _batches(encoded: Sequence[Any]) -> Iterator[list[int]]:
    """Rows of like length, so that little is spent on padding."""
    order = sorted(range(len(encoded)), key=lambda row: -len(encoded[row].ids))
    return (order[at : at + _BATCH] for at in range(0, len(order), _BATCH))


def _unit(matrix: Matrix) -> Matrix:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: Matrix = matrix / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
