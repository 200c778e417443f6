"""What is done with documents while something is being done with others: nothing of it is lost, and each is told."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.config import Config
from rag.indexing import Report
from rag.protocols import Progress, no_progress
from rag.web.library import Library
from tests.browser.conftest import MARKS
from tests.browser.steps import enter, show
from tests.web import shelves

pytestmark = MARKS


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """Lets the index be written once it is set, which it is at first and at last."""
    go_on = threading.Event()
    go_on.set()
    yield go_on
    go_on.set()


@pytest.fixture
def shelf(tmp_path: Path, held: threading.Event) -> Library:
    """A library whose writing is held at will."""
    shelves.make_folder(tmp_path)
    config = shelves.settings(tmp_path)
    shelves.sync(config, no_progress)

    def sync(config: Config, progress: Progress, anew: Collection[str] = ()) -> Report:
        assert held.wait(60)
        return shelves.sync(config, progress, anew)

    library = Library(config, shelves.make_library(config)._assemble, sync)
    library.start()
    assert library.wait(30)
    return library


@pytest.fixture
def tab(page: Page, shelf: Library) -> Iterator[Page]:
    """The page with its documents shown."""
    with shelves.serving(shelf, 18_990) as url:
        enter(page, url)
        show(page, "Documents")
        yield page


def choose(tab: Page, *files: Path) -> None:
    tab.locator("#fn-upload input[type=file]").set_input_files(list(files))


def written(root: Path, *names: str) -> list[Path]:
    root.mkdir(exist_ok=True)
    for name in names:
        (root / name).write_text(f"The boat {name} lies at a berth of its own.", "utf-8")
    return [root / name for name in names]


def test_files_handed_in_one_after_the_other_are_all_taken(
    tab: Page, shelf: Library, held: threading.Event, tmp_path: Path
) -> None:
    one, two, three, empty = written(tmp_path / "given", "one.txt", "two.txt", "three.txt", "empty.txt")
    empty.write_bytes(b"")
    results, rows = tab.locator("#fn-results"), tab.locator("#fn-results tbody tr")
    held.clear()
    choose(tab, empty)
    expect(results).to_contain_text("Making ready to index")
    for files in ([one], [two], [three]):
        choose(tab, *files)
        tab.wait_for_timeout(300)
    held.set()
    for name in ("one.txt", "two.txt", "three.txt"):
        expect(tab.locator("#fn-listing")).to_contain_text(f"uploads/{name}")
        expect(rows.filter(has_text=name)).to_contain_text("added")
    expect(rows.filter(has_text="empty.txt")).to_contain_text("not added")
    expect(rows).to_have_count(4)
    expect(tab.locator("#fn-upload").get_by_role("button")).to_be_visible()
    kept = sorted(path.name for path in (Path(shelf.config.folder) / "uploads").iterdir())
    assert kept == ["one.txt", "three.txt", "two.txt"]


def test_what_is_deleted_one_after_the_other_is_all_gone(
    tab: Page, shelf: Library, held: threading.Event, tmp_path: Path
) -> None:
    names = ["one.txt", "two.txt", "three.txt"]
    written(Path(shelf.config.folder) / "uploads", *names)
    shelf.index(no_progress)
    held.clear()
    for name in names:
        tab.get_by_role("button", name=f"Delete: uploads/{name}").click()
        tab.get_by_role("button", name=f"Delete for good?: uploads/{name}").click()
        tab.wait_for_timeout(300)
    held.set()
    for name in names:
        expect(tab.locator("#fn-results")).to_contain_text(f"uploads/{name} is deleted")
        expect(tab.get_by_role("button", name=f"Delete: uploads/{name}")).to_have_count(0)
    assert not list((Path(shelf.config.folder) / "uploads").iterdir())
    tab.locator("#fn-listing [data-action]").first.evaluate("(button) => button.dataset.action = 'burn'")
    tab.locator("#fn-listing [data-action=burn]").click()
    tab.wait_for_timeout(500)
    expect(tab.locator("#fn-results")).to_contain_text("uploads/three.txt is deleted")
