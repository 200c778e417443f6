"""The store keeps its contract, its promises on disk, and its readers apart from its writer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, StoreError
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, StoreContract
from rag.types import Chunk, Document

DIM = 16
MANIFEST = Manifest("fake", "0" * 64, DIM, "1:200")
EMBEDDER = FakeEmbedder(DIM)


class TestContract(StoreContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[SqliteStore]:
        store = SqliteStore.open(tmp_path, MANIFEST)
        yield store
        store.close()


class TestContractReopened(StoreContract):
    """The same, with the index read anew before every look at it."""

    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[SqliteStore]:
        store = _Reopening(tmp_path)
        yield store  # type: ignore[misc]  # it is a Store, which is all that the contract asks
        store.close()


class _Reopening:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getattr__(self, name: str) -> object:
        def call(*args: object) -> object:
            if name == "close":
                return None
            with_write = SqliteStore.open(self._folder, MANIFEST)
            try:
                return getattr(with_write, name)(*args)
            finally:
                with_write.close()

        return call


def put(store: SqliteStore, path: str, *texts: str) -> None:
    text = "\n".join(texts)
    starts = [sum(len(before) + 1 for before in texts[:at]) for at in range(len(texts))]
    chunks = [Chunk(path, start, start + len(t), t) for start, t in zip(starts, texts, strict=True)]
    store.put(Document(path, path, text, "0"), chunks, EMBEDDER.embed_documents(texts))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, closed."""
    store = SqliteStore.open(tmp_path / "index", MANIFEST)
    put(store, "a.txt", "Rent is due.", "Cats may stay.")
    put(store, "b.txt", "Dogs may not.")
    store.close()
    return tmp_path / "index"


def test_a_closed_index_is_its_two_files_and_the_lock(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} - {"write.lock"} == {"rag.db", "vectors.faiss"}


def test_no_index_is_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rag index"):
        SqliteStore.open_existing(tmp_path)
    (tmp_path / "rag.db").touch()
    with pytest.raises(IndexMissing):
        SqliteStore.open_existing(tmp_path)


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
        with pytest.raises(IndexMismatch, match="rag index --rebuild"):
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
    SqliteStore.erase(folder)
    SqliteStore.erase(folder / "nowhere")
    assert {path.name for path in folder.iterdir()} <= {"README.md", "write.lock"}
    SqliteStore.open(folder, Manifest("other", "1", 8, "x")).close()


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_damage_with_a_remedy(folder: Path, content: bytes) -> None:
    (folder / "rag.db").write_bytes(content)
    problems = SqliteStore.check(folder)
    assert len(problems) == 1 and problems[0].remedy.startswith("rag index"), problems
    if content:
        for opening in (SqliteStore.open_existing, lambda f: SqliteStore.open(f, MANIFEST)):
            with pytest.raises(IndexDamaged, match="rag index --rebuild"):
                opening(folder)


def test_a_truncated_database_is_found_by_the_check(folder: Path) -> None:
    whole = (folder / "rag.db").read_bytes()
    for share in (0.3, 0.6, 0.9):
        (folder / "rag.db").write_bytes(whole[: int(len(whole) * share)])
        assert SqliteStore.check(folder), share


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("DELETE FROM vectors WHERE chunk = 1", "1 chunks without a vector"),
        ("UPDATE vectors SET vector = x'00' WHERE chunk = 1", "1 vectors of a wrong length"),
        ("DELETE FROM chunks WHERE id = 2", "1 documents whose chunks are not all there"),
        ("DELETE FROM documents WHERE path = 'b.txt'", "1 chunks without a document"),
        ("UPDATE chunks SET text = 'Rent was due.' WHERE id = 1", "1 documents whose chunks are not passages"),
        ("INSERT INTO lexical (lexical) VALUES ('delete-all')", "3 chunks that are not in the lexical index"),
        ("DROP TABLE vectors", "no such table"),
    ],
)
def test_the_check_names_what_does_not_fit(folder: Path, damage: str, named: str) -> None:
    assert SqliteStore.check(folder) == []
    change(folder, damage)
    assert named in "; ".join(problem.what for problem in SqliteStore.check(folder))


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "rag.db") as db:
        db.execute(statement)
    db.close()


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
        with pytest.raises(ValueError, match="chunk|vectors"):
            store.put(document, chunks, vectors)
    for vector in (row[0][:8], row[0] * np.float32("nan")):
        with pytest.raises(ValueError, match="finite"):
            store.dense(vector, 1)
    assert store.documents() == [] and store.generation == 0
    store.close()


