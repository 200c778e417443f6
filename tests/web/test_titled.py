from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.web.titled import Titled

Page = Callable[[Request], Awaitable[Response]]
PAGE = "<html><head><script>'<head>'</script></head><body>é</body></html>"
TITLED = "<html><head><title>Q &amp; A</title><script>'<head>'</script></head><body>é</body></html>"


async def whole(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def in_pieces(_request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        yield PAGE[:40]
        yield PAGE[40:]

    return StreamingResponse(pieces(), media_type="text/html")


async def empty(_request: Request) -> Response:
    return Response(status_code=204)


def visit(path: str, page: Page = whole) -> httpx2.Response:
    app = Starlette(routes=[Route("/{rest:path}", page)], middleware=[Middleware(Titled, title="Q & A")])
    with TestClient(app) as client:
        return client.get(path)


def test_the_page_has_its_title_once_and_says_its_length() -> None:
    reply = visit("/")
    assert reply.text == TITLED
    assert int(reply.headers["content-length"]) == len(TITLED.encode())


def test_a_page_that_comes_in_pieces_has_it_too() -> None:
    assert visit("/", in_pieces).text == TITLED


def test_what_is_not_the_page_stays_as_it_is() -> None:
    assert visit("/other").text == PAGE
    assert visit("/", empty).status_code == 204
