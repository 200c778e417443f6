"""The reader and a page of a PDF in a real browser: nothing runs, nothing is wider than the window."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from rag.types import Document, Heading, Span
from rag.types import Page as Leaf
from rag.web.pages import page_html, page_image
from rag.web.quotes import parts
from rag.web.reader import reader
from tests.browser import conftest
from tests.web import papers
from tests.web.things import HOSTILE

pytestmark = conftest.MARKS
_ASSETS = files("rag.web").joinpath("assets")
_PHONE = ViewportSize(width=390, height=844)
_ZALGO = "z" + "\u0301\u0327" * 200


def framed(html: str, *, dark: bool = False) -> str:
    """A page with our styles and nothing else, what is shown in a column that scrolls as the source pane does."""
    css = "".join(_ASSETS.joinpath(name).read_text("utf-8") for name in ("style.css", "reader.css"))
    pane = f'<div id="pane" class="gradio-container">{html}</div>'
    rule = "body{margin:0;font:16px system-ui,sans-serif}#pane{height:100vh;overflow-y:auto;padding:0 14px!important}"
    return f'<!doctype html><html class="{"dark" if dark else ""}"><style>{css}{rule}</style><body>{pane}</body></html>'


def minutes() -> tuple[Document, Span]:
    """A document of several pages with headings, and a quote in its midst."""
    filler = "The committee met in the long hall and went over the accounts of the year with great care. " * 4
    text, headings, leaves = "", [], []
    for number in range(1, 40):
        leaves.append(Leaf(len(text), number))
        headings.append(Heading(len(text), 1 if number % 3 == 1 else 2, f"Item {number}"))
        text += f"Item {number}\n\n{filler}\n\n{papers.QUOTE if number == 20 else filler}\n\n- One thing\n- Another\n\n"
    start = text.index(papers.QUOTE)
    made = Document("2026/minutes of the harbour committee.pdf", "Minutes", text, "0" * 64, tuple(leaves))
    made = replace(made, headings=tuple(headings), modified_s=1_900_000_000.0)
    return made, Span(start, start + len(papers.QUOTE))


def hostile() -> tuple[Document, Span]:
    """All that is hostile, the quote included, in every place that a reader shows."""
    quote = "\n".join(HOSTILE)
    text = f"{'W' * 9_000}\n\n{quote}\n\n{_ZALGO}\n\n\u05e9\u05dc\u05d5\u05dd {quote}"
    headings = tuple(Heading(text.index(bad), 1, bad) for bad in HOSTILE)
    ordered = tuple(sorted(headings, key=lambda heading: heading.start))
    return Document("<b>" + "W" * 300, "x", text, "0" * 64, (), ordered), Span(9_002, 9_002 + len(quote))


def picture(folder: Path) -> str:
    """The figure of a page of a real PDF."""
    document = papers.document_of(folder, papers.columns())
    start = document.text.index(papers.QUOTE)
    span = Span(start, start + len(papers.QUOTE))
    with papers.source_of(folder, papers.columns()) as source:
        return page_html(page_image(source, parts(document, span)[0]), document, span)


def overflow_px(page: Page) -> int:
    """By how much the pane, or a paragraph that would be cut off, is too wide; a lit line may be by its padding."""
    found = "Array.from(document.querySelectorAll('#pane, .fn-reader-text > *'), e => e.scrollWidth - e.clientWidth)"
    return max(map(int, page.evaluate(found)))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("shown", [minutes, hostile])
def test_a_document_fits_the_window(page: Page, width: int, shown: Callable[[], tuple[Document, Span]]) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=800))
    page.set_content(framed(reader(*shown(), None)))
    expect(page.locator("#fn-text-spot")).to_be_attached()
    assert overflow_px(page) <= 4
    bar = page.locator(".fn-reader-bar").bounding_box()
    assert bar
    assert bar["height"] < 200
    assert page.locator(".fn-reader script, .fn-reader iframe, .fn-reader b").count() == 0


def test_the_quote_is_scrolled_to_under_the_bar(page: Page) -> None:
    page.set_viewport_size(_PHONE)
    page.set_content(framed(reader(*minutes(), None)))
    page.locator("#fn-text-spot").evaluate("mark => mark.scrollIntoView()")
    mark, bar = page.locator("#fn-text-spot").bounding_box(), page.locator(".fn-reader-bar").bounding_box()
    assert mark
    assert bar
    assert bar["y"] == 0
    assert bar["y"] + bar["height"] <= mark["y"] < _PHONE["height"]


def test_a_page_fits_the_window_and_its_passage_can_be_scrolled_to(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size(_PHONE)
    page.set_content(framed(picture(tmp_path)))
    image = page.get_by_role("img", name="Page 1 of lease.pdf, the cited passage outlined")
    expect(image).to_be_visible()
    assert overflow_px(page) <= 0
    box, spot = image.bounding_box(), page.locator("#fn-page-spot").bounding_box()
    assert box
    assert spot
    assert 0.9 < (spot["y"] - box["y"]) / box["height"] < 0.95


def main(folder: Path) -> int:
    """Pictures of each, to look at: python -m tests.browser.test_reader FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {
        "minutes": reader(*minutes(), None),
        "hostile": reader(*hostile(), None),
        "page": picture(folder),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(conftest.CHROMIUM), args=conftest.FLAGS)
        for name, html in shown.items():
            for size in (_PHONE, ViewportSize(width=720, height=800)):
                for dark in (False, True):
                    page = browser.new_page(viewport=size)
                    page.set_content(framed(html, dark=dark))
                    page.locator("#fn-text-spot, #fn-page-spot").first.evaluate("spot => spot.scrollIntoView()")
                    page.screenshot(path=folder / f"{name}-{size['width']}-{'dark' if dark else 'light'}.png")
                    page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
