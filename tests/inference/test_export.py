"""A graph is made where it can be, and where it cannot that is noted."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import DiskFull, WeightsError
from rag.inference import export as making
from rag.inference.export import export
from rag.inference.graph import is_fit


@pytest.mark.weights
def test_a_model_whose_vectors_the_graph_does_not_give_is_noted_as_unfit(
    embedder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_CLOSE", -1.0)  # no two vectors are as close as that
    export(embedder_folder, tmp_path)
    assert not is_fit(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["unfit.txt"]
    assert "differ" in (tmp_path / "unfit.txt").read_text("utf-8")


@pytest.mark.weights
def test_a_model_that_cannot_be_traced_is_noted_as_unfit(
    embedder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentence_transformers import SentenceTransformer

    def untraceable(*_: object) -> None:
        raise RuntimeError("depends on the weather")

    model = SentenceTransformer(str(embedder_folder), device="cpu", local_files_only=True)
    monkeypatch.setattr(model, "forward", untraceable)
    monkeypatch.setattr(making, "load", lambda *_: model)
    before = logging.root.level, list(logging.root.handlers), list(logging.root.filters)
    export(embedder_folder, tmp_path)
    assert (logging.root.level, logging.root.handlers, logging.root.filters) == before
    assert not is_fit(tmp_path)
    assert "depends on the weather" in (tmp_path / "unfit.txt").read_text("utf-8")


@pytest.mark.weights
def test_a_full_disk_is_no_fault_of_the_model(
    embedder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.weights.sources.shutil.disk_usage", lambda _: SimpleNamespace(free=10_000))
    with pytest.raises(DiskFull, match="10,000 are free"):
        export(embedder_folder, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nothing"):
        export(tmp_path / "nothing", tmp_path)
