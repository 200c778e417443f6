"""A model behind any server that speaks the OpenAI chat completions protocol: vLLM, llama-server, Ollama and the like.

Knows HTTP, and nothing of models; httpx is loaded when it is used. Proxies of the environment are not used: the server
is one the user named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

from rag.errors import ServerError
from rag.protocols import Message, StopSignal
from rag.runaway import Runaway

if TYPE_CHECKING:
    import httpx

_AT_ONCE = 4
"""Requests of a batch that are under way together."""
_CONNECT_S = 5.0
_BYTES_PER_TOKEN = 4
"""About so many bytes of English make a token of today's models."""
_SHOWN = 200
"""Characters of a server's own words that are shown in an error."""
_NEVER = Event()


class OpenAIGenerator:
    """Talks to a compatible server, greedily and with a fixed seed.

    Args:
        url: Base address, such as `http://127.0.0.1:8000/v1`.
        model: Name of the model, as the server knows it.
        max_new_tokens: Most tokens of a reply.
        api_key: Sent as a bearer token; empty for none.
        silence_s: Longest wait for the server's next word, in seconds.
    """

    def __init__(
        self, url: str, model: str, max_new_tokens: int, *, api_key: str = "", silence_s: float = 300.0
    ) -> None:
        import httpx

        self.name = f"openai:{url}#{model}"
        self._url = url.rstrip("/")
        self._model = model
        self._most = max_new_tokens
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout = httpx.Timeout(silence_s, connect=_CONNECT_S)

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """Write a reply.

        Args:
            messages: The conversation.
            stop: Looked at whenever the server sends something; the connection is then closed.

        Yields:
            Pieces of the reply, up to where the model runs away (see `rag.runaway`).

        Raises:
            ServerError: The server is out of reach, refuses, breaks off, falls silent or sends what is no reply.
        """
        if stop.is_set():
            return
        runaway = Runaway()
        with self._errors(), self._post(messages) as response:
            self._check(response)
            for text in _texts(response.iter_lines()):
                if stop.is_set():
                    return
                if piece := runaway.feed(text):
                    yield piece
                if runaway.done:
                    return
        if not stop.is_set() and (rest := runaway.finish()):
            yield rest

    def batch(self, conversations: Sequence[Sequence[Message]]) -> list[str]:
        """Whole replies, in the order given; a few are asked for at once."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda messages: "".join(self.stream(messages, _NEVER)), conversations))

    def count_tokens(self, text: str) -> int:
        """An estimate, a token for every four bytes of UTF-8: the protocol has no way to ask."""
        return -(-len(_sound(text).encode()) // _BYTES_PER_TOKEN)

    def _post(self, messages: Sequence[Message]) -> AbstractContextManager[httpx.Response]:
        import httpx

        return httpx.stream(
            "POST",
            f"{self._url}/chat/completions",
            json=self._body(messages),
            headers=self._headers,
            timeout=self._timeout,
            trust_env=False,
        )

    def _body(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [{key: _sound(text) for key, text in message.items()} for message in messages],
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
            raise ServerError(f"no server answers at {self._url}: {exc}", "start the server") from exc
        except httpx.HTTPError as exc:
            raise ServerError(f"{self._url} broke off: {exc}", "see the server's own log") from exc


def _sound(text: str) -> str:
    """The text with halves of surrogate pairs replaced: they have no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _texts(lines: Iterable[str]) -> Iterator[str]:
    """Text of each event of a reply; an end without a reason is an error."""
    ended = False
    for line in lines:
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        text, ended_now = _event(data)
        ended = ended or ended_now
        if text:
            yield text
    if not ended:
        raise ServerError("the server's reply broke off", "see the server's own log")


def _event(data: str) -> tuple[str, bool]:
    """Text of an event, and whether it names a reason to end."""
    try:
        event = json.loads(data)
        if event.get("error"):
            raise ServerError(f"the server reports: {str(event['error'])[:_SHOWN]}", "see the server's own log")
        text, ended = "", False
        for choice in event.get("choices", ())[:1]:
            text = choice["delta"].get("content") or ""
            ended = choice.get("finish_reason") is not None
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ServerError(f"not a chat completion: {data[:_SHOWN]!r}", "check the server's address") from exc
    if not isinstance(text, str):
        raise ServerError(f"not a chat completion: {data[:_SHOWN]!r}", "check the server's address")
    return text, ended
