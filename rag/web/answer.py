"""Questions and answers as HTML: sentences with their markers and support, the draft, refusals and errors.

Pure: a `View` in, a string out. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.scope import listed
from rag.types import Citation, Conflict, Hit, Sentence
from rag.web import actions
from rag.web.html import below, count, element, escape, message, name_of, place, support_mark
from rag.web.view import View

_STATUS = {
    "loading": "The model is still loading. Your question comes next.",
    "searching": "Searching the documents…",
    "reading": "Reading the passages that were found…",
    "writing": "Writing; every sentence is checked as it is finished…",
}
_SNIPPET = 160
"""Characters shown of a passage in a list."""
_QUOTE = 400
"""Characters shown of a passage that disagrees."""
_QUESTION = 2_000
"""Characters shown of a question; longer ones are pasted documents."""


def conversation(views: Iterable[View]) -> str:
    """Questions with their answers, oldest first."""
    return "".join(exchange(view) for view in views)


def exchange(view: View) -> str:
    """One question and its answer, as far as it has come."""
    asked = element("div", escape(_clipped(view.question, _QUESTION)), class_="fn-question", dir="auto")
    body = element("div", _answer(view), class_="fn-answer", aria_busy="false" if view.over else "true")
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


def hit_list(hits: Sequence[Hit]) -> str:
    """Where a question was looked up: document, place and the beginning of each passage."""
    items = []
    for hit in hits:
        chunk = hit.chunk
        where = element("span", escape(place(chunk.page, below(chunk.heading))), class_="fn-place", dir="auto")
        cut = _clipped(" ".join(chunk.text.split()), _SNIPPET)
        name = element("span", escape(name_of(chunk.document)), class_="fn-document", title=chunk.document, dir="auto")
        items.append(element("li", f"{name} {where}{element('p', escape(cut), dir='auto')}"))
    return element("ol", "".join(items), class_="fn-hits")


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def _answer(view: View) -> str:
    parts = [_query(view)]
    if view.phase == "failed":
        parts.append(message("error", view.error, view.hint))
    elif view.refused:
        parts.append(_refusal(view))
    else:
        parts += [_text(view), _conflicts(view), _note(view), _dropped(view)]
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
    citations = {citation.number: citation for citation in view.citations}
    written = "".join(_sentence(view.number, sentence, citations) for sentence in view.sentences)
    draft = element("span", escape(view.tail), class_="fn-draft", title="Not checked yet") if view.tail else ""
    return element("div", written + draft, class_="fn-text", dir="auto") if written or draft else ""


def _sentence(turn: int, sentence: Sentence, citations: dict[int, Citation]) -> str:
    markers = "".join(_marker(turn, citations[number]) for number in sentence.citations if number in citations)
    text = element("span", escape(sentence.text), class_="fn-words")
    marks = element("span", markers + support_mark(sentence.verdict, sentence.why), class_="fn-marks")
    content = f"{text} {marks}"
    return element("span", content, class_="fn-sentence", data_verdict=sentence.verdict) + " "


def _marker(turn: int, citation: Citation) -> str:
    where = ", ".join(part for part in (citation.document, place(citation.page, citation.heading)) if part)
    name = f"Source {citation.number}: {where}"
    return element(
        "button",
        str(citation.number),
        type="button",
        class_="fn-cite",
        data_turn=turn,
        data_cite=citation.number,
        title=where,
        aria_label=name,
    )


def _conflicts(view: View) -> str:
    """Each disagreement with its two passages side by side."""
    cited = {citation.number: citation for citation in view.citations}
    return "".join(_conflict(view.number, cited[item.passage.number], item) for item in view.conflicts)


def _conflict(turn: int, citation: Citation, conflict: Conflict) -> str:
    title = element("p", f"The documents disagree: {escape(conflict.cited)} or {escape(conflict.other)}")
    here = _side(citation, _marker(turn, citation))
    there = _side(conflict.passage, "")
    sides = element("div", here + there, class_="fn-sides")
    return element("section", title + sides, class_="fn-conflict", aria_label="Passages that disagree")


def _side(passage: Citation, marker: str) -> str:
    where = ", ".join(part for part in (name_of(passage.document), place(passage.page, below(passage.heading))) if part)
    head = element("div", f"{marker} {escape(where)}", class_="fn-place", title=passage.document, dir="auto")
    quote = element("q", escape(_clipped(" ".join(passage.quote.split()), _QUOTE)), dir="auto")
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
    said = f"{count(len(view.dropped), 'sentence')} left out: not supported by the documents"
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
    looked = element("details", element("summary", title) + hit_list(view.answer.hits), class_="fn-looked")
    return element("div", said + why + looked + _dropped(view), class_="fn-refusal")


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""
