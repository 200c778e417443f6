"""Low and narrow windows, such as a phone on its side, or a page at 400 %: everything can be read there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MARKS
from tests.browser.steps import ask, enter
from tests.web.things import GatedGenerator

pytestmark = MARKS
_SIZES = [(320, 256), (320, 568), (568, 320), (667, 375), (1280, 256)]
_LEAST_PX = 150
"""Six lines."""
_HEIGHT = "element => element.clientHeight"
_TOP = "element => element.scrollTop"
_IN_VIEW = "element => element.scrollIntoView({ block: 'nearest' })"


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("size", _SIZES)
def test_an_answer_can_be_read_and_a_question_typed(
    page: Page, gated: str, generator: GatedGenerator, size: tuple[int, int]
) -> None:
    resize(page, size)
    enter(page, gated)
    generator.gate.release(1_000)
    answer = ask(page, "How may either side end the harbour lease?")
    transcript, composer, side = (page.locator(f"#fn-{name}") for name in ("transcript", "composer", "side"))
    page.get_by_role("textbox", name="Question").fill("A long draft.\n" * 8)
    assert transcript.evaluate(_HEIGHT) >= _LEAST_PX
    transcript.evaluate(_IN_VIEW)
    answer.locator(".fn-words").first.evaluate(_IN_VIEW)
    expect(answer.locator(".fn-words").first).to_be_in_viewport()
    above, below, beside = transcript.bounding_box(), composer.bounding_box(), side.bounding_box()
    assert above
    assert below
    assert beside
    assert above["y"] + above["height"] <= below["y"], "neither covers the other"
    assert beside["x"] >= below["x"] + below["width"] or beside["y"] >= below["y"] + below["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", _SIZES)
def test_the_welcome_begins_at_its_beginning(
    page: Page, gated: str, generator: GatedGenerator, size: tuple[int, int]
) -> None:
    resize(page, size)
    enter(page, gated)
    heading, transcript = page.get_by_role("heading", name="Ask your documents"), page.locator("#fn-transcript")
    expect(page.locator(".fn-example").first).to_be_attached()
    page.wait_for_timeout(300)
    assert transcript.evaluate(_TOP) == 0
    expect(heading).to_be_in_viewport()
    generator.gate.release(1_000)
    ask(page, "How may either side end the harbour lease?")
    ask(page, "Who keeps the boat shed dry?", 2)
    page.get_by_role("button", name="Clear").click()
    expect(heading).to_be_visible()
    assert transcript.evaluate(_TOP) == 0


@pytest.mark.parametrize("size", [(390, 844), (320, 256), (1280, 256)])
def test_all_of_the_page_is_reached_by_scrolling(
    page: Page, gated: str, generator: GatedGenerator, size: tuple[int, int]
) -> None:
    resize(page, size)
    enter(page, gated)
    generator.gate.release(1_000)
    ask(page, "How may either side end the harbour lease?")
    page.mouse.move(5, 10)  # beside what scrolls on its own
    page.mouse.wheel(0, 10_000)
    lowest = page.locator("#fn-side" if size[0] < 800 else "#fn-composer")
    expect(lowest).to_be_in_viewport()
    page.wait_for_function("innerHeight + scrollY >= document.documentElement.scrollHeight - 1")
    box = lowest.bounding_box()
    assert box
    assert box["y"] + box["height"] <= size[1] + 1, "its end too"
    page.mouse.wheel(0, -10_000)
    expect(page.get_by_role("heading", name="Footnote")).to_be_in_viewport()
