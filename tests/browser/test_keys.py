"""The page by keyboard alone: the sheet of keys, the way to the box, stopping, and the order of the Tab key."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MARKS
from tests.browser.steps import ask, enter, finished, type_question
from tests.web.things import GatedGenerator

pytestmark = MARKS
QUESTION = "How much notice ends the harbour lease?"
_ORDER = ["fn-keys", "fn-current", "fn-box", "fn-scope", "fn-send", "fn-tabs"]
_FOCUSED = "document.activeElement.closest('[id^=fn-]')?.id ?? document.activeElement.outerHTML.slice(0, 80)"


def leave_the_box(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")


def test_the_sheet_opens_closes_and_stays_shut_while_one_types(page: Page, gated: str) -> None:
    enter(page, gated)
    sheet = page.get_by_role("dialog", name="Keys")
    box = page.get_by_role("textbox", name="Question")
    box.press_sequentially("what is this?/")
    expect(box).to_have_value("what is this?/")
    expect(sheet).to_be_hidden()
    leave_the_box(page)
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("what is this?/")


def test_single_keys_can_be_switched_off_for_good(page: Page, gated: str) -> None:
    enter(page, gated)
    page.get_by_role("button", name="Keys").click()
    sheet = page.get_by_role("dialog", name="Keys")
    sheet.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".fn-welcome")).to_be_visible(timeout=60_000)
    leave_the_box(page)
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("textbox", name="Question")).not_to_be_focused()
    page.get_by_role("button", name="Keys").click()
    expect(sheet.get_by_role("checkbox")).not_to_be_checked()
    sheet.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    leave_the_box(page)
    page.keyboard.press("?")
    expect(sheet).to_be_visible()


def test_escape_stops_the_answer(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    type_question(page, QUESTION)
    generator.gate.release(3)
    expect(page.locator(".fn-draft")).to_be_visible()
    page.keyboard.press("Escape")
    expect(finished(page)).to_contain_text("Stopped")
    assert generator.ended.wait(5)


@pytest.mark.parametrize("width", [1280, 390])
def test_tab_goes_through_the_page_in_the_order_that_is_read(page: Page, gated: str, width: int) -> None:
    """Every stop is on the screen when it is reached, and none of it traps the focus."""
    page.set_viewport_size({"width": width, "height": 800})
    enter(page, gated)
    page.get_by_role("textbox", name="Question").fill("x")
    body = "document.activeElement === document.body"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(body):
            break
    stops: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(body):
            break
        assert page.evaluate("document.activeElement.checkVisibility({ visibilityProperty: true })")
        stops.append(page.evaluate(_FOCUSED))
    once = list(dict.fromkeys(stops))
    assert [stop for stop in once if stop in _ORDER] == _ORDER, once
    assert page.evaluate(body), "nothing traps the focus"


def test_the_focus_stays_where_one_works(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(200)
    ask(page, QUESTION)
    bad = page.get_by_role("button", name="Bad answer")
    bad.press("Enter")
    remark = page.get_by_role("textbox", name="What is wrong with this answer?")
    expect(remark).to_be_visible()
    expect(bad).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("too long")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    expect(remark).to_be_focused()


def test_the_focus_goes_on_to_what_is_left_of_the_list(page: Page, gated: str, generator: GatedGenerator) -> None:
    enter(page, gated)
    generator.gate.release(400)
    for question in (QUESTION, "Who keeps the boat shed dry?"):
        ask(page, question)
        page.get_by_role("button", name="Clear").press("Enter")
        expect(page.locator(".fn-welcome")).to_be_visible()
    page.get_by_role("tab", name="History").press("Enter")
    page.get_by_role("button", name="Rename: Who keeps the boat shed dry?").press("Enter")
    page.keyboard.type("Boats")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Boats", exact=True)).to_be_focused()
    remaining = page.locator("#fn-history .fn-open")
    expect(page.get_by_role("button", name="Delete: Boats")).to_be_visible()
    expect(page.get_by_role("button", name="Boats", exact=True)).to_be_focused()
    for name, left in (("Boats", 1), (QUESTION, 0)):
        page.get_by_role("button", name=f"Delete: {name}").press("Enter")
        expect(page.get_by_role("button", name=f"Delete for good?: {name}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(remaining).to_have_count(left)
        after = page.get_by_role("button", name=f"Delete: {QUESTION}") if left else page.locator("#fn-history")
        expect(after).to_be_focused()


def test_what_was_asked_and_what_had_the_focus_outlive_a_list_written_anew(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    enter(page, gated)
    generator.gate.release(200)
    ask(page, QUESTION)
    page.get_by_role("tab", name="History").press("Enter")
    expect(page.get_by_role("button", name=f"Delete: {QUESTION}")).to_be_visible()
    written_anew = """async (list) => {
      const [plain, remove] = [list.innerHTML, () => list.querySelector("[data-action=delete]")];
      remove().focus();
      remove().click();
      list.innerHTML = plain;
      await Promise.resolve();
      return [remove().ariaLabel, remove() === document.activeElement];
    }"""
    assert page.locator("#fn-history").evaluate(written_anew) == [f"Delete for good?: {QUESTION}", True]
