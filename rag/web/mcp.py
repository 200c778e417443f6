"""The desk as tools for language models, over HTTP beside the page or over standard input and output.

MCP (Model Context Protocol, modelcontextprotocol.io) by its own SDK, which comes with the extra `mcp`. Knows the desk;
what the tools take and give is in `tools`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp import MCPError, types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag import __version__
from rag.config import Config
from rag.errors import RagError, UsageError
from rag.exchange import shown, to_history
from rag.web.api import BODY_BYTES, error_reply
from rag.web.desk import UNEXPECTED, Desk, Gone
from rag.web.library import Library
from rag.web.tools import INSTRUCTIONS, TOOLS, Result, Tool, answered, found, listed, shown_text

logger = logging.getLogger(__name__)

_OPEN_S = 300.0
"""Longest wait of a call for the model to be loaded: a desktop client starts the server and asks at once."""
_LAST_S = 5.0
_SESSIONS = 1_000
"""Clients at once; one that is not heard of for half an hour is forgotten."""

Admit = Callable[[Request], None]
Call = Callable[[Mapping[str, Any], Gone | None], Awaitable[Result]]


class Tools:
    """The tools, as an MCP server.

    Args:
        desk: Where they ask.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._calls: dict[str, Call] = {
            "ask": self._ask,
            "search": self._search,
            "documents": self._documents,
            "read": self._read,
        }
        self.server: Server[Any] = Server(
            "footnote",
            version=__version__,
            title="Footnote",
            instructions=INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )

    async def stdio(self) -> None:
        """Serve one client over standard input and output, until the former ends."""
        async with stdio_server() as (heard, said):
            await self.server.run(heard, said, self.server.create_initialization_options())

    async def _list(
        self, _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def _call(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """A result, or an error in words that a model can act on."""
        call = self._calls.get(params.name)
        if call is None:
            raise MCPError(types.INVALID_PARAMS, f"no tool is called {shown(params.name)}")
        request: Request | None = context.request
        try:
            await self._desk.opened(_OPEN_S)
            result = await call(params.arguments or {}, request.is_disconnected if request else None)
        except RagError as exc:
            return types.CallToolResult(content=[_text(str(exc))], is_error=True)
        except Exception:  # the outermost edge: the client is told so and the log says what
            logger.exception("a tool failed")
            return types.CallToolResult(content=[_text(str(UNEXPECTED))], is_error=True)
        return types.CallToolResult(content=[_text(result.text)], structured_content=result.data)

    async def _ask(self, given: Mapping[str, Any], gone: Gone | None) -> Result:
        history = given.get("history")
        turns = () if history is None else to_history(history)
        return answered(await self._desk.ask(given.get("question"), turns, gone, given.get("scope")))

    async def _search(self, given: Mapping[str, Any], _gone: Gone | None) -> Result:
        asked = given.get("question"), given.get("k"), given.get("scope")
        return found(await run_in_threadpool(self._desk.search, *asked))

    async def _documents(self, given: Mapping[str, Any], _gone: Gone | None) -> Result:
        contains = given.get("contains", "")
        if not isinstance(contains, str):
            raise UsageError(f"contains: expected text, met {shown(contains)}", "leave contains out")
        self._desk.ready()
        return listed(await run_in_threadpool(self._desk.documents), contains)

    async def _read(self, given: Mapping[str, Any], _gone: Gone | None) -> Result:
        place = given.get("document"), given.get("offset"), given.get("characters")
        return shown_text(await run_in_threadpool(self._desk.read, *place))


class Endpoint:
    """The tools over HTTP, at `/mcp`; an application in itself.

    Args:
        desk: Where they ask.
        admit: Raises for a request that is not let in.
        names: What the server may be called, as `address.names_of` says; `*` for anything.
    """

    def __init__(self, desk: Desk, admit: Admit, names: list[str]) -> None:
        self._admit = admit
        self._manager = StreamableHTTPSessionManager(
            Tools(desk).server,
            security_settings=_security(names),
            max_request_body_size=BODY_BYTES,
            max_sessions=_SESSIONS,
        )

    def routes(self) -> list[Route]:
        """Where it is served."""
        return [Route("/mcp", self)]

    @asynccontextmanager
    async def running(self, _app: object) -> AsyncIterator[None]:
        """What the server must be inside of while it answers.

        Args:
            _app: Not used.
        """
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on that is let in.

        Args:
            scope: What is asked.
            receive: Gives the body.
            send: Takes the reply.
        """
        try:
            await run_in_threadpool(self._admit, Request(scope))
        except RagError as exc:
            error = {"code": types.INVALID_REQUEST, "message": str(exc)}
            await error_reply(exc, {"jsonrpc": "2.0", "id": None, "error": error})(scope, receive, send)
        else:
            await self._manager.handle_request(scope, receive, send)


def run(config: Config) -> None:
    """Serve the tools over standard input and output, until the former ends.

    Args:
        config: Settings.
    """
    library = Library(config)
    desk = Desk(library)
    library.start()
    try:
        anyio.run(Tools(desk).stdio)
    finally:
        desk.halt(_LAST_S)
        library.close()


def _security(names: list[str]) -> TransportSecuritySettings:
    """Pages that may call it: those of this machine. Where any name will do, it takes a password, which no page has."""
    hosts = [form for name in names for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection="*" not in names, allowed_hosts=hosts, allowed_origins=origins
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=tool.takes,
        output_schema=tool.gives,
        annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)
