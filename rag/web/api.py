"""The same server for programs: questions as OpenAI's clients ask them, search, the documents, how it is.

Knows the desk where questions are asked; what a request and a reply look like is in `completions`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Match, Route

from rag.errors import RagError, UsageError
from rag.exchange import parse, shown
from rag.types import Answer
from rag.web import NO_SDK
from rag.web.completions import Asked, Pieces, asked, broken_off, failure, reply
from rag.web.desk import UNEXPECTED, Desk, Unready
from rag.web.door import Door, TooManyTries

logger = logging.getLogger(__name__)

BODY_BYTES = 1_000_000
"""Longest request."""
_ALIVE_S = 5.0
"""How often a sender that waits for pieces is told that the line is not dead."""
_JSON = "application/json"
_METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
_KINDS = {401: "authentication_error", 429: "rate_limit_error"}
"""What OpenAI calls errors of a status; others of the 400s are the request's, those of the 500s the server's."""

Handler = Callable[[Any, Request], Awaitable[Response]]


class Refused(RagError):
    """A request that is not let in, or not yet.

    Args:
        status: Of the reply.
        message: What is wrong.
        hint: What mends it.
        allow: The methods that are let in, where it is the method that is not.
    """

    def __init__(self, status: int, message: str, hint: str = "", allow: Collection[str] = ()) -> None:
        super().__init__(message, hint)
        self.status = status
        self.allow = sorted(allow)


def _guarded(handler: Handler) -> Handler:
    """Let in whom the password lets in, and turn errors into replies."""

    @wraps(handler)
    async def guarded(api: Api, request: Request) -> Response:
        try:
            await run_in_threadpool(api.admit, request)
            return await handler(api, request)
        except RagError as exc:
            return error_reply(exc)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception:  # the outermost edge: the reply says so and the log says what
            logger.exception("a request failed")
            return error_reply(UNEXPECTED)

    return guarded


class Api:
    """The routes for programs.

    Args:
        desk: Where they ask.
        door: Lets them in; None where anyone may. A request sends `name:password`, as `Basic` or `Bearer`.
    """

    def __init__(self, desk: Desk, door: Door | None) -> None:
        self._desk = desk
        self._library = desk.library
        self._door = door

    def routes(self) -> list[Route]:
        """What is served, and by what."""
        return [*self._known(), Route("/v1/{rest:path}", self.unknown, methods=_METHODS)]

    def _known(self) -> list[Route]:
        return [
            Route("/health", self.health),
            Route("/v1/models", self.models),
            Route("/v1/models/{id:path}", self.model),
            Route("/v1/documents", self.documents),
            Route("/v1/search", self.search, methods=["POST"]),
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
        ]

    def admit(self, request: Request) -> None:
        """Let a request in.

        Args:
            request: Its headers are looked at.

        Raises:
            RagError: It takes a name and a password, and those sent are not right, or too many were wrong.
        """
        if self._door is None:
            return
        name, password = _credentials(request.headers.get("authorization", ""))
        address = request.client.host if request.client else ""
        hint = "send name:password as the API key"
        if not name:
            raise Refused(401, "this takes a name and a password", hint)
        if not self._door.admits(name, password, address):
            raise Refused(401, "the name or password is wrong", hint)

    @_guarded
    async def health(self, _request: Request) -> Response:
        """Where the library stands: 200 once it answers, 503 before that and where it cannot."""
        status = self._library.status()
        documents = self._library.documents()
        counts = {"documents": len(documents), "passages": sum(document.chunks for document in documents)}
        code = 200 if status.phase in ("ready", "empty") else 503
        return JSONResponse({"status": status.phase, "text": status.text, **counts}, code)

    @_guarded
    async def lacks_sdk(self, _request: Request) -> Response:
        """What stands where the tools would."""
        raise Refused(501, NO_SDK.message, NO_SDK.hint)

    @_guarded
    async def models(self, _request: Request) -> Response:
        """The one model there is, as OpenAI's clients list them."""
        return JSONResponse({"object": "list", "data": [self._model()]})

    @_guarded
    async def model(self, request: Request) -> Response:
        """The model, asked for by name."""
        model, name = self._model(), request.path_params["id"]
        if name != model["id"]:
            raise Refused(404, f"model {shown(name)}: there is no such model", f"there is {model['id']}")
        return JSONResponse(model)

    @_guarded
    async def unknown(self, request: Request) -> Response:
        """What is not served, or not by this method."""
        met = [route for route in self._known() if route.matches(request.scope)[0] is Match.PARTIAL]
        if not met:
            there = ", ".join(route.path for route in self._known() if not route.param_convertors)
            raise Refused(404, f"{shown(request.url.path)}: nothing is served there", f"there are {there}")
        allow = {method for route in met for method in route.methods or ()}
        told = f"{request.method} {request.url.path}: not by this method"
        raise Refused(405, told, f"send {' or '.join(sorted(allow))}", allow)

    def _model(self) -> dict[str, Any]:
        return {"id": self._desk.ready().generator.name, "object": "model", "created": 0, "owned_by": "footnote"}

    @_guarded
    async def documents(self, _request: Request) -> Response:
        """What is indexed, by path."""
        return JSONResponse(self._desk.documents())

    @_guarded
    async def search(self, request: Request) -> Response:
        """Retrieval alone, as `rag search --json`: `{"question", "k"?, "scope"?}` to hits, best first."""
        body = await _json(request)
        wanted = body if isinstance(body, dict) else {}
        given = [wanted.get(name) for name in ("question", "k", "scope")]
        return JSONResponse(await run_in_threadpool(self._desk.search, *given))

    @_guarded
    async def complete(self, request: Request) -> Response:
        """A checked answer to the last message, whole or in pieces."""
        question = asked(await _json(request))
        if question.stream:
            await run_in_threadpool(self._desk.admit, question.question, question.scope)
            return StreamingResponse(self._pieces(question), media_type="text/event-stream")
        answer = await self._desk.ask(question.question, question.history, request.is_disconnected, question.scope)
        return JSONResponse(reply(answer, self._tokens(question, answer)))

    async def _pieces(self, question: Asked) -> AsyncIterator[bytes]:
        """Pieces of a reply; the server closes the iterator when the sender is gone."""
        pieces = Pieces(self._library.pipeline().generator.name)
        task = asyncio.create_task(self._desk.ask(question.question, question.history, scope=question.scope))
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
            yield broken_off(UNEXPECTED, _kind(UNEXPECTED))
        finally:
            task.cancel()

    def _tokens(self, question: Asked, answer: Answer) -> tuple[int, int]:
        count = self._library.pipeline().generator.count_tokens
        said = [*(turn.content for turn in question.history), question.question]
        return sum(map(count, said)), count(answer.text)


