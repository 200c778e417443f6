"""A sentence-transformers model behind the `Embedder` protocol.

Vectors are computed in float32: bfloat16 is five times slower on a processor without instructions for it, and there the
vector of a text moves by 3e-5 with the texts that share its batch (float32: 1e-7). Knows nothing of documents or
indexes, and fetches nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import WeightsError
from rag.protocols import Embedder
from rag.types import Matrix, Vector

_BATCH = 8
"""Texts per forward pass; the fewer, the less padding. 32 sentences, two cores: 32: .30, 16: .21, 8: .18, 4: .20 s."""
_NO_LIMIT = 1 << 30
"""Stands in where a model names no longest input."""

_log = logging.getLogger(__name__)


class SentenceTransformerEmbedder:
    """Embeds with a local model; prompts that its configuration names for queries and documents are put before texts.

    Several threads may use one embedder.

    Args:
        folder: A folder that `SentenceTransformer` reads.
        name: What the weights are called in the settings.

    Raises:
        WeightsError: The folder holds no such model.
    """

    def __init__(self, folder: Path, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.name = name
        try:
            self._model: Any = SentenceTransformer(str(folder), device=_device(), local_files_only=True)
        except (OSError, ValueError, KeyError) as exc:
            raise WeightsError(f"{folder}: not a sentence-transformers model: {exc}", "rag models verify") from exc
        self.dim = int(self._model.get_embedding_dimension())
        self._tokenizer = _plain_tokenizer(self._model.tokenizer)
        prompts = self._model.prompts
        self._query_prompt: str = prompts.get("query") or ""
        self._document_prompt: str = prompts.get("document") or prompts.get("passage") or ""
        self.max_tokens = self._longest()
        _log.debug("embedder %s: %d dimensions, %d tokens", name, self.dim, self.max_tokens)

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
        return self._embed(distinct)[[place[text] for text in texts]]

    def embed_query(self, text: str) -> Vector:
        """Embed a question: (dim,) float32, unit length."""
        vector: Vector = self._encode([text], self._query_prompt)[0]
        return vector

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens left out; nothing is cut."""
        return len(self._tokenizer.encode(_sound(text), add_special_tokens=False).ids)

    def _embed(self, texts: Sequence[str]) -> Matrix:
        """Batches of like length, so that little is spent on padding."""
        lengths = [len(item.ids) for item in self._tokenizer.encode_batch_fast([_sound(text) for text in texts])]
        order = sorted(range(len(texts)), key=lambda row: -lengths[row])
        matrix = np.empty((len(texts), self.dim), np.float32)
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            matrix[rows] = self._encode([texts[row] for row in rows], self._document_prompt)
        return matrix

    def _encode(self, texts: list[str], prompt: str) -> Matrix:
        sound = [_sound(text) for text in texts]
        raw = self._model.encode(sound, prompt=prompt, batch_size=len(sound), show_progress_bar=False)
        return _unit(np.asarray(raw, np.float32))

    def _longest(self) -> int:
        """Tokens left for a text after special tokens and the prompt."""
        limit = self._model.max_seq_length or _NO_LIMIT
        around = len(self._tokenizer.encode("").ids)
        return int(limit) - around - self.count_tokens(self._document_prompt)


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


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _plain_tokenizer(tokenizer: Any) -> Any:
    """A copy that neither cuts nor pads, apart from the model's own, which does both and is not ours to change."""
    from tokenizers import Tokenizer

    copy = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def _sound(text: str) -> str:
    """The text with halves of surrogate pairs replaced: no tokenizer takes them."""
    return text.encode("utf-8", "replace").decode()


def _unit(matrix: Matrix) -> Matrix:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: Matrix = matrix / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
