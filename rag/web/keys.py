"""The keys that the page knows, as a sheet that `?` opens; `page.js` does what they say."""

from __future__ import annotations

from rag.web.html import element, escape

_KEYS = (
    ("/", "go to the question box"),
    ("Enter", "ask"),
    ("Shift + Enter", "begin a new line in the question"),
    ("Esc", "stop the answer, leave editing, or go back from a source to its marker"),
    ("n, p", "in the source pane: next and previous source"),
    ("Tab", "go on to the next marker, button or source"),
    ("?", "show this sheet"),
)
_SINGLE = "Single letters and signs are keys (this browser remembers)"
"""They can be switched off: who speaks to the page, or touches keys unawares, would set them off."""


def help_sheet() -> str:
    """The button that opens the sheet, and the sheet."""
    rows = "".join(element("dt", element("kbd", escape(key))) + element("dd", escape(does)) for key, does in _KEYS)
    switch = element("label", element("input", "", type="checkbox", class_="fn-single", checked=True) + escape(_SINGLE))
    close = element("form", element("button", "Close", class_="fn-quiet", autofocus=True), method="dialog")
    title = element("h2", "Keys", id="fn-help-title")
    sheet = element(
        "dialog", title + element("dl", rows) + switch + close, id="fn-help", aria_labelledby="fn-help-title"
    )
    return element("button", "Keys", type="button", class_="fn-quiet fn-help-open", title="Keys (?)") + sheet
