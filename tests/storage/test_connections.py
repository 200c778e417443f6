"""Who has an index open reads the one that stands at its path: one made anew at once, and none that is gone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexMismatch, IndexMissing, StoreError
from rag.storage.index_files import erase
from rag.store import SqliteStore
from tests.small_index import EMBEDDER, MANIFEST, make, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    return make(tmp_path / "index")


@pytest.fixture
def reader(folder: Path) -> Iterator[SqliteStore]:
    """It, open, and asked already."""
    with closing(SqliteStore.open_existing(folder)) as reader:
        assert said(reader) == ["a.txt", "b.txt"] and found(reader) < 1 - 1e-6 and not reader.lexical("parrots", 1)
        yield reader


def said(store: SqliteStore) -> list[str]:
    return [info.path for info in store.documents()]


def found(store: SqliteStore) -> float:
    return store.dense(EMBEDDER.embed_query("Parrots sing."), 1)[0].score


@pytest.mark.parametrize("remove", [erase, shutil.rmtree])
def test_a_reader_goes_over_to_an_index_made_anew(
    folder: Path, reader: SqliteStore, remove: Callable[[Path], None]
) -> None:
    remove(folder)
    with pytest.raises(IndexMissing, match="rag index FOLDER"):
        reader.documents()
    with closing(SqliteStore.open(folder, replace(MANIFEST, splitter="1:100"))) as writer:
        assert said(reader) == []
        put(writer, "c.txt", "Parrots sing.")
        put(writer, "d.txt", "Rent is due.")
        assert said(reader) == ["c.txt", "d.txt"] and reader.generation == 2
        assert found(reader) == pytest.approx(1)
        assert [hit.chunk.document for hit in reader.lexical("parrots", 5)] == ["c.txt"]
        with pytest.raises(KeyError):
            reader.read("a.txt")
    assert said(reader) == ["c.txt", "d.txt"] and SqliteStore.check(folder) == []


def test_an_index_made_anew_with_another_embedder_is_refused(folder: Path, reader: SqliteStore) -> None:
    erase(folder)
    SqliteStore.open(folder, replace(MANIFEST, embedder="other")).close()
    with pytest.raises(IndexMismatch, match=f"embedder other, expected fake.*rag index --rebuild --index {folder}"):
        reader.documents()


def test_a_file_without_an_index_is_none(folder: Path, reader: SqliteStore) -> None:
    erase(folder)
    (folder / "rag.db").touch()
    with pytest.raises(IndexMissing):
        reader.lexical("rent", 5)


def test_what_is_being_read_is_read_to_its_end(folder: Path, reader: SqliteStore) -> None:
    with reader._base.read() as connection:
        erase(folder)
        with closing(SqliteStore.open(folder, MANIFEST)) as writer:
            put(writer, "c.txt", "Parrots sing.")
            assert connection.execute("SELECT path FROM documents ORDER BY path").fetchall() == [("a.txt",), ("b.txt",)]
            assert said(reader) == ["c.txt"]
    assert said(reader) == ["c.txt"]


def test_a_writer_never_writes_into_another_index(folder: Path) -> None:
    writer = SqliteStore.open(folder, MANIFEST)
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match="taken away"):
        put(writer, "c.txt", "Parrots sing.")
    make(folder)
    with pytest.raises(StoreError, match="taken away"):
        put(writer, "c.txt", "Parrots sing.")
    with pytest.raises(StoreError, match="taken away"):
        writer.close()
    with closing(SqliteStore.open(folder, MANIFEST)) as other:
        assert said(other) == ["a.txt", "b.txt"]


def test_threads_read_whole_indexes_while_they_are_made_anew(folder: Path, reader: SqliteStore) -> None:
    done, wrong = threading.Event(), []

    def look() -> None:
        while not done.is_set():
            try:
                paths = said(reader)
                if paths not in ([], ["a.txt"], ["a.txt", "b.txt"], ["c.txt"]) or len(reader.lexical("rent", 5)) > 2:
                    wrong.append(paths)
                reader.dense(EMBEDDER.embed_query("Parrots sing."), 5)
            except IndexMissing:
                pass
            except StoreError as exc:
                wrong.append([str(exc), str(exc.__cause__), getattr(exc.__cause__, "sqlite_errorname", "")])

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            erase(folder)
            with closing(SqliteStore.open(folder, MANIFEST)) as writer:
                put(writer, "c.txt", "Parrots sing.")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == [] and said(reader) == ["c.txt"]
    assert SqliteStore.check(folder) == []
