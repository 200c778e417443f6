"""A long list of documents is searched and turned; each is read anew, left out and taken back in; many are added."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.protocols import no_progress
from rag.web.library import Library
from rag.web.uploads import MOST
from tests.browser.conftest import MARKS
from tests.browser.steps import drop, enter, show
from tests.web.shelves import open_library, serving

pytestmark = MARKS


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library of more documents than are listed at once."""
    library = open_library(tmp_path_factory.mktemp("crowded"))
    for number in range(250):
        Path(library.config.folder, f"note{number:03}.txt").write_text(
            f"Boat {number} lies at berth {number}.", "utf-8"
        )
    library.index(no_progress)
    return library


@pytest.fixture(scope="module")
def url(crowded: Library) -> Iterator[str]:
    with serving(crowded, 18_980) as url:
        yield url


@pytest.fixture
def listed(page: Page, url: str) -> Page:
    """The page with its documents shown."""
    enter(page, url)
    show(page, "Documents")
    expect(page.locator("#fn-listing h2")).to_have_text("252 documents")
    return page


def test_a_long_list_is_searched_and_turned_by_keys_and_stays_where_it_is(listed: Page, crowded: Library) -> None:
    names, seek = listed.locator("#fn-listing .fn-open"), listed.get_by_role("textbox", name="Find a document")
    expect(names).to_have_count(200)
    listed.get_by_role("button", name="Next").press("Enter")
    expect(names).to_have_count(52)
    expect(listed.locator("#fn-listing h2")).to_be_focused()
    expect(listed.get_by_role("navigation", name="More documents")).to_contain_text("201 to 252 of 252")
    Path(crowded.config.folder, "zebra.txt").write_text("The zebra is striped.", "utf-8")
    crowded.index(no_progress)
    expect(names.last).to_have_text("zebra.txt")
    expect(names).to_have_count(53)
    seek.press_sequentially("LEA md")
    expect(names).to_have_text(["legal/lease.md"])
    expect(listed.locator("#fn-listing").get_by_role("status")).to_have_text("1 with “LEA md” in the name or title")
    Path(crowded.config.folder, "zebra.txt").unlink()
    crowded.index(no_progress)
    expect(listed.locator("#fn-listing h2")).to_have_text("252 documents")
    expect(names).to_have_text(["legal/lease.md"])
    seek.fill("")
    expect(names).to_have_count(200)


def test_a_document_is_read_anew_left_out_and_taken_back_in(listed: Page, crowded: Library) -> None:
    results, minutes = listed.locator("#fn-results"), listed.get_by_role("button", name="minutes.txt", exact=True)
    listed.get_by_role("textbox", name="Find a document").fill("minutes")
    listed.get_by_role("button", name="Re-index: minutes.txt").click()
    expect(results.locator("tbody tr")).to_have_text("minutes.txtchanged1 passage")
    listed.get_by_role("button", name="Leave out: minutes.txt").click()
    expect(results).to_contain_text("minutes.txt is left out")
    expect(minutes).to_have_count(0)
    expect(listed.locator("#fn-listing h2")).to_be_focused()
    assert Path(crowded.config.folder, "minutes.txt").exists()
    listed.get_by_text("1 left out").click()
    listed.get_by_role("button", name="Take back in: minutes.txt").click()
    expect(results).to_contain_text("added")
    expect(minutes).to_be_visible()
    expect(listed.get_by_text("left out", exact=False).filter(visible=True)).to_have_count(0)


def test_of_too_many_files_at_once_the_first_are_taken(listed: Page, crowded: Library) -> None:
    rows = drop(listed, {f"drop{number}.txt": 30 + number for number in range(MOST + 2)})
    expect(rows).to_have_count(MOST + 2, timeout=60_000)
    expect(rows.filter(has_text="not added")).to_have_count(2)
    expect(rows.last).to_contain_text(f"drop{MOST + 1}.txt")
    expect(rows.last).to_contain_text("hand it in after these")
    shutil.rmtree(Path(crowded.config.folder, "uploads"))
    crowded.index(no_progress)
