"""Killed at any moment, an index is whole, and the next run makes it what a clean build is."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rag.indexing import Report, sync
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder
from rag.types import Chunk, Document, Matrix

KILLS = 30
FILES = 40
MANIFEST = Manifest("fake", "0" * 64, 64, "1:60")

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


class SlowEmbedder(FakeEmbedder):
    """Takes its time, so that a run can be caught at any point of it."""

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        for _ in range(3):
            super().embed_documents(texts)
        return super().embed_documents(texts)


def index(docs: Path, folder: Path, *, slow: bool = False) -> Report:
    store = SqliteStore.open(folder, MANIFEST)
    try:
        embedder = SlowEmbedder() if slow else FakeEmbedder()
        return sync(docs, store, embedder, chunk_tokens=60, max_file_bytes=1_000_000)
    finally:
        store.close()


def contents(folder: Path) -> dict[str, object]:
    """Everything in an index but the numbers of its rows."""
    with closing(sqlite3.connect(folder / "rag.db")) as db:
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, lexical, instance)")
        return {
            "documents": db.execute(
                "SELECT path, title, sha256, chunks, characters, pages, headings, text FROM documents ORDER BY path"
            ).fetchall(),
            "chunks": db.execute(
                "SELECT d.path, c.start, c.end, c.page, c.heading, c.text, v.vector FROM chunks AS c"
                " JOIN documents AS d ON d.id = c.document JOIN vectors AS v ON v.chunk = c.id ORDER BY 1, 2"
            ).fetchall(),
            "counts": [
                db.execute(f"SELECT count(*) FROM {table}").fetchone()
                for table in ("documents", "chunks", "vectors", "lexical_docsize")
            ],
            "words": db.execute(
                "SELECT term, d.path, c.start, col, offset FROM temp.terms JOIN chunks AS c ON c.id = doc"
                " JOIN documents AS d ON d.id = c.document ORDER BY 1, 2, 3, 4, 5"
            ).fetchall(),
        }


def write(docs: Path, number: int, version: int) -> None:
    sentences = (f"Flat {number} is let for {part * 9 + version}." for part in range(number % 12 * 2))
    (docs / f"{number}.md").write_text(f"# Paper {number}\n\n{' '.join(sentences)} It ends.\n")


def change_some(docs: Path, dice: random.Random) -> None:
    """Remove, rename, and add or change some files."""
    for name in dice.sample(sorted(path.name for path in docs.iterdir()), 4):
        if dice.random() < 0.5:
            (docs / name).unlink()
        else:
            (docs / name).rename(docs / f"{dice.randrange(10**9)}.md")
    for number in dice.sample(range(FILES), 8):
        write(docs, number, dice.randrange(10**9))


def run_and_kill(docs: Path, folder: Path, delay_s: float) -> bool:
    """Start a run in a process of its own and kill it; False where it ended before."""
    process = _processes.Process(target=index, args=(docs, folder), kwargs={"slow": True})
    process.start()
    process.join(delay_s)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def unhurried_s(docs: Path, folder: Path) -> float:
    """How long a run takes that is left alone."""
    started_s = time.perf_counter()
    assert not run_and_kill(docs, folder, 60)
    return time.perf_counter() - started_s


def answers(folder: Path) -> list[object]:
    """What some questions find, with scores."""
    store, embedder = SqliteStore.open_existing(folder), FakeEmbedder()
    questions = [f"Which flat is let for {number}?" for number in range(0, 60, 7)]
    found: list[object] = [store.dense(embedder.embed_query(question), 10) for question in questions]
    found += [store.lexical(question, 10) for question in questions]
    store.close()
    return found


def test_killed_at_any_moment_the_next_run_completes(tmp_path: Path) -> None:
    docs, folder, dice = tmp_path / "docs", tmp_path / "index", random.Random(7)
    docs.mkdir()
    for number in range(FILES):
        write(docs, number, 0)
    unhurried_s(docs, tmp_path / "first")  # this also starts the server that all the others are forked from
    whole_s = unhurried_s(docs, tmp_path / "second")
    killed = compared = 0
    while killed < KILLS:
        if killed % 8 == 0:
            shutil.rmtree(folder, ignore_errors=True)  # the making of an index can be cut off too
        killed += run_and_kill(docs, folder, dice.uniform(0, whole_s))
        problems = [problem.what for problem in SqliteStore.check(folder)]
        assert problems == [] or "no index there" in problems[0], problems
        if killed % 3:  # and sometimes the next run is killed as well
            index(docs, folder)
            clean = tmp_path / "clean"
            index(docs, clean)
            assert contents(folder) == contents(clean)
            assert answers(folder) == answers(clean)
            shutil.rmtree(clean)
            compared += 1
        change_some(docs, dice)
    assert compared >= KILLS // 2


def put_and_die(folder: Path, statement: int) -> None:
    """Replace a document, and die before that statement of SQL."""
    store, left = SqliteStore.open(folder, MANIFEST), iter(range(statement))

    def trace(_statement: str) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    with store._base.read() as connection:  # the one connection of this store
        connection.set_trace_callback(trace)
    put(store, "Two passages.", "Both new.")


def put(store: SqliteStore, *texts: str) -> None:
    starts = [sum(len(before) + 1 for before in texts[:at]) for at in range(len(texts))]
    chunks = [Chunk("a.txt", at, at + len(text), text) for at, text in zip(starts, texts, strict=True)]
    store.put(Document("a.txt", "A", "\n".join(texts), "0"), chunks, FakeEmbedder().embed_documents(texts))


def test_killed_before_any_statement_a_document_is_old_or_new(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, texts in ((old, ("One passage.", "Two.", "Three.")), (new, ("Two passages.", "Both new."))):
        store = SqliteStore.open(folder, MANIFEST)
        put(store, *texts)
        store.close()
    whole = [contents(old), contents(new)]
    for statement in range(1_000):
        shutil.copytree(old, tmp_path / str(statement))
        process = _processes.Process(target=put_and_die, args=(tmp_path / str(statement), statement))
        process.start()
        process.join()
        assert SqliteStore.check(tmp_path / str(statement)) == []
        assert contents(tmp_path / str(statement)) == whole[process.exitcode == 0], statement
        if process.exitcode == 0:
            break
    assert statement > 10
