"""A real model behind the page: it streams, it is stopped, and what it invents is not shown as supported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page, expect

from rag.config import Config
from rag.generator import TransformersGenerator
from rag.web.library import Library
from tests.browser.conftest import MARKS
from tests.browser.steps import enter, finished, type_question
from tests.web.shelves import serving

pytestmark = [*MARKS, pytest.mark.weights]


@pytest.fixture(scope="module")
def small(shelf: Config, smollm_folder: Path) -> Iterator[tuple[str, Library]]:
    """Address and library of a chat with the small model, served before the model is loaded."""
    assert smollm_folder.is_dir()
    library = Library(replace(shelf, generator="smollm2-135m", policy="flag", answer_tokens=400, refuse_below=0.0))
    with serving(library, 18_900) as url:
        yield url, library


def test_the_page_is_there_before_the_model_and_answers_once_it_is_loaded(
    page: Page, small: tuple[str, Library]
) -> None:
    url, _ = small
    page.goto(url)
    type_question(page, "How many days of written notice end the harbour lease?")
    expect(page.locator(".fn-draft").or_(page.locator(".fn-sentence").first)).to_be_visible(timeout=60_000)
    answer = finished(page)
    expect(page.locator("#fn-status")).to_contain_text("smollm2-135m")
    for sentence in answer.locator(".fn-sentence[data-verdict=supported]").all():
        expect(sentence.locator(".fn-cite").first).to_be_visible()


def test_stop_leaves_no_computation_behind(page: Page, small: tuple[str, Library]) -> None:
    url, library = small
    enter(page, url)
    type_question(page, "Tell everything that is known of the harbour lease, its parties and the notice period.")
    expect(page.locator(".fn-draft")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(finished(page)).to_contain_text("Stopped")
    lock = cast(TransformersGenerator, library.pipeline().generator)._lock
    assert lock.acquire(timeout=0.5), "the model still computes"
    lock.release()
