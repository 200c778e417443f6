"""Uploads, hostile documents and hostile questions, over the real pipeline."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from rag.config import Config
from rag.web.library import Library
from tests.browser.conftest import MARKS
from tests.browser.steps import ask, drop, enter, last, show

pytestmark = MARKS
LONG = "W" * 3000
HOSTILE = f"""The zirconium ledger <img src=x onerror=alert(1)>

The zirconium ledger is kept by <script>alert(2)</script> and <img src="http://evil.example/x.png" onerror="alert(3)">.
The zirconium ledger links [here](javascript:alert(4)) and ${{alert(5)}} and
{{{{constructor.constructor('alert(6)')()}}}}.
The zirconium ledger turns \u202ethgir ot tfel\u202c around.
The zirconium ledger ends in {LONG}.
"""


def upload(page: Page, *files: Path) -> None:
    """Choose files in the documents tab."""
    show(page, "Documents")
    page.locator("#fn-upload input[type=file]").set_input_files(list(files))


def test_each_upload_has_its_result_and_can_be_asked_about(
    page: Page, real: str, tmp_path: Path, library: Library
) -> None:
    good, broken = tmp_path / "kestrel.txt", tmp_path / "broken.pdf"
    good.write_text("The kestrel bell is rung at dawn by the harbour master Odo Fenn.", "utf-8")
    broken.write_bytes(b"%PDF-1.4 not really")
    enter(page, real)
    upload(page, good, broken)
    rows = page.locator("#fn-results tbody tr")
    expect(rows).to_have_count(2, timeout=60_000)
    expect(rows.filter(has_text="kestrel.txt")).to_contain_text("added")
    expect(rows.filter(has_text="broken.pdf")).to_contain_text("not added")
    expect(rows.filter(has_text="broken.pdf")).to_contain_text("pdf")
    expect(page.locator("#fn-listing")).to_contain_text("uploads/kestrel.txt")
    answer = ask(page, "Who rings the kestrel bell at dawn?")
    expect(answer).to_contain_text("Odo Fenn")
    expect(page.locator("#fn-sources")).to_contain_text("kestrel.txt")
    folder = Path(library.config.folder) / "uploads"
    assert [path.name for path in folder.iterdir()] == ["kestrel.txt"]


def test_of_files_that_are_dropped_the_good_one_is_taken_and_each_other_told_why(
    page: Page, real: str, library: Library
) -> None:
    limit = library.config.max_file_bytes
    enter(page, real)
    rows = drop(page, {"gull.txt": 36, "huge.txt": limit + 1, "tool.exe": 10})
    expect(rows.filter(has_text="gull.txt")).to_contain_text("added", timeout=60_000)
    expect(rows).to_have_count(3)
    large = rows.filter(has_text="huge.txt")
    expect(large).to_contain_text("not added")
    expect(large).to_contain_text(f"{limit + 1:,} bytes, and the limit is {limit:,}")
    expect(large).to_contain_text("split it, or raise the limit with RAG_MAX_FILE_BYTES")
    expect(rows.filter(has_text="tool.exe")).to_contain_text("files of type .exe are not taken")
    expect(rows.filter(has_text="tool.exe")).to_contain_text("save it as text, PDF")
    expect(page.locator("#fn-listing")).to_contain_text("uploads/gull.txt")
    assert not [path for name in ("huge.txt", "tool.exe") for path in Path(library.config.folder).rglob(name)]
    rows = drop(page, {"tool.exe": 10})
    expect(rows).to_have_count(1)
    expect(page.locator("#fn-upload").get_by_role("button")).to_be_visible()
    rows = drop(page, {"gull.txt": 36})
    expect(rows).to_contain_text("already there", timeout=60_000)
    expect(rows).to_have_count(1)


def test_a_file_that_is_dropped_beside_the_place_for_it_leaves_the_page_where_it_is(page: Page, real: str) -> None:
    enter(page, real)
    allowed = page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["words"], "gull.txt"));
          return ["dragover", "drop"].map((type) => document.querySelector("#fn-transcript")
            .dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })));
        }"""
    )
    assert allowed == [False, False]  # what the browser does by itself is to leave for the file


def test_the_server_takes_no_larger_file_whoever_sends_it(real: str, library: Library) -> None:
    for size, code in ((library.config.max_file_bytes, 200), (library.config.max_file_bytes + 1, 413)):
        sent = httpx.post(f"{real}gradio_api/upload", files={"files": ("a.txt", b"x" * size)})
        assert sent.status_code == code, sent.text


def test_a_file_of_another_type_is_refused_by_name(page: Page, real: str, tmp_path: Path, library: Library) -> None:
    other = tmp_path / "tool.exe"
    other.write_bytes(b"MZ")
    enter(page, real)
    upload(page, other)
    expect(page.get_by_text("tool.exe")).to_be_visible()
    assert not list(Path(library.config.folder).rglob("*.exe"))


