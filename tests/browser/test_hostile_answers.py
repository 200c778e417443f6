"""Hostile text of a model or its server; in what disagrees, is refused, asked back; on a page, in files and replies."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from rag import factory
from rag.models import Weights
from tests.browser.conftest import MARKS
from tests.browser.hostile import EVIL, LINE, LONG, NAME, SIZES, sound, visitor
from tests.browser.steps import ask, enter, show
from tests.chat_server import begin, event, server
from tests.web.papers import drawn, write
from tests.web.shelves import make_library, serving, settings, sync

pytestmark = MARKS
PACT = "The pact of osmium {} ends after {} days of notice."
WORD = "".join(f"W{number}" for number in range(1_000))
WRITTEN = f"{PACT.format(EVIL, 30)} The moon {EVIL} is made of {WORD}. "
"""No word that repeats itself: a model that does is cut off."""
TAG = "<x-evil onclick=alert(1)>"
STRANGE = "<zugzwang ondrag=quux(9)>\u202ezugzwang"
"""With no word that a document has."""
FORMULAS = ("=1+1", "@SUM(A1)", "+1", "-1", '=HYPERLINK("http://evil.example")')


def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """As a server would whose model, or who itself, means harm."""
    if "iridium" in body["messages"][-1]["content"]:
        begin(request, 500)
        request.wfile.write(LINE.encode())
        return
    begin(request)
    request.wfile.write(event(WRITTEN) + event(finish_reason="stop") + b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("answers")
    (root / "docs").mkdir()
    for days in (30, 60):
        (root / "docs" / f"{days} {NAME}.txt").write_text(f"Pact {EVIL}\n\n{PACT.format(EVIL, days)}\n", "utf-8")
    (root / "docs" / "iridium.txt").write_text("A vault of iridium stands open.", "utf-8")
    paper = drawn(lambda canvas: write(canvas, "The paper of rhodium in ink", EVIL[:100], "is kept by Ines Okoro."))
    (root / "docs" / f"{NAME}.pdf").write_bytes(paper)
    with server(answer) as model:
        config = replace(settings(root), refuse_below=0.15, generator=f"openai:{model}#{EVIL}{LONG}")
        sync(config, lambda *_: None)
        library = make_library(config, factory.open_generator(config, Weights(root)))
        library.start()
        assert library.wait(30)
        with serving(library, 18_985) as url:
            yield url


@pytest.fixture(params=SIZES)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with visitor(chromium, request.param) as page:
        yield page


def test_what_a_model_writes_and_what_disagrees(page: Page, url: str) -> None:
    enter(page, url)
    answer = ask(page, "When does the pact of osmium end?")
    expect(answer.locator(".fn-sentence")).to_contain_text(TAG)
    expect(answer.locator(".fn-conflict .fn-side-of").last).to_contain_text(TAG)
    sound(page)
    answer.locator(".fn-dropped summary").click()
    expect(answer.locator(".fn-dropped li").first).to_contain_text(TAG)
    sound(page)
    with page.expect_download() as saved:
        show(page, "History")
        page.locator("#fn-history").get_by_role("button", name="Markdown").first.click()
    assert re.findall(r"(?<!\\)[<\]]\(?", Path(saved.value.path()).read_text("utf-8").split("[^1-")[0]) == []


def test_what_is_refused_asked_back_or_fails(page: Page, url: str) -> None:
    enter(page, url)
    answer = ask(page, f"Which {STRANGE} is there?")
    expect(answer.locator(".fn-refusal")).to_contain_text("zugzwang")
    sound(page)
    answer = ask(page, "Is there a vault of iridium?", turns=2)
    expect(answer.get_by_role("alert")).to_contain_text(TAG)
    sound(page)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".fn-welcome")).to_be_visible()
    answer = ask(page, "What does this say?")
    expect(answer.locator(".fn-refusal")).to_contain_text("something in “")
    sound(page)


def test_the_page_of_a_pdf(page: Page, url: str) -> None:
    enter(page, url)
    ask(page, "Who keeps the paper of rhodium?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Show the page").first.click()
    expect(page.locator("#fn-page-spot")).to_be_visible()
    sound(page)


def test_a_collection_and_a_question_that_looks_there(page: Page, url: str) -> None:
    enter(page, url)
    show(page, "Documents")
    page.get_by_role("textbox", name="Collection to add them to").fill(STRANGE[:60])
    page.locator("#fn-upload input[type=file]").set_input_files(
        FilePayload(name=f"{NAME}.txt", mimeType="text/plain", buffer=b"The seal of indium is blue.")
    )
    expect(page.locator("#fn-results tbody tr")).to_contain_text("1 passage", timeout=60_000)
    expect(page.locator("#fn-listing")).to_contain_text("zugzwang")
    sound(page)
    page.locator("#fn-scope input").click()
    page.get_by_role("option").filter(has_text="zugzwang").first.click()
    page.keyboard.press("Escape")
    answer = ask(page, "What colour is the seal of indium?")
    expect(answer).to_contain_text("Looked only in")
    sound(page)


def test_a_table_of_answers_in_which_no_cell_is_a_formula(page: Page, url: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked.csv"
    with asked.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "question"], *((text, f"{text} pact of osmium") for text in FORMULAS)])
    enter(page, url)
    show(page, "Batch")
    page.locator("#fn-batch-upload input[type=file]").set_input_files(asked)
    batch = page.locator("#fn-batches")
    expect(batch).to_contain_text("Done", timeout=60_000)
    batch.get_by_text("Latest answers").click()
    sound(page)
    with page.expect_download() as saved:
        batch.get_by_role("button", name="Download CSV").first.click()
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(TAG in cell for cell in cells)
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))] == []


def test_no_reply_to_a_program_is_a_page(url: str) -> None:
    strange = [
        {"question": {EVIL: EVIL}},
        {"question": "pact", "scope": [EVIL]},
        {"question": "pact", "k": EVIL},
        [EVIL],
    ]
    replies = [httpx.post(f"{url}v1/search", json=body) for body in strange]
    replies.append(httpx.post(f"{url}v1/search", content=EVIL.encode(), headers={"Content-Type": "text/<x-evil>"}))
    replies.append(httpx.post(f"{url}v1/chat/completions", json={"model": EVIL, "messages": [{"role": EVIL}]}))
    replies.append(httpx.get(f"{url}v1/documents"))
    for reply in replies:
        assert reply.headers["content-type"] == "application/json", reply.text
        assert reply.headers["x-content-type-options"] == "nosniff"
        json.loads(reply.text)
    assert [reply.status_code for reply in replies] == [400, 400, 400, 400, 415, 400, 200]
    assert TAG not in httpx.get(f"{url}{quote(EVIL)}").text
