"""axe-core finds no violation of WCAG 2 at level A or AA, in any state of the page, light, dark and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import conftest, steps

pytestmark = conftest.MARKS
_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_WIDE, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


_SETTLED = """Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => null))).then(() => null)"""
"""A colour on its way to another one is neither."""


def violations(page: Page) -> list[str]:
    page.evaluate(_SETTLED)
    found = Axe().run(page, options=_RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", _WIDE), ("dark", _WIDE), ("light", _PHONE)], ids=["light", "dark", "phone"]
)
def test_no_violation_in_any_state(chromium: Browser, real: str, scheme: str, viewport: ViewportSize) -> None:
    context = chromium.new_context(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    steps.enter(page, real)
    assert violations(page) == [], "empty"
    steps.ask(page, "How many days of written notice end the harbour lease?").locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()
    assert violations(page) == [], "answered"
    steps.ask(page, "What is the boiling point of tungsten in kelvin?", turns=2)
    expect(page.get_by_role("button", name="Regenerate")).to_be_enabled()
    assert violations(page) == [], "refused"
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#fn-listing")).to_contain_text("lease.md")
    assert violations(page) == [], "documents"
    page.get_by_role("button", name="legal/lease.md", exact=True).click()
    expect(page.locator(".fn-reader-text")).to_be_visible()
    assert violations(page) == [], "reading"
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#fn-history .fn-open").first).to_be_visible()
    assert violations(page) == [], "history"
    page.locator(".fn-rate").last.click()
    expect(page.locator(".fn-remark")).to_be_visible()
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()
    assert violations(page) == [], "rated and edited"
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == [], "keys"
    context.close()
