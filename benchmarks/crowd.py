"""Many people at the page at once, in a real browser: what each waits for, and that nobody sees another's conversation.

python benchmarks/crowd.py FOLDER -o benchmarks/results/crowd.json [--people 20] [--generator NAME]

Indexes FOLDER into a new index, starts `rag serve` on it, and lets every person ask a question of their own at the same
moment: about a document each, by its title. Then one more asks alone, for the time until the evidence is on the screen,
and stops the answer to another question, for the time until the server is idle.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from common import settings, write
from playwright.sync_api import Browser, Page, sync_playwright

from rag import factory
from rag.evals.machine import commit, machine
from rag.evals.metrics import spread

_CHROMIUM = "/usr/bin/chromium"
_OVER = "[...document.querySelectorAll('.fn-answer')].some((answer) => answer.getAttribute('aria-busy') === 'false')"
_WAIT_MS = 580_000
_LOOK_S = 0.1
_IDLE = 0.1
"""Share of one core under which a process is idle."""
_ALONE = 10


def main() -> int:
    """Serve, ask, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="documents, one for each person and eleven more at least")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--generator", default="extractive")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as index, sync_playwright() as playwright:
        config = settings(folder=str(given.folder), index=index, generator=given.generator)
        report = factory.sync_index(config)
        questions = [f"What is said about {title}?" for title in _titles(index)]
        with _served(given.folder, index, given.generator) as (url, server):
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            crowd = _crowd(browser, url, questions[: given.people])
            alone = _alone(browser, url, questions[given.people :][:_ALONE])
            stop = _stop(browser, url, questions[given.people + _ALONE], server)
    passages = sum(file.chunks for file in report.files)
    made_with = {"generator": given.generator, "passages": passages, "commit": commit(), "machine": machine()}
    write(given.output, {"people": crowd, "alone": alone, "stop": stop, **made_with})
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
    page.wait_for_function("document.querySelector('#fn-status').innerText.includes('passages')", timeout=_WAIT_MS)
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
    pages = [_enter(browser, url) for _ in questions]
    began = [_type(page, question) for page, question in zip(pages, questions, strict=True)]
    waits = []
    for page, start in zip(pages, began, strict=True):
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
    """One after the other, with nobody else there: until the evidence and until the whole answer is there."""
    evidence, answers = [], []
    for question in questions:
        page = _enter(browser, url)
        began = _type(page, question)
        page.wait_for_selector("#fn-sources .fn-source mark", timeout=_WAIT_MS)
        evidence.append(time.perf_counter() - began)
        page.wait_for_function(_OVER, timeout=_WAIT_MS)
        answers.append(time.perf_counter() - began)
        page.context.close()
    return {"n": len(questions), "evidence_s": spread(evidence), "answer_s": spread(answers)}


def _stop(browser: Browser, url: str, question: str, server: psutil.Process) -> dict[str, Any]:
    """From the click on Stop until the server does nothing; None where the answer was there before the click."""
    page = _enter(browser, url)
    _type(page, question)
    page.wait_for_selector("#fn-sources .fn-source mark", timeout=_WAIT_MS)
    stop = page.locator("#fn-stop")
    if not stop.count():
        return {"idle_s": None}
    began = time.perf_counter()
    stop.click()
    clicked = time.perf_counter()
    while _busy(server):
        pass
    idle = time.perf_counter()
    page.context.close()
    return {"click_s": round(clicked - began, 3), "idle_s": round(idle - began, 3)}


def _busy(server: psutil.Process) -> bool:
    """Whether the process computes: more than a tenth of a core over the next moments."""
    return float(server.cpu_percent(_LOOK_S)) > 100 * _IDLE


if __name__ == "__main__":
    sys.exit(main())
