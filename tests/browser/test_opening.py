"""A source opens its document at the passage, and the page of a PDF with the passage outlined; and back again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from tests.browser.conftest import MARKS
from tests.browser.steps import ask, enter, show
from tests.browser.test_accessibility import violations
from tests.web.shelves import make_folder, make_library, serving, settings, sync

pytestmark = MARKS
QUOTE = "The slipway is closed to trailers from the first of November."


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a chat over a long note and a PDF of two pages."""
    root = tmp_path_factory.mktemp("opening")
    folder = make_folder(root)
    canvas = Canvas(str(folder / "slipway.pdf"))
    canvas.drawString(72, 700, "Rules of the slipway")
    canvas.showPage()
    canvas.drawString(72, 700, QUOTE)
    canvas.showPage()
    canvas.save()
    for version, days in (("old", 60), ("new", 90)):
        canvas = Canvas(str(folder / f"{version}.pdf"))
        canvas.drawString(72, 700, f"Either side may end the mooring contract with {days} days of notice.")
        canvas.save()
    filler = "".join(f"Paragraph {n} says nothing of weight.\n\n" for n in range(2_000))
    (folder / "long.txt").write_text(f"{filler}The beacon is lit by Okoro at dusk.\n\n{filler}", "utf-8")
    config = settings(root)
    sync(config, lambda *_: None)
    library = make_library(config)
    library.start()
    assert library.wait(30)
    with serving(library, 18_890) as address:
        yield address


def test_the_page_of_a_pdf_shows_with_the_passage_outlined(page: Page, url: str) -> None:
    enter(page, url)
    ask(page, "From when is the slipway closed to trailers?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Show the page of source 1").click()
    picture = page.get_by_role("img", name="Page 2 of slipway.pdf")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 500
    expect(page.locator("#fn-page-spot")).to_be_in_viewport()
    assert violations(page) == []
    page.get_by_role("button", name="Previous page").click()
    expect(page.get_by_role("img", name="Page 1 of slipway.pdf")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".fn-source[aria-current=true]")).to_contain_text(QUOTE)


def test_a_long_document_opens_at_the_passage_and_is_read_on(page: Page, url: str) -> None:
    enter(page, url)
    ask(page, "Who lights the beacon at dusk?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Open the document of source 1").click()
    expect(page.locator("#fn-text-spot")).to_have_text("The beacon is lit by Okoro at dusk.")
    expect(page.locator("#fn-text-spot")).to_be_in_viewport()
    expect(page.locator(".fn-reader-text")).to_be_focused()
    expect(page.get_by_role("button", name="‹ Sources")).to_be_in_viewport(ratio=1)
    page.locator(".fn-to-text").last.click()
    expect(page.locator("#fn-text-spot")).to_have_count(0)
    page.get_by_role("button", name="‹ Sources").click()
    expect(page.locator(".fn-source[aria-current=true] mark")).to_be_in_viewport()


def test_any_document_of_the_list_can_be_read(page: Page, url: str) -> None:
    enter(page, url)
    show(page, "Documents")
    page.get_by_role("button", name="minutes.txt", exact=True).click()
    expect(page.locator(".fn-reader-text")).to_contain_text("Ines Okoro")
    page.get_by_role("button", name="‹ Sources").click()
    expect(page.locator("#fn-sources")).to_contain_text("Sources appear here")


def test_a_passage_that_disagrees_opens_by_keys_and_n_and_p_go_on_in_the_same_view(page: Page, url: str) -> None:
    enter(page, url)
    conflict = ask(page, "How many days of notice end the mooring contract?").locator(".fn-conflict")
    conflict.get_by_role("button", name="Passage that disagrees with source 1").focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("article", name="Passage that disagrees with source 1")
    expect(card).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    one, other = (page.get_by_role("img", name=f"Page 1 of {name}.pdf, the cited passage") for name in ("old", "new"))
    expect(one.or_(other)).to_be_visible()
    shown, hidden = (one, other) if one.count() else (other, one)
    page.keyboard.press("n")
    expect(hidden).to_be_visible()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Previous source").click()
    expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_focused()
