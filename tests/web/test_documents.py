from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexBusy
from rag.indexing import Report
from rag.protocols import Progress, no_progress
from rag.web.documents import banner, delete, put_aside, put_back, read_anew, reindex, results_table, turn_away, upload
from rag.web.library import Status
from rag.web.listing import Aside, listing
from rag.web.progress import each_file, progress
from tests.small_index import change
from tests.web.shelves import make_folder, make_library, open_library, settings, sync
from tests.web.test_html import Elements
from tests.web.test_uploads import arrived
from tests.web.things import HOSTILE


def test_each_file_has_its_result_and_a_broken_one_is_not_kept(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    good, broken = (
        arrived(tmp_path, "good.txt", "The mast is a spar of spruce."),
        arrived(tmp_path, "broken.pdf", "%PDF-1.4 x"),
    )
    shown = list(upload([str(good), str(broken), str(arrived(tmp_path, "a.exe"))], library))
    table = shown[-1]
    assert "progress" in shown[0]
    assert ">good.txt</th><td><strong>added</strong><br>1 passage<br>stored as uploads/good.txt</td>" in table
    assert table.count("<strong>not added</strong>") == 2
    assert library.failures == (), "what is not kept is not missing in the folder"
    assert "files of type .exe are not taken" in table
    kept = sorted(path.name for path in (tmp_path / "docs" / "uploads").iterdir())
    assert kept == ["good.txt"]
    assert not good.exists()
    assert "uploads/good.txt" in [document.path for document in library.documents()]
    again = list(upload([str(arrived(tmp_path, "good.txt", "The mast is a spar of spruce."))], library))[-1]
    assert "already there" in again
    library.close()


def test_what_the_page_holds_back_is_told_beside_what_it_sends(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    large = library.config.max_file_bytes + 1
    said: list[dict[str, Any]] = [
        {"name": "big.pdf", "size": large, "late": False},
        {"name": "tool.exe", "size": 1},
        {"name": "fits.txt"},
    ]
    refused = turn_away(said, library)
    assert [file.name for file in refused] == ["big.pdf", "tool.exe"]
    good = str(arrived(tmp_path, "good.txt", "The mast is a spar."))
    table = list(upload([good], library, "", refused))[-1]
    assert table.count("<tr class=") == 3 and ">good.txt</th><td><strong>added</strong>" in table
    assert f"{large:,} bytes, and the limit is {large - 1:,}" in table and "RAG_MAX_FILE_BYTES" in table
    library.close()


def test_whatever_a_browser_says_of_files_is_told_safely(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    odd: list[dict[str, Any]] = [
        {},
        {"name": None, "size": "x", "late": 1},
        *({"name": text + ".exe", "size": -1} for text in HOSTILE),
    ]
    refused = turn_away(odd, library)
    assert len(refused) == len(odd) and max(len(file.name) for file in refused) <= 300
    tags = {tag for tag, _ in Elements(results_table(refused, {})).tags}
    assert tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "strong", "br"}
    assert len(turn_away([{"name": "a.exe"}] * 1_000, library)) == 100
    library.close()


def test_the_first_upload_makes_the_index(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    library.start()
    assert library.wait(30)
    list(upload([str(arrived(tmp_path, "new.txt", "The mast is a spar."))], library))
    assert library.wait(30)
    assert library.status().phase == "ready"
    library.close()


def test_an_index_in_use_is_told_with_its_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = open_library(tmp_path)

    def busy(_progress: Progress, _anew: Collection[str]) -> Report:
        raise IndexBusy("the index is being written", "wait for it")

    monkeypatch.setattr(library, "index", busy)
    last = list(upload([str(arrived(tmp_path, "new.txt"))], library))[-1]
    assert "the index is being written" in last
    assert "wait for it" in last
    library.close()


def test_nothing_hostile_becomes_markup() -> None:
    for text in HOSTILE:
        html = banner(Status("failed", text, text)) + banner(Status("ready", text)) + progress((text, 1, 2))
        found = Elements(html)
        assert {tag for tag, _ in found.tags} <= {"div", "p", "progress"}
        names = {name for _, attributes in found.tags for name in attributes}
        assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]


def test_the_banner_says_what_is_going_on() -> None:
    assert "<progress" in banner(Status("loading", "Fetching…", done=1, total=2))
    assert "<progress" not in banner(Status("loading", "Loading…"))
    assert "rag doctor" in banner(Status("failed", "broken", "rag doctor"))


def test_what_was_handed_in_can_be_taken_away_and_nothing_else(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    list(upload([str(arrived(tmp_path, "new.txt", "The mast is a spar."))], library, "Boats"))
    assert "uploads/Boats/new.txt" in [document.path for document in library.documents()]
    assert "is deleted" in list(delete("uploads/Boats/new.txt", library))[-1]
    assert not (tmp_path / "docs" / "uploads" / "Boats" / "new.txt").exists()
    for path in ("minutes.txt", "../docs/minutes.txt", "uploads/../minutes.txt", "uploads", "uploads/", ""):
        assert "not deleted here" in list(delete(path, library))[-1]
    assert [document.path for document in library.documents()] == ["legal/lease.md", "minutes.txt"]
    assert (tmp_path / "docs" / "minutes.txt").exists()
    library.close()


@pytest.mark.parametrize("name", [b"b\x01ell.txt", b"caf\xe9.txt"])
def test_a_file_whose_name_is_listed_with_escapes_can_be_taken_away(tmp_path: Path, name: bytes) -> None:
    library = open_library(tmp_path)
    uploads = tmp_path / "docs" / "uploads"
    uploads.mkdir()
    file = uploads / os.fsdecode(name)
    file.write_text("The mast is a spar.", "utf-8")
    list(reindex(library))
    (path,) = [document.path for document in library.documents() if document.path.startswith("uploads/")]
    assert "\\x" in path
    assert "is deleted" in list(delete(path, library))[-1]
    assert not file.exists()
    assert path not in [document.path for document in library.documents()]
    library.close()


def test_what_goes_on_says_for_how_long() -> None:
    assert "Indexing, 25% · about 3 min left" in progress(("indexing", 25, 100), 60.0)
    assert "left" not in progress(("indexing", 25, 100), 0.5), "too soon to tell"
    for done, total in ((0, 100), (100, 100), (0, 0)):
        assert "left" not in progress(("indexing", done, total), 60.0)


def test_each_file_that_is_handed_in_has_a_bar_and_a_time_of_its_own() -> None:
    sizes = {"uploads/a.txt": 100, "uploads/b.txt": 300, "uploads/<c>.txt": 200}
    shown = each_file(sizes, ("indexing", 250, 600), 100.0)
    bars = [a for tag, a in Elements(shown).tags if tag == "progress"]
    assert [(bar["value"], bar["max"]) for bar in bars] == [
        ("100", "100"),
        ("150", "300"),
        ("0", "200"),
        ("250", "600"),
    ]
    rows = shown.split("<tr>")[1:]
    assert "indexed" in rows[0] and "about 1 min left" in rows[1] and "about 2 min left" in rows[2], rows
    assert "&lt;c&gt;.txt" in rows[2]
    assert "waits" in each_file(sizes, ("indexing", 50, 600), 0.5), "too soon to tell"
    for other in (("checking files", 250, 600), ("indexing", 250, 601)):
        assert each_file(sizes, other, 100.0) == progress(other, 100.0), "other files are indexed too"


def test_looking_again_says_what_was_done_and_files_that_fail_are_listed(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert "Nothing has changed" in list(reindex(library))[-1]
    before = library.seen
    (tmp_path / "docs" / "new.txt").write_text("The mast is a spar.", "utf-8")
    (tmp_path / "docs" / "broken.pdf").write_text("%PDF-1.4 x", "utf-8")
    (tmp_path / "docs" / "minutes.txt").unlink()
    said = list(reindex(library))[-1]
    assert [said.count(f"<strong>{what}</strong>") for what in ("added", "not added", "removed")] == [1, 1, 1]
    html = listing(library.documents(), "docs", Aside(library.failures))
    assert "1 file could not be read" in html
    assert "broken.pdf" in html
    assert library.seen != before
    library.close()


def test_an_upload_into_a_folder_that_is_gone_does_not_empty_the_index(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    (tmp_path / "docs").rename(tmp_path / "elsewhere")
    last = list(upload([str(arrived(tmp_path, "new.txt", "The mast is a spar."))], library))[-1]
    assert "no such folder" in last
    assert len(library.documents()) == 2
    library.close()


def test_a_document_of_the_folder_is_left_out_and_taken_back_in(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert "is left out" in list(put_aside("minutes.txt", library))[-1]
    assert [document.path for document in library.documents()] == ["legal/lease.md"]
    assert library.left_out() == ("minutes.txt",) and (tmp_path / "docs" / "minutes.txt").exists()
    assert (tmp_path / "index" / "left-out.txt").read_text("utf-8") == "minutes.txt\n"
    assert "Nothing has changed" in list(reindex(library))[-1]
    assert "<strong>added</strong>" in list(put_back("minutes.txt", library))[-1]
    assert [document.path for document in library.documents()] == ["legal/lease.md", "minutes.txt"]
    for path in ("gone.txt", "legal", "../docs/minutes.txt", "minutes.txt\nlegal/lease.md", ""):
        assert "no such document" in list(put_aside(path, library))[-1]
        assert "no such document" in list(read_anew(path, library))[-1]
    assert library.left_out() == ()
    library.close()


def test_a_file_that_cannot_be_read_can_be_left_out_too(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    (tmp_path / "docs" / "torn.pdf").write_text("%PDF-1.4 x", "utf-8")
    list(reindex(library))
    before = library.seen
    assert "is left out" in list(put_aside("torn.pdf", library))[-1]
    assert library.failures == () and library.seen != before
    library.close()


def test_a_document_is_read_anew_though_it_has_not_changed(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    change(tmp_path / "index", "UPDATE documents SET title = 'Wrong' WHERE path = 'minutes.txt'")
    assert "<strong>changed</strong><br>1 passage" in list(read_anew("minutes.txt", library))[-1]
    assert library.read("minutes.txt").title == "minutes"
    library.close()


def test_an_unreadable_list_of_what_is_left_out_takes_nothing_in(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    list(put_aside("minutes.txt", library))
    (tmp_path / "index" / "left-out.txt").write_bytes(b"\xff\xfe\xff")
    assert "cannot be read" in list(reindex(library))[-1]
    assert [document.path for document in library.documents()] == ["legal/lease.md"]
    library.close()


def test_an_upload_that_another_run_has_indexed_meanwhile_is_added(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    shown = upload([str(arrived(tmp_path, "new.txt", "The mast is a spar."))], library)
    next(shown)
    with library._writing:
        assert "Making ready" in next(shown)
        sync(library.config, no_progress)
    assert "<strong>added</strong><br>1 passage" in list(shown)[-1]
    library.close()


def test_what_mends_a_file_that_was_handed_in_is_nothing_that_one_does_in_the_folder(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    files = [arrived(tmp_path, "empty.txt", ""), arrived(tmp_path, "odd.txt", "\x00\x01\x02" * 99)]
    for file in files:
        (tmp_path / "docs" / file.name).write_bytes(file.read_bytes())
    table = list(upload([str(file) for file in files], library))[-1]
    assert "empty<br>it was not kept; hand in one that can be read</td>" in table
    assert "<br>save it as text</td>" in table and "the folder" not in table
    assert {file.hint for file in library.failures} == {
        "take it out of the folder",
        "save it as text, or take it out of the folder",
    }, "whoever has the folder is told so"
    library.close()


def test_a_file_says_where_it_is_stored_and_what_has_its_name(tmp_path: Path) -> None:
    library = open_library(tmp_path)

    def handed_in(name: str, content: str, collection: str = "") -> str:
        return list(upload([str(arrived(tmp_path, name, content))], library, collection))[-1]

    assert "<strong>added</strong><br>1 passage<br>stored as uploads/fare.txt</td>" in handed_in("fare.txt", "Two.")
    other = handed_in("fare.txt", "Three.")
    assert ">fare.txt</th>" in other and "<strong>added</strong>" in other
    assert "<br>stored as uploads/fare-2.txt; fare.txt is still there</td>" in other
    again = handed_in("fare.txt", "Two.")
    assert "<strong>already there</strong>" in again and "stored as uploads/fare.txt</td>" in again
    assert "stored as uploads/boats/2031/fare.txt</td>" in handed_in("fare.txt", "Four.", "boats/2031/")
    assert "stored" not in handed_in("broken.pdf", "%PDF-1.4 x"), "what is not kept has no place"
    assert "at most 8" in handed_in("fare.txt", "Five.", "a/" * 9)
    library.close()
