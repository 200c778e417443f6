"""A watched folder is indexed at once, after every change, and whatever went wrong before."""

from __future__ import annotations

import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag import calibration
from rag.errors import RagError, UsageError
from rag.folder import counts, files_of, leave_out, left_out, remember, remembered, take_back, watch
from rag.storage import postings, vectors
from rag.storage.index_files import locked

WAIT_S = 30


@contextmanager
def watched(folder: Path, run: Callable[[], object]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(folder, run, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(WAIT_S)
        assert not thread.is_alive()


def test_a_change_is_followed_by_a_run(tmp_path: Path) -> None:
    runs: queue.Queue[list[str]] = queue.Queue()
    with watched(tmp_path, lambda: runs.put([path.name for path in files_of(tmp_path)])):
        assert runs.get(timeout=WAIT_S) == []
        (tmp_path / "a.txt").write_text("Rent is due.")
        assert runs.get(timeout=WAIT_S) == ["a.txt"]
        (tmp_path / "a.txt").rename(tmp_path / "b.txt")
        assert runs.get(timeout=WAIT_S) == ["b.txt"]
        (tmp_path / "b.txt").unlink()
        assert runs.get(timeout=WAIT_S) == []


def made_anew(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def made_anew_later(folder: Path) -> None:
    shutil.rmtree(folder)
    time.sleep(1.5)
    folder.mkdir()


def put_in_place(folder: Path) -> None:
    folder.rename(folder.with_name("old"))
    folder.with_name("new").mkdir()
    folder.with_name("new").rename(folder)
    shutil.rmtree(folder.with_name("old"))


@pytest.mark.parametrize("replace", [made_anew, made_anew_later, put_in_place])
def test_a_folder_that_is_made_anew_is_followed_on(tmp_path: Path, replace: Callable[[Path], None]) -> None:
    runs: queue.Queue[list[str]] = queue.Queue()
    folder = tmp_path / "docs"
    folder.mkdir()

    def until(names: list[str]) -> None:
        while runs.get(timeout=WAIT_S) != names:
            pass

    with watched(folder, lambda: runs.put([path.name for path in files_of(folder)] if folder.is_dir() else ["gone"])):
        until([])
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text("Rent is due.")
            until([name])
            replace(folder)
            until([])
        time.sleep(1.5)
        before = runs.qsize()
        time.sleep(1.5)
        assert runs.qsize() == before < 5, "and nothing goes on when nothing happens"


def test_a_link_that_leads_to_another_folder_is_followed_there(tmp_path: Path) -> None:
    runs: queue.Queue[list[str]] = queue.Queue()
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text("Rent is due.")
    link = tmp_path / "docs"
    link.symlink_to(tmp_path / "a")
    with watched(link, lambda: runs.put([path.name for path in files_of(link)])):
        assert runs.get(timeout=WAIT_S) == ["a.txt"]
        (tmp_path / "next").symlink_to(tmp_path / "b")
        (tmp_path / "next").replace(link)
        assert runs.get(timeout=WAIT_S) == ["b.txt"]
        (tmp_path / "b" / "c.txt").write_text("Cats may stay.")
        assert runs.get(timeout=WAIT_S) == ["b.txt", "c.txt"]


def test_an_error_of_one_run_is_told_and_the_next_comes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    runs: queue.Queue[int] = queue.Queue()

    def run() -> None:
        runs.put(1)
        raise RagError("the disk is full", "make room")

    with watched(tmp_path, run):
        runs.get(timeout=WAIT_S)
        (tmp_path / "a.txt").write_text("Rent is due.")
        runs.get(timeout=WAIT_S)
    assert caplog.text.count("the disk is full (make room)") == 2


def test_what_another_process_kept_from_being_indexed_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs: queue.Queue[int] = queue.Queue()
    other, tries = locked(tmp_path / "index"), 0

    def run() -> None:
        nonlocal tries
        tries += 1
        locked(tmp_path / "index").release()
        runs.put(tries)

    (tmp_path / "docs").mkdir()
    with watched(tmp_path / "docs", run):
        with pytest.raises(queue.Empty):
            runs.get(timeout=3.5)
        assert 2 <= tries <= 4, "ever more rarely"
        other.release()
        assert runs.get(timeout=WAIT_S) >= 3
        with pytest.raises(queue.Empty):
            runs.get(timeout=1.5)
    assert caplog.text.count("another process is writing the index") == 1


def test_writing_the_index_is_no_change(tmp_path: Path) -> None:
    runs: queue.Queue[int] = queue.Queue()
    index = tmp_path / "index"
    index.mkdir()
    (index / "rag.db").touch()
    (tmp_path / "rag.db").touch()
    with watched(tmp_path, lambda: runs.put(1)):
        runs.get(timeout=WAIT_S)
        for path in (index / "rag.db-wal", index / "vectors.0.tmp", tmp_path / "rag.db-wal", tmp_path / ".hidden"):
            path.write_text("x")
        with pytest.raises(queue.Empty):
            runs.get(timeout=1.5)


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        watch(tmp_path / "nowhere", lambda: None, threading.Event())


def test_what_is_kept_beside_an_index_among_the_documents_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "batches" / "one").mkdir(parents=True)
    for name in (
        "rag.db",
        "chat.db",
        "chat.db-wal",
        "cases.jsonl",
        calibration.FILE,
        postings.NAME,
        vectors.NAME,
        "left-out.txt",
        "batches/one/questions.jsonl",
        "lease.txt",
    ):
        (tmp_path / name).write_text("x")
    remember(tmp_path, tmp_path)
    assert [path.name for path in files_of(tmp_path)] == ["lease.txt"]
    (tmp_path / "rag.db").unlink()
    assert "chat.db" in [path.name for path in files_of(tmp_path)]


def test_an_index_knows_its_folder(tmp_path: Path) -> None:
    assert remembered(tmp_path) is None
    remember(tmp_path, tmp_path / "docs" / ".." / "Straße")
    assert remembered(tmp_path) == tmp_path / "Straße"


def test_the_note_of_its_folder_is_replaced_whole_and_only_by_another(tmp_path: Path) -> None:
    note, earlier = tmp_path / ".folder", tmp_path / "earlier"
    remember(tmp_path, tmp_path / "docs")
    os.link(note, earlier)
    remember(tmp_path, tmp_path / "docs")
    assert note.samefile(earlier)
    remember(tmp_path, tmp_path / "others")
    assert remembered(tmp_path) == tmp_path / "others"
    assert earlier.read_bytes() == os.fsencode(tmp_path / "docs")
    assert {path.name for path in tmp_path.iterdir()} == {".folder", "earlier"}


@pytest.mark.parametrize("noted", [b"", b"docs", b"./docs"])
def test_a_note_that_is_no_whole_path_is_not_taken_for_the_current_folder(tmp_path: Path, noted: bytes) -> None:
    (tmp_path / ".folder").write_bytes(noted)
    assert remembered(tmp_path) is None
    remember(tmp_path, tmp_path / "docs")
    assert remembered(tmp_path) == tmp_path / "docs"


def test_a_folder_that_cannot_be_noted_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.folder: cannot be written: .*check the disk"):
        remember(tmp_path / "nowhere", tmp_path)


def test_what_is_left_out_is_a_list_that_anyone_can_write(tmp_path: Path) -> None:
    assert left_out(tmp_path) == ()
    for path in ("b.txt", "a/Straße.txt", "b.txt"):
        leave_out(tmp_path, path)
    assert left_out(tmp_path) == ("a/Straße.txt", "b.txt")
    take_back(tmp_path, "b.txt")
    take_back(tmp_path, "never.txt")
    assert left_out(tmp_path) == ("a/Straße.txt",)
    (tmp_path / "left-out.txt").write_bytes("\ufeff./drafts/\r\n\r\nb.txt\r\n".encode())
    assert left_out(tmp_path) == ("b.txt", "drafts")
    assert [path.name for path in tmp_path.iterdir()] == ["left-out.txt"]


def test_a_folder_is_left_out_with_all_that_is_in_it() -> None:
    out = ("drafts", "legal/old.md")
    counting = ["draft.txt", "legal/drafts/a.txt", "legal/old.md.txt"]
    assert [path for path in (*counting, "drafts/a/b.txt", "legal/old.md") if counts(path, out)] == counting
    assert counts("drafts/a.txt", ())
