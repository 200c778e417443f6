"""The one place that names concrete classes: settings to working parts, errors before any weights are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import build_index, open_pipeline
from rag.config import Config
from rag.errors import ConfigError, IndexMismatch, IndexMissing, UsageError
from rag.factory import open_generator, open_weights
from rag.folder import leave_out, remember, remembered
from rag.generator import ExtractiveGenerator, OpenAIGenerator


def test_a_missing_index_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="no index"):
        open_pipeline(tmp_path / "none", generator="extractive", cache=str(tmp_path / "empty"), offline=True)


def test_a_mistyped_folder_makes_no_index_and_changes_none(tmp_path: Path) -> None:
    remember(tmp_path, tmp_path / "docs")
    for index in (tmp_path, tmp_path / "new"):
        with pytest.raises(UsageError, match="no such folder"):
            build_index(tmp_path / "dosc", index=index, cache=str(tmp_path / "cache"), offline=True)
    assert remembered(tmp_path) == tmp_path / "docs" and not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["openai:", "openai:http://127.0.0.1:1/v1", "openai:#model"])
def test_a_server_needs_an_address_and_a_model(name: str) -> None:
    config = Config(generator=name)
    with pytest.raises(ConfigError, match="openai"):
        open_generator(config, open_weights(config))


def test_generators_by_name() -> None:
    config = Config(generator="extractive")
    assert isinstance(open_generator(config, open_weights(config)), ExtractiveGenerator)
    config = Config(generator="openai:http://127.0.0.1:1/v1#m")
    assert isinstance(open_generator(config, open_weights(config)), OpenAIGenerator)


@pytest.mark.weights
def test_a_folder_is_indexed_and_asked(tmp_path: Path, embedder_folder: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "lease.txt").write_text("The deposit is 400 euros. Pets are not allowed in the flat.", "utf-8")
    report = build_index(folder, index=tmp_path / "index", embedder=str(embedder_folder))
    assert report.counts()["added"] == 1
    rag = open_pipeline(tmp_path / "index", embedder=str(embedder_folder), generator="extractive")
    answer = rag.ask("How much is the deposit?")
    assert answer.status == "answered", answer.reason
    assert answer.citations[0].quote == "The deposit is 400 euros."
    rag.store.close()
    leave_out(tmp_path / "index", "lease.txt")
    assert build_index(folder, index=tmp_path / "index", embedder=str(embedder_folder)).counts()["removed"] == 1


@pytest.mark.weights
def test_an_index_of_another_embedder_is_refused(tmp_path: Path, embedder_folder: Path) -> None:
    from rag.store import Manifest, SqliteStore

    SqliteStore.open(tmp_path, Manifest("another", "0", 8, "x")).close()
    with pytest.raises(IndexMismatch):
        open_pipeline(tmp_path, embedder=str(embedder_folder), generator="extractive")
