"""Every state of the page as a picture, light and dark, wide and on a phone: `make screenshots`.

python -m tests.browser.screenshots FOLDER, over the index of `seeds/`, with the documents' own sentences as answers;
and what lasts too short there, or should not happen, over two documents and generators that make it last or happen.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserType, Page, ViewportSize, expect, sync_playwright

from rag.config import Config
from rag.factory import assemble
from rag.folder import remember
from rag.testing import FakeGenerator
from rag.web.library import Library
from rag.web.passwords import Passwords, hashed
from tests.browser import conftest, stages, states, steps
from tests.browser.states import Show
from tests.web.shelves import open_library, serving

_SIZES = {"wide": ViewportSize(width=1280, height=800), "phone": ViewportSize(width=390, height=844)}


def main(folder: Path) -> int:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as given, sync_playwright() as playwright:
        root, take = Path(given), partial(_take, playwright.chromium, folder)
        for name, shown in {"asked": states.ASKED, "added": states.ADDED}.items():
            with serving(_seeds(root / name), 18_950) as url:
                take(url, shown)
        for name, (generator, lasting) in _staged().items():
            with serving(open_library(root / name, generator), 18_951) as url:
                take(url, lasting)
        for name in ("no-index", "loading", "failed"):
            ends = threading.Event()
            with serving(stages.unusable(root, ends)[name], 18_952) as url:
                take(url, {name: states.empty}, enter=not_ready)
                ends.set()
        with serving(open_library(root / "guarded"), 18_953, Passwords({"ines": hashed("pears")})) as url:
            take(url, {"login": states.empty, "login-failed": _not_let_in}, enter=_login)
        take("", {"offline": states.empty}, enter=_offline)
    return 0


def _seeds(root: Path) -> Library:
    """Over copies: what is asked and handed in here is not to be kept there."""
    shutil.copytree("index", root / "index")
    shutil.copytree("seeds", root / "seeds")
    remember(root / "index", root / "seeds")
    return Library(Config(index=str(root / "index"), generator="extractive"), assemble, stages.slowly)


def _staged() -> dict[str, tuple[FakeGenerator, Mapping[str, Show]]]:
    """A generator, and what it makes last or happen."""
    return {
        "hesitant": (stages.Hesitant(conftest.REPLY), states.WAITING),
        "slow": (stages.Slow(conftest.REPLY), states.SLOW),
        "doubtful": (stages.doubtful(), states.DOUBTED),
        "broken": (stages.Broken(conftest.REPLY), states.BROKEN),
    }


def not_ready(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("#fn-status")).not_to_be_empty(timeout=60_000)


def _login(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("button", name="Login")).to_be_visible()


def _not_let_in(page: Page) -> None:
    steps.sign_in(page, "ines", "plums")
    expect(page.get_by_text("Incorrect")).to_be_visible()


def _offline(page: Page, _url: str) -> None:
    with TemporaryDirectory() as folder, serving(open_library(Path(folder)), 18_954) as url:
        steps.enter(page, url)
    steps.type_question(page, "How may either side end the harbour lease?")
    expect(page.get_by_text("Connection to the server was lost")).to_be_visible()


def _take(
    chromium: BrowserType,
    folder: Path,
    url: str,
    states: Mapping[str, Show],
    enter: Callable[[Page, str], None] = steps.enter,
) -> None:
    browser = chromium.launch(executable_path=str(conftest.CHROMIUM), args=conftest.FLAGS)
    for size, viewport in _SIZES.items():
        for scheme in ("light", "dark"):
            for name, show in states.items():
                context = browser.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
                page = context.new_page()
                enter(page, url)
                show(page)
                page.wait_for_timeout(400)  # the smooth scroll
                page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                context.close()
    browser.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
