"""Streaming, stopping, asking again and clearing, with a generator that writes when it is let."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import MARKS, REPLY
from tests.browser.steps import ask, enter, finished, last, type_question
from tests.browser.test_accessibility import violations
from tests.web.things import GatedGenerator

pytestmark = MARKS
_COUNT_SHIFTS = """() => {
  window.fnShifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.fnShifts += entry.value;
  }).observe({ type: "layout-shift", buffered: false });
}"""
_PANE = "document.querySelector('#fn-sources').closest('.tabitem')"
QUESTION = "How may either side end the harbour lease?"
FIRST = REPLY.split(". ")[0] + "."


@pytest.fixture(autouse=True)
def _shut(generator: GatedGenerator) -> Iterator[None]:
    """Every test begins with the gate shut."""
    while generator.gate.acquire(blocking=False):
        pass
    yield
    generator.gate.release(1000)


def test_evidence_then_draft_then_checked_sentences(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    type_question(page, QUESTION)
    expect(page.locator("#fn-sources")).to_contain_text("Found so far")
    expect(page.locator("#fn-sources mark").first).to_be_visible()
    expect(page.locator(".fn-sentence")).to_have_count(0)
    generator.gate.release(6)
    expect(page.locator(".fn-draft")).to_contain_text("Either side may end")
    expect(page.locator(".fn-cite")).to_have_count(0)
    generator.gate.release(8)
    expect(page.locator(".fn-sentence .fn-words")).to_have_text([FIRST])
    expect(page.locator(".fn-draft")).to_contain_text("Notice must")
    generator.gate.release(100)
    answer = finished(page)
    expect(answer.locator(".fn-draft")).to_have_count(0)
    expect(answer.locator(".fn-words")).to_have_text([FIRST, REPLY.removeprefix(FIRST + " ")])
    expect(answer.locator(".fn-support")).to_have_count(2)


def test_stop_ends_the_generator_and_keeps_what_was_checked(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(13)
    type_question(page, QUESTION)
    expect(page.locator(".fn-sentence .fn-words")).to_have_text([FIRST])
    written = generator.written
    page.get_by_role("button", name="Stop").click()
    assert generator.ended.wait(5)
    assert generator.written == written
    answer = finished(page)
    expect(answer).to_contain_text("Stopped.")
    expect(answer.locator(".fn-words")).to_have_text([FIRST])
    expect(answer.locator(".fn-cite")).to_have_count(1)


def test_regenerate_replaces_the_last_answer(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(3)
    type_question(page, QUESTION)
    expect(page.locator(".fn-draft")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(finished(page)).to_contain_text("Stopped")
    generator.gate.release(100)
    page.get_by_role("button", name="Regenerate").click()
    expect(page.locator(".fn-words")).to_have_count(2)
    expect(finished(page)).not_to_contain_text("Stopped")


def test_clear_in_mid_answer_stops_and_starts_anew(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(3)
    type_question(page, QUESTION)
    expect(page.locator(".fn-draft")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    assert generator.ended.wait(5)
    expect(page.locator(".fn-welcome")).to_be_visible()
    expect(page.locator(".fn-turn")).to_have_count(0)
    expect(page.locator("#fn-sources")).to_contain_text("Sources appear here")
    expect(page.get_by_role("button", name="Regenerate")).to_be_disabled()


def test_closing_the_page_ends_the_generator(chromium: Browser, gated: str, generator: GatedGenerator) -> None:
    context = chromium.new_context()
    page = context.new_page()
    enter(page, gated)
    generator.gate.release(3)
    type_question(page, QUESTION)
    expect(page.locator(".fn-draft")).to_be_visible()
    assert not generator.ended.is_set()
    context.close()
    assert generator.ended.wait(10)
    assert generator.written < len(REPLY.split())


def test_typing_goes_on_undisturbed_and_enter_waits_its_turn(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    type_question(page, QUESTION)
    box = page.get_by_role("textbox", name="Question")
    expect(box).to_have_value("")
    generator.gate.release(5)
    expect(page.locator(".fn-draft")).to_be_visible()
    box.fill("And rent?")
    box.press("Enter")
    generator.gate.release(100)
    finished(page)
    expect(box).to_have_value("And rent?")
    expect(page.locator(".fn-turn")).to_have_count(1)


def test_two_users_at_once_see_each_their_own(
    page: Page, chromium: Browser, gated: str, generator: GatedGenerator
) -> None:
    context = chromium.new_context()
    other = context.new_page()
    enter(page, gated)
    enter(other, gated)
    generator.gate.release(3)
    type_question(page, QUESTION)
    expect(page.locator(".fn-draft")).to_be_visible()
    type_question(other, "Who keeps the boat shed dry?")
    expect(last(other)).to_contain_text("1 question ahead of yours")
    expect(other.locator(".fn-source").first).to_contain_text("boat shed")
    assert violations(page) == [], "writing"
    assert violations(other) == [], "waiting"
    generator.gate.release(200)
    expect(finished(page)).to_contain_text(QUESTION)
    expect(finished(other)).to_contain_text("Who keeps the boat shed dry?")
    expect(page.locator(".fn-turn")).to_have_count(1)
    context.close()


def test_nothing_jumps_while_an_answer_grows(page: Page, gated: str, generator: GatedGenerator) -> None:
    """Chromium itself keeps count of what moved without the user's doing."""
    enter(page, gated)
    generator.gate.release(200)
    ask(page, QUESTION)
    page.evaluate(_COUNT_SHIFTS)
    composer = page.locator("#fn-composer").bounding_box()
    type_question(page, "Who keeps the boat shed dry?")
    for _ in range(8):
        generator.gate.release(3)
        page.wait_for_timeout(100)
    generator.gate.release(200)
    finished(page, 2)
    assert page.locator("#fn-composer").bounding_box() == composer
    assert page.evaluate("window.fnShifts") < 0.1, "what the web calls good is below .1"


