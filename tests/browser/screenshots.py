"""Every state of the page as a picture, light and dark, wide and on a phone: `make screenshots`.

python -m tests.browser.screenshots FOLDER, over the index of `seeds/`, with the documents' own sentences as answers.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserType, FilePayload, Page, ViewportSize, expect, sync_playwright

from rag.config import Config
from rag.web.library import Library
from tests.browser import conftest, steps
from tests.web.shelves import serving

_SIZES = {"wide": ViewportSize(width=1280, height=800), "phone": ViewportSize(width=390, height=844)}


def _empty(_page: Page) -> None:
    return


def _answer(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?").locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()


def _conflict(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    expect(page.locator(".fn-conflict").first).to_be_visible()


def _refusal(page: Page) -> None:
    steps.ask(page, "What is the boiling point of tungsten in kelvin?")
    expect(page.locator(".fn-refusal")).to_be_visible()


def _documents(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#fn-listing")).to_contain_text("manual.md")


def _page(page: Page) -> None:
    steps.ask(page, "Which terms keep bookings made before 1 April 2031?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Show the page").click()
    expect(page.locator("#fn-page-spot")).to_be_visible()


def _document(page: Page) -> None:
    steps.ask(page, "Which terms keep bookings made before 1 April 2031?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Open the document").click()
    expect(page.locator("#fn-text-spot")).to_be_visible()


def _history(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#fn-history .fn-open").first).to_be_visible()


def _editing(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?")
    page.locator(".fn-turn").hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()


def _why(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    page.get_by_role("tab", name="Why").click()
    page.get_by_role("button", name="Explain the answer that is shown").click()
    expect(page.locator("#fn-why-shown .fn-why")).to_be_visible()


def _batch(page: Page) -> None:
    page.get_by_role("tab", name="Batch").click()
    asked = b"question\nHow much notice ends a membership?\n"
    questions = FilePayload(name="questions.csv", mimeType="text/csv", buffer=asked)
    page.locator("#fn-batch-upload input[type=file]").set_input_files(questions)
    expect(page.locator("#fn-batches")).to_contain_text("Done", timeout=60_000)


def _keys(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


STATES: dict[str, Callable[[Page], None]] = {
    "empty": _empty,
    "answer": _answer,
    "conflict": _conflict,
    "refusal": _refusal,
    "documents": _documents,
    "page": _page,
    "document": _document,
    "history": _history,
    "editing": _editing,
    "why": _why,
    "batch": _batch,
    "keys": _keys,
}


def main(folder: Path) -> int:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as index, sync_playwright() as playwright:
        shutil.copytree("index", index, dirs_exist_ok=True)  # what is asked here is not to be kept there
        library = Library(Config(index=index, generator="extractive"))
        with serving(library, 18_950) as url:
            _take(playwright.chromium, url, folder)
    return 0


def _take(chromium: BrowserType, url: str, folder: Path) -> None:
    browser = chromium.launch(executable_path=str(conftest.CHROMIUM), args=conftest.FLAGS)
    for size, viewport in _SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
            for name, show in STATES.items():
                page = context.new_page()
                steps.enter(page, url)
                show(page)
                page.wait_for_timeout(400)  # the smooth scroll
                page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                page.close()
            context.close()
    browser.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
