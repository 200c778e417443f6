"""The source pane: from one citation to the next, a quote copied with its reference, a conflict side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import conftest, steps
from tests.browser.test_accessibility import violations
from tests.web.shelves import make_library, serving, settings, sync
from tests.web.things import GatedGenerator

pytestmark = conftest.MARKS
QUESTION = "How much notice ends the harbour lease?"


@pytest.fixture(scope="module")
def disagreeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a chat over two versions of a paper."""
    root = tmp_path_factory.mktemp("disagreeing")
    (root / "docs").mkdir()
    for name, days in (("new.txt", 90), ("old.txt", 60)):
        text = f"Either side may end the harbour lease with {days} days of notice."
        (root / "docs" / name).write_text(text, "utf-8")
    config = settings(root)
    sync(config, lambda *_: None)
    library = make_library(config)
    library.start()
    assert library.wait(30)
    with serving(library, 18_920) as url:
        yield url


def answered(page: Page, url: str, generator: GatedGenerator) -> Locator:
    steps.enter(page, url)
    generator.gate.release(200)
    answer = steps.ask(page, QUESTION)
    expect(answer.locator(".fn-cite")).to_have_count(2)
    return answer


def selected(page: Page) -> Locator:
    return page.locator(".fn-source[aria-current=true] .fn-number")


def test_buttons_and_keys_lead_from_one_source_to_the_next(page: Page, gated: str, generator: GatedGenerator) -> None:
    answer = answered(page, gated, generator)
    page.get_by_role("button", name="Next source").click()
    expect(selected(page)).to_have_text("1")
    expect(answer.locator(".fn-cite").first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Next source").click()
    expect(selected(page)).to_have_text("2")
    source = page.locator(".fn-source[aria-current=true]")
    for key, number in (("n", "1"), ("p", "2")):
        expect(source).to_be_focused()
        page.keyboard.press(key)
        expect(selected(page)).to_have_text(number)
    expect(source).to_be_focused()
    page.keyboard.press("Escape")
    expect(answer.locator(".fn-cite").nth(1)).to_be_focused()


def test_an_opened_document_goes_on_to_the_next_source(page: Page, gated: str, generator: GatedGenerator) -> None:
    answered(page, gated, generator)
    page.get_by_role("button", name="Open the document of source 1").click()
    spot = page.locator("#fn-text-spot")
    expect(spot).to_contain_text("ninety days written notice")
    expect(page.locator(".fn-reader-text")).to_be_focused()
    page.keyboard.press("n")
    expect(spot).to_contain_text("Notice must reach the registrar")
    expect(spot).to_be_in_viewport()
    page.get_by_role("button", name="Next source").click()
    expect(spot).to_contain_text("ninety days written notice")
    page.get_by_role("button", name="‹ Sources").click()
    expect(selected(page)).to_have_text("1")


def test_backwards_begins_with_the_last(page: Page, gated: str, generator: GatedGenerator) -> None:
    answered(page, gated, generator)
    page.get_by_role("button", name="Previous source").click()
    expect(selected(page)).to_have_text("2")


def test_a_letter_typed_into_the_question_leads_nowhere(page: Page, gated: str, generator: GatedGenerator) -> None:
    answer = answered(page, gated, generator)
    answer.locator(".fn-cite").first.click()
    expect(selected(page)).to_have_text("1")
    expect(page.locator(".fn-source[aria-current=true]")).to_be_focused()  # a frame later
    box = page.get_by_role("textbox", name="Question")
    box.press_sequentially("pinned")
    expect(box).to_have_value("pinned")
    expect(selected(page)).to_have_text("1")


def test_a_quote_is_copied_with_its_reference(page: Page, gated: str, generator: GatedGenerator) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered(page, gated, generator)
    button = page.get_by_role("button", name="Copy the quote of source 1 with its reference")
    button.click()
    expect(button).to_have_text("Copied")
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith("“Either side may end the harbour lease with ninety days written notice.” (legal/lease.md")
    assert "Notice period" in copied
    expect(button).to_have_text("Copy")


def test_a_browser_that_refuses_its_clipboard_gives_it_the_old_way_or_says_so(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    page.context.grant_permissions(["clipboard-read"])
    answered(page, gated, generator)
    refused = "Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.clipboard.writeText = () => {refused}; }}")
    button = page.get_by_role("button", name="Copy the quote of source 2 with its reference")
    button.press("Enter")
    expect(button).to_have_text("Copied")
    expect(button).to_be_focused()
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("“Notice must reach the registrar")
    page.evaluate("() => { document.execCommand = () => false; }")
    button.press("Enter")
    expect(button).to_have_text("Not copied: select the words")
    expect(button).to_have_text("Copy")


def test_passages_that_disagree_stand_side_by_side(page: Page, disagreeing: str) -> None:
    steps.enter(page, disagreeing)
    conflict = steps.ask(page, QUESTION).locator(".fn-conflict")
    expect(conflict).to_have_count(1)
    expect(conflict).to_contain_text("The documents disagree:")
    expect(conflict.locator(".fn-side-of")).to_have_count(2)
    for days in ("90 days", "60 days"):
        expect(conflict).to_contain_text(days)
    left, right = (conflict.locator(".fn-side-of").nth(at).bounding_box() for at in (0, 1))
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    expect(page.get_by_label("Passage that disagrees with source 1", exact=True)).to_be_visible()
    assert violations(page) == []