def place(element: Locator) -> tuple[float, float]:
    """Where something is on the screen; its height may change."""
    box = element.bounding_box()
    assert box
    return box["x"], box["y"]


def test_the_end_of_an_answer_moves_nothing_that_is_read(page: Page, gated: str, generator: GatedGenerator) -> None:
    page.set_viewport_size({"width": 1280, "height": 480})
    enter(page, gated)
    generator.gate.release(200)
    ask(page, "Who keeps the boat shed dry?")
    while generator.gate.acquire(blocking=False):
        pass
    type_question(page, QUESTION)
    generator.gate.release(14)
    words, card = last(page).locator(".fn-words").first, page.locator(".fn-source").last
    expect(words).to_have_text(FIRST)
    card.hover()
    at = float(page.evaluate(f"{_PANE}.scrollTop"))
    page.mouse.wheel(0, -40)
    page.wait_for_function(f"{_PANE}.scrollTop === {max(0.0, at - 40)}")
    before = [place(words), place(card)]
    generator.gate.release(200)
    finished(page, 2)
    assert [place(words), place(card)] == before
    expect(page.locator("#fn-sources h2")).to_have_text("Found so far")
    page.get_by_role("button", name="Sources of the answer").click()
    expect(page.locator("#fn-sources h2")).to_have_text("Sources")


def test_a_document_opened_while_an_answer_is_written_stays_open(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    enter(page, gated)
    type_question(page, QUESTION)
    expect(page.locator("#fn-sources")).to_contain_text("Found so far")
    page.get_by_role("button", name="Open the document of passage 1").press("Enter")
    spot = page.locator("#fn-text-spot")
    expect(spot).to_be_in_viewport()
    before = place(spot)
    generator.gate.release(200)
    finished(page)
    assert place(spot) == before
    page.keyboard.press("Escape")
    expect(page.get_by_role("article", name="Passage 1")).to_be_focused()
    last(page).locator(".fn-cite").first.click()
    expect(page.get_by_role("article", name="Source 1")).to_be_focused()


def test_a_source_chosen_while_an_answer_is_written_stays(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    type_question(page, QUESTION)
    generator.gate.release(14)
    last(page).locator(".fn-cite").first.click()
    source = page.get_by_role("article", name="Source 1")
    expect(source).to_be_focused()
    before = place(source)
    generator.gate.release(200)
    finished(page)
    expect(page.get_by_role("article", name="Source 2")).to_be_visible()
    assert place(source) == before
    expect(source).to_be_focused()
