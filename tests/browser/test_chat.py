"""The real pipeline with the documents' own sentences: asking, sources, refusals, follow-ups, keys, a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web.library import Library
from tests.browser.conftest import MARKS
from tests.browser.steps import ask, enter, finished

pytestmark = MARKS
QUESTION = "How many days of written notice end the harbour lease?"


def test_a_marker_selects_its_source_and_the_quote_is_lit(page: Page, real: str, library: Library) -> None:
    enter(page, real)
    answer = ask(page, QUESTION)
    expect(answer).to_contain_text("ninety days")
    marker = answer.locator(".fn-cite").first
    marker.click()
    source = page.locator(".fn-source[aria-current=true]")
    expect(source).to_have_count(1)
    expect(source).to_contain_text("lease.md")
    expect(source).to_contain_text("Notice period")
    expect(source.locator("mark")).to_be_in_viewport()
    expect(marker).to_have_attribute("aria-pressed", "true")
    quote = str(source.locator("mark").text_content())
    text = library.read("legal/lease.md").text
    assert quote in text
    assert "ninety days written notice" in quote
    shown = str(source.locator(".fn-passage").text_content())
    assert quote in shown
    assert len(shown) > len(quote)
    expect(page.get_by_role("button", name="Source 1: legal/lease.md").first).to_be_visible()


def test_an_example_question_is_answered(page: Page, real: str) -> None:
    enter(page, real)
    example = page.locator(".fn-example").first
    question = str(example.text_content())
    example.click()
    answer = finished(page)
    expect(answer.locator(".fn-question")).to_have_text(question)
    expect(answer.locator(".fn-cite").first).to_be_visible()


def test_a_refusal_shows_what_was_looked_at(page: Page, real: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 480})
    enter(page, real)
    answer = ask(page, "What is the boiling point of tungsten in kelvin?")
    expect(answer.locator(".fn-refusal")).to_be_visible()
    expect(answer.locator(".fn-refusal-text")).to_be_in_viewport()
    answer.get_by_text("What was looked at").click()
    expect(answer.locator(".fn-hits li").first).to_be_visible()
    expect(answer.locator(".fn-cite")).to_have_count(0)
    expect(page.locator("#fn-sources")).to_contain_text("Looked at")
    way = answer.get_by_role("button", name="Open the document of passage 1")
    way.focus()
    there = way.bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator("#fn-text-spot").first).to_be_in_viewport()
    assert way.bounding_box() == there, "the transcript stays where it is"
    page.keyboard.press("n")
    expect(page.locator(".fn-opened")).to_have_attribute("data-passage", "hit-2")
    page.keyboard.press("Escape")
    expect(way).to_be_focused()
    page.locator("#fn-sources").get_by_role("button", name="Open the document of passage 1").click()
    expect(page.locator("#fn-text-spot")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.get_by_role("article", name="Passage 1")).to_be_focused()


def test_a_follow_up_shows_the_rewritten_question_and_old_sources_stay(page: Page, real: str) -> None:
    enter(page, real)
    ask(page, "Who is the treasurer of the rowing club?")
    answer = ask(page, "For how long was she elected?", turns=2)
    expect(answer).to_contain_text("Searched for: ")
    expect(answer.locator(".fn-query")).to_contain_text("treasurer of the rowing club")
    page.locator(".fn-turn").first.locator(".fn-cite").first.click()
    expect(page.locator("#fn-sources")).to_contain_text("Who is the treasurer of the rowing club?")
    expect(page.locator(".fn-source[aria-current=true]")).to_contain_text("minutes.txt")


def test_keys_alone_will_do(page: Page, real: str) -> None:
    enter(page, real)
    page.get_by_role("textbox", name="Question").focus()
    page.keyboard.type("How many days")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("of written notice end the harbour lease?")
    page.keyboard.press("Enter")
    answer = finished(page)
    marker = answer.locator(".fn-cite").first
    marker.focus()
    page.keyboard.press("Enter")
    source = page.locator(".fn-source[aria-current=true]")
    expect(source).to_be_focused()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()


def test_a_phone_has_one_column_and_no_sideways_scroll(chromium: Browser, real: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    enter(page, real)
    answer = ask(page, QUESTION)
    chat, side = page.locator("#fn-chat").bounding_box(), page.locator("#fn-side").bounding_box()
    assert chat is not None
    assert side is not None
    assert side["y"] >= chat["y"] + chat["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer.locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true] mark")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(chromium: Browser, real: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    enter(page, real)
    ask(page, QUESTION).locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()
    for selector in (
        ".fn-words",
        ".fn-note",
        ".fn-cite",
        ".fn-passage",
        ".fn-passage mark",
        ".fn-place",
        "#fn-send",
        ".fn-status",
    ):
        ratio = page.locator(selector).first.evaluate(_CONTRAST)
        assert ratio >= 4.5, (selector, ratio)
    context.close()


_CONTRAST = """(element) => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = element;
  while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
  const a = light(parse(getComputedStyle(element).color)), b = light(parse(getComputedStyle(behind).backgroundColor));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


def test_a_question_is_limited_to_what_is_chosen(page: Page, real: str) -> None:
    enter(page, real)
    page.locator("#fn-scope input").click()
    page.get_by_role("option", name="legal/ (1)").click()
    answer = ask(page, QUESTION)
    expect(answer).to_contain_text("Looked only in legal")
    expect(answer).to_contain_text("ninety days")
    answer = ask(page, "Who is the treasurer of the rowing club?", turns=2)
    expect(page.locator(".fn-hits .fn-document", has_text="minutes.txt")).to_have_count(0)
    expect(answer).not_to_contain_text("Ines Okoro")
    page.reload()
    expect(finished(page, turns=2)).to_contain_text("Looked only in legal")
