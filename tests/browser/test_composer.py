"""The box and what stands around it: what is typed there is never lost, and no press wipes what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.protocols import no_progress
from rag.web.library import Library
from tests.browser.conftest import MARKS, REPLY
from tests.browser.stages import Slow
from tests.browser.steps import ask, enter, finished, last, type_question
from tests.web.shelves import open_library, serving
from tests.web.things import GatedGenerator

pytestmark = MARKS
QUESTION, NEXT = "How may either side end the harbour lease?", "Who keeps the boat shed dry?"


@pytest.fixture(autouse=True)
def _open(generator: GatedGenerator) -> Iterator[None]:
    """Every test begins with the gate shut, and leaves nobody waiting."""
    while generator.gate.acquire(blocking=False):
        pass
    yield
    generator.gate.release(1000)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a chat whose generator looks at nothing for a while, not at the stop button either."""
    with serving(open_library(tmp_path_factory.mktemp("slow"), Slow(REPLY)), 18_960) as url:
        yield url


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return open_library(tmp_path)


@pytest.fixture
def url(library: Library) -> Iterator[str]:
    with serving(library, 18_961) as url:
        yield url


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Question", exact=True)


def answered(page: Page, url: str, generator: GatedGenerator) -> None:
    """A conversation of one question; its sources are shown."""
    enter(page, url)
    generator.gate.release(200)
    ask(page, QUESTION)
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{32}$"))
    while generator.gate.acquire(blocking=False):
        pass


def whole(page: Page, address: str, questions: list[str]) -> None:
    """Nothing was wiped: the questions, the sources, the address, and what is written on the buttons."""
    page.wait_for_timeout(500)  # for what should not come
    expect(page.locator(".fn-question")).to_have_text(questions)
    expect(page.locator(".fn-source").first).to_be_visible()
    expect(page).to_have_url(address)
    for name in ("Ask", "Clear", "Regenerate"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("typed", ["", " \n"])
def test_enter_on_an_empty_box_wipes_nothing(page: Page, gated: str, generator: GatedGenerator, typed: str) -> None:
    answered(page, gated, generator)
    type_question(page, typed)
    whole(page, page.url, [QUESTION])
    page.get_by_role("button", name="Ask", exact=True).click()
    whole(page, page.url, [QUESTION])


def test_what_is_typed_while_the_last_answer_is_written_anew_stays_in_the_box(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    answered(page, gated, generator)
    address = page.url
    page.get_by_role("button", name="Regenerate").click()
    generator.gate.release(3)
    expect(last(page).locator(".fn-draft")).to_be_visible()
    type_question(page, NEXT)
    page.wait_for_timeout(500)
    expect(box(page)).to_have_value(NEXT)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    generator.gate.release(200)
    finished(page)
    whole(page, address, [QUESTION])
    expect(box(page)).to_have_value(NEXT)


def test_of_two_questions_at_the_same_moment_one_is_answered(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(200)
    box(page).fill(NEXT)
    page.evaluate("""() => {
      document.querySelector("#fn-send").click();
      for (const example of document.querySelectorAll(".fn-example")) example.click();
    }""")
    finished(page)
    whole(page, page.url, page.locator(".fn-question").all_inner_texts())


def test_enter_on_an_emptied_question_goes_on_editing_it(page: Page, gated: str, generator: GatedGenerator) -> None:
    answered(page, gated, generator)
    edit(page)
    type_question(page, "")
    whole(page, page.url, [QUESTION])
    expect(page.locator(".fn-editing")).to_be_visible()


def edit(page: Page) -> None:
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()
    expect(box(page)).to_have_value(QUESTION)


def test_a_draft_comes_back_when_an_edit_is_left_or_asked(page: Page, gated: str, generator: GatedGenerator) -> None:
    answered(page, gated, generator)
    box(page).fill("My draft")
    edit(page)
    page.get_by_role("button", name="Cancel").click()
    expect(box(page)).to_have_value("My draft")
    edit(page)
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("My draft")
    edit(page)
    generator.gate.release(200)
    type_question(page, NEXT)
    expect(page.locator(".fn-question")).to_have_text([NEXT])
    finished(page)
    expect(box(page)).to_have_value("My draft")
    box(page).press("Enter")
    expect(finished(page, 2).locator(".fn-question")).to_have_text("My draft")


def test_a_question_right_after_clear_is_answered(page: Page, slow: str) -> None:
    enter(page, slow)
    type_question(page, QUESTION)
    expect(page.locator("#fn-sources")).to_contain_text("Found so far")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".fn-welcome")).to_be_visible()
    type_question(page, NEXT)
    expect(box(page)).to_have_value("")
    expect(finished(page).locator(".fn-question")).to_have_text(NEXT)
    expect(last(page)).not_to_contain_text("Stopped")


def test_a_limit_outlives_a_document_that_is_gone_for_a_while(library: Library, url: str, page: Page) -> None:
    lease, aside = Path(library.config.folder, "legal", "lease.md"), Path(library.config.folder).parent / "aside.md"
    chosen = page.locator("#fn-scope .token")
    enter(page, url)
    choose(page, "legal/lease.md")
    lease.rename(aside)
    library.index(no_progress)
    expect(page.locator("#fn-status")).to_contain_text("1 document ")
    expect(chosen).to_have_text(["legal/lease.md"])
    answer = ask(page, "Who is the treasurer of the rowing club?")
    expect(answer).to_contain_text("no document of the index is there")
    aside.rename(lease)
    library.index(no_progress)
    expect(page.locator("#fn-status")).to_contain_text("2 documents")
    expect(chosen).to_have_text(["legal/lease.md"])
    answer = ask(page, QUESTION, 2)
    expect(answer).to_contain_text("Looked only in legal/lease.md")


def choose(page: Page, name: str) -> None:
    """Limit questions to a document."""
    page.locator("#fn-scope input").click()
    page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")
