"""Batches embedded: in order, in one call, a text once within a run, and what cannot be embedded in its place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.embedding import Embedded, Embedding
from rag.errors import LoadError
from rag.reading import Part, Unread
from rag.testing import FakeEmbedder
from rag.types import Chunk, Document, Matrix


class Listening(FakeEmbedder):
    """Remembers what it was given, and refuses poison."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        self.calls.append(list(texts))
        if any("poison" in text for text in texts):
            raise RuntimeError("out of memory")
        return super().embed_documents(texts)


def part(path: str, *texts: str) -> Part:
    return Part(Document(path, "", "", ""), [Chunk(path, at, at + len(text), text) for at, text in enumerate(texts)])


def test_a_batch_is_one_call_and_every_part_gets_its_own_vectors() -> None:
    embedder, unread = Listening(), Unread("b", LoadError("b", "empty", ""))
    first, second, third, fourth = Embedding(embedder).of(
        [part("a", "One.", "Two."), unread, part("c"), part("d", "3.")]
    )
    assert embedder.calls == [["One.", "Two.", "3."]] and second is unread
    for done, texts in ((first, ["One.", "Two."]), (third, []), (fourth, ["3."])):
        assert isinstance(done, Embedded) and (done.vectors == embedder.embed_documents(texts)).all()
        assert done.vectors.shape == (len(texts), embedder.dim) and done.vectors.dtype == np.float32


def test_a_text_that_comes_again_is_not_embedded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Listening()
    embedding = Embedding(embedder)
    batches = [[part("a", "One.", "Two.", "One.")], [part("b", "Two.", "Three.")], [part("c", "One.", "Two.")]]
    vectors = [item.vectors for batch in batches for item in embedding.of(batch) if isinstance(item, Embedded)]
    assert embedder.calls == [["One.", "Two."], ["Three."]]
    assert (np.concatenate(vectors[1:]) == embedder.embed_documents(["Two.", "Three.", "One.", "Two."])).all()
    monkeypatch.setattr("rag.embedding._KEPT", 2)
    embedder.calls.clear()
    for texts in (("Four.",), ("Two.",), ("Five.",), ("Two.",), ("Four.",)):
        embedding.of([part("d", *texts)])
    assert embedder.calls == [["Four."], ["Five."], ["Four."]], "what was met last is kept"


def test_a_part_that_cannot_be_embedded_takes_no_other_with_it() -> None:
    embedder = Listening()
    batch = [part("a", "One."), part("b", "This is poison."), part("c", "Three.")]
    first, second, third = Embedding(embedder).of(batch)
    assert isinstance(first, Embedded) and isinstance(third, Embedded)
    assert isinstance(second, Unread) and second.path == "b" and "out of memory" in second.error.reason
