"""The same server for programs: questions as OpenAI's clients ask them, search, the documents, how it is.

Requests go through the same line as the page's, so that nobody jumps it, and one whose sender is gone stops computing.
Knows the library; what a request and a reply look like is in `completions`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.errors import RagError, UsageError
from rag.exchange import parse, shown
from rag.types import Answer, hit_to_dict
from rag.web.completions import Asked, Pieces, asked, broken_off, failure, reply
from rag.web.library import Library
from rag.web.passwords import Passwords

logger = logging.getLogger(__name__)

_BODY_BYTES = 1_000_000
"""Longest request."""
_LOOK_S = 0.25
"""How often a request looks whether its sender is still there."""
_ALIVE_S = 5.0
"""How often a sender that waits for pieces is told that the line is not dead."""
_MOST_HITS = 100
_JSON = "application/json"
_UNEXPECTED = RagError("something went wrong that should not have", "the server's terminal says what")

Handler = Callable[[Any, Request], Awaitable[Response]]


class _Refused(RagError):
    """A request that is not let in, or not yet.

    Args:
        status: Of the reply.
        message: What is wrong.
        hint: What mends it.
    """

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


def _guarded(handler: Handler) -> Handler:
    """Let in whom the password lets in, and turn errors into replies."""

    @wraps(handler)
    async def guarded(api: Api, request: Request) -> Response:
        try:
            await run_in_threadpool(api.admit, request)
            return await handler(api, request)
        except RagError as exc:
            return _error(exc)
        except Exception:  # the outermost edge: the reply says so and the log says what
            logger.exception("a request failed")
            return _error(_UNEXPECTED)

    return guarded


class Api:
    """The routes for programs.

    Args:
        library: The documents and the model.
        passwords: Who may come in; None for anyone. A request sends `name:password`, as `Basic` or `Bearer`.
    """

    def __init__(self, library: Library, passwords: Passwords | None) -> None:
        self._library = library
        self._passwords = passwords
        self._stops: set[threading.Event] = set()

    def routes(self) -> list[Route]:
        """What is served, and by what."""
        return [
            Route("/health", self.health),
            Route("/v1/models", self.models),
            Route("/v1/documents", self.documents),
            Route("/v1/search", self.search, methods=["POST"]),
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
        ]

    def halt(self) -> None:
        """Stop every answer that is being written."""
        for stop in list(self._stops):
            stop.set()

    def admit(self, request: Request) -> None:
        """Let a request in.

        Args:
            request: Its headers are looked at.

        Raises:
            RagError: It takes a name and a password, and those sent are not right.
        """
        if self._passwords is None:
            return
        kind, _, sent = request.headers.get("authorization", "").partition(" ")
        try:
            raw = sent.encode("latin-1") if kind.casefold() == "bearer" else base64.b64decode(sent, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        name, _, password = raw.decode("utf-8", "replace").partition(":")
        if not self._passwords.admits(name, password):
            raise _Refused(401, "this takes a name and a password", "send name:password as the API key")

    @_guarded
    async def health(self, _request: Request) -> Response:
        """Where the library stands: 200 once it answers, 503 before that and where it cannot."""
        status = self._library.status()
        documents = self._library.documents()
        counts = {"documents": len(documents), "passages": sum(document.chunks for document in documents)}
        code = 200 if status.phase in ("ready", "empty") else 503
        return JSONResponse({"status": status.phase, "text": status.text, **counts}, code)

    @_guarded
    async def models(self, _request: Request) -> Response:
        """The one model there is, as OpenAI's clients list them."""
        self._ready()
        model = {"id": self._library.pipeline().generator.name, "object": "model", "created": 0, "owned_by": "footnote"}
        return JSONResponse({"object": "list", "data": [model]})

    @_guarded
    async def documents(self, _request: Request) -> Response:
        """What is indexed, by path."""
        return JSONResponse({"documents": [asdict(document) for document in self._library.documents()]})

    @_guarded
    async def search(self, request: Request) -> Response:
        """Retrieval alone, as `rag search --json`: `{"question", "k"?}` to hits, best first."""
        body = await _json(request)
        question, k = (body.get("question"), body.get("k")) if isinstance(body, dict) else (None, None)
        if not isinstance(question, str) or not question.strip():
            raise UsageError(f"question: expected text, met {shown(question)}", 'write {"question": "..."}')
        if k is not None and (isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= _MOST_HITS):
            raise UsageError(f"k: expected 1 to {_MOST_HITS}, met {shown(k)}", "leave k out")
        self._ready()
        pipeline = self._library.pipeline()
        hits = await run_in_threadpool(pipeline.search, question, k)
        found = [{**hit_to_dict(hit), "text": hit.chunk.text} for hit in hits]
        return JSONResponse({"question": question, "hits": found, "embedder": pipeline.embedder.name})

    @_guarded
    async def complete(self, request: Request) -> Response:
        """A checked answer to the last message, whole or in pieces."""
        question = asked(await _json(request))
        self._ready()
        if question.stream:
            return StreamingResponse(self._pieces(question), media_type="text/event-stream")
        stop = threading.Event()
        task = asyncio.create_task(run_in_threadpool(self._answer, question, stop))
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_S))[0]:
                if await request.is_disconnected():
                    stop.set()
            answer = await task
        finally:
            stop.set()
        return JSONResponse(reply(answer, self._tokens(question, answer)))

    async def _pieces(self, question: Asked) -> AsyncIterator[bytes]:
        """Pieces of a reply; the server closes the iterator when the sender is gone."""
        stop = threading.Event()
        pieces = Pieces(self._library.pipeline().generator.name)
        task = asyncio.create_task(run_in_threadpool(self._answer, question, stop))
        try:
            yield pieces.begin()
            while not (await asyncio.wait({task}, timeout=_ALIVE_S))[0]:
                yield b": still at it\n\n"
            answer = await task
            for piece in pieces.answer(answer, self._tokens(question, answer) if question.usage else None):
                yield piece
        except RagError as exc:
            yield broken_off(exc, _kind(exc))
        except Exception:  # likewise, where the reply has begun
            logger.exception("a request failed")
            yield broken_off(_UNEXPECTED, _kind(_UNEXPECTED))
        finally:
            stop.set()

    def _answer(self, question: Asked, stop: threading.Event) -> Answer:
        """Answer when it is one's turn."""
        self._stops.add(stop)
        try:
            with self._library.line.turn(stop):
                if stop.is_set():
                    raise _Refused(503, "stopped before it was its turn")
                events = self._library.pipeline().stream(question.question, question.history, stop=stop)
                return next(event for event in events if isinstance(event, Answer))
        finally:
            self._stops.discard(stop)

    def _tokens(self, question: Asked, answer: Answer) -> tuple[int, int]:
        count = self._library.pipeline().generator.count_tokens
        said = [*(turn.content for turn in question.history), question.question]
        return sum(map(count, said)), count(answer.text)

    def _ready(self) -> None:
        status = self._library.status()
        if status.phase != "ready":
            raise _Refused(503, status.text, status.hint)


async def _json(request: Request) -> Any:
    """The body as a JSON value. A page of another site cannot send this type without being asked for leave first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != _JSON:
        raise _Refused(415, f"content type {shown(kind)} is not read", f"send {_JSON}")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES:
            raise _Refused(413, f"the request has more than {_BODY_BYTES:,} bytes", "ask a shorter question")
    return parse(body)


def _error(error: RagError) -> Response:
    status = error.status if isinstance(error, _Refused) else 400 if isinstance(error, UsageError) else 500
    headers = {401: {"WWW-Authenticate": 'Basic realm="Footnote"'}, 503: {"Retry-After": "2"}}.get(status)
    return JSONResponse(failure(error, _kind(error)), status, headers)


def _kind(error: RagError) -> str:
    return "invalid_request_error" if isinstance(error, UsageError) else "server_error"