def test_half_a_surrogate_pair_and_a_name_that_is_no_unicode_are_kept(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path, MANIFEST)
    put(store, "caf\udce9.txt", "Rent \ud800 is due.\0")
    assert store.read("caf\udce9.txt").text == "Rent \ud800 is due.\0"
    assert store.lexical("due", 1)[0].chunk.text == "Rent \ud800 is due.\0"
    store.remove("caf\udce9.txt")
    assert store.documents() == []
    store.close()


def test_an_error_halfway_leaves_the_last_state(folder: Path) -> None:
    store = SqliteStore.open(folder, MANIFEST)
    with sqlite3.connect(folder / "rag.db") as db:  # the last of the three tables to be written refuses
        db.execute("CREATE TRIGGER no BEFORE INSERT ON vectors BEGIN SELECT RAISE(ABORT, 'no room'); END")
    db.close()
    before = (store.generation, store.documents(), store.lexical("rent", 5))
    with pytest.raises(sqlite3.IntegrityError):
        put(store, "a.txt", "Something else.")
    assert (store.generation, store.documents(), store.lexical("rent", 5)) == before
    store.close()


def test_one_writes_at_a_time(folder: Path) -> None:
    writer = SqliteStore.open(folder, MANIFEST)
    with pytest.raises(IndexBusy, match="wait"):
        SqliteStore.open(folder, MANIFEST)
    with pytest.raises(IndexBusy):
        SqliteStore.erase(folder)
    other = [sys.executable, "-c", _OPEN, str(folder)]
    assert "IndexBusy" in subprocess.run(other, capture_output=True, text=True, check=False).stderr
    writer.close()
    SqliteStore.open(folder, MANIFEST).close()


_OPEN = f"""
import sys, pathlib
from rag.store import Manifest, SqliteStore
SqliteStore.open(pathlib.Path(sys.argv[1]), {MANIFEST!r})
"""


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
    assert reader.dense(query, 1)[0].score < 1 - 1e-6
    put(writer, "c.txt", "Parrots sing.")
    assert reader.generation == writer.generation == before + 1
    assert abs(reader.dense(query, 1)[0].score - 1) < 1e-6
    writer.remove("c.txt")
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
            assert reader.stdout.readline().split() == [f"n{number}.txt", f"n{number}.txt", str(number + 3)]
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
    vector = store.dense(embedder.embed_query(f"Flat {{number}} is let."), 1)[0].chunk.document
    print(words, vector, len(store.documents()), flush=True)
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


def rows_touched(documents: int, folder: Path) -> int:
    """Rows that removing one document changes, in an index of so many."""
    store = SqliteStore.open(folder, MANIFEST)
    for number in range(documents):
        put(store, f"{number}.txt", "Rent is due.", f"Flat {number}.")
    with store._base.write() as connection:
        before = connection.total_changes
    store.remove("7.txt")
    with store._base.read() as connection:
        touched = connection.total_changes - before
    store.close()
    return touched


def test_removing_a_document_touches_its_rows_alone(tmp_path: Path) -> None:
    small, large = rows_touched(30, tmp_path / "small"), rows_touched(600, tmp_path / "large")
    assert small == large, (small, large)
    assert small < 20
