"""Kept vectors are those of the embedder, and each text is embedded once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag import factory
from rag.config import Config
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import RagError
from rag.evals.indexes import Parts
from rag.evals.runner import open_parts
from rag.evals.vectors import KeptVectors
from rag.testing import FakeEmbedder
from rag.types import Matrix


class Watched(FakeEmbedder):
    """Remembers what it embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        self.seen += texts
        return super().embed_documents(texts)


def test_vectors_are_the_same_kept_or_new(tmp_path: Path) -> None:
    texts = ["red lamp", "blue mill", "red lamp"]
    first, second = Watched(), Watched()
    new = KeptVectors(tmp_path / "v.db", first, "digest").embed(texts)
    kept = KeptVectors(tmp_path / "v.db", second, "digest").embed([*texts, "green ferry"])
    np.testing.assert_array_equal(new, FakeEmbedder().embed_documents(texts))
    np.testing.assert_array_equal(kept[:3], new)
    assert kept.dtype == np.float32
    assert (first.seen, second.seen) == (["red lamp", "blue mill"], ["green ferry"])


def test_another_embedder_has_its_own(tmp_path: Path) -> None:
    for digest in ("one", "other"):
        embedder = Watched()
        KeptVectors(tmp_path / "v.db", embedder, digest).embed(["lamp"])
        assert embedder.seen == ["lamp"]


def test_nothing_to_embed(tmp_path: Path) -> None:
    assert KeptVectors(tmp_path / "v.db", FakeEmbedder(), "d").embed([]).shape == (0, FakeEmbedder().dim)


def test_a_damaged_file_is_an_error_that_says_what_mends_it(tmp_path: Path) -> None:
    (tmp_path / "v.db").write_bytes(b"not a database" * 100)
    with pytest.raises(RagError, match="not a database") as caught:
        KeptVectors(tmp_path / "v.db", FakeEmbedder(), "d").embed(["lamp"])
    assert caught.value.hint.startswith("delete ")


@pytest.mark.weights
def test_what_is_kept_is_told_apart_by_how_the_embedder_is_run(
    embedder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(generator="extractive", embedder=str(embedder_folder))

    class Otherwise(SentenceTransformerEmbedder):
        """The same weights, the same name."""

    def parts(run_by: type[SentenceTransformerEmbedder]) -> Parts:
        monkeypatch.setattr(factory, "open_embedder", lambda *_: run_by(embedder_folder, config.embedder))
        return open_parts(config, lambda _w, _d, _t: None, generator=False)

    one, other = parts(SentenceTransformerEmbedder), parts(Otherwise)
    assert one.embedder.name == other.embedder.name
    assert one.embedder_digest != other.embedder_digest
    assert one.made_with != other.made_with
