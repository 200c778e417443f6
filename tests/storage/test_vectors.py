"""The cache of vectors follows its source, survives any damage to its file, and loses no candidate."""

from __future__ import annotations

import resource
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from rag.storage.nearest import EXACT_UP_TO
from rag.storage.vectors import NAME, Source, Stamp, VectorCache, described
from rag.types import Ids, Matrix
from tests.many import MANY_DIM, Many

DIM = 8
IDENTITY = "a" * 32
TRAILER_BYTES = 64


@dataclass
class Rows:
    """A source of vectors that counts the rows it was asked for."""

    ids: NDArray[np.int64]
    generation: int = 1
    identity: str = IDENTITY
    fetched: list[int] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return Source(Stamp(self.identity, self.generation), lambda: self.ids, self._rows, vectors)

    def _rows(self, first: int) -> Iterable[tuple[Ids, Matrix]]:
        wanted = self.ids[self.ids >= first]
        self.fetched.append(len(wanted))
        yield wanted, vectors(wanted)


def vectors(ids: NDArray[np.int64]) -> Matrix:
    rows = np.stack([np.random.default_rng(int(i)).standard_normal(DIM) for i in ids]).astype(np.float32)
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def rows(*ids: int, generation: int = 1) -> Rows:
    return Rows(np.array(ids, np.int64), generation)


def best(cache: VectorCache, source: Source, like: int) -> int:
    return int(cache.search(source, vectors(np.array([like]))[0], 1)[0])


def test_candidates_are_the_nearest(tmp_path: Path) -> None:
    source = rows(*range(1, 500)).source
    cache, matrix = VectorCache(tmp_path, DIM), vectors(np.arange(1, 500))
    for seed in range(1_000, 1_030):
        query = vectors(np.array([seed]))[0]
        nearest = np.argsort(-(matrix @ query))[:20] + 1
        assert set(nearest) <= set(cache.search(source, query, 20))


def test_all_that_tie_with_the_last_are_candidates(tmp_path: Path) -> None:
    same = np.tile(vectors(np.array([1])), (300, 1))
    ids = np.arange(300)
    source = Source(Stamp(IDENTITY, 1), lambda: ids, lambda first: [(ids, same)], lambda some: same[some])
    assert sorted(VectorCache(tmp_path, DIM).search(source, same[0], 3)) == list(range(300))


def test_within_some_ids_the_nearest_of_these_are_candidates(tmp_path: Path) -> None:
    source = rows(*range(1, 500)).source
    cache, some = VectorCache(tmp_path, DIM), np.arange(1, 500, 7)
    query = vectors(np.array([1_000]))[0]
    nearest = some[np.argsort(-(vectors(some) @ query))[:20]]
    found = set(cache.search(source, query, 20, some))
    assert set(nearest) <= found <= set(some)
    assert sorted(cache.search(source, query, 1_000, some)) == list(some)
    assert cache.search(source, query, 20, np.empty(0, np.int64)).size == 0


def test_nothing_is_found_in_nothing(tmp_path: Path) -> None:
    empty = Source(Stamp(IDENTITY, 1), lambda: np.empty(0, np.int64), lambda first: [], vectors)
    assert VectorCache(tmp_path, DIM).search(empty, vectors(np.array([1]))[0], 5).size == 0


def test_the_file_spares_reading_the_source(tmp_path: Path) -> None:
    known = rows(1, 2, 3)
    VectorCache(tmp_path, DIM).save(known.source)
    assert known.fetched == [3]
    assert best(VectorCache(tmp_path, DIM), known.source, 2) == 2
    assert known.fetched == [3]


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    VectorCache(tmp_path, DIM).save(rows(*range(1, 100)).source)
    later = rows(*range(50, 105), generation=2)
    cache = VectorCache(tmp_path, DIM)
    assert [best(cache, later.source, like) for like in (50, 104)] == [50, 104]
    assert later.fetched == [5]
    assert set(cache.search(later.source, vectors(np.array([1]))[0], 1_000)) == set(range(50, 105))


def test_an_older_state_can_be_asked_for(tmp_path: Path) -> None:
    cache, old, new = VectorCache(tmp_path, DIM), rows(1, 2, 3), rows(2, 4, generation=2)
    for known in (old, new, old, new):
        assert set(cache.search(known.source, vectors(np.array([9]))[0], 10)) == set(known.ids)


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]


