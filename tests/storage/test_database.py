"""One writes, all or nothing; any number read meanwhile, in this process and in others, each a whole state."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexBusy, StoreError
from rag.storage.database import Database
from rag.store import SqliteStore
from tests.small_index import DIM, EMBEDDER, MANIFEST, change, make, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    return make(tmp_path / "index")


def test_an_error_halfway_leaves_the_last_state(folder: Path) -> None:
    store = SqliteStore.open(folder, MANIFEST)
    # the last of the three tables to be written refuses
    change(folder, "CREATE TRIGGER no BEFORE INSERT ON vectors BEGIN SELECT RAISE(ABORT, 'no room'); END")
    before = (store.generation, store.documents(), store.lexical("rent", 5))
    with pytest.raises(sqlite3.IntegrityError):
        put(store, "a.txt", "Something else.")
    assert (store.generation, store.documents(), store.lexical("rent", 5)) == before
    store.close()


def test_one_writes_at_a_time(folder: Path) -> None:
    writer = SqliteStore.open(folder, MANIFEST)
    with pytest.raises(IndexBusy, match="wait"):
        SqliteStore.open(folder, MANIFEST)
    other = [sys.executable, "-c", _OPEN, str(folder)]
    assert "IndexBusy" in subprocess.run(other, capture_output=True, text=True, check=False).stderr
    writer.close()
    SqliteStore.open(folder, MANIFEST).close()


_OPEN = f"""
import sys, pathlib
from rag.store import Manifest, SqliteStore
SqliteStore.open(pathlib.Path(sys.argv[1]), {MANIFEST!r})
"""


def test_a_full_disk_names_the_index_to_go_on_with(tmp_path: Path) -> None:
    database = Database(make(tmp_path / "my index") / "rag.db")
    said = r"disk is full \(make room, then run: rag index --index '.*/my index'\)"
    with database.read() as connection:
        connection.execute("PRAGMA max_page_count = 1")  # the next to write has the same connection
    with pytest.raises(StoreError, match=said), database.write() as connection:
        connection.execute("CREATE TABLE much AS SELECT zeroblob(1000000)")
    database.close()


def test_a_reader_cannot_write_and_a_closed_store_cannot_read(folder: Path) -> None:
    reader = SqliteStore.open_existing(folder)
    with pytest.raises(StoreError, match="for reading"):
        put(reader, "c.txt", "New.")
    reader.close()
    with pytest.raises(StoreError, match="closed"):
        reader.documents()


def test_a_reader_follows_the_writer(folder: Path) -> None:
    reader, writer = SqliteStore.open_existing(folder), SqliteStore.open(folder, MANIFEST)
    query = EMBEDDER.embed_query("Parrots sing.")
    before = reader.generation
    assert [info.path for info in reader.documents()] == ["a.txt", "b.txt"]
    assert reader.dense(query, 1)[0].score < 1 - 1e-6
    put(writer, "c.txt", "Parrots sing.")
    assert reader.generation == writer.generation == before + 1
    assert [info.path for info in reader.documents()] == ["a.txt", "b.txt", "c.txt"]
    assert abs(reader.dense(query, 1)[0].score - 1) < 1e-6
    writer.remove("c.txt")
    assert [info.path for info in reader.documents()] == ["a.txt", "b.txt"]
    assert reader.dense(query, 1)[0].score < 1 - 1e-6
    writer.close()
    reader.close()


def test_another_process_answers_while_this_one_writes(folder: Path) -> None:
    writer = SqliteStore.open(folder, MANIFEST)
    with subprocess.Popen(
        [sys.executable, "-c", _ASK, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin and reader.stdout
        for number in range(40):
            put(writer, f"n{number}.txt", f"Flat {number} is let.")
            reader.stdin.write(f"flat {number}\n")
            reader.stdin.flush()
            assert reader.stdout.readline().split() == [f"n{number}.txt", "1.0", str(number + 3)]
    assert reader.returncode == 0
    writer.close()


_ASK = f"""
import sys, pathlib
from rag.store import SqliteStore
from rag.testing import FakeEmbedder
store, embedder = SqliteStore.open_existing(pathlib.Path(sys.argv[1])), FakeEmbedder({DIM})
for query in sys.stdin:
    number = query.split()[1]
    words = store.lexical(number, 1)[0].chunk.document
    score = store.dense(embedder.embed_query(f"Flat {{number}} is let."), 1)[0].score
    print(words, round(score, 6), len(store.documents()), flush=True)
"""


def test_threads_read_whole_states_while_one_writes(folder: Path) -> None:
    writer, reader = SqliteStore.open(folder, MANIFEST), SqliteStore.open_existing(folder)
    query, done, wrong = EMBEDDER.embed_query("Same."), threading.Event(), []

    def look() -> None:
        while not done.is_set():
            hits = reader.dense(query, 100)
            known = [info.chunks for info in reader.documents()]
            if len({(hit.chunk.document, hit.chunk.start) for hit in hits}) != len(hits) or not set(known) <= {1, 2, 3}:
                wrong.append((hits, known))

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for turn in range(60):
        put(writer, "c.txt", *["One.", "Two.", "Three."][: 1 + turn % 3])
        if turn % 5 == 0:
            writer.remove("c.txt")
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    writer.close()
    reader.close()
    assert SqliteStore.check(folder) == []


def without_dates(folder: Path) -> None:
    """Make the index one of the version before dates."""
    change(folder, "ALTER TABLE documents DROP COLUMN dated")
    change(folder, "ALTER TABLE documents DROP COLUMN read_by")


def test_an_index_without_dates_is_read_as_it_is_and_gets_them_beside_its_readers(folder: Path) -> None:
    without_dates(folder)
    reader = SqliteStore.open_existing(folder)
    assert [info.dated for info in reader.documents()] == [None, None]
    assert reader.read("a.txt").dated is None and SqliteStore.check(folder) == []
    writer = SqliteStore.open(folder, MANIFEST)
    assert reader.read("a.txt").dated is None
    writer.rename("a.txt", replace(writer.read("a.txt"), dated="2024-02-29"))
    writer.close()
    assert [info.dated for info in reader.documents()] == ["2024-02-29", None]
    assert [hit.chunk.document for hit in reader.lexical("rent", 5)] == ["a.txt"]
    reader.close()
