"""Questions and answers as HTML: sentences with their markers and support, the draft, refusals and errors.

Pure: a `View` in, a string out. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rag.scope import listed
from rag.types import Conflict, DocumentInfo, Sentence
from rag.web import actions
from rag.web.html import below, clipped, count, dated, element, escape, message, name_of, place, support_mark
from rag.web.passages import Named, cited, looked_at, others
from rag.web.view import View
from rag.web.ways import hit_list

_STATUS = {
    "loading": "The model is still loading. Your question comes next.",
    "searching": "Searching the documents…",
    "reading": "Reading the passages that were found…",
    "writing": "Writing; every sentence is checked as it is finished…",
}
_QUOTE = 400
"""Characters shown of a passage that disagrees."""
_QUESTION = 2_000
"""Characters shown of a question; longer ones are pasted documents."""

Find = Callable[[str], DocumentInfo | None]
"""What is known of the document at a path; None where there is none."""


def conversation(views: Iterable[View], find: Find = lambda _path: None) -> str:
    """Questions with their answers, oldest first."""
    return "".join(exchange(view, find) for view in views)


def exchange(view: View, find: Find = lambda _path: None) -> str:
    """One question and its answer, as far as it has come."""
    asked = element("div", escape(clipped(view.question, _QUESTION)), class_="fn-question", dir="auto")
    body = element("div", _answer(view, find), class_="fn-answer", aria_busy="false" if view.over else "true")
    parts = [asked, actions.edit(view), body, actions.rating(view)]
    name = f"Question {view.number}"
    return element("article", "".join(parts), class_="fn-turn", data_turn=view.number, aria_label=name)


def welcome(title: str, text: str, questions: Sequence[str]) -> str:
    """What an empty conversation shows.

    Args:
        title: In a few words.
        text: What to do.
        questions: Examples; each becomes a button.

    Returns:
        A block of HTML.
    """
    buttons = [
        element("button", escape(question), type="button", class_="fn-example", data_example=index, dir="auto")
        for index, question in enumerate(questions)
    ]
    examples = element("div", "".join(buttons), class_="fn-examples", role="group", aria_label="Example questions")
    parts = [element("h2", escape(title)), element("p", escape(text)), examples if buttons else ""]
    return element("section", "".join(parts), class_="fn-welcome")


def _answer(view: View, find: Find) -> str:
    parts = [_query(view)]
    if view.phase == "failed":
        parts.append(message("error", view.error, view.hint))
    elif view.refused:
        parts.append(_refusal(view))
    else:
        parts += [_text(view), _premises(view), _conflicts(view, find), _note(view), _dropped(view)]
    if view.note:
        parts.append(element("p", escape(clipped(view.note, _QUESTION)), class_="fn-note", role="status", dir="auto"))
    return "".join(parts)


def _query(view: View) -> str:
    """What was searched for and where, as far as the question does not say it."""
    said = []
    if view.rewritten:
        said.append(f"Searched for: {element('q', escape(view.rewritten))}")
    if view.scope:
        said.append(f"Looked only in {escape(listed(view.scope))}")
    return "".join(element("p", text, class_="fn-query", dir="auto") for text in said)


def _text(view: View) -> str:
    markers = {item.passage.number: _marker(view.number, item) for item in cited(view)}
    written = "".join(_sentence(sentence, markers) for sentence in view.sentences)
    draft = element("span", escape(view.tail), class_="fn-draft", title="Not checked yet") if view.tail else ""
    return element("div", written + draft, class_="fn-text", dir="auto") if written or draft else ""


def _sentence(sentence: Sentence, markers: Mapping[int, str]) -> str:
    marked = "".join(markers[number] for number in sentence.citations if number in markers)
    text = element("span", escape(sentence.text), class_="fn-words")
    marks = element("span", marked + support_mark(sentence.verdict, sentence.why), class_="fn-marks")
    content = f"{text} {marks}"
    return element("span", content, class_="fn-sentence", data_verdict=sentence.verdict) + " "


def _marker(turn: int, item: Named) -> str:
    passage = item.passage
    where = ", ".join(part for part in (passage.document, place(passage.page, passage.heading)) if part)
    return element(
        "button",
        item.sign,
        type="button",
        class_="fn-cite",
        data_turn=turn,
        data_passage=item.name,
        title=where,
        aria_label=f"{item.said.capitalize()}: {where}",
    )


def _premises(view: View) -> str:
    """What the question takes for granted and the passages have otherwise; a refusal has it among its reasons."""
    found = "".join(
        element("p", escape(f"But {premise}.")) for premise in (view.answer.premises if view.answer else ())
    )
    label = "What the question takes for granted"
    return element("section", found, class_="fn-conflict", aria_label=label, dir="auto") if found else ""


def _conflicts(view: View, find: Find) -> str:
    """Each disagreement with its two passages side by side."""
    sources = {item.passage.number: item for item in cited(view)}
    found = []
    for conflict, other in zip(view.conflicts, others(view), strict=True):
        sides = [_side(view.number, item, find) for item in (sources[other.passage.number], other)]
        found.append(_conflict(conflict, sides))
    return "".join(found)


def _conflict(conflict: Conflict, sides: Sequence[str]) -> str:
    title = element("p", f"The documents disagree: {escape(conflict.cited)} or {escape(conflict.other)}")
    beside = element("div", "".join(sides), class_="fn-sides")
    return element("section", title + beside, class_="fn-conflict", aria_label="Passages that disagree")


def _side(turn: int, item: Named, find: Find) -> str:
    passage, info = item.passage, find(item.passage.document)
    where = ", ".join(part for part in (name_of(passage.document), place(passage.page, below(passage.heading))) if part)
    said = " · ".join(part for part in (escape(where), dated(info) if info else "") if part)
    head = element("div", f"{_marker(turn, item)} {said}", class_="fn-place", title=passage.document, dir="auto")
    quote = element("q", escape(clipped(" ".join(passage.quote.split()), _QUOTE)), dir="auto")
    return element("div", head + quote, class_="fn-side-of")


def _note(view: View) -> str:
    if view.phase == "waiting":
        text = f"{count(view.ahead, 'question')} ahead of yours…"
    elif view.phase == "elsewhere":
        text = "This is being answered on another page. The answer comes here once it is whole."
    elif view.phase == "stopped":
        text = "Stopped." if view.sentences else "Stopped before a supported sentence was complete."
    elif view.answer:
        text = _summary(view)
    else:
        text = _STATUS.get(view.phase, "")
    return element("p", escape(text), class_="fn-note" + ("" if view.over else " fn-working"), role="status")


def _summary(view: View) -> str:
    if view.answer is None:
        return ""
    parts = [count(len(view.citations), "source"), f"{view.answer.timings.get('total', 0.0):.1f} s", view.answer.model]
    weak = sum(sentence.verdict != "supported" for sentence in view.sentences)
    checked = "Every sentence checked" if not weak else f"{count(weak, 'sentence')} without full support"
    return " · ".join([checked, *(part for part in parts if part)])


def _dropped(view: View) -> str:
    if not view.dropped:
        return ""
    said = f"{count(len(view.dropped), 'sentence')} left out"
    items = "".join(element("li", f"{element('s', escape(s.text))} {escape(s.why)}", dir="auto") for s in view.dropped)
    return element("details", element("summary", said) + element("ul", items), class_="fn-dropped")


def _refusal(view: View) -> str:
    if view.answer is None:
        return ""
    said = element("p", escape(view.answer.text), class_="fn-refusal-text", dir="auto")
    why = element("p", escape(_sentence_case(view.answer.reason)), class_="fn-reason", dir="auto")
    if not view.answer.hits:
        return element("div", said + why, class_="fn-refusal")
    title = f"What was looked at: {count(len(view.answer.hits), 'passage')}"
    looked = element("details", element("summary", title) + hit_list(view.number, looked_at(view)), class_="fn-looked")
    return element("div", said + why + looked + _dropped(view), class_="fn-refusal")


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""
