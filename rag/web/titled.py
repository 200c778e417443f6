"""Gives the page its title before any script has run.

Gradio sets a title by script, and none on its page to log in, which therefore had no name for a screen reader.
"""

from __future__ import annotations

import html

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD = b"<head>"


class Titled:
    """Puts a title into the head of the page.

    Args:
        app: What replies.
        title: Plain text.
    """

    def __init__(self, app: ASGIApp, title: str) -> None:
        self._app = app
        self._head = _HEAD + f"<title>{html.escape(title)}</title>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Args:
            scope: What is asked.
            receive: Gives the body.
            send: Takes the reply.
        """
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        begun: list[Message] = []

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)  # its length is known once the head is
                return
            body = message.get("body", b"")
            if begun:
                message["body"] = body.replace(_HEAD, self._head, 1)
                await send(_longer(begun.pop(), len(message["body"]) - len(body)))
            await send(message)

        await self._app(scope, receive, reply)


def _longer(start: Message, added_bytes: int) -> Message:
    headers = MutableHeaders(raw=[*start.get("headers", [])])
    if "content-length" in headers:
        headers["content-length"] = str(int(headers["content-length"]) + added_bytes)
    return {**start, "headers": headers.raw}
