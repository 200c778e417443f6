"""Files read in order, long ones in parts, with what cannot be read in its place; ahead, in a thread."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from rag.reading import Batch, Part, Unread, ahead, read
from rag.types import Chunk, Document

_PATIENCE_S = 20.0


class Cutter:
    """One chunk a line; remembers the documents, and tells whoever waits for one."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.threads: set[str] = set()
        self._news = threading.Condition()

    def __call__(self, document: Document) -> Iterator[Chunk]:
        with self._news:
            self.seen.append(document.path)
            self.threads.add(threading.current_thread().name)
            self._news.notify_all()
        return (Chunk(document.path, at, at + 1, line) for at, line in enumerate(document.text.splitlines()))

    def has_come_to(self, path: str) -> bool:
        with self._news:
            return self._news.wait_for(lambda: path in self.seen, _PATIENCE_S)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.txt" for number in range(6)]
    for path in paths:
        path.write_text(f"This is {path.name}.", "utf-8")
    paths[2].write_bytes(b"")
    return paths


def reading(files: list[Path], cutter: Cutter) -> Iterator[Batch]:
    return read(files, files[0].parent, 1 << 20, cutter, batch_chunks=2)


def read_ahead(files: list[Path], cutter: Cutter) -> Generator[Batch]:
    return ahead(reading(files, cutter), "reading")


def test_batches_come_in_order_with_what_is_unread_in_its_place(files: list[Path]) -> None:
    batches = list(reading(files, Cutter()))
    assert [[item.path for item in batch] for batch in batches] == [
        ["0.txt", "1.txt"],
        ["2.txt", "3.txt", "4.txt"],
        ["5.txt"],
    ]
    unread = batches[1][0]
    assert isinstance(unread, Unread) and unread.error.hint


def test_a_long_document_comes_in_parts_that_fill_batches_and_stand_in_a_row(files: list[Path]) -> None:
    files[1].write_text("".join(f"Line {number}.\n" for number in range(6)), "utf-8")
    batches = list(reading(files, Cutter()))
    parts = [item for batch in batches for item in batch if isinstance(item, Part)]
    sizes = [sum(len(item.chunks) for item in batch if isinstance(item, Part)) for batch in batches]
    assert sizes == [2, 2, 2, 2, 2]
    assert [chunk.text for item in parts if item.path == "1.txt" for chunk in item.chunks] == [
        f"Line {number}." for number in range(6)
    ]
    assert [path for path, _ in groupby(item.path for batch in batches for item in batch)] == [
        file.name for file in files
    ]


def test_a_document_without_a_chunk_comes_too(files: list[Path]) -> None:
    (batch,) = read(files[:1], files[0].parent, 1 << 20, lambda _: iter(()), batch_chunks=2)
    assert [item.path for item in batch] == ["0.txt"]


def test_the_next_batch_is_read_while_the_caller_is_busy_and_none_after_it(files: list[Path]) -> None:
    cutter = Cutter()
    batches = read_ahead(files, cutter)
    next(batches)
    assert cutter.has_come_to("4.txt")
    assert threading.current_thread().name not in cutter.threads
    assert "5.txt" not in cutter.seen
    next(batches)
    assert cutter.has_come_to("5.txt")


def test_a_caller_that_leaves_off_ends_the_reading(files: list[Path]) -> None:
    cutter = Cutter()
    batches = read_ahead(files, cutter)
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading")]
    assert "5.txt" not in cutter.seen


def test_what_goes_wrong_in_cutting_is_the_callers_to_handle(files: list[Path]) -> None:
    def broken(_: Document) -> Iterator[Chunk]:
        raise RuntimeError("no tokenizer")

    with pytest.raises(RuntimeError, match="no tokenizer"):
        list(ahead(read(files, files[0].parent, 1 << 20, broken, batch_chunks=2), "reading"))


def test_nothing_to_read(tmp_path: Path) -> None:
    assert list(ahead(read([], tmp_path, 1, Cutter(), batch_chunks=2), "reading")) == []
