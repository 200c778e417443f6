"""A chat with passwords: nothing is seen before the right one, and everything after it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from rag.web.passwords import Passwords, hashed
from tests.browser import conftest, steps
from tests.browser.test_accessibility import violations
from tests.web.shelves import open_library, serving

pytestmark = conftest.MARKS


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    passwords = Passwords({"ines": hashed("pears & plums")})
    with serving(open_library(tmp_path_factory.mktemp("guarded")), 18_900, passwords) as url:
        yield url


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("username").fill(name)
    page.get_by_label("password").fill(password)
    page.get_by_role("button", name="Login").click()


def test_the_right_password_opens_the_chat(page: Page, guarded: str) -> None:
    page.goto(guarded)
    expect(page.get_by_role("button", name="Login")).to_be_visible()
    expect(page.locator("#fn-box")).to_have_count(0)
    found = [rule.partition(":")[0] for rule in violations(page)]
    assert found == ["document-title"], "Gradio gives its own login page no title, and no way to set one"
    sign_in(page, "ines", "pears & plums")
    expect(page.locator("#fn-status")).to_contain_text("passages")
    assert "ninety days" in steps.ask(page, "How much notice ends the harbour lease?").inner_text()


def test_a_wrong_one_does_not(guarded: str) -> None:
    reply = httpx.post(f"{guarded}login", data={"username": "ines", "password": "plums"})
    assert reply.status_code == 400
    for path in ("config", "gradio_api/queue/data?session_hash=x", "gradio_api/info"):
        assert httpx.get(guarded + path).status_code == 401, path
    for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/run/predict"):
        assert httpx.post(guarded + path, json={}).status_code == 401, path
