"""From the page to a file of cases to `rag eval`: a passage that is expected, and what was thought of an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.config import Config
from tests.browser import conftest, steps

pytestmark = [*conftest.MARKS, pytest.mark.weights]
QUESTION = "How much notice ends the harbour lease?"


def measured(cases: Path, shelf: Config) -> dict[str, Any]:
    """What `rag eval` says of a file."""
    settings = ["--index", shelf.index, "--generator", "extractive", "--offline", "--json"]
    command = [sys.executable, "-m", "rag", "eval", str(cases), *settings]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_passage_is_expected_kept_and_measured(page: Page, real: str, shelf: Config) -> None:
    steps.enter(page, real)
    steps.ask(page, QUESTION)
    steps.show(page, "Why")
    page.get_by_role("button", name="Explain the answer that is shown").click()
    hit = page.locator(".fn-why-hit").first
    hit.locator("summary").first.focus()
    page.keyboard.press("Enter")
    hit.get_by_role("button", name="Expect this: passage 1").focus()
    page.keyboard.press("Enter")
    passage = page.get_by_label("A passage that you expected")
    expect(passage).to_be_focused()
    expect(passage).to_have_value(str(hit.locator("blockquote").text_content()))
    expect(page.get_by_label("Its document")).to_have_value("legal/lease.md")
    page.get_by_role("button", name="Keep as an evaluation case").click()
    expect(page.locator("#fn-why-note")).to_contain_text("with 1 passage to be found")
    found = measured(Path(shelf.index) / "cases.jsonl", shelf)
    assert (found["n"], found["notes"]) == (1, [])
    assert found["passages"]["found"] == 1.0


def test_ratings_are_taken_away_and_measured(page: Page, real: str, shelf: Config, tmp_path: Path) -> None:
    steps.enter(page, real)
    steps.ask(page, QUESTION)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    steps.show(page, "History")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export ratings").click()
    saved.value.save_as(tmp_path / saved.value.suggested_filename)
    found = measured(tmp_path / "ratings.jsonl", shelf)
    assert (found["n"], found["notes"]) == (1, [])
    assert found["passages"]["found"] == found["citations"]["span_recall"] == 1.0
