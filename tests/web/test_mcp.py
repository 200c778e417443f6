"""The tools as the SDK's own client sees them, in both generations of the protocol, and requests it never sends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client, MCPError, types
from mcp.client.streamable_http import streamable_http_client

from rag.testing import FakeGenerator
from rag.web.passwords import Passwords, hashed
from tests import loops
from tests.web.shelves import make_folder, make_library, open_library, serving, settings, sync
from tests.web.things import GatedGenerator

QUESTION = "How much notice ends the harbour lease?"
PASSWORD = ("reader", "pears and plums: 7")
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])
"""`auto` finds the newest generation, without sessions; `legacy` is the one that desktop clients speak."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(open_library(tmp_path_factory.mktemp("mcp")), 19_000) as url:
        yield f"{url}mcp"


@asynccontextmanager
async def connected(url: str, mode: str = "auto", key: str = "") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


def use(url: str, work: Callable[[Client], Awaitable[Any]], mode: str = "auto", key: str = "") -> Any:
    async def run() -> Any:
        async with connected(url, mode, key) as client:
            return await work(client)

    return loops.run(run())


def call(url: str, tool: str, mode: str = "auto", **given: Any) -> types.CallToolResult:
    result = use(url, lambda client: client.call_tool(tool, given), mode)
    assert isinstance(result, types.CallToolResult)
    return result


def text_of(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


def refused(said: str) -> pytest.RaisesGroup[MCPError]:
    """An error of the protocol; the client's own task groups wrap it."""
    return pytest.RaisesGroup(pytest.RaisesExc(MCPError, match=said), flatten_subgroups=True)


@MODES
def test_the_tools_are_described(url: str, mode: str) -> None:
    tools = use(url, lambda client: client.list_tools(), mode).tools
    assert [tool.name for tool in tools] == ["ask", "search", "documents", "read"]
    assert all(tool.annotations.read_only_hint and tool.description and tool.output_schema for tool in tools)


@MODES
def test_an_answer_comes_as_data_and_as_text(url: str, mode: str) -> None:
    answer = call(url, "ask", mode, question=QUESTION)
    data = answer.structured_content
    assert not answer.is_error
    assert data["status"] == "answered"
    assert data["citations"][0]["document"] == "legal/lease.md"
    assert data["sentences"][0]["verdict"] == "supported"
    assert data["text"] in text_of(answer)
    assert f"“{data['citations'][0]['quote']}”" in text_of(answer)


def test_a_follow_up_comes_with_its_history(url: str) -> None:
    history = [
        {"role": "user", "content": "Who is the treasurer of the rowing club?"},
        {"role": "assistant", "content": "Ines Okoro."},
    ]
    answer = call(url, "ask", question="For how long was she elected?", history=history, scope=["minutes.txt"])
    assert "treasurer" in answer.structured_content["query"] and answer.structured_content["scope"] == ["minutes.txt"]


def test_a_refusal_is_a_result_that_says_so(tmp_path: Path) -> None:
    make_folder(tmp_path)
    config = replace(settings(tmp_path), refuse_below=1.0)
    sync(config, lambda *_: None)
    with serving(make_library(config), 19_140) as url:
        refusal = call(f"{url}mcp", "ask", question=QUESTION)
    assert not refusal.is_error
    assert refusal.structured_content["status"] == "refused"
    assert "Why: " in text_of(refusal)
    assert "- legal/lease.md" in text_of(refusal)


@MODES
def test_passages_documents_and_their_text_are_found(url: str, mode: str) -> None:
    hits = call(url, "search", mode, question=QUESTION, k=1, scope=["minutes.txt"]).structured_content["hits"]
    assert [hit["document"] for hit in hits] == ["minutes.txt"]
    documents = call(url, "documents", mode, contains="MINUTES").structured_content
    assert ([document["path"] for document in documents["documents"]], documents["total"]) == (["minutes.txt"], 1)
    around = call(url, "read", mode, document=hits[0]["document"], offset=hits[0]["start"], characters=60)
    assert around.structured_content["end"] - around.structured_content["start"] == 60
    assert around.structured_content["text"] in text_of(around)


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": " "}, "empty"),
        ("ask", {"question": "x" * 9_000}, "8,000"),
        ("ask", {"question": "x", "history": "y"}, "history"),
        ("search", {"question": ["x"]}, "question"),
        ("search", {"question": "x", "k": 1_000}, "k: expected"),
        ("documents", {"contains": 3}, "contains"),
        ("read", {"document": "../../etc/passwd"}, "none is called"),
        ("read", {"document": "minutes.txt", "offset": -1}, "offset"),
        ("read", {"document": "minutes.txt", "characters": 1e9}, "characters"),
    ],
)
def test_what_is_wrong_with_a_call_is_a_result_that_a_model_can_read(
    url: str, tool: str, given: dict[str, Any], said: str
) -> None:
    result = call(url, tool, **given)
    assert result.is_error
    assert said in text_of(result)


@MODES
def test_an_unknown_tool_is_an_error_of_the_protocol(url: str, mode: str) -> None:
    with refused("no tool is called"):
        call(url, "rm", mode)