def _credentials(header: str) -> tuple[str, str]:
    """Name and password that a request sends; empty where it sends none."""
    kind, _, sent = header.partition(" ")
    try:
        raw = sent.encode("latin-1") if kind.casefold() == "bearer" else base64.b64decode(sent, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    name, _, password = raw.decode("utf-8", "replace").partition(":")
    return name, password


async def _json(request: Request) -> Any:
    """The body as a JSON value. A page of another site cannot send this type without being asked for leave first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != _JSON:
        raise Refused(415, f"content type {shown(kind)} is not read", f"send {_JSON}")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            raise Refused(413, f"the request has more than {BODY_BYTES:,} bytes", "ask a shorter question")
    return parse(body)


def error_reply(error: RagError, body: Mapping[str, Any] | None = None) -> Response:
    """An error as a reply: its status, and its message with what mends it as OpenAI's clients read it, or a body."""
    status = _status(error)
    headers = {401: {"WWW-Authenticate": 'Basic realm="Footnote"'}, 503: {"Retry-After": "2"}}.get(status)
    if isinstance(error, TooManyTries):
        headers = {"Retry-After": str(math.ceil(error.wait_s))}
    if isinstance(error, Refused) and error.allow:
        headers = {"Allow": ", ".join(error.allow)}
    return JSONResponse(body or failure(error, _kind(error)), status, headers)


def _status(error: RagError) -> int:
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, TooManyTries):
        return 429
    return 503 if isinstance(error, Unready) else 400 if isinstance(error, UsageError) else 500


def _kind(error: RagError) -> str:
    """The type of an error, as OpenAI's clients know it."""
    status = _status(error)
    return _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
