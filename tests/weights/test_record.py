"""The record beside a folder of weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.weights.record import NAME, Record, check, sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "config.json").write_bytes(b"{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_there_and_back(folder: Path) -> None:
    record = Record.of(folder, "toy", "Hub", "main")
    record.write(folder)
    assert Record.read(folder) == record == Record.of(folder, "toy", "Hub", "main")
    assert set(record.files) == {"model.safetensors", "sub/config.json"}
    assert record.size_bytes() == 9


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"files": {"a": 1}}', '{"name": "x", "files": {}, "odd": 1}'])
def test_what_cannot_be_read_is_none(folder: Path, text: str) -> None:
    assert Record.read(folder) is None
    (folder / NAME).write_text(text)
    assert Record.read(folder) is None


def test_whole_looks_at_presence_and_size(folder: Path) -> None:
    record = Record.of(folder, "toy", "Hub", "main")
    assert record.is_whole(folder)
    (folder / "model.safetensors").write_bytes(b"WEIGHTS")
    assert record.is_whole(folder)
    (folder / "model.safetensors").write_bytes(b"short")
    assert not record.is_whole(folder)
    (folder / "model.safetensors").unlink()
    assert not record.is_whole(folder)


def test_digest_of_one_file_is_its_own_and_of_several_changes_with_each(folder: Path) -> None:
    one = Record.of(folder, "toy", "", "").digest()
    assert one == hashlib.sha256(b"weights").hexdigest()
    (folder / "model-2.safetensors").write_bytes(b"more")
    two = Record.of(folder, "toy", "", "").digest()
    (folder / "model-2.safetensors").write_bytes(b"else")
    assert len({one, two, Record.of(folder, "toy", "", "").digest()}) == 3


def test_check_says_what_was_found(folder: Path) -> None:
    path = folder / "model.safetensors"
    assert check("toy", path, sha256(path)).ok
    found = check("toy", path, "00ff")
    assert not found.ok and "expected 00ff" in found.reason and "rag models pull toy" in found.hint
    assert "missing" in check("toy", folder / "none", "00ff").reason