def test_a_hostile_document_runs_nothing_and_breaks_nothing(page: Page, real: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger <b onclick=alert(7)>.txt"
    file.write_text(HOSTILE, "utf-8")
    enter(page, real)
    upload(page, file)
    expect(page.locator("#fn-results")).to_contain_text("added", timeout=60_000)
    for turn, question in enumerate(
        (
            "Who is the zirconium ledger kept by?",
            "Where does the zirconium ledger turn around?",
            "What does the zirconium ledger end in?",
        ),
        1,
    ):
        answer = ask(page, question, turns=turn)
        if answer.locator(".fn-cite").count():
            answer.locator(".fn-cite").first.click()
            expect(page.locator(".fn-source[aria-current=true]")).to_be_visible()
    expect(page.locator("#fn-main")).to_contain_text("<script>alert(2)</script>")
    _sound(page)


def test_a_hostile_question_runs_nothing_and_breaks_nothing(page: Page, real: str) -> None:
    enter(page, real)
    question = f"<img src=x onerror=alert(8)> **bold** [x](javascript:alert(9)) ${{alert(10)}} \u202etxet {LONG}"
    answer = ask(page, question)
    expect(answer.locator(".fn-question")).to_contain_text(
        "<img src=x onerror=alert(8)> **bold** [x](javascript:alert(9))"
    )
    _sound(page)


def test_a_question_too_long_is_told_so(page: Page, real: str) -> None:
    enter(page, real)
    answer = ask(page, "why " * 50_000)
    expect(answer.get_by_role("alert")).to_contain_text("at most 8,000")
    _sound(page)
    expect(last(page)).to_be_visible()


def _sound(page: Page) -> None:
    """No foreign element, no handler, no script link, nothing wider than the window."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('#fn-transcript *, #fn-sources *, #fn-results *, #fn-listing *')]
          .filter((e) => ['SCRIPT', 'IFRAME', 'IMG', 'A', 'B', 'STRONG', 'EM', 'OBJECT', 'STYLE'].includes(e.tagName)
            && !e.closest('td') || [...e.attributes].some((a) => a.name.startsWith('on') || /javascript:/i.test(a.value)
            && a.name !== 'title' && a.name !== 'aria-label'))
          .map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for selector in ("#fn-transcript", "#fn-tabs .tabitem"):
        assert page.locator(selector).first.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1"), selector


def test_what_was_handed_in_goes_into_a_collection_and_is_taken_away(
    page: Page, real: str, tmp_path: Path, shelf: Config
) -> None:
    file = tmp_path / "mast.txt"
    file.write_text("The mast of the Heron is a spar of spruce.", "utf-8")
    enter(page, real)
    show(page, "Documents")
    page.get_by_role("textbox", name="Collection to add them to").fill("Boats")
    upload(page, file)
    expect(page.locator("#fn-results")).to_contain_text("added", timeout=60_000)
    assert (Path(shelf.folder) / "uploads" / "Boats" / "mast.txt").exists()
    answer = ask(page, "What is the mast of the Heron?")
    expect(answer).to_contain_text("spruce")
    show(page, "Documents")
    delete = page.get_by_role("button", name="Delete: uploads/Boats/mast.txt")
    delete.click()
    page.get_by_role("button", name="Delete for good?: uploads/Boats/mast.txt").click()
    expect(page.locator("#fn-results")).to_contain_text("is deleted", timeout=60_000)
    expect(delete).to_have_count(0)
    assert not (Path(shelf.folder) / "uploads" / "Boats" / "mast.txt").exists()
    answer.locator(".fn-cite").first.click()
    expect(page.locator(".fn-source[aria-current=true]")).to_contain_text("no longer in the index")
    page.get_by_role("button", name="Open the document of source 1").click()
    expect(page.locator("#fn-sources")).to_contain_text("no longer in the index")


def test_a_change_of_the_folder_is_seen_and_so_is_a_file_that_cannot_be_read(
    page: Page, real: str, library: Library, shelf: Config
) -> None:
    enter(page, real)
    show(page, "Documents")
    stop = threading.Event()
    library.follow(stop)
    (Path(shelf.folder) / "oars.txt").write_text("The oars are of ash.", "utf-8")
    (Path(shelf.folder) / "torn.pdf").write_text("%PDF-1.4 x", "utf-8")
    expect(page.locator("#fn-listing")).to_contain_text("oars.txt", timeout=30_000)
    page.get_by_text("1 file could not be read").click()
    expect(page.locator("#fn-listing")).to_contain_text("torn.pdf")
    stop.set()
    (Path(shelf.folder) / "oars.txt").unlink()
    (Path(shelf.folder) / "torn.pdf").unlink()
    page.get_by_role("button", name="Re-index", exact=True).click()
    expect(page.locator("#fn-results")).to_contain_text("removed", timeout=30_000)
    expect(page.locator("#fn-listing")).not_to_contain_text("oars.txt")
