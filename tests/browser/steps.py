"""What a user does, in the words of the tests."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

_DROP = """([zone, sizes]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, size] of Object.entries(sizes)) {
    const words = "The gull lantern is lit by Ada Holm. ";
    dataTransfer.items.add(new File([words.repeat(size / words.length + 1).slice(0, size)], name));
  }
  for (const type of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""
"""Drop files of so many characters, by the events of a real drag and drop."""


def enter(page: Page, url: str) -> None:
    """Open the page and wait until it is ready."""
    page.goto(url)
    expect(page.locator("#fn-status")).to_contain_text("passages", timeout=60_000)
    expect(page.locator(".fn-welcome")).to_be_visible()


def show(page: Page, tab: str) -> None:
    """Show a tab and wait for it to come to rest: Gradio empties the fields of a new one again some 25 ms later."""
    page.get_by_role("tab", name=tab).click()
    page.evaluate("new Promise((rested) => requestIdleCallback(() => setTimeout(rested, 100), { timeout: 5000 }))")


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


def drop(page: Page, sizes: dict[str, int]) -> Locator:
    """Drop files on the place for them; the rows of what became of each."""
    show(page, "Documents")
    zone = page.locator("#fn-upload").get_by_role("button")
    expect(zone).to_be_visible()
    page.evaluate(_DROP, [zone.element_handle(), sizes])
    return page.locator("#fn-results tbody tr")
