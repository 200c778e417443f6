"""Where there is nothing to ask yet, or nothing to answer with, the page says so, and what to do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import MARKS
from tests.browser.screenshots import not_ready
from tests.browser.stages import unusable
from tests.browser.steps import finished, type_question
from tests.browser.test_accessibility import violations
from tests.web.shelves import serving

pytestmark = MARKS


@pytest.mark.parametrize(
    ("state", "says", "remedy"),
    [
        ("no-index", "There is no index yet", "rag index"),
        ("failed", "the digest of the weights is wrong", "rag models verify"),
        ("loading", "converting qwen2.5-coder-1.5b", ""),
    ],
)
def test_the_page_says_what_is_wrong_and_what_mends_it(
    page: Page, tmp_path: Path, state: str, says: str, remedy: str
) -> None:
    ends = threading.Event()
    library = unusable(tmp_path, ends)[state]
    with serving(library, 18_960) as url:
        not_ready(page, url)
        status = page.locator("#fn-status")
        expect(status).to_contain_text(says, ignore_case=True)
        expect(status).to_contain_text(remedy)
        assert violations(page) == []
        if state == "loading":
            expect(status.get_by_role("progressbar")).to_have_attribute("value", "1")
        else:
            type_question(page, "Is anybody there?")
            expect(finished(page)).to_contain_text(says, ignore_case=True)
        page.goto("about:blank")  # a page that is left open says that the server is gone
        ends.set()
