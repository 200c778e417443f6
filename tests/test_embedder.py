"""The embedders: their contract, on the real model and on a fake, and what padding, order and prompts do to vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.embedder import DeferredEmbedder, GraphEmbedder, SentenceTransformerEmbedder
from rag.errors import WeightsError
from rag.inference.export import export
from rag.inference.graph import is_fit
from rag.testing import HOSTILE, EmbedderContract, FakeEmbedder, HashingEmbedder
from rag.types import Matrix

WORDS = "rent notice deposit landlord tenant repair month garden key letter winter heating".split()


@pytest.fixture(scope="module")
def embedder(embedder_folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(embedder_folder, "all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> GraphEmbedder:
    return GraphEmbedder(graph_folder, "all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def prompted(embedder: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights under a configuration that names prompts."""
    from sentence_transformers import SentenceTransformer

    folder = tmp_path_factory.mktemp("prompted")
    source: SentenceTransformer = embedder._model
    before = source.prompts
    source.prompts = {"query": "question: ", "document": "passage: "}
    source.save_pretrained(str(folder), create_model_card=False)
    source.prompts = before
    return folder


class TestFake(EmbedderContract):
    @pytest.fixture
    def subject(self) -> FakeEmbedder:
        return FakeEmbedder()


class TestHashing(EmbedderContract):
    @pytest.fixture
    def subject(self) -> HashingEmbedder:
        return HashingEmbedder()


class TestDeferred(EmbedderContract):
    @pytest.fixture
    def subject(self) -> DeferredEmbedder:
        return DeferredEmbedder("fake", 64, FakeEmbedder)


def test_a_deferred_embedder_is_loaded_once_and_no_sooner_than_needed() -> None:
    loaded: list[FakeEmbedder] = []

    def load() -> FakeEmbedder:
        loaded.append(FakeEmbedder())
        return loaded[-1]

    subject = DeferredEmbedder("fake", 64, load)
    assert (subject.name, subject.dim, loaded) == ("fake", 64, [])
    assert subject.max_tokens == 256
    assert subject.count_tokens("two words") == 2
    assert len(loaded) == 1


@pytest.mark.weights
class TestReal(EmbedderContract):
    @pytest.fixture
    def subject(self, embedder: SentenceTransformerEmbedder) -> SentenceTransformerEmbedder:
        return embedder


@pytest.mark.weights
class TestGraph(EmbedderContract):
    @pytest.fixture
    def subject(self, graph: GraphEmbedder) -> GraphEmbedder:
        return graph


@pytest.mark.weights
def test_the_graph_gives_the_vectors_of_the_model(embedder: SentenceTransformerEmbedder, graph: GraphEmbedder) -> None:
    texts = [" ".join(WORDS[(at + step) % len(WORDS)] for step in range(1 + at * 37 % 300)) for at in range(40)]
    cosines = (embedder.embed_documents(texts) * graph.embed_documents(texts)).sum(1)
    assert cosines.min() > 0.9995
    assert float(embedder.embed_query(texts[7]) @ graph.embed_query(texts[7])) > 0.9995
    assert (graph.dim, graph.max_tokens) == (embedder.dim, embedder.max_tokens)
    assert list(map(graph.count_tokens, texts)) == list(map(embedder.count_tokens, texts))


@pytest.mark.weights
def test_the_graph_gives_the_tokens_of_the_model(embedder: SentenceTransformerEmbedder, graph: GraphEmbedder) -> None:
    texts = [" ".join(WORDS[(at + step) % len(WORDS)] for step in range(1 + at * 37 % 300)) for at in range(20)]
    for ours, theirs in zip(graph.embed_tokens(texts), embedder.embed_tokens(texts), strict=True):
        assert (ours.spans == theirs.spans).all()
        assert (ours.vectors * theirs.vectors).sum(1).min() > 0.99


