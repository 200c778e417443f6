"""Every state of the page, by what a user does to come there; `screenshots` takes a picture of each."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from playwright.sync_api import FilePayload, Page, expect

from tests.browser import steps

_NOTICE = "How may either side end the harbour lease?"
_NUMBERS = count(1)

Show = Callable[[Page], None]


def empty(_page: Page) -> None:
    return


def _answer(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?").locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()


def _conflict(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    expect(page.locator(".fn-conflict").first).to_be_visible()


def _refusal(page: Page) -> None:
    steps.ask(page, "What is the boiling point of tungsten in kelvin?")
    expect(page.locator(".fn-refusal")).to_be_visible()


def _documents(page: Page) -> None:
    steps.show(page, "Documents")
    _below(page, "#fn-listing", "manual.md")


def _page(page: Page) -> None:
    steps.ask(page, "Which terms keep bookings made before 1 April 2031?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Show the page").click()
    expect(page.locator("#fn-page-spot")).to_be_visible()


def _document(page: Page) -> None:
    steps.ask(page, "Which terms keep bookings made before 1 April 2031?").locator(".fn-cite").first.click()
    page.get_by_role("button", name="Open the document").click()
    expect(page.locator("#fn-text-spot")).to_be_visible()


def _history(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?")
    page.get_by_role("button", name="Bad answer").click()
    steps.show(page, "History")
    expect(page.locator("#fn-history .fn-open").first).to_be_visible()


def _editing(page: Page) -> None:
    steps.ask(page, "Who is the special envoy for Latin America?")
    page.locator(".fn-turn").hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(page.locator(".fn-editing")).to_be_visible()


def _why(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    steps.show(page, "Why")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    _below(page, "#fn-why-shown", "Passages")


def _batch(page: Page) -> None:
    _hand_in(page, "How much notice ends a membership?", "Who set the plan in context?", "When does it begin?")
    _below(page, "#fn-batches", "Done")


def _keys(page: Page) -> None:
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _follow_up(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    steps.ask(page, "And how long does it last?", turns=2)


def _remark(page: Page) -> None:
    steps.ask(page, "How much notice ends a membership?")
    page.get_by_role("button", name="Bad answer").click()
    expect(page.locator(".fn-remark")).to_be_visible()


def _scope(page: Page) -> None:
    page.locator("#fn-scope input").click()
    expect(page.get_by_role("option").first).to_be_visible()


def _upload(page: Page) -> None:
    steps.show(page, "Documents")
    broken = FilePayload(name="scan.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 cut off")
    page.locator("#fn-upload input[type=file]").set_input_files(broken)
    _below(page, "#fn-results", "not added")


def _too_long(page: Page) -> None:
    steps.ask(page, "why " * 5_000)


def _writing(page: Page) -> None:
    steps.type_question(page, _NOTICE)
    expect(page.locator(".fn-sentence")).to_have_count(1)


def _waiting(page: Page) -> None:
    other = page.context.new_page()
    steps.enter(other, page.url)
    steps.type_question(other, _NOTICE)
    expect(other.locator(".fn-sentence")).to_have_count(1)
    steps.type_question(page, _NOTICE)
    expect(page.locator(".fn-answer")).to_contain_text("ahead of yours")
    page.bring_to_front()


def _stopped(page: Page) -> None:
    _writing(page)
    page.get_by_role("button", name="Stop").click()
    steps.finished(page)


def _asking_back(page: Page) -> None:
    answer = steps.ask(page, "When does it begin?")
    expect(answer).to_contain_text("What is meant by")


def _listed(page: Page) -> None:
    _documents(page)
    page.get_by_role("button", name="manual.md", exact=True).click()
    expect(page.locator(".fn-reader-text")).to_be_visible()


def _renaming(page: Page) -> None:
    _history(page)
    page.locator("#fn-history").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("textbox", name="Title of the conversation")).to_be_focused()


def _deleting(page: Page) -> None:
    _history(page)
    page.locator("#fn-history").get_by_role("button", name="Delete").click()
    expect(page.locator("#fn-history")).to_contain_text("Delete for good?")


def _uploading(page: Page) -> None:
    steps.show(page, "Documents")
    number = next(_NUMBERS)  # what is there already is not indexed
    names = [f"{name} {number}.txt" for name in ("Spring regatta", "Autumn regatta", "Winter storage")]
    texts = [f"{name}. The boats leave the shed. ".encode() * 400 for name in names]
    files = [
        FilePayload(name=name, mimeType="text/plain", buffer=text) for name, text in zip(names, texts, strict=True)
    ]
    page.locator("#fn-upload input[type=file]").set_input_files(files)
    _below(page, "#fn-results", "indexed")
    _below(page, "#fn-results", "left")


def _doubted(page: Page) -> None:
    answer = steps.ask(page, _NOTICE)
    expect(answer.locator(".fn-sentence[data-verdict=weak]")).to_be_visible()
    answer.locator(".fn-dropped summary").click()
    expect(answer.locator(".fn-dropped li")).to_be_visible()


def _answer_failed(page: Page) -> None:
    answer = steps.ask(page, _NOTICE)
    expect(answer.get_by_role("alert")).to_be_visible()


def _batch_running(page: Page) -> None:
    _hand_in(page, "Who is the treasurer?", _NOTICE, "What is the boat shed?", "Who owns the harbour?")
    _below(page, "#fn-batches", "Answering · 1 of 4")


def _below(page: Page, part: str, said: str) -> None:
    """Wait until a part says so, and bring it into view: on a phone it stands below the chat."""
    expect(page.locator(part)).to_contain_text(said, timeout=60_000)
    page.locator(part).scroll_into_view_if_needed()


def _hand_in(page: Page, *questions: str) -> None:
    steps.show(page, "Batch")
    asked = "\n".join(["question", *questions, ""]).encode()
    payload = FilePayload(name="questions.csv", mimeType="text/csv", buffer=asked)
    page.locator("#fn-batch-upload input[type=file]").set_input_files(payload)


ASKED: dict[str, Show] = {
    "empty": empty,
    "answer": _answer,
    "conflict": _conflict,
    "refusal": _refusal,
    "asking-back": _asking_back,
    "follow-up": _follow_up,
    "remark": _remark,
    "too-long": _too_long,
    "scope": _scope,
    "documents": _documents,
    "listed": _listed,
    "page": _page,
    "document": _document,
    "history": _history,
    "renaming": _renaming,
    "deleting": _deleting,
    "editing": _editing,
    "why": _why,
    "batch": _batch,
    "keys": _keys,
}
ADDED: dict[str, Show] = {"upload": _upload, "uploading": _uploading}
"""Last, since it leaves documents behind."""
WAITING: dict[str, Show] = {"writing": _writing, "waiting": _waiting, "stopped": _stopped}
"""With a generator that has written its first sentence, and no more."""
SLOW: dict[str, Show] = {"batch-running": _batch_running}
DOUBTED: dict[str, Show] = {"doubted": _doubted}
BROKEN: dict[str, Show] = {"answer-failed": _answer_failed}
