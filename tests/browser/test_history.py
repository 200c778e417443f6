"""Conversations that outlive the page: reload, restart, a second tab, another browser; found, renamed, taken away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.web.library import Library
from tests.browser.conftest import MARKS, REPLY
from tests.browser.steps import ask, enter, finished, last, show, type_question
from tests.processes import running
from tests.web.shelves import make_folder, make_library, open_library, serving, settings, sync
from tests.web.things import GatedGenerator

pytestmark = MARKS
LEASE, CLUB = "How may either side end the harbour lease?", "Who is the treasurer of the rowing club?"
FIRST = REPLY.split(". ")[0] + "."
PORT = 18_870


@pytest.fixture(scope="module")
def shelf_with_model(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return open_library(tmp_path_factory.mktemp("history"), GatedGenerator(REPLY, free=1_000_000))


@pytest.fixture(scope="module")
def chat(shelf_with_model: Library) -> Iterator[str]:
    """Address of a chat that keeps conversations."""
    with serving(shelf_with_model, PORT) as url:
        yield url


def begin(page: Page, url: str, question: str = LEASE) -> None:
    enter(page, url)
    ask(page, question)
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{32}$"))


def history(page: Page, *titles: str) -> None:
    """Open the list, and see these titles there, in this order."""
    show(page, "History")
    expect(page.locator("#fn-history .fn-open")).to_have_text(list(titles))


def test_a_reload_brings_the_conversation_back_with_its_sources(page: Page, chat: str) -> None:
    begin(page, chat)
    ask(page, CLUB, turns=2)
    page.reload()
    answer = finished(page, turns=2)
    expect(answer).to_contain_text("treasurer")
    page.locator(".fn-turn").first.locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true] mark")).to_contain_text("ninety days written notice")
    ask(page, "And its notice period?", turns=3)


def test_conversations_are_listed_found_renamed_and_deleted(page: Page, chat: str) -> None:
    begin(page, chat)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".fn-welcome")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))
    ask(page, CLUB)
    history(page, CLUB, LEASE)
    page.get_by_role("textbox", name="Search conversations").fill("harbour registrar")
    expect(page.locator("#fn-history .fn-open")).to_have_text([LEASE])
    page.get_by_role("button", name=f"Rename: {LEASE}").click()
    page.get_by_role("textbox", name="Title of the conversation").fill("Lease <b>terms</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#fn-history .fn-open")).to_have_text(["Lease <b>terms</b>"])
    page.locator("#fn-history .fn-open").click()
    expect(page.locator(".fn-turn .fn-question")).to_have_text([LEASE])
    page.get_by_role("button", name="Delete: Lease <b>terms</b>").click()
    expect(page.get_by_role("button", name="Delete for good?: Lease <b>terms</b>")).to_have_text("Delete for good?")
    page.mouse.down()  # where the pointer still is
    page.mouse.up()
    expect(page.locator(".fn-welcome")).to_be_visible()
    expect(page.locator("#fn-history")).to_contain_text("No conversation has “harbour registrar”")
    page.get_by_role("textbox", name="Search conversations").fill("")
    expect(page.locator("#fn-history .fn-open")).to_have_text([CLUB])


def test_a_conversation_is_taken_away_as_markdown_and_json(page: Page, chat: str) -> None:
    begin(page, chat)
    history(page, LEASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"Markdown: {LEASE}").click()
    assert saved.value.suggested_filename == "How may either side end the harbour lease.md"
    assert "[^1-1]: legal/lease.md" in Path(saved.value.path()).read_text("utf-8")
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"JSON: {LEASE}").click()
    [turn] = json.loads(Path(saved.value.path()).read_text("utf-8"))["turns"]
    assert turn["answer"]["citations"][0]["document"] == "legal/lease.md"


def test_a_question_is_edited_and_the_old_conversation_stays(page: Page, chat: str) -> None:
    begin(page, chat)
    ask(page, CLUB, turns=2)
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    box = page.get_by_role("textbox", name="Question", exact=True)
    expect(box).to_have_value(LEASE)
    expect(box).to_be_focused()
    expect(page.locator("#fn-above")).to_contain_text("stays under History")
    page.keyboard.press("Escape")
    expect(page.locator(".fn-editing")).to_have_count(0)
    page.locator(".fn-turn").first.hover()
    page.get_by_role("button", name="Edit question 1").click()
    expect(box).to_have_value(LEASE)
    answer = ask(page, "What ends the harbour lease?")
    expect(answer.locator(".fn-question")).to_have_text("What ends the harbour lease?")
    history(page, "What ends the harbour lease?", LEASE)
    page.get_by_role("button", name=LEASE, exact=True).click()
    expect(page.locator(".fn-turn .fn-question")).to_have_text([LEASE, CLUB])


def test_a_rating_and_its_reason_are_kept(page: Page, chat: str) -> None:
    begin(page, chat)
    page.get_by_role("button", name="Bad answer").click()
    remark = page.get_by_role("textbox", name="What is wrong with this answer?")
    remark.fill("the period is <i>ninety</i> days")
    remark.press("Enter")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    show(page, "History")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export ratings").click()
    assert "the period is <i>ninety</i> days" in Path(saved.value.path()).read_text("utf-8")
    page.reload()
    finished(page)
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    expect(remark).to_have_value("the period is <i>ninety</i> days")
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(remark).to_have_count(0)


def test_a_second_tab_goes_on_and_the_first_one_catches_up(page: Page, chat: str) -> None:
    begin(page, chat)
    second = page.context.new_page()
    second.goto(page.url)
    finished(second)
    ask(second, CLUB, turns=2)
    ask(page, "And what is the boat shed?", turns=3)
    expect(page.locator(".fn-question")).to_have_text([LEASE, CLUB, "And what is the boat shed?"])


def test_a_second_tab_does_not_call_stopped_what_the_first_has_written(
    page: Page, gated: str, generator: GatedGenerator
) -> None:
    enter(page, gated)
    type_question(page, LEASE)
    generator.gate.release(3)
    expect(page.locator(".fn-draft")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator(".fn-turn")).to_contain_text("being answered on another page")
    generator.gate.release(1000)
    finished(page)
    expect(second.locator(".fn-turn")).to_contain_text("Every sentence checked", timeout=15_000)
    expect(second.locator(".fn-cite").first).to_be_visible()
    while generator.gate.acquire(blocking=False):
        pass  # the next one waits to be let again


def test_another_browser_sees_nothing_of_it(page: Page, chat: str, chromium: Browser) -> None:
    begin(page, chat)
    context = chromium.new_context()
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#fn-status")).to_contain_text("passages", timeout=60_000)
    expect(other.locator(".fn-welcome")).to_be_visible()
    expect(other.locator(".fn-turn")).to_have_count(0)
    show(other, "History")
    expect(other.locator("#fn-history")).to_contain_text("kept here")
    context.close()


def test_a_reload_in_mid_answer_leaves_the_question_and_what_was_checked(
    chromium: Browser, gated: str, generator: GatedGenerator
) -> None:
    context = chromium.new_context()
    page = context.new_page()  # not the noted one: Gradio's client says that its stream was broken off
    enter(page, gated)
    type_question(page, LEASE)
    generator.gate.release(14)
    expect(last(page).locator(".fn-cite")).to_have_count(1)
    page.reload()
    answer = finished(page)
    expect(answer.locator(".fn-question")).to_have_text(LEASE)
    expect(answer).to_contain_text("Stopped.")
    expect(answer.locator(".fn-words")).to_have_text([FIRST])
    generator.gate.release(1000)
    page.get_by_role("button", name="Regenerate").click()
    expect(finished(page)).to_contain_text("Every sentence checked")
    context.close()


def test_a_page_outlives_the_server(chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()  # not the noted one: it may say that the server is gone
    generator = GatedGenerator(REPLY, free=1_000_000)
    library = open_library(tmp_path, generator)
    with serving(library, PORT + 1) as url:
        begin(page, url)
    type_question(page, CLUB)
    expect(page.get_by_text("Connection to the server was lost")).to_be_visible()
    box = page.get_by_role("textbox", name="Question", exact=True)
    expect(box).to_have_value(CLUB)
    again = make_library(library.config, generator)
    with serving(again, PORT + 1) as url_again:
        assert url_again == url
        assert again.wait(30)
        expect(page.get_by_text("Connection to the server was lost")).to_have_count(0, timeout=30_000)
        expect(box).to_have_value(CLUB)
        box.press("Enter")
        finished(page, turns=2)
        expect(page.locator(".fn-question")).to_have_text([LEASE, CLUB])
        page.locator(".fn-turn").first.locator(".fn-cite").first.click()
        expect(page.locator(".fn-source[aria-current=true] mark")).to_contain_text("ninety days")
    context.close()


@contextmanager
def killable(root: Path, words: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A chat in a process of its own that writes so many words: its address and itself."""
    command = [sys.executable, "-m", "tests.browser.served", str(root), str(PORT + 2), str(words)]
    with running(command, Path.cwd(), os.environ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url, process.communicate()[1]
        yield url, process


def test_a_server_killed_in_mid_answer_has_the_question_and_what_was_checked(chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()  # not the noted one: it may say that the server is gone
    make_folder(tmp_path)
    sync(settings(tmp_path), lambda *_: None)
    with killable(tmp_path, 14) as (url, process):
        enter(page, url)
        type_question(page, LEASE)
        expect(last(page).locator(".fn-cite")).to_have_count(1)
        address = page.url
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
    page.goto("about:blank")  # else the page loads itself anew when the server is back, beside what goes there below
    with killable(tmp_path, 1_000):
        page.goto(address)
        answer = finished(page)
        expect(answer.locator(".fn-question")).to_have_text(LEASE)
        expect(answer).to_contain_text("Stopped.")
        expect(answer.locator(".fn-words")).to_have_text([FIRST])
        page.get_by_role("button", name="Regenerate").click()
        expect(finished(page)).to_contain_text("Every sentence checked")
        history(page, LEASE)
    context.close()
