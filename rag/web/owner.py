"""Whose a conversation is: the login's, or that of the browser, which keeps a secret for it.

Without a login nobody says who they are, and still nobody shall see what another has asked. Knows no conversation.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Protocol

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "footnote-owner"
_AGE_S = 400 * 86_400
"""How long the browser keeps the secret after the last visit; browsers allow no more."""


class Asked(Protocol):
    """What is looked at of a request."""

    username: str | None
    headers: Any


def owner_of(request: Asked) -> str:
    """Who sends a request.

    Args:
        request: With the name of its login, and its headers.

    Returns:
        A name that tells owners apart and gives no secret away; empty where nothing tells.
    """
    if request.username:
        return f"login:{request.username}"
    secret = _secret(str(request.headers.get("cookie") or ""))
    return f"browser:{hashlib.sha256(secret.encode()).hexdigest()}" if secret else ""


class Remember:
    """Gives a browser that opens the page its secret, and one that has it a longer time to keep it.

    The cookie is sent for this site alone and no script can read it; `Lax`, since one that comes here by a link is the
    same person.

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
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == b"cookie"), b"").decode("latin-1")
        secret = _secret(sent) or secrets.token_urlsafe(24)
        cookie = f"{COOKIE}={secret}; Path=/; Max-Age={_AGE_S}; HttpOnly; SameSite=Lax"

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"set-cookie", cookie.encode())]
            await send(message)

        await self._app(scope, receive, reply)


def _secret(cookies: str) -> str:
    """The secret among a request's cookies; empty where there is none that we could have made.

    Cookies of whatever else runs on this machine come along, and need not be written by the rules.
    """
    kept = cookie_parser(cookies).get(COOKIE, "")
    fits = kept.isascii() and len(kept) == 32 and kept.replace("-", "").replace("_", "").isalnum()
    return kept if fits else ""
