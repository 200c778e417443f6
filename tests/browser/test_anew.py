"""A question asked anew, and what other tabs see of it meanwhile: nothing is lost, stuck, or asked somewhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MARKS, REPLY
from tests.browser.steps import ask, enter, finished, last, show, type_question
from tests.web.things import GatedGenerator

pytestmark = MARKS
QUESTION, NEXT = "How may either side end the harbour lease?", "Who keeps the boat shed dry?"
FIRST, SECOND = (f"{sentence.rstrip('.')}." for sentence in REPLY.split(". "))


@pytest.fixture(autouse=True)
def _open(generator: GatedGenerator) -> Iterator[None]:
    """Every test begins and ends with the gate shut, and leaves nobody waiting."""
    shut(generator)
    yield
    generator.gate.release(1000)


def shut(generator: GatedGenerator) -> None:
    while generator.gate.acquire(blocking=False):
        pass


def answered(page: Page, url: str, generator: GatedGenerator) -> None:
    """A conversation of one question, and the gate shut."""
    enter(page, url)
    generator.gate.release(1000)
    ask(page, QUESTION)
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{32}$"))
    shut(generator)


def test_an_answer_is_there_again_when_the_new_one_is_stopped(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    answered(page, gated, generator)
    page.get_by_role("button", name="Regenerate").click()
    generator.gate.release(14)
    expect(last(page).locator(".fn-cite")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    for _ in range(2):
        expect(finished(page).locator(".fn-words")).to_have_text([FIRST, SECOND])
        expect(last(page)).to_contain_text("This is the answer from before.")
        expect(page.locator(".fn-source mark").first).to_contain_text("ninety days written notice")
        page.reload()


def test_regenerate_rests_while_a_question_is_edited(page: Page, gated: str, generator: GatedGenerator) -> None:
    answered(page, gated, generator)
    page.locator(".fn-turn").hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.get_by_role("button", name="Regenerate")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Regenerate")).to_be_enabled()


def test_what_a_question_was_limited_to_comes_back_with_it(page: Page, real: str) -> None:
    enter(page, real)
    chosen = page.locator("#fn-scope .token")
    page.locator("#fn-scope input").click()
    page.get_by_role("option", name="legal/ (1)").click()
    page.keyboard.press("Escape")
    ask(page, QUESTION)
    page.reload()
    expect(chosen).to_have_text(["legal/ (1)"])
    page.locator("#fn-scope .token-remove:not(.remove-all)").first.click()
    expect(chosen).to_have_count(0)
    page.locator(".fn-turn").hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(chosen).to_have_text(["legal/ (1)"])
    page.get_by_role("button", name="Cancel").click()
    expect(chosen).to_have_count(0)
    show(page, "History")
    page.locator("#fn-history .fn-open").first.click()
    expect(chosen).to_have_text(["legal/ (1)"])


def test_what_two_tabs_ask_at_once_comes_to_both_with_its_sources(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    answered(page, gated, generator)
    second, third = page.context.new_page(), page.context.new_page()
    second.goto(page.url)
    finished(second)
    type_question(second, NEXT)
    expect(second.locator("#fn-sources")).to_contain_text("Found so far")
    third.goto(page.url)
    type_question(page, QUESTION)
    expect(page.locator(".fn-turn")).to_have_count(3)
    for tab in (page, third):
        expect(tab.locator(".fn-turn").nth(1)).to_contain_text("being answered on another page")
    generator.gate.release(1000)
    expect(third.locator(".fn-turn").nth(1)).to_contain_text("Every sentence checked", timeout=20_000)
    expect(third.locator(".fn-source mark").first).to_contain_text("ninety days written notice")
    expect(finished(page, 3)).to_contain_text("Every sentence checked")
    expect(page.locator(".fn-turn").nth(1)).to_contain_text("Every sentence checked", timeout=20_000)
