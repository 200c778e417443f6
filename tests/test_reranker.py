"""The re-ranker: its contract on the fake and on a real cross-encoder of random weights, and its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import WeightsError
from rag.reranker import CrossEncoderReranker
from rag.testing import FakeReranker, RerankerContract
from rag.types import Chunk, Hit


def cross_encoder(tokenizer_folder: Path, folder: Path, labels: int = 1) -> Path:
    """A small cross-encoder of random weights, saved to a folder."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=labels
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tokenizer_folder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(embedder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder(embedder_folder, tmp_path_factory.mktemp("cross"))


class TestFake(RerankerContract):
    @pytest.fixture
    def subject(self) -> FakeReranker:
        return FakeReranker()


@pytest.mark.weights
class TestReal(RerankerContract):
    @pytest.fixture
    def subject(self, folder: Path) -> CrossEncoderReranker:
        return CrossEncoderReranker(folder, "random")


@pytest.mark.weights
def test_scores_are_the_models_own(folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    texts = [f"Sentence {number} of the lease." * number for number in range(1, 21)]
    hits = [Hit(Chunk("a.txt", at, at + len(text), text, heading="Terms"), 0.0, 1) for at, text in enumerate(texts)]
    ranked = CrossEncoderReranker(folder, "random").rerank("What is due?", hits)
    expected = CrossEncoder(str(folder)).predict([("What is due?", f"Terms\n{text}") for text in texts])
    assert [hit.score for hit in ranked] == pytest.approx(sorted(map(float, expected), reverse=True), abs=1e-6)
    assert ranked[0].chunk.start == int(expected.argmax())
    assert all(hit.dense_rank == 1 for hit in ranked)


@pytest.mark.weights
def test_equal_scores_are_ordered_by_document_and_start(folder: Path) -> None:
    places = [("b.txt", 0), ("a.txt", 9), ("a.txt", 3)]
    hits = [Hit(Chunk(path, start, start + 4, "Rent"), 0.0) for path, start in places]
    ranked = CrossEncoderReranker(folder, "random").rerank("rent", hits)
    assert [hit.chunk.key for hit in ranked] == sorted(places)


@pytest.mark.weights
def test_a_model_of_several_scores_is_refused(embedder_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="3 scores per pair"):
        CrossEncoderReranker(cross_encoder(embedder_folder, tmp_path, labels=3), "classifier")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=str(tmp_path)) as caught:
        CrossEncoderReranker(tmp_path / "nothing", "nothing")
    assert caught.value.hint
