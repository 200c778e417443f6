"""The list of batches as HTML: how far each is, what came of it so far, and what can be done with it.

Pure: batches and their counts in, a string out; `batches.js` sends what is pressed. All text goes through
`rag.web.html`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.web.batch_answers import Counted, Line, said, text_of
from rag.web.batch_questions import MOST_BYTES, MOST_QUESTIONS
from rag.web.batch_runner import State
from rag.web.batch_store import Batch
from rag.web.html import count, day, element, escape, left, message

_SHOWN = 240
"""Characters shown of a question or an answer."""


class Shown(NamedTuple):
    """A batch, what its answers hold, and what it is doing."""

    batch: Batch
    counted: Counted
    state: State

    @property
    def done(self) -> bool:
        """Whether every question has its line."""
        return self.counted.done >= self.batch.total


def listing(batches: Sequence[Shown]) -> str:
    """An owner's batches.

    Args:
        batches: In the order in which they are listed.

    Returns:
        A list, or what a batch is where there is none.
    """
    if not batches:
        return element("p", escape(_explained()), class_="fn-place")
    return element("ul", "".join(_item(shown) for shown in batches), class_="fn-batches")


def nobody() -> str:
    """What there is to say where the browser keeps no cookie."""
    said_ = "This browser keeps no cookies, so nobody could tell whose a batch is."
    return message("info", said_, "Allow cookies for this page, or run: rag batch QUESTIONS.jsonl -o ANSWERS.jsonl")


def begun(batch: Batch, remark: str) -> str:
    """What was taken in; a remark says what is odd about it."""
    return message("info", f"{batch.name}: {count(batch.total, 'question')} taken.", remark)


def _explained() -> str:
    return (
        "A batch is a file of questions, answered one after the other while you do something else: CSV with a column "
        f"“question”, or JSON lines; at most {MOST_QUESTIONS:,} questions and {MOST_BYTES // 1_000_000} MB."
    )


def _item(shown: Shown) -> str:
    batch, state = shown.batch, shown.state
    name = element("span", escape(batch.name), class_="fn-document", dir="auto")
    head = element(
        "div", f"{name} {element('span', escape(day(batch.made_s)), class_='fn-place')}", class_="fn-batch-head"
    )
    bar = element("progress", value=shown.counted.done, max=batch.total, aria_label=f"Progress of {batch.name}")
    facts = element("p", escape(" · ".join(_facts(shown))), class_="fn-place")
    error = message("error", f"It ended early: {state.error.message}", state.error.hint) if state.error else ""
    buttons = element("div", "".join(_buttons(shown)), class_="fn-batch-acts")
    return element("li", head + bar + facts + error + buttons + _latest(shown), data_batch=batch.id)


def _facts(shown: Shown) -> Iterator[str]:
    """Where it stands in words, then how many of each kind, then how long it will take."""
    done, tally = shown.counted.done, shown.counted.tally
    yield _phase(shown)
    yield f"{done:,} of {count(shown.batch.total, 'question')}"
    if done:
        yield f"{tally.answered:,} answered, {tally.refused:,} refused, {count(tally.errors, 'error')}"
    if shown.state.left_s is not None and not shown.done:
        yield left(shown.state.left_s)


def _phase(shown: Shown) -> str:
    if shown.done and not shown.state.running:
        return "Done"
    if shown.state.stopping:
        return "Stopping"
    if shown.state.running:
        return "Waiting" if shown.state.left_s is None else "Answering"
    return "Stopped" if shown.counted.done else "Not begun"


def _latest(shown: Shown) -> str:
    """The last few answers, the newest first."""
    items = "".join(_answer(line) for line in reversed(shown.counted.last))
    if not items:
        return ""
    title = element("summary", "Latest answers")
    return element("details", title + element("ol", items, class_="fn-latest"), open=shown.state.running)


def _answer(line: Line) -> str:
    verdict = said(line)
    question = str(line.get("question", "")) or f"line {line.get('line', '')}"
    asked = element("span", escape(_cut(question)), class_="fn-latest-question", dir="auto")
    mark = element("span", escape(verdict), class_=f"fn-latest-mark fn-latest-{verdict}")
    answer = element("span", escape(_cut(text_of(line))), class_="fn-latest-answer", dir="auto")
    return element("li", f"{asked} {mark} {answer}")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _buttons(shown: Shown) -> Iterator[str]:
    name, state = shown.batch.name, shown.state
    if state.running:
        yield _button("cancel", "Cancel", name, disabled=state.stopping)
    elif not shown.done:
        yield _button("go_on", "Go on" if shown.counted.done else "Begin", name)
    if shown.counted.done:
        yield _button("download", "Download CSV", name, kind="csv")
        yield _button("download", "Download JSON lines", name, kind="jsonl")
    yield _button("delete", "Delete", name)


def _button(action: str, label: str, name: str, *, kind: str = "", disabled: bool = False) -> str:
    return element(
        "button",
        label,
        type="button",
        class_="fn-batch-act",
        data_action=action,
        data_kind=kind or None,
        aria_label=f"{label}: {name}",
        disabled=disabled,
    )
