"""The source pane as HTML: each citation with its document, place and passage, the cited words lit up.

Pure but for `read`, which is handed in and gives a document's text. All text goes through `rag.web.html`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.types import Citation, Document, Evidence, Hit, Span
from rag.web.answer import hit_list
from rag.web.html import below, count, day, element, escape, name_of, place
from rag.web.view import View

Read = Callable[[str], Document]
"""A document by its path; KeyError where there is none."""
_AROUND = 240
"""Characters shown on each side of a quote, at most."""
_READ_AS = {
    "going on": ("Found so far", "the sentences that the answer is written from"),
    "over": ("Found", "the sentences that the answer was to be written from"),
    "refused": ("Looked at", "the sentences that come nearest"),
}
_EMPTY_LINES = re.compile(r"\n\s*\n")
_BROKEN = re.compile(r"(?<=[\w,;])\n(?=[a-z])")


def pane(view: View | None, read: Read, selected: int | None = None) -> str:
    """The sources of one answer; where there is none, the passages that it will be, or was not, written from.

    Args:
        view: The question; None for an empty conversation.
        read: Gives the documents.
        selected: Number of the citation that is selected.

    Returns:
        A block of HTML.
    """
    if view is None:
        return _empty("Sources appear here", "with the cited words lit up in the passage that they come from.")
    if view.citations and (view.over or not view.evidence):
        return _cited(view, read, selected)
    if view.evidence:
        return _reading(view, read)
    if view.hits:
        return _heading("Looked at", count(len(view.hits), "passage")) + hit_list(view.hits)
    return _empty("No sources yet", "What is found for the question appears here.")


def around(shown: str, document: str, turn: int, number: int | None) -> str:
    """A document that stands in place of the sources, with a way back to them.

    Args:
        shown: Its HTML.
        document: Its path.
        turn: Number of the question that is gone back to.
        number: Of the citation that is; None for none.

    Returns:
        A block of HTML.
    """
    back = element("button", "‹ Sources", type="button", class_="fn-back")
    return element(
        "section",
        back + shown,
        class_="fn-opened",
        data_turn=turn,
        data_cite=number or 0,
        data_document=document,
        aria_label=f"Document {name_of(document)}",
    )


def window(text: str, span: Span, around: int = _AROUND) -> tuple[str, str, str]:
    """A quote and what stands around it.

    Args:
        text: The document's.
        span: Where the quote is.
        around: Most characters on each side.

    Returns:
        What comes before, the quote exactly, and what comes after; cut between words, with an ellipsis where cut.
    """
    start, end = max(0, span.start - around), min(len(text), span.end + around)
    before, after = text[start : span.start], text[span.end : end]
    if start > 0:
        before = "… " + before[_first_gap(before) :].lstrip()
    if end < len(text):
        after = after[: len(after) - _first_gap(after[::-1])].rstrip() + " …"
    return before, text[span.start : span.end], after


def _first_gap(text: str) -> int:
    """Offset of the first white space, where it comes early; else 0."""
    at = next((index for index, character in enumerate(text) if character.isspace()), 0)
    return at if at < len(text) // 2 else 0


def _cited(view: View, read: Read, selected: int | None) -> str:
    cards = "".join(_card(view.number, citation, read, citation.number == selected) for citation in view.citations)
    cards += "".join(_other(conflict.passage, read) for conflict in view.conflicts)
    rest = _uncited(view)
    looked = element("summary", f"Also looked at: {count(len(rest), 'passage')}") + hit_list(rest)
    more = element("details", looked, class_="fn-looked") if rest else ""
    return _heading("Sources", _question(view), _steps(view)) + cards + more


def _steps(view: View) -> str:
    """Buttons from one citation to the next; none for a single one."""
    if len(view.citations) < 2:
        return ""
    names = {-1: ("‹", "Previous source"), 1: ("›", "Next source")}
    buttons = [
        element("button", sign, type="button", class_="fn-step", data_step=step, data_turn=view.number, aria_label=name)
        for step, (sign, name) in names.items()
    ]
    return element("span", "".join(buttons), class_="fn-steps")


def has_page(citation: Citation) -> bool:
    """Whether there is a page to show: a cheap guess, to offer a button or not."""
    return citation.page is not None and citation.document.lower().endswith(".pdf")


def _uncited(view: View) -> list[Hit]:
    def cited(hit: Hit) -> bool:
        chunk = hit.chunk
        return any(c.document == chunk.document and c.start < chunk.end and chunk.start < c.end for c in view.citations)

    return [hit for hit in view.hits if not cited(hit)]


def _card(turn: int, citation: Citation, read: Read, selected: bool) -> str:
    passage, note = _passage(citation, read)
    number = element("span", str(citation.number), class_="fn-number", aria_hidden="true")
    return element(
        "article",
        _card_head(number, citation.document, place(citation.page, below(citation.heading)), note, _copy(citation))
        + element("blockquote", passage, class_="fn-passage", dir="auto")
        + _ways_on(turn, citation),
        class_="fn-source",
        id=f"fn-source-{turn}-{citation.number}",
        data_cite=citation.number,
        tabindex="-1",
        aria_current="true" if selected else None,
        aria_label=f"Source {citation.number}",
    )


def _ways_on(turn: int, citation: Citation) -> str:
    """Buttons that open the document at the passage."""
    ways = [("text", "Open the document"), *([("page", "Show the page")] if has_page(citation) else [])]
    buttons = [
        element(
            "button",
            said,
            type="button",
            class_="fn-quiet fn-look",
            data_turn=turn,
            data_cite=citation.number,
            data_what=what,
            aria_label=f"{said} of source {citation.number}",
        )
        for what, said in ways
    ]
    return element("div", "".join(buttons), class_="fn-ways")


def _copy(citation: Citation) -> str:
    """A button that copies the quote with its reference."""
    reference = ", ".join(part for part in (citation.document, place(citation.page, citation.heading)) if part)
    name = f"Copy the quote of source {citation.number} with its reference"
    return element("button", "Copy", type="button", class_="fn-copy", data_reference=reference, aria_label=name)


def _other(passage: Citation, read: Read) -> str:
    """A passage that disagrees with a cited one."""
    text, note = _passage(passage, read)
    sign = element("span", "≠", class_="fn-number", aria_hidden="true")
    head = _card_head(sign, passage.document, place(passage.page, below(passage.heading)), note)
    quoted = element("blockquote", text, class_="fn-passage", dir="auto")
    return element("article", head + quoted, class_="fn-source", aria_label=f"Disagrees with source {passage.number}")


def _passage(citation: Citation, read: Read) -> tuple[str, str]:
    """The passage, the quote lit up, and what there is to say of its document."""
    quote = element("mark", escape(citation.quote))
    try:
        document = read(citation.document)
    except KeyError:
        return quote, "no longer in the index"
    if document.text[citation.start : citation.end] != citation.quote:
        return quote, "changed since"
    before, _, after = window(document.text, Span(citation.start, citation.end))
    return _tight(before) + quote + _tight(after), day(document.modified_s)


def _reading(view: View, read: Read) -> str:
    chunks = dict.fromkeys(item.chunk for item in view.evidence)
    cards = []
    for chunk in chunks:
        lit = sorted(item for item in (_span(e) for e in view.evidence if e.chunk == chunk))
        passage = _lit(chunk.text, chunk.start, lit)
        head = _card_head("", chunk.document, place(chunk.page, below(chunk.heading)), _date(chunk.document, read))
        quoted = element("blockquote", passage, class_="fn-passage", dir="auto")
        cards.append(element("article", head + quoted, class_="fn-source fn-evidence"))
    return _heading(*_READ_AS["refused" if view.refused else "over" if view.over else "going on"]) + "".join(cards)


def _span(evidence: Evidence) -> Span:
    return Span(evidence.start, evidence.end)


def _lit(text: str, offset: int, spans: Iterable[Span]) -> str:
    """A passage with stretches lit up; their offsets count from `offset` before the passage."""
    parts, at = [], 0
    for span in spans:
        start, end = max(at, span.start - offset), max(at, span.end - offset)
        parts += [_tight(text[at:start]), element("mark", escape(text[start:end]))]
        at = end
    return "".join(parts) + _tight(text[at:])


def _tight(text: str) -> str:
    """Escaped; empty lines left out, and lines that were broken in mid-sentence joined."""
    return escape(_BROKEN.sub(" ", _EMPTY_LINES.sub("\n", text)))


def _date(path: str, read: Read) -> str:
    try:
        return day(read(path).modified_s)
    except KeyError:
        return ""


def _card_head(number: str, path: str, where: str, note: str, button: str = "") -> str:
    name = element("span", escape(name_of(path)), class_="fn-document", title=path, dir="auto")
    rest = [element("span", escape(text), class_="fn-place", dir="auto") for text in (where, note) if text]
    return element("header", number + element("div", name + "".join(rest), class_="fn-where") + button)


def _heading(title: str, note: str, buttons: str = "") -> str:
    said = element("span", escape(note), class_="fn-place", dir="auto") if note else ""
    return element("div", element("h2", escape(title)) + said + buttons, class_="fn-pane-head")


def _question(view: View) -> str:
    return view.question if len(view.question) <= 80 else view.question[:80] + " …"


def _empty(title: str, text: str) -> str:
    return element("div", element("h2", escape(title)) + element("p", escape(text)), class_="fn-empty")
