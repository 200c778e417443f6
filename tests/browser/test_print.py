"""What comes out of the printer: the conversation and its sources, whole, as one would read them on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

from tests.browser.conftest import MARKS
from tests.browser.steps import ask, enter
from tests.web.things import GatedGenerator

pytestmark = MARKS
QUESTIONS = [f"How may either side end the harbour lease, asked for the {nth} time?" for nth in ("1st", "2nd", "3rd")]
_LIT, _INK = (0xFF, 0xED, 0xA3), (0x1C, 0x27, 0x33)
"""The colours of a quote and of a text where it is light."""
_MOST = 1 << 24


def printed(page: Page) -> tuple[str, set[tuple[int, int, int]], int]:
    """The words that are printed, the colours, and the number of pages."""
    with PdfDocument(page.pdf()) as pdf:
        text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        pictures = [sheet.render(scale=2).to_pil().convert("RGB") for sheet in pdf]
        colours = {colour for picture in pictures for _, colour in picture.getcolors(_MOST) or []}
        return " ".join(text.split()), colours, len(pdf)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conversation_is_printed_whole(chromium: Browser, gated: str, generator: GatedGenerator, scheme: str) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 480}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    enter(page, gated)
    generator.gate.release(1_000)
    for number, question in enumerate(QUESTIONS, 1):
        ask(page, question + " Word after word." * 40, number)
    expect(page.locator(".fn-source mark").first).to_be_visible()
    text, colours, pages = printed(page)
    assert pages > 1
    for question in QUESTIONS:
        assert question in text
    assert text.count("ninety days written notice") > len(QUESTIONS), "each answer, and a source"
    for left_out in ("Regenerate", "Ask a question about", "Documents", "Good answer", "Edit", "Copy"):
        assert left_out not in text
    assert {_LIT, _INK} <= colours
    context.close()
