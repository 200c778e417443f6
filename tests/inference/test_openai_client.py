"""The client of OpenAI-compatible servers: the contract on a small server, its failures, and a real model server."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ConfigError, ServerError, ServerGone
from rag.inference.openai_client import OpenAIGenerator
from rag.testing import FakeGenerator, GeneratorContract
from tests.chat_server import begin, event, saying, server

MESSAGES = [{"role": "user", "content": "Passages:\n[1] The rent is due on the first.\n\nQuestion: When is it due?"}]


def reply(url: str, **more: Any) -> str:
    return "".join(OpenAIGenerator(url, "m", 50, **more).stream(MESSAGES, threading.Event()))


def _fake(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    begin(request)
    for piece in FakeGenerator().stream(body["messages"], threading.Event()):
        request.wfile.write(event(piece))
    request.wfile.write(event(finish_reason="stop") + b"data: [DONE]\n\n")


class TestContract(GeneratorContract):
    @pytest.fixture
    def subject(self) -> Iterator[OpenAIGenerator]:
        with server(_fake) as url:
            yield OpenAIGenerator(url, "m", 50)


def test_what_is_sent() -> None:
    seen: list[tuple[str, str | None, dict[str, Any]]] = []

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        seen.append((request.path, request.headers["Authorization"], body))
        _fake(request, body)

    with server(answer) as url:
        generator = OpenAIGenerator(f"{url}/", "the model", 50, api_key="secret")
        assert generator.name == f"openai:{url}/#the model"
        assert "".join(generator.stream(MESSAGES, threading.Event())) == "The rent is due on the first."
    assert seen == [
        (
            "/v1/chat/completions",
            "Bearer secret",
            {"model": "the model", "messages": MESSAGES, "max_tokens": 50, "temperature": 0, "seed": 0, "stream": True},
        )
    ]


def test_white_space_around_a_key_is_left_out() -> None:
    seen: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        seen.append(request.headers["Authorization"])
        _fake(request, body)

    with server(answer) as url:
        for key in (" secret\r\n", "\n"):
            assert reply(url, api_key=key)
    assert seen == ["Bearer secret", None]


@pytest.mark.parametrize("key", ["sk-sec\rret", "sk-sec\x00ret", "sk-sécret", "sk-secret\u200b"])
def test_a_key_that_cannot_be_sent_is_told_at_once_and_never_repeated(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        OpenAIGenerator("http://127.0.0.1/v1", "m", 50, api_key=key)
    assert "RAG_API_KEY" in caught.value.hint
    assert "sk-" not in f"{caught.value}{caught.value.__cause__!r}{caught.value.__context__!r}"


def test_a_runaway_reply_is_ended_and_the_connection_closed() -> None:
    closed = threading.Event()

    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        begin(request)
        try:
            for _ in range(50_000):
                request.wfile.write(event("The rent is due on the first. "))
        except OSError:
            closed.set()

    with server(answer) as url:
        assert reply(url) == "The rent is due on the first."
        assert closed.wait(10)


@pytest.mark.parametrize("end", ["stop", "close"])
def test_stopping_closes_the_connection(end: str) -> None:
    closed = threading.Event()

    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        begin(request)
        try:
            for number in range(1_000_000):
                request.wfile.write(event(f"{number} "))
        except OSError:
            closed.set()

    with server(answer) as url:
        stop = threading.Event()
        pieces = OpenAIGenerator(url, "m", 50).stream(MESSAGES, stop)
        next(pieces)
        if end == "stop":
            stop.set()
            assert list(pieces) == []
        else:
            pieces.close()  # type: ignore[attr-defined]  # a generator, which the protocol need not be
        assert closed.wait(10)


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (401, b"no key", "RAG_API_KEY"),
        (404, b"no such model", "/models"),
        (500, b"out of memory", "log"),
        (503, b"", "log"),
    ],
)
def test_a_refusal_of_the_server_is_told_with_its_words(status: int, body: bytes, hint: str) -> None:
    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        begin(request, status)
        request.wfile.write(body)

    with server(answer) as url, pytest.raises(ServerError) as caught:
        reply(url)
    assert f"answered {status}: " in caught.value.message
    assert body.decode() in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "part",
    [
        b"data: {not json\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": [{"text": "x"}]}\n\n',
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b'data: {"choices": 7}\n\n',
        b'data: {"error": "out of memory"}\n\n',
        b"<html>hello</html>",
        event("half a reply"),
        b"",
    ],
)
def test_what_is_no_reply_is_an_error(part: bytes) -> None:
    with server(saying(part)) as url, pytest.raises(ServerError) as caught:
        reply(url)
    assert caught.value.hint


def test_comments_other_fields_and_empty_events_are_passed_over() -> None:
    parts = [
        b": ping\n\n",
        b"event: message\n",
        b'data: {"choices": []}\r\n\r\n',
        b'data: {"choices": null, "usage": {}}\n\n',
        event("Yes."),
        event(finish_reason="stop"),
    ]
    with server(saying(*parts)) as url:
        assert reply(url) == "Yes."


def test_a_silent_server_is_given_up() -> None:
    done = threading.Event()

    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        begin(request)
        done.wait(10)

    with server(answer) as url:
        with pytest.raises(ServerError, match="fell silent"):
            reply(url, silence_s=0.2)
        done.set()


@pytest.mark.parametrize("so_far", ["nothing", "headers", "a word"])
def test_a_stop_is_heard_while_the_server_is_silent(so_far: str) -> None:
    asked, closed, stop = threading.Event(), threading.Event(), threading.Event()

    def answer(request: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        if so_far != "nothing":
            begin(request)
        if so_far == "a word":
            request.wfile.write(event("Yes"))
        asked.set()
        if request.connection.recv(1) == b"":
            closed.set()

    def stop_once_asked() -> None:
        asked.wait(10)
        stop.set()

    with server(answer) as url:
        stopping = threading.Thread(target=stop_once_asked)
        stopping.start()
        started_s = time.perf_counter()
        said = "".join(OpenAIGenerator(url, "m", 50, silence_s=60).stream(MESSAGES, stop))
        assert time.perf_counter() - started_s < 10
        assert said in ("", "Yes")
        assert closed.wait(10)
        stopping.join()


def test_a_server_out_of_reach() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(ServerGone, match="no server answers") as caught:
            reply(url)
    assert caught.value.hint


@pytest.mark.parametrize("url", ["127.0.0.1/v1", "ftp://127.0.0.1/v1", "http://127.0.0.1:port/v1"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ServerError, match="not an address") as caught:
        reply(url)
    assert caught.value.hint


def test_a_batch_is_asked_for_together_and_comes_back_in_order() -> None:
    together = threading.Barrier(2, timeout=10)

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        together.wait()
        _fake(request, body)

    conversations = [[{"role": "user", "content": f"[1] Number {number}."}] for number in range(8)]
    with server(answer) as url:
        replies = OpenAIGenerator(url, "m", 50).batch(conversations)
    assert replies == [f"Number {number}." for number in range(8)]


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """`transformers serve` on a local model; gives its base address once it accepts requests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "transformers"),
        "serve",
        str(folder),
        "--port",
        str(port),
        "--log-level",
        "info",
    ]
    offline = {"HF_HUB_OFFLINE": "1", "PATH": "", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([*command, "--device", "cpu"], stderr=subprocess.PIPE, text=True, env=offline) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Uvicorn running" in line:
                break
        assert "Uvicorn running" in said[-1], "".join(said)
        drain = threading.Thread(target=process.stderr.read)
        drain.start()
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            drain.join()


@pytest.mark.weights
def test_a_real_model_server(smollm_folder: Path) -> None:
    with model_server(smollm_folder) as url:
        generator = OpenAIGenerator(url, str(smollm_folder), 30)
        first = "".join(generator.stream(MESSAGES, threading.Event()))
        assert "first" in first
        assert generator.batch([MESSAGES, MESSAGES]) == [first, first]
        stop = threading.Event()
        pieces = generator.stream(MESSAGES, stop)
        next(pieces)
        stop.set()
        assert list(pieces) == []
        with pytest.raises(ServerError):
            list(OpenAIGenerator(url, "no/such/model", 30).stream(MESSAGES, threading.Event()))
