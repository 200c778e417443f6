"""`rag mcp` as a process of its own, spoken to by the SDK's client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters

from rag.cli import main
from tests import loops

pytestmark = pytest.mark.weights

COMMAND = ["-m", "rag", "mcp"]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory, embedder_folder: Path) -> dict[str, str]:
    """Settings that name an index of one document, answered without a model."""
    place = tmp_path_factory.mktemp("stdio")
    (place / "docs").mkdir()
    (place / "docs" / "lease.txt").write_text("The deposit is 400 euros. Notice is due in May.", "utf-8")
    found = {"RAG_INDEX": str(place / "index"), "RAG_EMBEDDER": str(embedder_folder), "RAG_GENERATOR": "extractive"}
    done = CliRunner().invoke(main, ["index", str(place / "docs")], env=found)
    assert done.exit_code == 0, done.stderr
    return {**os.environ, **found}


def use(environ: dict[str, str], work: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    async def run() -> Any:
        server = StdioServerParameters(command=sys.executable, args=COMMAND, env=environ)
        async with Client(server, mode=mode) as client:
            return await work(client)

    return loops.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_asks_at_once(environ: dict[str, str], mode: str) -> None:
    result = use(environ, lambda client: client.call_tool("ask", {"question": "How much is the deposit?"}), mode)
    assert not result.is_error, result
    assert "400 euros" in result.structured_content["text"]
    assert "lease.txt" in result.content[0].text


def test_a_call_that_is_cancelled_leaves_the_next_its_turn(environ: dict[str, str]) -> None:
    async def work(client: Client) -> Any:
        with anyio.move_on_after(0.01) as scope:
            await client.call_tool("ask", {"question": "How much is the deposit?"})
        assert scope.cancelled_caught
        return await client.call_tool("documents", {})

    assert [d["path"] for d in use(environ, work).structured_content["documents"]] == ["lease.txt"]


def test_where_there_is_no_index_a_call_says_so(environ: dict[str, str], tmp_path: Path) -> None:
    away = {**environ, "RAG_INDEX": str(tmp_path)}
    result = use(away, lambda client: client.call_tool("search", {"question": "deposit"}))
    assert result.is_error
    assert "rag index" in result.content[0].text


def talk(environ: dict[str, str], *lines: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *COMMAND], input=b"".join(lines), env=environ, capture_output=True, timeout=120, check=False
    )


def test_nothing_but_the_protocol_is_said_and_it_ends_with_its_input(environ: dict[str, str]) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "probe", "version": "1"}}
    start = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    begun = time.monotonic()
    done = talk(environ, b"not JSON\n", b"\xff\xfe\n", b"[]\n", json.dumps(start).encode() + b"\n")
    assert done.returncode == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert messages[-1]["result"]["serverInfo"]["name"] == "footnote"
    assert b"Traceback" not in done.stderr
    assert time.monotonic() - begun < 60


def test_without_the_sdk_it_says_what_to_install(environ: dict[str, str]) -> None:
    code = "import sys; sys.modules['mcp'] = None; from rag.cli import main; main(['mcp'])"
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install -e '.[mcp]'" in done.stderr
