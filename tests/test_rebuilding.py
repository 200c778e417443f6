"""An index made anew takes the place of the old one in one step, and until then the old one answers."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexBusy, IndexMismatch, StoreError
from rag.indexing import sync
from rag.protocols import no_progress
from rag.rebuilding import rewritten, written
from rag.storage.database import Database
from rag.store import SqliteStore
from rag.testing import FakeEmbedder
from tests.small_index import MANIFEST, change, make, put
from tests.test_kill import MANIFEST as KILLED
from tests.test_kill import SlowEmbedder, _processes, answers, contents, index, write

DRAFT = ".rebuild"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    return make(tmp_path / "index")


def said(store: SqliteStore) -> list[str]:
    return [info.path for info in store.documents()]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_old_one_answers_until_the_new_one_is_whole(folder: Path) -> None:
    with closing(SqliteStore.open_existing(folder)) as reader:
        with rewritten(folder, MANIFEST, no_progress) as new:
            put(new, "c.txt", "Parrots sing.")
            assert said(reader) == ["a.txt", "b.txt"] and said(new) == ["c.txt"]
            with pytest.raises(IndexBusy):
                SqliteStore.open(folder, MANIFEST)
        assert said(reader) == ["c.txt"]
        assert [hit.chunk.document for hit in reader.lexical("parrots", 5)] == ["c.txt"]
        assert reader.dense(FakeEmbedder(16).embed_query("Parrots sing."), 1)[0].score == pytest.approx(1)
    assert DRAFT not in names(folder) and SqliteStore.check(folder) == []
    with closing(SqliteStore.open(folder, MANIFEST)) as writer:
        put(writer, "d.txt", "Rent is due.")
        assert said(writer) == ["c.txt", "d.txt"]


def test_those_who_read_meanwhile_see_the_one_or_the_other(folder: Path) -> None:
    done, seen, wrong = threading.Event(), set[tuple[str, ...]](), list[str]()

    def look() -> None:
        with closing(SqliteStore.open_existing(folder)) as reader:
            while not done.is_set():
                try:
                    seen.add(tuple(said(reader)))
                    reader.dense(FakeEmbedder(16).embed_query("Parrots sing."), 5)
                except StoreError as exc:
                    wrong.append(str(exc))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(20):
            with rewritten(folder, MANIFEST, no_progress) as new:
                for name in "cd":
                    put(new, f"{name}{turn % 2}.txt", "Parrots sing.")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == [] and seen <= {("a.txt", "b.txt"), ("c0.txt", "d0.txt"), ("c1.txt", "d1.txt")}


def test_one_that_fails_leaves_the_old_one_and_is_gone_on_with(folder: Path) -> None:
    def fail(expected: list[str]) -> None:
        with rewritten(folder, MANIFEST, no_progress) as new:
            assert said(new) == expected
            put(new, "c.txt", "Parrots sing.")
            raise StoreError("no disk")

    for left in ([], ["c.txt"]):
        with pytest.raises(StoreError, match="no disk"):
            fail(left)
        with closing(SqliteStore.open_existing(folder)) as reader:
            assert said(reader) == ["a.txt", "b.txt"]
    with rewritten(folder, replace(MANIFEST, splitter="1:9"), no_progress) as new:
        assert said(new) == [], "but not where it was made otherwise"


def test_what_fails_names_the_index_to_go_on_with_and_not_the_folder_it_is_made_in(folder: Path) -> None:
    def fill() -> None:
        with rewritten(folder, MANIFEST, no_progress) as new:
            with new._base.read() as connection:
                connection.execute("PRAGMA max_page_count = 1")  # the next to write has the same connection
            put(new, "c.txt", "Parrots sing. " * 9_000)

    with pytest.raises(StoreError, match="disk is full") as full:
        fill()
    assert full.value.hint == f"mend that, then run: rag index --rebuild --index {folder}"


def test_what_fails_at_the_last_step_is_gone_on_with_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full", f"make room, then run: rag index --index {folder}")

    monkeypatch.setattr(Database, "become", fail)
    with pytest.raises(StoreError, match="disk is full") as full, rewritten(folder, MANIFEST, no_progress) as new:
        put(new, "c.txt", "Parrots sing.")
    assert full.value.hint == f"mend that, then run: rag index --rebuild --index {folder}"
    monkeypatch.undo()
    with rewritten(folder, MANIFEST, no_progress) as new:
        assert said(new) == ["c.txt"]


def test_the_next_to_write_the_old_one_removes_what_was_left(folder: Path) -> None:
    shutil.copytree(folder, folder / DRAFT)
    with written(folder, MANIFEST, no_progress) as store:
        assert said(store) == ["a.txt", "b.txt"]
    assert DRAFT not in names(folder)


@pytest.mark.parametrize("state", ["damaged", "cut short", "of other pages", "missing"])
def test_whatever_stands_there_is_replaced(folder: Path, state: str) -> None:
    file = folder / "rag.db"
    (folder / "kept.txt").write_text("mine")
    if state == "damaged":
        file.write_bytes(b"no database at all")
    elif state == "cut short":
        file.write_bytes(file.read_bytes()[:9_000])
    else:
        file.unlink()
    if state == "of other pages":
        with closing(sqlite3.connect(file)) as base:
            base.execute("PRAGMA page_size = 4096")
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("CREATE TABLE manifest (key, value)")
    with rewritten(folder, MANIFEST, no_progress) as new:
        put(new, "c.txt", "Parrots sing.")
    with closing(SqliteStore.open_existing(folder)) as reader:
        assert said(reader) == ["c.txt"]
    assert SqliteStore.check(folder) == [] and (folder / "kept.txt").read_text() == "mine"


def test_an_open_reader_is_told_of_another_embedder(folder: Path) -> None:
    with closing(SqliteStore.open_existing(folder)) as reader:
        with rewritten(folder, replace(MANIFEST, embedder="other"), no_progress):
            pass
        with pytest.raises(IndexMismatch, match="embedder other, expected fake"):
            reader.documents()


def test_caches_of_the_old_one_go_and_notes_beside_the_new_one_come(folder: Path) -> None:
    (folder / "words.postings").write_bytes(b"stale")
    (folder / "vectors.faiss").write_bytes(b"stale")
    with rewritten(folder, MANIFEST, no_progress) as new:
        put(new, "c.txt", "Parrots sing.")
        (new.folder / ".folder").write_text("docs")
    assert (folder / ".folder").read_text() == "docs"
    assert "words.postings" not in names(folder) and (folder / "vectors.faiss").read_bytes() != b"stale"


def rebuild(docs: Path, folder: Path) -> None:
    with rewritten(folder, KILLED, no_progress) as store:
        sync(docs, store, SlowEmbedder(), chunk_tokens=60, max_file_bytes=1_000_000)


def test_killed_at_any_moment_the_old_one_stands_or_the_new_one(tmp_path: Path) -> None:
    docs, folder, dice = tmp_path / "docs", tmp_path / "index", random.Random(7)
    docs.mkdir()
    for number in range(12):
        write(docs, number, 0)
    index(docs, folder)
    old = contents(folder)
    for number in range(12):
        write(docs, number, 1)
    index(docs, tmp_path / "clean")
    new, killed = contents(tmp_path / "clean"), 0
    for _ in range(10):
        process = _processes.Process(target=rebuild, args=(docs, folder))
        process.start()
        process.join(dice.uniform(0.05, 0.6))
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        killed += process.exitcode != 0
        now = contents(folder)
        assert now in (old, new)
        assert SqliteStore.check(folder) == []
    assert killed
    rebuild(docs, folder)
    assert contents(folder) == new and answers(folder) == answers(tmp_path / "clean")
    change(folder, "DELETE FROM vectors WHERE chunk = 1")
    assert SqliteStore.check(folder) != []
    rebuild(docs, folder)
    assert contents(folder) == new and SqliteStore.check(folder) == []
