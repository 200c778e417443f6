"""The Hub's client against a stand-in server on 127.0.0.1."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import close_session

from rag.errors import NoNetwork, UnknownModel, WeightsError
from rag.protocols import no_progress
from rag.weights.hub import Hub, Listing, RemoteFile, choose
from tests.hub_server import COMMIT, HubServer, serve
from tests.toy_weights import FOLDER_FILES, LARGE, NOWHERE


@pytest.fixture(autouse=True)
def _fresh_session() -> Iterator[None]:
    yield
    close_session()


@pytest.fixture
def server() -> Iterator[HubServer]:
    with serve(HubServer({"org/toy": FOLDER_FILES, "org/large": {"model.safetensors": LARGE}})) as hub:
        yield hub


def _large(hub: Hub) -> RemoteFile:
    return hub.listing("org/large", "main").files[0]


def test_listing_names_commit_sizes_and_digests(server: HubServer) -> None:
    listing = Hub(server.url).listing("org/toy", "main")
    assert listing.commit == COMMIT
    found = {file.path: file for file in listing.files}
    weights = FOLDER_FILES["model.safetensors"]
    expected = RemoteFile("model.safetensors", len(weights), hashlib.sha256(weights).hexdigest())
    assert found["model.safetensors"] == expected
    assert found["config.json"] == RemoteFile("config.json", 2, "")


def test_fetch_writes_the_bytes_and_reports_them(server: HubServer, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    hub = Hub(server.url)
    hub.fetch("org/large", COMMIT, _large(hub), tmp_path / "a" / "w", lambda *step: steps.append(step))
    assert (tmp_path / "a" / "w").read_bytes() == LARGE
    assert not list(tmp_path.rglob("*.part"))
    done = [step[1] for step in steps]
    assert done == sorted(done) and done[-1] == len(LARGE) == steps[-1][2]


def test_no_telemetry(server: HubServer) -> None:
    Hub(server.url).listing("org/toy", "main")
    assert len(server.paths) == 1, server.paths
    assert "torch" not in server.agents[0] and "agent" not in server.agents[0], server.agents


def test_a_cut_connection_is_carried_on(server: HubServer, tmp_path: Path) -> None:
    server.cut_after = 15_000_000
    hub = Hub(server.url)
    hub.fetch("org/large", COMMIT, _large(hub), tmp_path / "w", no_progress)
    assert (tmp_path / "w").read_bytes() == LARGE
    assert server.ranges == ["bytes=10485760-"]


def test_what_an_earlier_run_left_is_carried_on(server: HubServer, tmp_path: Path) -> None:
    (tmp_path / "w.part").write_bytes(LARGE[:20_000_000])
    hub = Hub(server.url)
    hub.fetch("org/large", COMMIT, _large(hub), tmp_path / "w", no_progress)
    assert (tmp_path / "w").read_bytes() == LARGE
    assert server.ranges == ["bytes=20000000-"]


def test_a_part_longer_than_the_file_is_thrown_away(server: HubServer, tmp_path: Path) -> None:
    (tmp_path / "w.part").write_bytes(bytes(25_000_000))
    hub = Hub(server.url)
    hub.fetch("org/large", COMMIT, _large(hub), tmp_path / "w", no_progress)
    assert (tmp_path / "w").read_bytes() == LARGE


def test_unknown_repository_and_file(server: HubServer, tmp_path: Path) -> None:
    hub = Hub(server.url)
    with pytest.raises(UnknownModel, match="org/none"):
        hub.listing("org/none", "main")
    with pytest.raises(UnknownModel, match="org/toy"):
        hub.fetch("org/toy", COMMIT, RemoteFile("none.json", 3), tmp_path / "none.json", no_progress)


def test_a_silent_hub_is_given_up_in_time(server: HubServer) -> None:
    server.hang = True
    start_s = time.monotonic()
    with pytest.raises(NoNetwork, match="timed out"):
        Hub(server.url, timeout_s=0.5).listing("org/toy", "main")
    assert time.monotonic() - start_s < 5


def test_a_closed_port_is_no_network() -> None:
    with pytest.raises(NoNetwork, match="refused"):
        Hub(NOWHERE).listing("org/toy", "main")


def test_an_address_that_takes_no_connection_is_given_up_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), pytest.raises(NoNetwork):
            Hub(f"http://127.0.0.1:{port}", timeout_s=0.5).listing("org/toy", "main")


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_hub_is_no_network(server: HubServer, status: int) -> None:
    server.status = status
    with pytest.raises(NoNetwork, match=str(status)):
        Hub(server.url).listing("org/toy", "main")


@pytest.mark.parametrize("page", [b"<html>log in to this network</html>", b"[]", b'{"detail": "no"}'])
def test_a_page_that_is_no_hub_is_no_network(server: HubServer, page: bytes) -> None:
    server.page = page
    with pytest.raises(NoNetwork, match="does not answer like one"):
        Hub(server.url).listing("org/toy", "main")


def test_paths_that_lead_out_of_the_folder_are_left_out() -> None:
    with serve(HubServer({"org/toy": {"../up.json": b"{}", "/etc/x.json": b"{}", "a/ok.json": b"{}"}})) as server:
        assert [file.path for file in Hub(server.url).listing("org/toy", "main").files] == ["a/ok.json"]


def test_choose_leaves_out_code_and_other_runtimes() -> None:
    paths = (
        "README.md model.safetensors pytorch_model.bin modeling_x.py onnx/model.safetensors openvino/config.json "
        "config.json vocab.txt 1_Pooling/config.json chat_template.jinja x.gguf"
    )
    listing = Listing(COMMIT, tuple(RemoteFile(path, 1) for path in paths.split()))
    chosen = [file.path for file in choose(listing, "org/x")]
    assert chosen == ["model.safetensors", "config.json", "vocab.txt", "1_Pooling/config.json", "chat_template.jinja"]
    assert [file.path for file in choose(listing, "org/x", "x.gguf")] == ["x.gguf"]
    with pytest.raises(UnknownModel, match=r"y\.gguf"):
        choose(listing, "org/x", "y.gguf")


def test_a_repository_without_safetensors_is_refused() -> None:
    listing = Listing(COMMIT, (RemoteFile("pytorch_model.bin", 1), RemoteFile("config.json", 1)))
    with pytest.raises(WeightsError, match="safetensors") as caught:
        choose(listing, "org/x")
    assert "org/x/FILE.gguf" in caught.value.hint
