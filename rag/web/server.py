"""The server: what every reply says, how it starts and how it ends.

Nothing that the page shows may come from another host; a policy in every reply holds the browser to that.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.config import Config
from rag.interrupt import Interrupt
from rag.web import has_sdk
from rag.web.address import check_address, free_port, names_of
from rag.web.api import Api
from rag.web.desk import Desk
from rag.web.door import Door, TooManyTries
from rag.web.endpoint import add_api
from rag.web.library import Library
from rag.web.owner import Remember
from rag.web.page import TITLE, Page, icon, style, theme
from rag.web.passwords import Passwords
from rag.web.sender import Sender, sender
from rag.web.titled import Titled

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Gradio evaluates its templates and writes inline scripts; everything else is our own server's."""
_LAST_S = 5.0
"""Longest wait for the model to let go: a process that ends in the midst of a computation would crash."""
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)

_LOGIN_NOTE = "After several wrong passwords, wait a minute before the next one."
"""Shown from the start: Gradio's page tells a wrong password and nothing else."""

Login = Callable[[str, str], Awaitable[bool]]
Lifespan = Callable[[object], AbstractAsyncContextManager[None]]


class Served:
    """A running server.

    Args:
        config: Where to listen, and the limits.
        library: What answers; opened in the background once the page is there.
        passwords: Who may come in; None for anyone.

    Attributes:
        url: Where it is.
    """

    def __init__(self, config: Config, library: Library, passwords: Passwords | None = None) -> None:
        check_address(config.host, passwords is not None)
        port = free_port(config.host, config.port)
        self._page, self._desk, self._library = Page(library), Desk(library), library
        door = Door(passwords) if passwords else None
        api = Api(self._desk, door)
        add_api(self._page.blocks, self._desk)
        tools, lifespan = _tools(self._desk, api, names_of(config.host))
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=names_of(config.host), www_redirect=False)
        _, self.url, _ = self._page.blocks.launch(
            server_name=config.host,
            server_port=port,
            auth=_login(door) if door else None,
            auth_message=_LOGIN_NOTE,
            max_file_size=config.max_file_bytes,
            css=style(),
            theme=theme(),
            favicon_path=str(icon()),
            app_kwargs={
                "middleware": [
                    hosts,
                    Middleware(Sender),
                    Middleware(Guard),
                    Middleware(Remember),
                    Middleware(Titled, title=TITLE),
                ],
                "routes": [*api.routes(), *tools],
                "lifespan": lifespan,
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
            },
            footer_links=[],
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            pwa=False,
        )
        library.start()

    def close(self) -> None:
        """Stop what is being written, stop serving, and let go of the index."""
        self._desk.halt(_LAST_S)
        self._page.halt(_LAST_S)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # to it, each page still open is an error
        self._page.blocks.server.force_exit = True  # else it waits for those pages
        self._page.blocks.close(verbose=False)
        self._library.close()


def _tools(desk: Desk, api: Api, names: list[str]) -> tuple[list[Route], Lifespan | None]:
    """The tools for language models, and what the server must be inside of to answer; without their SDK, an excuse."""
    if not has_sdk():
        return [Route("/mcp", api.lacks_sdk, methods=["GET", "POST"])], None
    from rag.web.mcp import Endpoint

    endpoint = Endpoint(desk, api.admit, names)
    return endpoint.routes(), endpoint.running


def _login(door: Door) -> Login:
    """As Gradio asks who may come in."""

    async def login(name: str, password: str) -> bool:
        try:
            return await run_in_threadpool(door.admits, name, password, sender.get())
        except TooManyTries:
            return False

    return login


class Guard:
    """Adds our headers to every reply.

    Args:
        app: What replies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Args:
            scope: What is asked.
            receive: Gives the body.
            send: Takes the reply.
        """

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, receive, reply)


def run(config: Config) -> None:
    """Serve until interrupted.

    Args:
        config: Settings.

    Raises:
        UsageError: An address that takes a password, passwords that cannot be read, or no free port.
    """
    passwords = Passwords.read(Path(config.auth)) if config.auth else None
    ended = Interrupt()
    before = {number: signal.signal(number, ended.set) for number in (signal.SIGINT, signal.SIGTERM)}
    library, left = Library(config), threading.Event()
    served = Served(config, library, passwords)
    library.follow(left)
    try:
        print(f"Footnote is at {served.url} (Ctrl-C ends it)", flush=True)  # noqa: T201
        ended.wait()
    finally:
        left.set()
        served.close()
        for number, handler in before.items():
            signal.signal(number, handler)