def test_two_clients_at_once_get_their_own_answers(url: str) -> None:
    async def ask(question: str) -> list[str]:
        async with connected(url, "legacy") as client:
            results = [await client.call_tool("ask", {"question": question}) for _ in range(5)]
            return [text_of(result) for result in results]

    async def both() -> tuple[list[str], list[str]]:
        return await asyncio.gather(ask(QUESTION), ask("Who is the treasurer of the rowing club?"))

    lease, club = loops.run(both())
    assert len(set(lease)) == len(set(club)) == 1
    assert "ninety days" in lease[0]
    assert "Ines Okoro" in club[0]


@MODES
def test_a_client_that_cancels_stops_the_computation(tmp_path: Path, mode: str) -> None:
    generator = GatedGenerator()

    async def cancel(client: Client) -> None:
        with anyio.move_on_after(1.0) as scope:
            await client.call_tool("ask", {"question": QUESTION})
        assert scope.cancelled_caught
        assert await anyio.to_thread.run_sync(generator.ended.wait, 5), "the model went on for nobody"
        generator.gate.release(1_000)
        assert not (await client.call_tool("ask", {"question": QUESTION})).is_error

    with serving(open_library(tmp_path, generator), 19_020) as url:
        use(f"{url}mcp", cancel, mode)


def test_a_client_that_is_gone_stops_it_too(tmp_path: Path) -> None:
    generator = GatedGenerator()
    with serving(open_library(tmp_path, generator), 19_040) as url:
        started = rpc(f"{url}mcp", "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=PROBE)
        session = {"Mcp-Session-Id": started.headers["mcp-session-id"]}
        httpx.post(
            f"{url}mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=HEADERS | session
        )
        with pytest.raises(httpx.ReadTimeout):
            rpc(f"{url}mcp", "tools/call", session, name="ask", arguments={"question": QUESTION})
        assert generator.seen
        assert generator.ended.wait(5), "the model went on for nobody"


def test_closing_the_server_ends_a_call(tmp_path: Path) -> None:
    generator = GatedGenerator()

    with ThreadPoolExecutor() as pool:
        with serving(open_library(tmp_path, generator), 19_060) as url:
            asking = pool.submit(call, f"{url}mcp", "ask", "legacy", question=QUESTION)
            while not generator.seen:
                time.sleep(0.01)
        assert generator.ended.is_set()
        result = asking.result(10)
    assert result.is_error
    assert "stopped" in text_of(result)


PROBE = {"name": "probe", "version": "1"}


def rpc(url: str, method: str, headers: dict[str, str] | None = None, /, **params: Any) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return httpx.post(url, json=body, headers=HEADERS | (headers or {}), timeout=1.0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 7}', 400),
        (b'"' + b"x" * 1_100_000 + b'"', 413),
    ],
)
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28", "1999-01-01"])
def test_a_malformed_request_is_refused(url: str, version: str, body: bytes, status: int) -> None:
    reply = httpx.post(url, content=body, headers=HEADERS | {"MCP-Protocol-Version": version})
    assert reply.status_code == status, reply.text
    assert "Traceback" not in reply.text


def test_only_json_is_read_and_only_this_machine_may_call(url: str) -> None:
    start = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": PROBE}
    assert rpc(url, "initialize", {"Content-Type": "text/plain"}, **start).status_code == 400
    assert rpc(url, "initialize", {"Host": "evil.example"}, **start).status_code == 400
    assert rpc(url, "initialize", {"Origin": "https://evil.example"}, **start).status_code == 403
    assert rpc(url, "initialize", {"Origin": "http://localhost:6274"}, **start).status_code == 200


def test_a_password_guards_it(tmp_path: Path) -> None:
    passwords = Passwords({PASSWORD[0]: hashed(PASSWORD[1])})
    with serving(open_library(tmp_path), 19_080, passwords) as base:
        url = f"{base}mcp"
        for method in ("GET", "POST", "DELETE"):
            assert httpx.request(method, url, headers=HEADERS).status_code == 401, method
        for key, said in (("", "takes a name and a password"), ("reader:plums", "name or password is wrong")):
            with refused(said):
                use(url, lambda client: client.list_tools(), key=key)
        assert use(url, lambda client: client.list_tools(), key=":".join(PASSWORD)).tools


class Broken(FakeGenerator):
    def count_tokens(self, text: str) -> int:
        raise RuntimeError("boo")


def test_a_failure_is_told_without_its_inside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving(open_library(tmp_path, Broken()), 19_100) as url:
        result = call(f"{url}mcp", "ask", question=QUESTION)
    assert result.is_error
    assert "should not have" in text_of(result)
    assert "boo" not in json.dumps(result.model_dump(mode="json"))
    assert "boo" in caplog.text


def test_without_the_sdk_the_rest_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with serving(open_library(tmp_path), 19_160) as url:
        reply = httpx.post(f"{url}mcp")
        assert reply.status_code == 501
        assert "pip install -e '.[mcp]'" in reply.json()["error"]["message"]
        assert httpx.get(f"{url}health").status_code == 200


def test_it_loads_neither_gradio_nor_a_model_library() -> None:
    code = "import sys, rag.web.mcp; print({'gradio', 'torch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"


def test_where_nothing_is_indexed_it_says_what_to_do(tmp_path: Path) -> None:
    make_folder(tmp_path)
    with serving(make_library(settings(tmp_path)), 19_120) as url:
        for tool in ("ask", "search", "documents", "read"):
            result = call(f"{url}mcp", tool, question="x")
            assert result.is_error
            assert "rag index" in text_of(result)
