from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.web.owner import COOKIE, Remember, owner_of

SECRET = "a" * 32


async def answer(_request: Request) -> Response:
    return PlainTextResponse("ok")


def visit(path: str = "/", cookie: bytes = b"") -> list[str]:
    """What is set by one visit."""
    app = Starlette(routes=[Route("/{rest:path}", answer)], middleware=[Middleware(Remember)])
    with TestClient(app) as client:
        return client.get(path, headers=[(b"cookie", cookie)] if cookie else []).headers.get_list("set-cookie")


def request(cookie: str = "", username: str | None = None) -> Any:
    return SimpleNamespace(headers={"cookie": cookie} if cookie else {}, username=username)


def test_a_browser_gets_a_secret_that_no_script_reads() -> None:
    [first], [second] = visit(), visit()
    assert first != second
    assert "; HttpOnly; SameSite=Lax" in first
    assert "Path=/" in first


def test_one_that_has_a_secret_keeps_it() -> None:
    [cookie] = visit(cookie=f"other=1; {COOKIE}={SECRET}".encode())
    assert cookie.startswith(f"{COOKIE}={SECRET};")


@pytest.mark.parametrize("other", ['g_state={"i_l":0}', "foo[bar]=1", "name=Jos\u00e9", "path=1", "a=b c", "x"])
def test_cookies_of_other_programs_do_not_hide_ours(other: str) -> None:
    mine = f"{COOKIE}={SECRET}"
    assert owner_of(request(f"{other}; {mine}")) == owner_of(request(f"{mine}; {other}")) == owner_of(request(mine))


@pytest.mark.parametrize("value", ["", "short", "a" * 31 + "=", "a" * 500, '"; x=y', "a" * 31 + "\N{PILE OF POO}"])
def test_a_secret_that_we_did_not_make_is_replaced(value: str) -> None:
    [cookie] = visit(cookie=f"{COOKIE}={value}".encode())
    assert not cookie.startswith(f"{COOKIE}={value};")
    assert owner_of(request(f"{COOKIE}={value}")) == ""


def test_nothing_but_the_page_sets_one() -> None:
    assert visit("/v1/search") == []


def test_owners_differ_and_the_secret_is_not_told() -> None:
    mine, other = owner_of(request(f"{COOKIE}={SECRET}")), owner_of(request(f"{COOKIE}={'b' * 32}"))
    assert mine != other
    assert SECRET not in mine
    assert owner_of(request(f"{COOKIE}={SECRET}", "ann")) == "login:ann"
    assert owner_of(request()) == ""
