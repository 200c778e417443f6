"""Every state of the page as a picture, light and dark, wide and on a phone: `make screenshots`.

python -m tests.browser.screenshots FOLDER, over the index of `seeds/`, with the documents' own sentences as answers;
and what lasts too short there, or should not happen, over two documents and a generator that waits to be let.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from playwright.sync_api import BrowserType, FilePayload, Page, ViewportSize, expect, sync_playwright

from rag.config import Config
from rag.errors import WeightsError
from rag.folder import remember
from rag.pipeline import Pipeline
from rag.protocols import Message, Progress, StopSignal
from rag.testing import FakeGenerator
from rag.web.library import Library
from rag.web.passwords import Passwords, hashed
from tests.browser import conftest, steps
from tests.web import shelves
from tests.web.shelves import open_library, serving

_SIZES = {"wide": ViewportSize(width=1280, height=800), "phone": ViewportSize(width=390, height=844)}
_LOADING_S = 120.0
_WORDS = len(conftest.REPLY.split(". ")[0].split()) + 2


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


def _follow_up(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    steps.ask(page, "And how long does it last?", turns=2)


def _remark(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    page.get_by_role("button", name="Bad answer").click()
    expect(page.locator(".fn-remark")).to_be_visible()


def _scope(page: Page) -> None:
    page.locator("#fn-scope input").click()
    expect(page.get_by_role("option").first).to_be_visible()


def _upload(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    broken = FilePayload(name="scan.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 cut off")
    page.locator("#fn-upload input[type=file]").set_input_files(broken)
    expect(page.locator("#fn-results tbody tr")).to_contain_text("not added", timeout=60_000)


def _too_long(page: Page) -> None:
    steps.ask(page, "why " * 5_000)


def _writing(page: Page) -> None:
    steps.type_question(page, _NOTICE)
    expect(page.locator(".fn-sentence")).to_have_count(1)


def _waiting(page: Page) -> None:
    other = page.context.new_page()
    steps.enter(other, page.url)
    steps.type_question(other, _NOTICE)
    expect(other.locator(".fn-sentence")).to_have_count(1)
    steps.type_question(page, _NOTICE)
    expect(page.locator(".fn-answer")).to_contain_text("ahead of yours")
    page.bring_to_front()


def _stopped(page: Page) -> None:
    _writing(page)
    page.get_by_role("button", name="Stop").click()
    steps.finished(page)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": _empty,
    "answer": _answer,
    "conflict": _conflict,
    "refusal": _refusal,
    "follow-up": _follow_up,
    "remark": _remark,
    "too-long": _too_long,
    "scope": _scope,
    "documents": _documents,
    "upload": _upload,
    "page": _page,
    "document": _document,
    "history": _history,
    "editing": _editing,
    "why": _why,
    "batch": _batch,
    "keys": _keys,
}
_NOTICE = "How may either side end the harbour lease?"
WAITING: dict[str, Callable[[Page], None]] = {"writing": _writing, "waiting": _waiting, "stopped": _stopped}
"""With a generator that has written its first sentence, and no more."""


def main(folder: Path) -> int:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as given, sync_playwright() as playwright:
        root = Path(given)
        take = partial(_take, playwright.chromium, folder)
        shutil.copytree("index", root / "index")  # what is asked here is not to be kept there
        shutil.copytree("seeds", root / "seeds")
        remember(root / "index", root / "seeds")
        with serving(Library(Config(index=str(root / "index"), generator="extractive")), 18_950) as url:
            take(url, STATES)
        waiting = open_library(root / "waiting", Hesitant(conftest.REPLY))
        with serving(waiting, 18_951) as url:
            take(url, WAITING)
        for name, library in unusable(root).items():
            with serving(library, 18_952) as url:
                take(url, {name: _empty}, enter=not_ready)
        with serving(waiting, 18_953, Passwords({"ines": hashed("pears")})) as url:
            take(url, {"login": _empty}, enter=_login)
        take("", {"offline": _empty}, enter=_offline)
    return 0


class Hesitant(FakeGenerator):
    """Writes its first sentence and two words more, and then waits to be stopped."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """A word at a time."""
        yield from islice(super().stream(messages, stop), _WORDS)
        while not stop.is_set():
            sleep(0.02)


def unusable(root: Path) -> dict[str, Library]:
    """Where there is nothing to ask, by what is wrong."""
    settings = shelves.settings(root / "none")
    ends = threading.Event()

    def fails(_config: Config, _progress: Progress) -> Pipeline:
        raise WeightsError("qwen2.5-coder-1.5b: the digest of the weights is wrong", "rag models verify")

    def loads(_config: Config, progress: Progress) -> Pipeline:
        progress("converting qwen2.5-coder-1.5b", 1, 3)
        ends.wait(_LOADING_S)
        raise WeightsError("too late", "")

    return {
        "no-index": shelves.make_library(settings),
        "loading": Library(settings, loads),
        "failed": Library(settings, fails),
    }


def not_ready(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("#fn-status")).not_to_be_empty(timeout=60_000)


def _login(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("button", name="Login")).to_be_visible()


def _offline(page: Page, _url: str) -> None:
    with TemporaryDirectory() as folder, serving(open_library(Path(folder)), 18_954) as url:
        steps.enter(page, url)
    steps.type_question(page, _NOTICE)
    expect(page.get_by_text("Connection to the server was lost")).to_be_visible()


def _take(
    chromium: BrowserType,
    folder: Path,
    url: str,
    states: Mapping[str, Callable[[Page], None]],
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
