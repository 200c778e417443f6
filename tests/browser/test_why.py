"""The Why tab: an answer explained, an expected passage followed to where it was lost, a question kept as a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.config import Config
from tests.browser import conftest, steps
from tests.browser.test_accessibility import violations

pytestmark = conftest.MARKS
QUESTION = "How much notice ends the harbour lease?"


def explained(page: Page, url: str) -> Locator:
    """The Why tab over an answer that it explains."""
    steps.enter(page, url)
    steps.ask(page, QUESTION)
    steps.show(page, "Why")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    shown = page.locator("#fn-why-shown .fn-why")
    expect(shown).to_be_visible()
    return shown


@pytest.mark.weights
def test_an_answer_is_explained(page: Page, real: str) -> None:
    shown = explained(page, real)
    expect(shown).to_contain_text("Answered: the evidence holds the answer with a probability of 0.")
    first = shown.locator(".fn-why-hit").first
    expect(first.locator("summary")).to_contain_text("lease.md")
    expect(first.locator("blockquote")).to_be_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.locator("mark", has_text="notice").first).to_be_visible()
    expect(shown.get_by_role("table", name="Sentences that are evidence")).to_contain_text("ninety days written notice")


@pytest.mark.weights
def test_an_expected_passage_is_followed_and_the_question_kept(page: Page, real: str, shelf: Config) -> None:
    explained(page, real)
    page.get_by_label("A passage that you expected").fill("the club keeps it dry")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    lost = page.locator(".fn-why-expected")
    expect(lost).to_contain_text("minutes.txt")
    expect(lost.get_by_role("img", name="lost here")).to_have_count(1)
    page.get_by_role("button", name="Keep as an evaluation case").click()
    note = page.locator("#fn-why-note")
    expect(note).to_contain_text("choose yes or no")
    page.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Keep as an evaluation case").click()
    expect(note).to_contain_text("with 1 passage to be found")
    (line,) = (Path(shelf.index) / "cases.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["expected"][0]["quote"] == "the club keeps it dry"


@pytest.mark.weights
def test_what_belongs_to_an_earlier_answer_goes_with_it(page: Page, real: str) -> None:
    explained(page, real)
    expected = page.get_by_label("A passage that you expected")
    expected.fill("the club keeps it dry")
    page.get_by_role("tab", name="Sources").click()
    steps.show(page, "Why")
    expect(page.locator("#fn-why-shown .fn-why")).to_be_visible()
    expect(expected).to_have_value("the club keeps it dry")
    steps.ask(page, "Who is the treasurer of the rowing club?", turns=2)
    steps.show(page, "Why")
    expect(page.locator("#fn-why-shown .fn-why")).to_have_count(0)
    expect(expected).to_have_value("")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    expect(page.locator("#fn-why-shown .fn-why-question")).to_contain_text("treasurer")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#fn-why-shown .fn-why")).to_have_count(0)


@pytest.mark.weights
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_a_phone(page: Page, real: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    shown = explained(page, real)
    for summary in shown.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.evaluate(
        "(it) => [...it.querySelectorAll('table, p')].every((part) => part.scrollWidth <= it.clientWidth)"
    )


@pytest.mark.weights
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_it_is_out_of_reach(chromium: Browser, real: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.set_default_timeout(15_000)
    shown = explained(page, real)
    page.get_by_label("A passage that you expected").fill("the club keeps it dry")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    expect(page.locator(".fn-why-expected")).to_be_visible()
    for summary in shown.locator("summary").all():
        summary.click()
    page.get_by_role("button", name="Keep as an evaluation case").click()
    expect(page.locator("#fn-why-note")).not_to_be_empty()
    assert violations(page) == []
    context.close()
