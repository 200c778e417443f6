"""Where a request comes from, for what is called without it: Gradio hands on a name and a password alone."""

from __future__ import annotations

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

sender: ContextVar[str] = ContextVar("sender", default="")
"""Address of whoever sent the request that is being answered; empty where nobody knows."""


class Sender:
    """Notes where each request comes from.

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
        client = scope.get("client")
        token = sender.set(client[0] if client else "")
        try:
            await self._app(scope, receive, send)
        finally:
            sender.reset(token)
