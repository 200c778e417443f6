"""The source pane as HTML: each citation with its document, place and passage, the cited words lit up.

Pure but for `read`, which is handed in and gives a document's text. All text goes through `rag.web.html`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.sentences import is_item
from rag.types import Citation, Document, Evidence, Hit, Span
from rag.web.html import below, count, dated, element, escape, name_of, place
from rag.web.passages import Named, beside, cited, found, looked_at, others
from rag.web.session import Opened
from rag.web.view import View
from rag.web.ways import hit_list, steps, ways_on

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


def pane(view: View | None, read: Read, selected: str = "", reading: bool = False) -> str:
    """The sources of one answer; where there is none, the passages that it will be, or was not, written from.

    Args:
        view: The question; None for an empty conversation.
        read: Gives the documents.
        selected: Name of the passage that is selected, as `rag.web.passages` has it; empty for none.
        reading: Whether the evidence stays although there are sources.

    Returns:
        A block of HTML.
    """
    if view is None:
        return _empty("Sources appear here", "with the cited words lit up in the passage that they come from.")
    if view.citations and not _stays(view, selected, reading):
        return _cited(view, read, selected)
    if view.evidence:
        return _reading(view, read, selected)
    if view.hits:
        hits = looked_at(view)
        return _heading("Looked at", count(len(hits), "passage")) + hit_list(view.number, hits, selected)
    return _empty("No sources yet", "What is found for the question appears here.")


def _stays(view: View, selected: str, reading: bool) -> bool:
    """Whether the evidence stands there still: while the answer is written, or one of its passages is looked at."""
    if any(item.name == selected for item in [*cited(view), *others(view)]):
        return False
    return bool(view.evidence) and (not view.over or reading or any(item.name == selected for item in found(view)))


def around(shown: str, opened: Opened, view: View | None) -> str:
    """A document that stands in place of the sources, with a way back to them and on to the next passage.

    Args:
        shown: Its HTML.
        opened: What it is, and at which passage.
        view: The question that is gone back to; None for an empty conversation.

    Returns:
        A block of HTML.
    """
    back = element("button", "‹ Sources", type="button", class_="fn-back")
    neighbours = beside(view, opened.name)
    onward = steps(neighbours[0].name, neighbours[1].name, opened.what) if neighbours else ""
    return element(
        "section",
        element("div", back + onward, class_="fn-pane-head") + shown,
        class_="fn-opened",
        data_turn=view.number if view else 0,
        data_passage=opened.name or None,
        data_document=opened.document,
        aria_label=f"Document {name_of(opened.document)}",
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


def _cited(view: View, read: Read, selected: str) -> str:
    cards = [_card(view.number, item, read, selected, _copy(item)) for item in cited(view)]
    cards += [_card(view.number, item, read, selected) for item in others(view)]
    rest = [(hit, item) for hit, item in looked_at(view) if not _is_cited(hit, view)]
    unfolded = any(item.name == selected for _, item in rest)
    looked = element("summary", f"Also looked at: {count(len(rest), 'passage')}")
    looked += hit_list(view.number, rest, selected)
    more = element("details", looked, class_="fn-looked", open=unfolded) if rest else ""
    return _heading("Sources", _question(view), _steps(cards)) + "".join(cards) + more


def _steps(cards: list[str]) -> str:
    """Buttons from one card to the next; none for a single one."""
    return steps() if len(cards) > 1 else ""


def _is_cited(hit: Hit, view: View) -> bool:
    chunk = hit.chunk
    return any(c.document == chunk.document and c.start < chunk.end and chunk.start < c.end for c in view.citations)


def _card(turn: int, item: Named, read: Read, selected: str, copy: str = "") -> str:
    """A passage that is cited, or disagrees with one that is."""
    passage, note = _passage(item.passage, read)
    number = element("span", item.sign, class_="fn-number", aria_hidden="true")
    where = place(item.passage.page, below(item.passage.heading))
    head = _card_head(number, item.passage.document, where, note, copy)
    return _framed(turn, item, head, passage, item.name == selected)


def _framed(turn: int, item: Named, head: str, passage: str, selected: bool) -> str:
    """A card that can be selected, with the ways into its document."""
    return element(
        "article",
        head + element("blockquote", passage, class_="fn-passage", dir="auto") + ways_on(turn, item),
        class_="fn-source",
        id=f"fn-source-{turn}-{item.name}",
        data_turn=turn,
        data_passage=item.name,
        tabindex="-1",
        aria_current="true" if selected else None,
        aria_label=item.said.capitalize(),
    )


def _copy(item: Named) -> str:
    """A button that copies the quote with its reference."""
    passage = item.passage
    reference = ", ".join(part for part in (passage.document, place(passage.page, passage.heading)) if part)
    name = f"Copy the quote of {item.said} with its reference"
    return element("button", "Copy", type="button", class_="fn-copy", data_reference=reference, aria_label=name)


def _passage(citation: Citation, read: Read) -> tuple[str, str]:
    """The passage, the quote lit up, and what there is to say of its document."""
    listed = any(map(is_item, citation.quote.split("\n")[1:]))
    quote = element("mark", escape(citation.quote), class_="fn-list" if listed else None)
    try:
        document = read(citation.document)
    except KeyError:
        return quote, "no longer in the index"
    if document.text[citation.start : citation.end] != citation.quote:
        return quote, "changed since"
    before, _, after = window(document.text, Span(citation.start, citation.end))
    return _tight(before) + quote + _tight(after), dated(document)


def _reading(view: View, read: Read, selected: str) -> str:
    cards = []
    for item, chunk in zip(found(view), dict.fromkeys(item.chunk for item in view.evidence), strict=True):
        lit = sorted(item for item in (_span(e) for e in view.evidence if e.chunk == chunk))
        passage = _lit(chunk.text, chunk.start, lit)
        head = _card_head("", chunk.document, place(chunk.page, below(chunk.heading)), _date(chunk.document, read))
        cards.append(_framed(view.number, item, head, passage, item.name == selected))
    answered = view.over and bool(view.citations)
    state = "refused" if view.refused else "over" if view.over and not answered else "going on"
    onward = element("button", "Sources of the answer", type="button", class_="fn-onward", data_turn=view.number)
    return _heading(*_READ_AS[state], _steps(cards)) + "".join(cards) + (onward if answered else "")


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
        return dated(read(path))
    except KeyError:
        return ""


def _card_head(number: str, path: str, where: str, note: str, button: str = "") -> str:
    """What stands above a passage; `number`, `note` and `button` are HTML."""
    name = element("span", escape(name_of(path)), class_="fn-document", title=path, dir="auto")
    rest = [element("span", text, class_="fn-place", dir="auto") for text in (escape(where), note) if text]
    return element("header", number + element("div", name + "".join(rest), class_="fn-where") + button)


def _heading(title: str, note: str, buttons: str = "") -> str:
    said = element("span", escape(note), class_="fn-place", dir="auto") if note else ""
    return element("div", element("h2", escape(title)) + said + buttons, class_="fn-pane-head")


def _question(view: View) -> str:
    return view.question if len(view.question) <= 80 else view.question[:80] + " …"


def _empty(title: str, text: str) -> str:
    return element("div", element("h2", escape(title)) + element("p", escape(text)), class_="fn-empty")
