"""Many people at the page at once, in a real browser: what each waits for, and that nobody sees another's conversation.

python benchmarks/crowd.py FOLDER -o benchmarks/results/crowd.json [--people 20] [--generator NAME]

Indexes FOLDER into a new index, starts `rag serve` on it, and lets every person, each in a browser session of their
own, ask a question of their own at the same moment: about a document each, by its title. Then others ask alone, one
after the other, for the time until the evidence is on the screen, and more of them stop the answer, for the time until
the server is idle. The browser works on the same machine, and takes its share of it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from common import progress, settings, write
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from rag import factory
from rag.evals.machine import commit, machine
from rag.evals.metrics import spread

_CHROMIUM = "/usr/bin/chromium"
_OVER = "[...document.querySelectorAll('.fn-answer')].some((answer) => answer.getAttribute('aria-busy') === 'false')"
_WATCH = """() => {
  window.fnSeen = {};
  let began = 0;
  const marks = {passages: "#fn-sources .fn-hits li, #fn-sources .fn-source", evidence: "#fn-sources .fn-source mark"};
  addEventListener("keydown", (event) => { if (event.key === "Enter") began = performance.now(); }, true);
  new MutationObserver(() => {
    for (const [name, what] of Object.entries(marks))
      if (!(name in window.fnSeen) && document.querySelector(what)) window.fnSeen[name] = performance.now() - began;
  }).observe(document.body, {subtree: true, childList: true});
}"""
"""The page itself notes when, in milliseconds after Enter, the passages and the sentences lit in them are there."""
_REST_MS = 500
_WAIT_MS = 580_000
_CLICK_MS = 2_000
_LOOK_S = 0.1
_IDLE = 0.1
"""Share of one core under which a process is idle."""
_ALONE = 10
_STOPS = 5


def main() -> int:
    """Serve, ask, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="documents, one for each person and fifteen more at least")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--generator", default="extractive")
    parser.add_argument("--index", help="keep the index here for the next run; without it, one is made and thrown away")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing, sync_playwright() as playwright:
        index = given.index or passing
        config = settings(folder=str(given.folder), index=index, generator=given.generator)
        report = factory.sync_index(config, progress)
        questions = [f"What is said about {title}?" for title in _titles(index)]
        with _served(given.folder, index, given.generator) as (url, server):
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            crowd = _crowd(browser, url, questions[: given.people])
            alone = _alone(browser, url, questions[given.people :][:_ALONE])
            stops = _stops(browser, url, questions[given.people + _ALONE :][:_STOPS], server)
    passages = sum(file.chunks for file in report.files)
    made_with = {"generator": given.generator, "passages": passages, "commit": commit(), "machine": machine()}
    write(given.output, {"people": crowd, "alone": alone, "stop": stops, **made_with})
    return 0


def _titles(index: str) -> list[str]:
    from rag.store import SqliteStore

    store = SqliteStore.open_existing(Path(index))
    titles = [document.title for document in store.documents()]
    store.close()
    return titles


@contextmanager
def _served(folder: Path, index: str, generator: str) -> Iterator[tuple[str, psutil.Process]]:
    """Address and process of a chat."""
    flags = ["--index", index, "--generator", generator, "--port", "18700"]
    command = [sys.executable, "-m", "rag", "serve", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = re.search(r"http://\S+", process.stdout.readline())
    assert address is not None
    try:
        yield address[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _enter(browser: Browser, url: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(url)
    page.wait_for_function("document.querySelector('#fn-status')?.innerText.includes('passages')", timeout=_WAIT_MS)
    return page


def _type(page: Page, question: str) -> float:
    """Ask; the moment of the Enter key."""
    box = page.get_by_role("textbox", name="Question", exact=True)
    box.fill(question)
    began = time.perf_counter()
    box.press("Enter")
    return began


def _crowd(browser: Browser, url: str, questions: list[str]) -> dict[str, Any]:
    """Everybody asks at once."""
    pages: list[Page] = []
    for _ in questions:
        progress("opening pages", len(pages), len(questions))
        pages.append(_enter(browser, url))
    began = [_type(page, question) for page, question in zip(pages, questions, strict=True)]
    waits: list[float] = []
    for page, start in zip(pages, began, strict=True):
        progress("waiting for answers", len(waits), len(questions))
        page.wait_for_function(_OVER, timeout=_WAIT_MS)
        waits.append(time.perf_counter() - start)
    failed = sum(page.locator(".fn-error").count() for page in pages)
    strangers = 0
    for page, question in zip(pages, questions, strict=True):
        strangers += page.locator(".fn-question").all_text_contents() != [question]
        page.get_by_role("tab", name="History").click()
        page.wait_for_selector("#fn-history .fn-open")
        strangers += page.locator("#fn-history .fn-open").count() != 1
        page.context.close()
    return {"n": len(pages), "failed": failed, "strangers": strangers, "answer_s": spread(waits)}


def _alone(browser: Browser, url: str, questions: list[str]) -> dict[str, Any]:
    """One after the other, with nobody else there: until passages, evidence and the whole answer are there."""
    seen: list[dict[str, float]] = []
    answers: list[float] = []
    for question in questions:
        progress("asking alone", len(answers), len(questions))
        page = _enter(browser, url)
        page.evaluate(_WATCH)
        page.wait_for_timeout(_REST_MS)
        began = _type(page, question)
        page.wait_for_function(_OVER, timeout=_WAIT_MS)
        answers.append(time.perf_counter() - began)
        seen.append(page.evaluate("window.fnSeen"))
        page.context.close()
    waits = {f"{name}_s": spread([times[name] / 1000 for times in seen]) for name in ("passages", "evidence")}
    return {"n": len(questions), **waits, "answer_s": spread(answers)}


def _stops(browser: Browser, url: str, questions: list[str], server: psutil.Process) -> dict[str, Any]:
    """From the click on Stop, as soon as there is evidence, until the server does nothing."""
    waits: list[float] = []
    for question in questions:
        progress("stopping", len(waits), len(questions))
        page = _enter(browser, url)
        _type(page, question)
        page.wait_for_selector("#fn-sources .fn-source mark", timeout=_WAIT_MS)
        began = time.perf_counter()
        with suppress(PlaywrightTimeout):  # the answer was there before the click
            page.locator("#fn-stop").click(timeout=_CLICK_MS)
            while _busy(server):
                pass
            waits.append(time.perf_counter() - began)
        page.context.close()
    return {"n": len(waits), "over_before": len(questions) - len(waits), "idle_s": spread(waits) if waits else None}


def _busy(server: psutil.Process) -> bool:
    """Whether the process computes: more than a tenth of a core over the next moments."""
    return float(server.cpu_percent(_LOOK_S)) > 100 * _IDLE


if __name__ == "__main__":
    sys.exit(main())