def of_another_index(data: bytes) -> bytes:
    return data.replace(IDENTITY.encode(), b"b" * 32)


def without_stamp(data: bytes) -> bytes:
    return data[:-TRAILER_BYTES]


def of_another_kind(data: bytes) -> bytes:
    payload = faiss.serialize_index(faiss.index_factory(DIM, "Flat")).tobytes()
    return payload + data[-TRAILER_BYTES:-4] + zlib.crc32(payload).to_bytes(4, "big")


def of_another_dimension(data: bytes) -> bytes:
    payload = faiss.serialize_index(faiss.index_factory(DIM + 1, "IDMap,Flat", faiss.METRIC_INNER_PRODUCT)).tobytes()
    return payload + data[-TRAILER_BYTES:-4] + zlib.crc32(payload).to_bytes(4, "big")


def of_unknown_kind(data: bytes) -> bytes:
    return b"new kind" + data[-TRAILER_BYTES:-4] + zlib.crc32(b"new kind").to_bytes(4, "big")


def of_an_earlier_version(data: bytes) -> bytes:
    """Without what is learned and recalled, and under another magic."""
    return data[:-TRAILER_BYTES] + b"footnote" + data[-TRAILER_BYTES + 8 : -16] + data[-4:]


@pytest.mark.parametrize(
    "damage",
    [
        of_unknown_kind,
        truncated,
        flipped,
        of_another_index,
        without_stamp,
        of_another_kind,
        of_another_dimension,
        of_an_earlier_version,
        lambda data: b"",
        lambda data: b"garbage" * 1_000,
    ],
)
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    known = rows(1, 2, 3)
    VectorCache(tmp_path, DIM).save(known.source)
    whole = (tmp_path / NAME).read_bytes()
    assert damage(whole) != whole and whole[-TRAILER_BYTES:].startswith(b"footnot2")
    (tmp_path / NAME).write_bytes(damage(whole))
    assert best(VectorCache(tmp_path, DIM), known.source, 3) == 3
    assert known.fetched == [3, 3]
    assert (tmp_path / NAME).read_bytes() == whole


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).mkdir()
    assert best(VectorCache(tmp_path, DIM), rows(1, 2, 3).source, 2) == 2
    assert "could not be written" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_disk_that_is_full_half_way_leaves_nothing_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        assert best(VectorCache(tmp_path, DIM), rows(*range(1_000)).source, 2) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "could not be written" in caplog.text
    assert not list(tmp_path.iterdir())


def test_many_are_searched_by_codes_that_say_their_recall(tmp_path: Path) -> None:
    known = Many(EXACT_UP_TO + 1)
    VectorCache(tmp_path, MANY_DIM).save(known.source(1))
    found = described(tmp_path)
    assert found and found.approximate and found.recall > 0.9
    assert known.read == 1
    cache = VectorCache(tmp_path, MANY_DIM)
    assert 7 in cache.search(known.source(1), known.vectors[7], 10)
    assert known.read == 1


def test_few_are_searched_one_by_one(tmp_path: Path) -> None:
    VectorCache(tmp_path, DIM).save(rows(1, 2, 3).source)
    assert described(tmp_path) == (False, 1.0)
    assert described(tmp_path / "nowhere") is None
    (tmp_path / NAME).write_bytes(b"short")
    assert described(tmp_path) is None


def test_what_is_gone_and_what_is_new_is_followed_by_codes_too(tmp_path: Path) -> None:
    known = Many(EXACT_UP_TO + 500)
    cache = VectorCache(tmp_path, MANY_DIM)
    cache.search(known.source(1, slice(0, EXACT_UP_TO + 400)), known.vectors[0], 10)
    later = known.source(2, slice(100, None))
    assert EXACT_UP_TO + 450 in cache.search(later, known.vectors[EXACT_UP_TO + 450], 10)
    assert 50 not in cache.search(later, known.vectors[50], 10)
    assert 150 in cache.search(later, known.vectors[150], 10)


def test_an_index_that_shrinks_is_searched_one_by_one_again(tmp_path: Path) -> None:
    known = Many(EXACT_UP_TO + 1)
    cache = VectorCache(tmp_path, MANY_DIM)
    cache.save(known.source(1))
    cache.save(known.source(2, slice(0, EXACT_UP_TO // 2)))
    assert described(tmp_path) == (False, 1.0)