@pytest.mark.weights
def test_a_graph_of_a_model_with_prompts_puts_them_before_texts(prompted: Path, tmp_path: Path) -> None:
    export(prompted, tmp_path)
    assert is_fit(tmp_path)
    subject, model = GraphEmbedder(tmp_path, "prompted"), SentenceTransformerEmbedder(prompted, "prompted")
    text = "When is the rent due?"
    assert float(subject.embed_query(text) @ model.embed_query(text)) > 0.9995
    assert float(subject.embed_documents([text])[0] @ model.embed_documents([text])[0]) > 0.9995
    assert float(subject.embed_query(text) @ subject.embed_documents([text])[0]) < 0.999
    assert subject.max_tokens == model.max_tokens
    ours, theirs = subject.embed_tokens([text])[0], model.embed_tokens([text])[0]
    assert (ours.spans == theirs.spans).all() and (ours.vectors * theirs.vectors).sum(1).min() > 0.999
    assert subject.embed_query_tokens(text).shape == model.embed_query_tokens(text).shape == (5, subject.dim)


@pytest.mark.weights
def test_near_in_meaning_is_near_in_space(embedder: SentenceTransformerEmbedder) -> None:
    passages = ["Tenants give three months' notice.", "The cat sat on the mat.", "The deposit is two months' rent."]
    scores = embedder.embed_documents(passages) @ embedder.embed_query("How long is the period of notice?")
    assert scores.argmax() == 0


@pytest.mark.weights
def test_many_texts_of_uneven_length_come_back_in_order(embedder: SentenceTransformerEmbedder) -> None:
    texts = [" ".join(WORDS[(at + step) % len(WORDS)] for step in range(1 + at * 7 % 23)) for at in range(70)]
    together = embedder.embed_documents(texts)
    alone = np.concatenate([embedder.embed_documents([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.weights
def test_a_text_that_stands_twice_is_embedded_once(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    run = embedder._run

    def watched(texts: list[str], tokens: list[list[int]], prompt: str) -> Matrix:
        seen.extend(texts)
        return run(texts, tokens, prompt)

    monkeypatch.setattr(embedder, "_run", watched)
    matrix = embedder.embed_documents(["one", "two", "one", "one"])
    assert sorted(seen) == ["one", "two"]
    assert (matrix[0] == matrix[2]).all() and (matrix[0] == matrix[3]).all() and (matrix[0] != matrix[1]).any()


@pytest.mark.weights
def test_max_tokens_is_where_reading_ends(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.max_tokens == 254
    full = "rent " * embedder.max_tokens
    assert embedder.count_tokens(full) == embedder.max_tokens
    row, longer, shorter = embedder.embed_documents([full, f"{full} cat", full.removesuffix("rent ")])
    assert np.abs(row - longer).max() < 1e-5
    assert np.abs(row - shorter).max() > 1e-4


@pytest.mark.weights
def test_counting_by_words_gives_the_tokens_of_the_whole_text(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.embedder._WORDS_KEPT", 3)
    texts = [
        *HOSTILE,
        "Tenants'\t(3.5\u2009%)\n\n naïve  名前 e\u0301 co-op.\xa0",
        " ".join(WORDS),
        "[SEP]x [CLS]",
        *WORDS,
    ]
    whole = embedder._counted(texts)
    assert sum(whole) > 0
    for _ in range(2):
        assert list(map(embedder.count_tokens, texts)) == whole
    monkeypatch.setattr(embedder, "_wordwise", False)
    assert list(map(embedder.count_tokens, texts)) == whole


@pytest.mark.weights
def test_prompts_of_the_model_are_put_before_texts(embedder: SentenceTransformerEmbedder, prompted: Path) -> None:
    subject = SentenceTransformerEmbedder(prompted, "prompted")
    assert subject.max_tokens == 254 - embedder.count_tokens("passage: ")
    text = "When is the rent due?"
    assert np.abs(subject.embed_query(text) - embedder.embed_documents([f"question: {text}"])[0]).max() < 1e-5
    assert np.abs(subject.embed_documents([text])[0] - embedder.embed_documents([f"passage: {text}"])[0]).max() < 1e-5


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=str(tmp_path)) as caught:
        SentenceTransformerEmbedder(tmp_path / "nothing", "nothing")
    assert caught.value.hint
