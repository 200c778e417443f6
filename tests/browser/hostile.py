"""Text that would be alive if any of it were taken for more than text, and what tells that none is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Noted

EVIL = (
    "<x-evil onclick=alert(1)>evil</x-evil> <img src=x onerror=alert(2)> <script>alert(3)</script> "
    "[here](javascript:alert(4)) ![seen](http://evil.example/x.png) ${alert(5)} {{alert(6)}} \u202eti sdnuor\u2066 "
)
LONG = "W" * 3000
LINE = EVIL + "V" * 1_000_000
NAME = "<x-evil onclick=alert(7)> & \u202eknip " + "N" * 120
SIZES = {"wide": (1280, 800), "phone": (390, 844)}


@contextmanager
def visitor(chromium: Browser, size: str) -> Iterator[Page]:
    """A fresh user at a wide screen or a phone. Afterwards: no dialog, no error, nothing asked of another host."""
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(30_000)
    noted = Noted(page)
    yield page
    context.close()
    assert noted.wrong == []


def sound(page: Page) -> None:
    """None of the hostile text is an element, an event or an address, turns what is beside it, or widens the page."""
    alive = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((e) => e.tagName.startsWith('X-EVIL')
            || e.tagName === 'SCRIPT' && e.textContent.startsWith('alert')
            || e.tagName === 'IMG' && /evil|\\/x$/.test(e.src)
            || [...e.attributes].some((a) => a.name.startsWith('on')
              || ['href', 'src', 'action'].includes(a.name) && /javascript:|evil/i.test(a.value)))
          .map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert alive == [], alive
    turning = page.evaluate(
        """() => [...document.querySelectorAll('body *:not(script):not(style)')].flatMap((e) => [
            ...[...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data),
            ...[...e.attributes].map((a) => a.value)])
          .filter((text) => /[\u202a-\u202e\u2066-\u2069]/.test(text)).map((text) => text.slice(0, 200))"""
    )
    assert turning == [], turning
    wide = page.evaluate(
        """() => [...document.querySelectorAll('html, #fn-transcript, #fn-tabs .tabitem')]
          .filter((e) => e.scrollWidth > e.clientWidth + 1)
          .map((e) => `${e.id || e.className || e.tagName}: ${e.scrollWidth} in ${e.clientWidth}`)"""
    )
    assert wide == [], wide
