"""A real headless Chromium, a page that notes whatever should not happen, and served libraries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, expect, sync_playwright

from rag import factory
from rag.config import Config
from rag.web.library import Library
from rag.web.passwords import Passwords, hashed
from tests.web.shelves import make_folder, open_library, serving
from tests.web.things import GatedGenerator

MARKS = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # Gradio's queue uses pandas in the old way
]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_PATIENCE_MS = 15_000
"""For what a page should do soon: on a busy machine five seconds were once too few."""
_GRADIO_SAYS = "Method not implemented."
"""Its client warns so when it closes the progress of an upload."""
REPLY = (
    "Either side may end the harbour lease with ninety days written notice. "
    "Notice must reach the registrar before the end of a quarter."
)


class Noted:
    """What a page did that no page of ours should do."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.wrong.append(f"request: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        refused = message.location["url"].endswith("/login")  # Chromium notes each wrong password
        if message.type in ("error", "warning") and message.text != _GRADIO_SAYS and not refused:
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a missing one fails, so that nobody takes a skipped test for a passed one."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh user. Afterwards: no dialog, no error, nothing asked of another host."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    noted = Noted(page)
    yield page
    context.close()
    assert noted.wrong == []


@pytest.fixture(scope="module")
def generator() -> GatedGenerator:
    """Writes a word each time its gate is released."""
    return GatedGenerator(REPLY)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory, generator: GatedGenerator) -> Iterator[str]:
    """Address of a chat whose generator waits to be let."""
    library = open_library(tmp_path_factory.mktemp("gated"), generator)
    with serving(library, 18_800) as url:
        yield url


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a chat that takes a name and a password."""
    passwords = Passwords({"ines": hashed("pears & plums")})
    with serving(open_library(tmp_path_factory.mktemp("guarded")), 18_900, passwords) as url:
        yield url


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, embedder_folder: Path) -> Config:
    """Settings over a small indexed folder with the real embedder; answers are the documents' own sentences."""
    root = tmp_path_factory.mktemp("shelf")
    folder, index = str(make_folder(root)), str(root / "index")
    assert embedder_folder.is_dir()
    config = Config(folder=folder, index=index, generator="extractive", offline=True, max_file_bytes=1_000_000)
    factory.sync_index(config)
    return config


@pytest.fixture(scope="module")
def library(shelf: Config) -> Library:
    """The real thing, opened."""
    library = Library(shelf)
    library.start()
    assert library.wait(120)
    assert library.status().phase == "ready", library.status()
    return library


@pytest.fixture(scope="module")
def real(library: Library) -> Iterator[str]:
    """Address of a chat over the real pipeline, extractive."""
    with serving(library, 18_850) as url:
        yield url
