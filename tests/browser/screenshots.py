"""Every state of the page as a picture, light and dark, wide and on a phone: `make screenshots`.

python -m tests.browser.screenshots FOLDER, over the index of `seeds/`, with the documents' own sentences as answers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

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


STATES: dict[str, Callable[[Page], None]] = {
    "empty": _empty,
    "answer": _answer,
    "conflict": _conflict,
    "refusal": _refusal,
    "documents": _documents,
}


def main(folder: Path) -> int:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(Config(generator="extractive"))
    with serving(library, 18_950) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(conftest.CHROMIUM), args=conftest.FLAGS)
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
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
