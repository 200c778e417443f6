"""What a user does, in the words of the tests."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def enter(page: Page, url: str) -> None:
    """Open the page and wait until it is ready."""
    page.goto(url)
    expect(page.locator("#fn-status")).to_contain_text("passages", timeout=60_000)
    expect(page.locator(".fn-welcome")).to_be_visible()


def type_question(page: Page, question: str) -> None:
    """Type and press Enter."""
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")


def last(page: Page) -> Locator:
    """The last question with its answer."""
    return page.locator(".fn-turn").last


def finished(page: Page, turns: int = 1) -> Locator:
    """The last answer, once it is over."""
    expect(page.locator(".fn-turn")).to_have_count(turns)
    expect(page.locator(".fn-turn").last.locator(".fn-answer")).to_have_attribute("aria-busy", "false", timeout=60_000)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    return last(page)


def ask(page: Page, question: str, turns: int = 1) -> Locator:
    """Ask and wait for the answer."""
    type_question(page, question)
    return finished(page, turns)


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill in the page to log in, and send it."""
    page.get_by_label("username").fill(name)
    page.get_by_label("password").fill(password)
    page.get_by_role("button", name="Login").click()
