"""Hostile text in every place where the page shows text: nothing runs, nothing is an element, no layout breaks.

The documents, their names, titles and headings, the questions, remarks, titles of conversations, batches and searches
are all markup, script, links that are code, text that runs backwards, words without an end, and lines of a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.generator import ExtractiveGenerator
from rag.web.library import Library
from rag.web.view import MOST_REMARK
from tests.browser.conftest import MARKS
from tests.browser.hostile import EVIL, LINE, LONG, NAME, SIZES, sound, visitor
from tests.browser.steps import ask, enter, finished, last, show, sign_in, type_question
from tests.web.shelves import make_library, serving, settings, sync

pytestmark = MARKS
DOCUMENT = (
    f"# Ledger {EVIL}\n\nThe ledger of zirconium {EVIL} is kept by Ines Okoro. "
    f"The ledger of zirconium ends in {LONG}.\n\n"
    f"## Halves {EVIL} {LONG[:400]}\n\nA half of the ledger of zirconium is {EVIL} red. "
    "A table of zirconium follows.\n\n"
    f"| kind {EVIL} | {LONG[:500]} |\n|---|---|\n| zirconium | {EVIL} |\n"
)
LINE_DOCUMENT = f"The line of hafnium {EVIL} has no end: " + "hafnium " * 60_000 + LONG * 170
PORT = 18_980


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "docs" / f"{NAME[:60]}"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.md").write_text(DOCUMENT, "utf-8")
    (folder / f"{NAME}.txt").write_text(DOCUMENT.replace("ledger", "register"), "utf-8")
    (folder / "line.txt").write_text(LINE_DOCUMENT, "utf-8")
    (folder / f"{NAME}.pdf").write_bytes(b"%PDF-1.4 not really")
    config = settings(root)
    sync(config, lambda *_: None)
    library = make_library(config, ExtractiveGenerator())
    library.start()
    assert library.wait(30)
    return library


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    with serving(library, PORT) as url:
        library.index(lambda *_: None)  # so that it knows what could not be read
        yield url


@pytest.fixture(params=SIZES)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with visitor(chromium, request.param) as page:
        yield page


def cited(page: Page, url: str) -> Locator:
    """An answer out of the hostile document that is not Markdown, whose tags are text."""
    enter(page, url)
    answer = ask(page, f"Who keeps the register of zirconium? {EVIL}")
    expect(answer.locator(".fn-cite").first).to_be_visible()
    return answer


def test_the_first_page_with_what_it_suggests(page: Page, url: str) -> None:
    enter(page, url)
    sound(page)


def test_an_answer_with_its_sources_and_its_document(page: Page, url: str) -> None:
    answer = cited(page, url)
    expect(answer.locator(".fn-question")).to_contain_text("<x-evil onclick=alert(1)>evil</x-evil>")
    sound(page)
    answer.locator(".fn-cite").first.click()
    source = page.locator(".fn-source[aria-current=true]")
    expect(source).to_contain_text("<x-evil onclick=alert(1)>evil</x-evil>")
    sound(page)
    source.get_by_role("button", name="Open the document").click()
    expect(page.locator("#fn-text-spot")).to_be_visible()
    expect(page.locator(".fn-opened")).to_contain_text("<x-evil onclick=alert(7)>")
    sound(page)


def test_a_line_of_half_a_megabyte_is_cited_and_read(page: Page, url: str) -> None:
    enter(page, url)
    answer = ask(page, "Which line of hafnium has no end?")
    sound(page)
    answer.locator(".fn-cite").first.click()
    source = page.locator(".fn-source[aria-current=true]")
    expect(source).to_contain_text("The line of hafnium")
    sound(page)
    source.get_by_role("button", name="Open the document").click()
    expect(page.locator(".fn-reader-text")).to_contain_text("hafnium")
    sound(page)


def test_questions_without_an_end(page: Page, url: str) -> None:
    enter(page, url)
    ask(page, f"{EVIL}{LONG}")
    sound(page)
    answer = ask(page, LINE, turns=2)
    expect(answer.get_by_role("alert")).to_contain_text("at most 8,000")
    sound(page)
    page.reload()
    finished(page, turns=2)
    sound(page)


def test_a_follow_up_that_is_rewritten_and_a_question_that_is_edited(page: Page, url: str) -> None:
    cited(page, url)
    ask(page, "And a half of it?", turns=2)
    sound(page)
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()
    sound(page)


def test_a_remark(page: Page, url: str) -> None:
    cited(page, url)
    page.get_by_role("button", name="Bad answer").click()
    remark = last(page).locator(".fn-remark input")
    remark.fill(LINE)
    remark.press("Enter")
    page.wait_for_timeout(500)
    page.reload()
    finished(page)
    expect(last(page).locator(".fn-remark input")).to_have_value(re.compile("^<x-evil.*V$"))
    assert len(last(page).locator(".fn-remark input").input_value()) == MOST_REMARK
    sound(page)


def test_the_title_of_a_conversation_and_a_search(page: Page, url: str) -> None:
    cited(page, url)
    show(page, "History")
    listed = page.locator("#fn-history .fn-open")
    expect(listed).to_contain_text(["<x-evil onclick=alert(1)>"])
    sound(page)
    page.locator("#fn-history").get_by_role("button", name="Rename").click()
    title = page.get_by_role("textbox", name="Title of the conversation")
    title.fill(LINE)
    title.press("Enter")
    expect(listed).to_contain_text([EVIL[:40]])
    sound(page)
    page.get_by_role("textbox", name="Search conversations").fill(LINE)
    expect(page.locator("#fn-history")).to_contain_text("No conversation has")
    sound(page)


def test_the_list_of_documents_and_what_could_not_be_read(page: Page, url: str, tmp_path: Path) -> None:
    enter(page, url)
    show(page, "Documents")
    expect(page.locator("#fn-listing")).to_contain_text("<x-evil onclick=alert(7)>")
    page.locator(".fn-failed summary").click()
    expect(page.locator(".fn-failed li")).to_contain_text(".pdf")
    sound(page)
    broken = tmp_path / f"{NAME}.docx"
    broken.write_bytes(b"PK\x03\x04 not really")
    page.get_by_role("textbox", name="Collection to add them to").fill(EVIL)
    page.locator("#fn-upload input[type=file]").set_input_files(broken)
    expect(page.locator("#fn-results tbody tr")).to_contain_text("not added", timeout=60_000)
    expect(page.locator(".fn-failed li")).to_have_count(1)
    expect(page.locator("#fn-upload").get_by_role("button")).to_be_visible()  # until then it links to the file by name
    sound(page)


def test_where_a_question_looks(page: Page, url: str) -> None:
    enter(page, url)
    page.locator("#fn-scope input").click()
    page.get_by_role("option").filter(has_text="line.txt").first.click()
    page.keyboard.press("Escape")
    sound(page)
    ask(page, "Which line of hafnium has no end?")
    sound(page)


def test_a_batch(page: Page, url: str, tmp_path: Path) -> None:
    questions, broken = tmp_path / f"{NAME}.csv", tmp_path / "x-evil.jsonl"
    questions.write_text(f'question\n"{EVIL.replace(chr(34), "")}"\n{LONG}\n{LINE}\n', "utf-8")
    broken.write_text(f'{{"question": "{LINE}\n', "utf-8")
    enter(page, url)
    show(page, "Batch")
    for file in (broken, questions):
        page.locator("#fn-batch-upload input[type=file]").set_input_files(file)
        expect(page.locator("#fn-batch-result")).to_contain_text(file.name[1:15])
        sound(page)
    batch = page.locator("#fn-batches")
    expect(batch).to_contain_text("Done · 3 of 3 questions", timeout=60_000)
    batch.get_by_text("Latest answers").click()
    expect(batch.locator(".fn-latest")).to_contain_text("<x-evil onclick=alert(1)>")
    sound(page)


def test_why_and_a_passage_that_is_nowhere(page: Page, url: str) -> None:
    cited(page, url)
    show(page, "Why")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    explained = page.locator("#fn-why-shown .fn-why")
    expect(explained).to_contain_text("<x-evil onclick=alert(1)>")
    for hit in explained.locator(".fn-why-hit summary").all():
        hit.click()
    sound(page)
    page.get_by_label("A passage that you expected").fill(LINE)
    page.get_by_label("Its document").fill(EVIL)
    page.get_by_role("button", name="Explain the answer that is shown").click()
    expect(page.locator("#fn-why-shown")).to_contain_text("at most 8,000")
    page.get_by_role("button", name="Keep as an evaluation case").click()
    expect(page.locator("#fn-why-note")).not_to_be_empty()
    sound(page)


def test_an_address(page: Page, url: str) -> None:
    page.goto(f"{url}?c={quote(EVIL)}&__theme={quote(EVIL)}")
    expect(page.locator(".fn-welcome")).to_be_visible(timeout=60_000)
    type_question(page, "Who keeps the ledger of zirconium?")
    finished(page)
    sound(page)


def test_the_page_to_log_in(page: Page, guarded: str) -> None:
    page.goto(guarded)
    sign_in(page, f"{EVIL}{LONG}", LINE)
    expect(page.get_by_text("Incorrect")).to_be_visible()
    sound(page)
