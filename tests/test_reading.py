"""Files read ahead: in order, with what cannot be read in its place, in a thread of their own, and no further ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.reading import Batch, Job, Unread, read
from rag.types import Chunk, Document

_PATIENCE_S = 20.0


class Cutter:
    """One chunk a document; remembers the documents, and tells whoever waits for one."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.threads: set[str] = set()
        self._news = threading.Condition()

    def __call__(self, document: Document) -> list[Chunk]:
        with self._news:
            self.seen.append(document.path)
            self.threads.add(threading.current_thread().name)
            self._news.notify_all()
        return [Chunk(document.path, 0, len(document.text), document.text)]

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


def test_batches_come_in_order_with_what_is_unread_in_its_place(files: list[Path]) -> None:
    batches = list(reading(files, Cutter()))
    assert [[item.path for item in batch] for batch in batches] == [
        ["0.txt", "1.txt"],
        ["2.txt", "3.txt", "4.txt"],
        ["5.txt"],
    ]
    unread = batches[1][0]
    assert isinstance(unread, Unread) and unread.file == files[2] and unread.error.hint
    assert all(isinstance(item, Job) and item.chunks for item in (*batches[0], *batches[1][1:], *batches[2]))


def test_the_next_batch_is_read_while_the_caller_is_busy_and_none_after_it(files: list[Path]) -> None:
    cutter = Cutter()
    batches = reading(files, cutter)
    next(batches)
    assert cutter.has_come_to("4.txt")
    assert threading.current_thread().name not in cutter.threads
    assert "5.txt" not in cutter.seen
    next(batches)
    assert cutter.has_come_to("5.txt")


def test_a_caller_that_leaves_off_ends_the_reading(files: list[Path]) -> None:
    cutter = Cutter()
    batches = reading(files, cutter)
    next(batches)
    assert isinstance(batches, Iterator)
    batches.close()  # type: ignore[attr-defined]  # a generator behind the plainer type
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reading")]
    assert "5.txt" not in cutter.seen


def test_what_goes_wrong_in_cutting_is_the_callers_to_handle(files: list[Path]) -> None:
    def broken(_: Document) -> list[Chunk]:
        raise RuntimeError("no tokenizer")

    with pytest.raises(RuntimeError, match="no tokenizer"):
        list(read(files, files[0].parent, 1 << 20, broken, batch_chunks=2))


def test_nothing_to_read(tmp_path: Path) -> None:
    assert list(read([], tmp_path, 1, Cutter(), batch_chunks=2)) == []
