"""What a document costs in memory while it is indexed: its text a few times over, and nothing by chunk or sentence."""

from __future__ import annotations

import multiprocessing
import resource
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from rag import embedding
from rag.indexing import sync
from rag.storage import connections, inverted
from rag.store import Manifest, SqliteStore
from rag.testing import HashingEmbedder
from tests.small_index import MANIFEST, put

_MIB = 1 << 20


def peak_mib(place: Path, size_mib: int) -> float:
    """Index one file of that size; the most memory that this process has had, the caches of a fixed size aside."""
    embedding._KEPT, connections._CACHE_KIB = 256, 1_000
    docs = place / str(size_mib) / "docs"
    docs.mkdir(parents=True)
    with (docs / "large.txt").open("w", encoding="utf-8") as file:
        number = 0
        while file.tell() < size_mib * _MIB:
            number += 1
            of_many = ", ".join(f"{at} euros for what tenant {number * 7 + at}’s deposit had been" for at in range(9))
            file.write(f"Entry {number} says that it was {of_many}.\n\n")
    store = SqliteStore.open(docs.parent / "index", Manifest("hashing", "0" * 64, 384, "1:200"))
    report = sync(docs, store, HashingEmbedder(), chunk_tokens=200, max_file_bytes=1 << 30)
    assert report.counts()["added"] == 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_longer_document_takes_its_text_more_and_no_more(tmp_path: Path) -> None:
    small_mib, large_mib = 2, 12
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        small, large = pool.map(peak_mib, [tmp_path] * 2, [small_mib, large_mib])
    # Seen: 5.2 times, two bytes a character and UTF-8 twice while it is put; all sentences: 7.1, all vectors: 9.7.
    assert large - small < 6.2 * (large_mib - small_mib), (small, large)


def test_a_word_that_is_said_once_takes_little_more_than_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverted, "_BLOCK", 1_000)
    words = 40_000
    with closing(SqliteStore.open(tmp_path, MANIFEST)) as store:
        put(
            store,
            "many.txt",
            *(" ".join(f"w{at:07}" for at in range(first, first + 400)) for first in range(0, words, 400)),
        )
        with store._base.read() as connection:
            tracemalloc.start()
            inverted.write(connection, tmp_path / "words", 2)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    # Seen: 65 bytes; as objects of Python 219.
    assert peak < 110 * words, peak / words
