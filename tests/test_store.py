"""The store keeps its contract, its promises on disk, and its readers apart from its writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from rag.errors import IndexMismatch, IndexMissing, StoreError
from rag.storage.index_files import erase
from rag.store import Manifest, SqliteStore
from rag.testing import StoreContract
from rag.types import Chunk, Document, Vector
from tests.small_index import DIM, EMBEDDER, MANIFEST, change, make, put


class TestContract(StoreContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[SqliteStore]:
        store = SqliteStore.open(tmp_path, MANIFEST)
        yield store
        store.close()


class TestContractReopened(StoreContract):
    """The same, with the index read anew before every look at it."""

    @pytest.fixture
    def subject(self, tmp_path: Path) -> SqliteStore:
        return cast(SqliteStore, _Reopening(tmp_path))


class _Reopening:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*args: object) -> object:
            store = SqliteStore.open(self._folder, MANIFEST)
            try:
                found: object = getattr(store, name)(*args)
            finally:
                store.close()
            return found

        return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    return make(tmp_path / "index")


def test_an_index_that_cannot_be_opened_for_writing_is_let_go_of(tmp_path: Path) -> None:
    (tmp_path / ".vectors.faiss.0123.part").mkdir()
    for _ in range(2):
        with pytest.raises(StoreError, match="cannot be written"):
            SqliteStore.open(tmp_path, MANIFEST)


def test_a_closed_index_is_its_two_files_and_the_lock(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} - {"write.lock"} == {"rag.db", "vectors.faiss"}


def test_no_index_is_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rag index"):
        SqliteStore.open_existing(tmp_path)
    (tmp_path / "rag.db").touch()
    with pytest.raises(IndexMissing):
        SqliteStore.open_existing(tmp_path)


def test_an_index_that_cannot_be_looked_for_is_not_held_for_missing(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 300)
    for look in (SqliteStore.exists, SqliteStore.open_existing):
        with pytest.raises(
            StoreError, match=r"rag\.db: cannot be opened: .*check the path and its permissions"
        ) as found:
            look(folder)
        assert not isinstance(found.value, IndexMissing)
    assert not SqliteStore.exists(tmp_path), "and a folder of that name is no index"
    (tmp_path / "rag.db").mkdir()
    assert not SqliteStore.exists(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        Manifest("other", "0" * 64, DIM, "1:200"),
        Manifest("fake", "1" * 64, DIM, "1:200"),
        Manifest("fake", "0" * 64, 8, "1:200"),
    ],
)
def test_another_embedder_is_refused_with_the_command_that_mends_it(folder: Path, other: Manifest) -> None:
    for refuse in (SqliteStore.open, SqliteStore.open_existing):
        with pytest.raises(IndexMismatch, match=f"rag index --rebuild --index {folder}"):
            refuse(folder, other)
    SqliteStore.open(folder, MANIFEST).close()  # and the refusal let go of the lock


def test_another_splitter_is_refused_to_a_writer_only(folder: Path) -> None:
    other = Manifest("fake", "0" * 64, DIM, "1:100")
    with pytest.raises(IndexMismatch, match=r"splitter 1:200, expected 1:100"):
        SqliteStore.open(folder, other)
    SqliteStore.open_existing(folder, other).close()


def test_another_format_is_refused(folder: Path) -> None:
    change(folder, "UPDATE manifest SET value = '0' WHERE key = 'format'")
    with pytest.raises(IndexMismatch, match=r"format 0, expected 1"):
        SqliteStore.open_existing(folder)


def test_erasing_leaves_other_files_and_allows_another_embedder(folder: Path) -> None:
    (folder / "README.md").write_text("kept")
    erase(folder)
    erase(folder / "nowhere")
    assert {path.name for path in folder.iterdir()} <= {"README.md", "write.lock"}
    SqliteStore.open(folder, Manifest("other", "1", 8, "x")).close()


def test_what_does_not_fit_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path, MANIFEST)
    document, chunk, row = (
        Document("a", "a", "Rent.", "0"),
        Chunk("a", 0, 5, "Rent."),
        EMBEDDER.embed_documents(["Rent."]),
    )
    for chunks, vectors in (
        ([Chunk("b", 0, 5, "Rent.")], row),
        ([Chunk("a", 0, 5, "Cats.")], row),
        ([chunk, chunk], np.concatenate([row, row])),
        ([chunk], np.concatenate([row, row])),
        ([chunk], row[:, :8]),
        ([chunk], row * 2),
        ([chunk], row * np.float32("nan")),
    ):
        with pytest.raises(ValueError, match=r"chunk|vectors"):
            store.put(document, chunks, vectors)
    for vector in (row[0][:8], row[0] * np.float32("nan")):
        with pytest.raises(ValueError, match="finite"):
            store.dense(vector, 1)
    assert store.documents() == [] and store.generation == 0
    store.close()


def test_what_is_put_is_taken_as_it_is_made_and_undone_where_the_making_fails(tmp_path: Path) -> None:
    lines = [f"Line {number}." for number in range(2_000)]
    starts = [sum(len(line) + 1 for line in lines[:at]) for at in range(len(lines))]
    document = Document("a", "a", "\n".join(lines), "0")
    store, made, vectors_made = SqliteStore.open(tmp_path, MANIFEST), 0, 0

    def chunks(end: int) -> Iterator[Chunk]:
        nonlocal made
        for at, line in list(zip(starts, lines, strict=True))[:end]:
            made += 1
            yield Chunk("a", at, at + len(line), line)
        if end < len(lines):
            raise KeyError(end)

    def vectors() -> Iterator[Vector]:
        nonlocal vectors_made
        for line in lines:
            vectors_made += 1
            assert made - vectors_made < 1_000
            yield EMBEDDER.embed_query(line)

    with pytest.raises(KeyError):
        store.put(document, chunks(1_500), vectors())
    assert store.documents() == [] and store.lexical("line", 1) == [] and store.generation == 0
    made = vectors_made = 0
    store.put(document, chunks(2_000), vectors())
    assert store.documents()[0].chunks == made == vectors_made == 2_000
    assert [hit.chunk.text for hit in store.lexical("1999", 2)] == ["Line 1999."]
    store.close()
    assert SqliteStore.check(tmp_path) == []


def test_half_a_surrogate_pair_and_a_name_that_is_no_unicode_are_kept(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path, MANIFEST)
    put(store, "caf\udce9.txt", "Rent \ud800 is due.\0")
    assert store.read("caf\udce9.txt").text == "Rent \ud800 is due.\0"
    assert store.lexical("due", 1)[0].chunk.text == "Rent \ud800 is due.\0"
    store.remove("caf\udce9.txt")
    assert store.documents() == []
    store.close()


def rows_touched(documents: int, folder: Path) -> int:
    """Rows that removing ten documents changes, in an index of so many; FTS5 tidies up after itself now and then."""
    store = SqliteStore.open(folder, MANIFEST)
    for number in range(documents):
        put(store, f"{number}.txt", "Rent is due.", f"Flat {number}.")
    with store._base.write() as connection:
        before = connection.total_changes
    for number in range(10):
        store.remove(f"{number}.txt")
    with store._base.read() as connection:
        touched = connection.total_changes - before
    store.close()
    return touched


def test_removing_a_document_touches_its_rows_alone(tmp_path: Path) -> None:
    small, large = rows_touched(30, tmp_path / "small"), rows_touched(600, tmp_path / "large")
    assert large < 1.5 * small < 10 * 60, (small, large)


def test_what_little_changed_does_not_rewrite_the_vectors_file(tmp_path: Path) -> None:
    """Else removing one document would cost as much as there are vectors; who opens the index next catches up."""
    store = SqliteStore.open(tmp_path, MANIFEST)
    for number in range(120):
        put(store, f"{number}.txt", f"Flat {number} is let.")
    store.close()
    written = (tmp_path / "vectors.faiss").read_bytes()
    store = SqliteStore.open(tmp_path, MANIFEST)
    gone = store.dense(EMBEDDER.embed_query("Flat 7 is let."), 1)[0].chunk.document
    store.remove(gone)
    store.close()
    assert (tmp_path / "vectors.faiss").read_bytes() == written
    reader = SqliteStore.open_existing(tmp_path)
    found = reader.dense(EMBEDDER.embed_query("Flat 7 is let."), 200)
    reader.close()
    assert len(found) == 119 and gone not in {hit.chunk.document for hit in found}
    assert (tmp_path / "vectors.faiss").read_bytes() == written, "nor does a reader write it for one vector"
    store = SqliteStore.open(tmp_path, MANIFEST)
    for hit in found[:60]:
        store.remove(hit.chunk.document)
    store.close()
    assert (tmp_path / "vectors.faiss").read_bytes() != written
