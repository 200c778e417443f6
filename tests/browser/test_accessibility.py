"""axe-core finds no violation of WCAG 2 at level A or AA, in any state of the page, light, dark and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from tests.browser import conftest, steps

pytestmark = conftest.MARKS
_AXE = Path(__file__).parents[2] / ".venv" / "axe.min.js"
"""`make .venv/axe.min.js` fetches it."""
_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_WIDE, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
_Scheme = Literal["light", "dark"]
_LOOKS: dict[str, tuple[_Scheme, ViewportSize]] = {
    "light": ("light", _WIDE),
    "dark": ("dark", _WIDE),
    "phone": ("light", _PHONE),
}
_QUESTIONS = FilePayload(name="questions.csv", mimeType="text/csv", buffer=b"question\nHow much notice?\n")
_SETTLED = """Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => null))).then(() => null)"""
"""A colour on its way to another one is neither."""

_FAINT = """() => {
  const rgba = (colour) => [...colour.match(/[\\d.]+/g).map(Number), 1].slice(0, 4);
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const ground = (node) => {
    const colour = rgba(getComputedStyle(node).backgroundColor);
    return colour[3] > 0 || !node.parentElement ? colour : ground(node.parentElement);
  };
  const contrast = (box) => {
    const { color, opacity } = getComputedStyle(box, "::placeholder"), under = ground(box);
    const seen = rgba(color).map((v, at) => v * opacity + (under[at] ?? 0) * (1 - opacity));
    const [dark, bright] = [light(seen), light(under)].sort((one, other) => one - other);
    return (bright + .05) / (dark + .05);
  };
  return [...document.querySelectorAll("[placeholder]")].filter((box) => box.placeholder && box.checkVisibility())
    .map((box) => [box.placeholder, contrast(box)]);
}"""
"""Each placeholder that is seen, and its contrast, which axe-core does not look at."""


def violations(page: Page) -> list[str]:
    page.evaluate(_SETTLED)
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, rules).then((done) => done.violations)", _RULES)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.fixture(params=_LOOKS)
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh user at a wide screen, in the dark, or at a phone."""
    scheme, viewport = _LOOKS[request.param]
    context = chromium.new_context(viewport=viewport, color_scheme=scheme)
    yield context.new_page()
    context.close()


def test_no_violation_in_any_state(page: Page, real: str) -> None:
    steps.enter(page, real)
    assert violations(page) == [], "empty"
    steps.ask(page, "How many days of written notice end the harbour lease?").locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()
    assert violations(page) == [], "answered"
    steps.ask(page, "What is the boiling point of tungsten in kelvin?", turns=2)
    expect(page.get_by_role("button", name="Regenerate")).to_be_enabled()
    assert violations(page) == [], "refused"
    steps.show(page, "Documents")
    expect(page.locator("#fn-listing")).to_contain_text("lease.md")
    assert violations(page) == [], "documents"
    page.get_by_role("button", name="legal/lease.md", exact=True).click()
    expect(page.locator(".fn-reader-text")).to_be_visible()
    assert violations(page) == [], "reading"
    steps.show(page, "History")
    expect(page.locator("#fn-history .fn-open").first).to_be_visible()
    assert violations(page) == [], "history"
    page.locator(".fn-rate").last.click()
    expect(page.locator(".fn-remark")).to_be_visible()
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()
    assert violations(page) == [], "rated and edited"
    steps.show(page, "Why")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    expect(page.locator("#fn-why-shown .fn-why")).to_be_visible()
    assert violations(page) == [], "explained"
    steps.show(page, "Batch")
    page.locator("#fn-batch-upload input[type=file]").set_input_files(_QUESTIONS)
    expect(page.locator("#fn-batches")).to_contain_text("Done", timeout=60_000)
    assert violations(page) == [], "batch"
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == [], "keys"


def test_no_violation_where_one_logs_in(page: Page, guarded: str) -> None:
    page.goto(guarded)
    expect(page.get_by_role("button", name="Login")).to_be_visible()
    assert page.title() == "Footnote"
    assert violations(page) == [], "asked"
    steps.sign_in(page, "ines", "plums")
    expect(page.get_by_text("Incorrect")).to_be_visible()
    assert violations(page) == [], "refused"


def test_placeholders_can_be_read(page: Page, gated: str) -> None:
    steps.enter(page, gated)
    seen = set()
    for tab in ("Sources", "Documents", "History", "Why"):
        page.get_by_role("tab", name=tab).click()
        page.evaluate(_SETTLED)
        found = dict(page.evaluate(_FAINT))
        assert all(contrast >= 4.5 for contrast in found.values()), found
        seen |= set(found)
    assert {"Paste its words", "Empty for whichever has it", "All documents"} <= seen


def test_what_clears_the_scope_has_a_name_of_its_own(page: Page, gated: str) -> None:
    steps.enter(page, gated)
    page.locator("#fn-scope input").click()
    page.get_by_role("option", name="minutes.txt", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Clear")).to_have_count(1)
    page.get_by_role("button", name="Look in all documents").click()
    expect(page.locator("#fn-scope .token")).to_have_count(0)
