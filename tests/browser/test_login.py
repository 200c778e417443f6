"""A chat with passwords: nothing is seen before the right one, and everything after it."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, expect

from tests.browser import conftest, steps

pytestmark = conftest.MARKS


def test_the_right_password_opens_the_chat(page: Page, guarded: str) -> None:
    page.goto(guarded)
    expect(page.get_by_role("button", name="Login")).to_be_visible()
    expect(page.locator("#fn-box")).to_have_count(0)
    steps.sign_in(page, "ines", "pears & plums")
    expect(page.locator("#fn-status")).to_contain_text("passages")
    assert "ninety days" in steps.ask(page, "How much notice ends the harbour lease?").inner_text()


def test_a_wrong_one_does_not(guarded: str) -> None:
    reply = httpx.post(f"{guarded}login", data={"username": "ines", "password": "plums"})
    assert reply.status_code == 400
    for path in ("config", "gradio_api/queue/data?session_hash=x", "gradio_api/info"):
        assert httpx.get(guarded + path).status_code == 401, path
    for path in ("gradio_api/queue/join", "gradio_api/upload", "gradio_api/run/predict"):
        assert httpx.post(guarded + path, json={}).status_code == 401, path


def test_one_who_guesses_waits_on_the_page_and_in_requests_alike(guarded: str) -> None:
    def tried(password: str) -> int:
        return httpx.post(f"{guarded}login", data={"username": "ines", "password": password}).status_code

    for number in range(5):
        assert tried(f"guess {number}") == 400
    assert tried("pears & plums") == 400, "not even looked at"
    assert httpx.get(f"{guarded}health", auth=("ines", "pears & plums")).status_code == 429
