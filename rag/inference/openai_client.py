"""A model behind any server that speaks the OpenAI chat completions protocol: vLLM, llama-server, Ollama and the like.

Knows HTTP, and nothing of models; httpx is loaded when it is used. Proxies of the environment are not used: the server
is one the user named.
"""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from rag.errors import ConfigError, ServerError, ServerGone
from rag.inference.runaway import Runaway
from rag.protocols import Message, StopSignal
from rag.utf8 import to_utf8

if TYPE_CHECKING:
    import httpx

_AT_ONCE = 4
"""Requests of a batch that are under way together."""
_CONNECT_S = 5.0
_BYTES_PER_TOKEN = 4
"""About so many bytes of English make a token of today's models."""
_KEPT = 256
"""Replies that the limit cut off are known for so long as no more than these came after."""
_SHOWN = 200
"""Characters of a server's own words that are shown in an error."""
_LOOK_S = 0.05
"""How often a request under way looks whether it has been told to stop."""
_NEVER = Event()


class OpenAIGenerator:
    """Talks to a compatible server, greedily and with a fixed seed.

    Args:
        url: Base address, such as `http://127.0.0.1:8000/v1`.
        model: Name of the model, as the server knows it.
        max_new_tokens: Most tokens of a reply.
        api_key: Sent as a bearer token, without white space around it, such as the end of a line; empty for none.
        silence_s: Longest wait for the server's next word, in seconds.

    Raises:
        ConfigError: A key that cannot be sent; what it says does not repeat the key.
    """

    def __init__(
        self, url: str, model: str, max_new_tokens: int, *, api_key: str = "", silence_s: float = 300.0
    ) -> None:
        import httpx

        self.name = f"openai:{url}#{model}"
        self._url = url.rstrip("/")
        self._model = model
        self._most = max_new_tokens
        self._cut: deque[str] = deque(maxlen=_KEPT)
        key = api_key.strip()
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(
                "api_key: expected printable ASCII, met other characters", "copy it anew into RAG_API_KEY"
            )
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout = httpx.Timeout(silence_s, connect=_CONNECT_S)

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Write a reply.

        Args:
            messages: The conversation.
            stop: Ends the reply, or the waiting for it; the connection is then closed.

        Yields:
            Pieces of the reply, up to where the model runs away (see `rag.inference.runaway`).

        Raises:
            ServerError: The server is out of reach, refuses, breaks off, falls silent or sends what is no reply.
        """
        if stop.is_set():
            return
        runaway, said, reason = Runaway(), "", ""
        try:
            for text, ended in self._texts(messages, stop):
                if stop.is_set():
                    return
                reason = ended or reason
                if piece := runaway.feed(text):
                    said += piece
                    yield piece
                if runaway.done:
                    return
        except ServerError:
            if not stop.is_set():  # a connection that was cut looks like one that broke
                raise
        if stop.is_set():
            return
        rest = runaway.finish()
        if reason == "length" and not runaway.done:
            self._cut.append(said + rest)
        if rest:
            yield rest

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in the order given; a few are asked for at once."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda messages: "".join(self.stream(messages, _NEVER)), conversations))

    def count_tokens(self, text: str) -> int:
        """An estimate, a token for every four bytes of UTF-8: the protocol has no way to ask.

        Of a reply that the server cut off it is known: as many as there may be.
        """
        return self._most if text in self._cut else -(-len(to_utf8(text).encode()) // _BYTES_PER_TOKEN)

    def _texts(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[tuple[str, str]]:
        """Text of each event of the reply, and why that ends, if it does, until told to stop."""
        import httpx

        line = _Line()
        with self._errors(), httpx.Client(headers=self._headers, timeout=self._timeout, trust_env=False) as client:
            asked = client.build_request(
                "POST", f"{self._url}/chat/completions", json=self._body(messages), extensions={"trace": line.seen}
            )
            with line.cut_by(stop), closing(client.send(asked, stream=True)) as response:
                self._check(response)
                yield from _texts(_lines(response.iter_bytes()))

    def _body(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [{key: to_utf8(text) for key, text in message.items()} for message in messages],
            "max_tokens": self._most,
            "temperature": 0,
            "seed": 0,
            "stream": True,
        }

    def _check(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        said = response.read().decode("utf-8", "replace").strip()[:_SHOWN]
        message = f"{self._url} answered {response.status_code}: {said or response.reason_phrase}"
        if response.status_code in (401, 403):
            raise ServerError(message, "give the server's API key as RAG_API_KEY")
        if response.status_code == 404:
            raise ServerError(message, f"see {self._url}/models for the models it has; the address often ends in /v1")
        raise ServerError(message, "see the server's own log")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say in our own errors what went wrong below."""
        import httpx

        try:
            yield
        except httpx.ReadTimeout as exc:
            raise ServerError(f"{self._url} fell silent", "see whether the server is overloaded") from exc
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
            raise ServerError(f"{self._url}: not an address: {exc}", "write openai:http://host:port/v1#model") from exc
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            raise ServerGone(f"no server answers at {self._url}: {exc}", "start the server") from exc
        except httpx.HTTPError as exc:
            raise ServerError(f"{self._url} broke off: {exc}", "see the server's own log") from exc


class _Line:
    """The connection of a request, which is cut from another thread: a read cannot be told to stop."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def seen(self, what: str, details: Mapping[str, Any]) -> None:
        """Take note of the connection, as httpx's `trace` tells of it."""
        if what.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = details["return_value"].get_extra_info("socket")

    @contextmanager
    def cut_by(self, stop: StopSignal) -> Iterator[None]:
        """Cut it as soon as the signal is set, within the block."""
        left = Event()
        watching = Thread(target=self._watch, args=(stop, left), daemon=True)
        watching.start()
        try:
            yield
        finally:
            left.set()
            watching.join()

    def _watch(self, stop: StopSignal, left: Event) -> None:
        while not left.wait(_LOOK_S):
            if stop.is_set() and self._socket:
                with suppress(OSError):  # the server may have been quicker
                    self._socket.shutdown(socket.SHUT_RDWR)
                return


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Lines, ended by line feeds alone: what else is called a line end may stand within JSON."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    yield rest.decode("utf-8", "replace")


def _texts(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Text of each event of a reply, and why that ends, if it does; an end without a reason is an error."""
    ended = False
    for line in lines:
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        text, reason = _event(data)
        ended = ended or bool(reason)
        if text or reason:
            yield text, reason
    if not ended:
        raise ServerError("the server's reply broke off", "see the server's own log")


def _event(data: str) -> tuple[str, str]:
    """Text of an event, and the reason to end that it names; empty for none."""
    try:
        event = json.loads(data)
        if event.get("error"):
            raise ServerError(f"the server reports: {str(event['error'])[:_SHOWN]}", "see the server's own log")
        text, reason = "", ""
        for choice in (event.get("choices") or ())[:1]:
            text = choice["delta"].get("content") or ""
            reason = str(choice.get("finish_reason") or "")
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ServerError(f"not a chat completion: {data[:_SHOWN]!r}", "check the server's address") from exc
    if not isinstance(text, str):
        raise ServerError(f"not a chat completion: {data[:_SHOWN]!r}", "check the server's address")
    return text, reason
