"""A file of questions: handed in, watched, cancelled and gone on with, its answers taken away, whatever it holds."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from rag.testing import FakeGenerator
from tests.browser.conftest import MARKS, REPLY
from tests.browser.steps import enter, finished, show, type_question
from tests.browser.test_accessibility import violations
from tests.web.shelves import make_library, open_library, serving
from tests.web.things import GatedGenerator

pytestmark = MARKS
WORDS = len(REPLY.split())
QUESTION = "How many days of written notice end the harbour lease?"
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} \u202etxet " + "W" * 3000


def hand_in(page: Page, file: Path) -> Locator:
    """Choose a file in the batch tab; gives its place in the list."""
    show(page, "Batch")
    page.locator("#fn-batch-upload input[type=file]").set_input_files(file)
    batch = page.locator(".fn-batches > li").first
    expect(batch).to_contain_text(file.name)
    return batch


def asked(folder: Path, *questions: str, name: str = "asked.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["id", "question"], *enumerate(questions, 1)])
    return path


def take(page: Page, batch: Locator, what: str, folder: Path) -> Path:
    """Download and keep."""
    with page.expect_download() as waiting:
        batch.get_by_role("button", name=f"Download {what}").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def press(batch: Locator, label: str) -> None:
    batch.get_by_role("button", name=label).click()


def forget(batch: Locator) -> None:
    press(batch, "Delete")
    press(batch, "Delete for good?")


def test_questions_are_answered_and_the_answers_taken_away(page: Page, real: str, tmp_path: Path) -> None:
    enter(page, real)
    batch = hand_in(page, asked(tmp_path, QUESTION, "Who is the treasurer\nof the rowing club?", "=1+1", HOSTILE))
    expect(page.locator("#fn-batch-result")).to_contain_text("asked.csv: 4 questions taken.")
    expect(batch).to_contain_text("Done · 4 of 4 questions", timeout=60_000)
    expect(batch.get_by_role("progressbar")).to_have_attribute("value", "4")
    table = take(page, batch, "CSV", tmp_path)
    assert table.name == "asked-answers.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert "ninety days" in rows[0]["answer"] and "legal/lease.md" in rows[0]["sources"]
    assert rows[2]["question"] == "'=1+1"
    lines = take(page, batch, "JSON lines", tmp_path)
    answers = [json.loads(line) for line in lines.read_bytes().splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "2", "3", "4"]
    assert answers[1]["question"] == "Who is the treasurer\nof the rowing club?"
    assert "Ines Okoro" in answers[1]["text"]
    batch.get_by_text("Latest answers").click()
    expect(batch.locator(".fn-latest")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".fn-batches :is(img, script, a)").count() == 0
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert batch.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1"), width
        assert violations(page) == []
    forget(batch)
    expect(page.locator("#fn-batches")).to_contain_text("A batch is a file of questions")


def test_what_cannot_be_read_is_told_by_its_row(page: Page, real: str, tmp_path: Path) -> None:
    enter(page, real)
    show(page, "Batch")
    page.locator("#fn-batch-upload input[type=file]").set_input_files(asked(tmp_path, QUESTION, "", name="empty.csv"))
    alert = page.locator("#fn-batch-result").get_by_role("alert")
    expect(alert).to_contain_text("empty.csv, row 3: no question in it")
    expect(alert).to_contain_text("write one, or take the row out")
    expect(page.locator(".fn-batches > li")).to_have_count(0)


def test_cancelled_reloaded_and_gone_on_with(page: Page, gated: str, generator: GatedGenerator, tmp_path: Path) -> None:
    enter(page, gated)
    batch = hand_in(page, asked(tmp_path, *(f"{QUESTION} Case {number}." for number in range(4))))
    expect(batch).to_contain_text("Waiting · 0 of 4 questions")
    generator.gate.release(WORDS + 2)
    expect(batch).to_contain_text("Answering · 1 of 4 questions")
    expect(batch).to_contain_text("left")
    expect(batch.locator(".fn-latest")).to_contain_text("Case 0.")
    press(batch, "Cancel")
    expect(batch).to_contain_text("Stopped · 1 of 4 questions")
    expect(batch.get_by_role("button", name="Go on")).to_be_focused()
    page.reload()
    show(page, "Batch")
    expect(batch).to_contain_text("Stopped · 1 of 4 questions")
    kept = take(page, batch, "JSON lines", tmp_path).read_bytes()

    press(batch, "Go on")
    expect(batch).to_contain_text("Waiting · 1 of 4 questions")
    page.reload()  # it goes on without a page
    generator.gate.release(3 * WORDS)
    show(page, "Batch")
    expect(batch).to_contain_text("Done · 4 of 4 questions · 4 answered, 0 refused, 0 errors", timeout=30_000)
    whole = take(page, batch, "JSON lines", tmp_path).read_bytes()
    assert whole.startswith(kept)
    assert [json.loads(line)["id"] for line in whole.splitlines()] == ["1", "2", "3", "4"]
    forget(batch)
    expect(batch).to_have_count(0)


def test_a_server_that_ends_leaves_what_is_done_and_the_next_one_goes_on(page: Page, tmp_path: Path) -> None:
    slow = GatedGenerator(REPLY)
    first = open_library(tmp_path, slow)
    with serving(first, 18_900) as url:
        enter(page, url)
        batch = hand_in(page, asked(tmp_path, *[QUESTION] * 3))
        slow.gate.release(WORDS + 2)
        expect(batch).to_contain_text("Answering · 1 of 3 questions")
        page.goto("about:blank")  # a page that is left open says that the server is gone
    assert "batch" not in [thread.name for thread in threading.enumerate()]
    later = make_library(first.config, FakeGenerator(REPLY))
    with serving(later, 18_900) as url:
        enter(page, url)
        show(page, "Batch")
        expect(batch).to_contain_text("Stopped · 1 of 3 questions")
        press(batch, "Go on")
        expect(batch).to_contain_text("Done · 3 of 3 questions · 3 answered")
        lines = take(page, batch, "JSON lines", tmp_path).read_bytes().splitlines()
        assert [json.loads(line)["id"] for line in lines] == ["1", "2", "3"]
        page.goto("about:blank")


def test_the_chat_goes_on_beside_it_and_what_runs_can_be_deleted(
    page: Page, gated: str, generator: GatedGenerator, tmp_path: Path
) -> None:
    enter(page, gated)
    batch = hand_in(page, asked(tmp_path, *[QUESTION] * 20))
    generator.gate.release(2)
    expect(batch).to_contain_text("Waiting · 0 of 20 questions")
    batch.get_by_role("button", name="Cancel").focus()
    type_question(page, QUESTION)
    expect(page.locator("#fn-current")).to_contain_text("1 question ahead")
    generator.gate.release(2 * WORDS - 2)
    expect(finished(page)).to_contain_text("ninety days")
    show(page, "Batch")
    expect(batch).to_contain_text("1 of 20 questions")
    forget(batch)
    expect(page.locator(".fn-batches > li")).to_have_count(0)


def test_a_running_list_keeps_the_keyboards_place(
    chromium: Browser, gated: str, generator: GatedGenerator, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    enter(page, gated)
    batch = hand_in(page, asked(tmp_path, *[QUESTION] * 9))
    generator.gate.release(WORDS)
    expect(batch).to_contain_text("Answering · 1 of 9")
    batch.get_by_role("button", name="Download CSV").focus()
    batch.get_by_text("Latest answers").click()  # folds it
    batch.get_by_role("button", name="Download CSV").focus()
    for done in (2, 3):
        generator.gate.release(WORDS)
        expect(batch).to_contain_text(f"{done} of 9")
        expect(batch.get_by_role("button", name="Download CSV")).to_be_focused()
        expect(batch.locator(".fn-latest")).to_be_hidden()
    assert violations(page) == []
    forget(batch)
    expect(page.locator(".fn-batches > li")).to_have_count(0)
    context.close()
