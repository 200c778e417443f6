"""With the postings or without them, whatever was written since: the same passages, the same scores to the last bit."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.protocols import Progress, no_progress
from rag.storage import inverted, postings, ranking
from rag.storage.index_files import erase
from rag.store import SqliteStore
from tests.small_index import MANIFEST, put

FILE = postings.NAME
WORDS = (
    "rent",
    "rents",
    "flat",
    "deposit",
    "Café",
    "cafe\u0301",
    "東京都",
    "京",
    "東",
    "京都",
    "don't",
    "\u0301",
    "a\U0001e290b",
)
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), max_size=3)
PATHS = st.sampled_from(["a/0.txt", "a/6.txt", "b/3.txt", "rent.txt"])
WRITES = st.lists(st.tuples(PATHS, st.one_of(TEXTS, st.none(), PATHS)), max_size=6)
"""A document is put with texts, removed, or renamed."""


@pytest.fixture(autouse=True)
def for_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "_FEWEST", 1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of many ties and lengths, with the file."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_FEWEST", 1)
        fill(folder)
    return folder


def fill(folder: Path, progress: Progress = no_progress) -> None:
    store = SqliteStore.open(folder, MANIFEST)
    for number in range(40):
        texts = [
            " ".join(WORDS[(number * at + at) % 13] for at in range(number % 5 + 1)) for _ in range(number % 3 + 1)
        ]
        put(store, f"{'ab'[number % 2]}/{number}{('', ' rent', ' deposit rents')[number % 3]}.txt", *texts)
    store.close(progress)


@contextmanager
def pair(kept: Path) -> Iterator[tuple[SqliteStore, SqliteStore]]:
    """Two copies of an index, one without the file."""
    with tempfile.TemporaryDirectory() as place:
        folders = [shutil.copytree(kept, Path(place) / name) for name in ("with", "without")]
        (folders[1] / FILE).unlink()
        first, second = (closing(SqliteStore.open(folder, MANIFEST)) for folder in folders)
        with first as with_file, second as without:
            yield with_file, without


@pytest.fixture
def both(kept: Path) -> Iterator[tuple[SqliteStore, SqliteStore]]:
    with pair(kept) as stores:
        yield stores


def found(store: SqliteStore, query: str, k: int = 10, scope: Sequence[str] = ()) -> list[tuple[object, float]]:
    return [(hit.chunk.key, hit.score) for hit in store.lexical(query, k, scope)]


def write(store: SqliteStore, path: str, what: list[str] | str | None) -> None:
    if isinstance(what, list):
        put(store, path, *what)
    elif what is None:
        store.remove(path)
    elif path in {info.path for info in store.documents()}:
        store.rename(path, replace(store.read(path), path=what, title=what))


@settings(max_examples=40)
@given(
    WRITES,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5),
    st.integers(1, 90),
    st.sampled_from(["", "a", "b/3.txt"]),
)
@example([("a/6.txt", None), ("b/3.txt", None), ("a/0.txt", None)], ["rent"], 1, "")
@example([("a/6.txt", "rent.txt")], ["rent"], 90, "")
def test_ranked_as_by_fts5(
    kept: Path, writes: list[tuple[str, list[str] | str | None]], words: list[str], k: int, scope: str
) -> None:
    with pair(kept) as stores:
        for store in stores:
            for path, what in writes:
                write(store, path, what)
        mine, theirs = (found(store, " ".join(words), k, [scope] if scope else ()) for store in stores)
    assert mine == theirs


@pytest.fixture
def no_fts5(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> object:
        pytest.fail("FTS5 was asked for what the file holds")

    monkeypatch.setattr(ranking, "_by_fts5", refuse)


@pytest.mark.usefixtures("no_fts5")
def test_while_nothing_has_changed_fts5_is_not_asked(both: tuple[SqliteStore, SqliteStore]) -> None:
    assert found(both[0], "rent flat") and found(both[0], "京", 5, ["a"]) and found(both[0], "nowhere") == []


def test_of_what_is_new_only_the_new_is_asked_of_fts5(
    both: tuple[SqliteStore, SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = [], ranking._by_fts5

    def spy(*given: Any) -> postings.Scored:
        asked.append(given[-1])
        return ask(*given)

    monkeypatch.setattr(ranking, "_by_fts5", spy)
    put(both[0], "new.txt", "a zebra and rent")
    assert found(both[0], "zebra rent", 1)[0][0] == ("new.txt", 0)
    assert asked[0] > 40, "passages after the last one that the file holds"


def test_whoever_reads_an_older_state_is_not_given_a_newer_file(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "index")
    reader = SqliteStore.open_existing(folder)
    before = found(reader, "deposit")
    with reader._base.read() as connection:
        connection.execute("SELECT * FROM manifest").fetchall()
        fill_more(folder)
        hits = ranking.by_words(connection, reader._postings, "deposit", 10)
        assert [(hit.chunk.key, hit.score) for hit in hits] == before
    assert found(reader, "deposit") != before
    reader.close()


def fill_more(folder: Path) -> None:
    store = SqliteStore.open(folder, MANIFEST)
    for number in range(9):
        put(store, f"more/{number}.txt", "deposit deposit")
    store.close()


def test_the_file_is_made_anew_when_much_has_changed(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "index")
    made = (folder / FILE).read_bytes()
    store = SqliteStore.open(folder, MANIFEST)
    put(store, "one.txt", "rent")
    store.close()
    assert (folder / FILE).read_bytes() == made
    fill_more(folder)
    assert (folder / FILE).read_bytes() != made


def test_an_index_without_the_file_gets_it_though_nothing_changes(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "index")
    made = (folder / FILE).read_bytes()
    (folder / FILE).unlink()
    SqliteStore.open(folder, MANIFEST).close()
    assert (folder / FILE).read_bytes() == made


@pytest.mark.parametrize("block", [1, 2, 7, 60, 200])
def test_it_is_the_same_in_however_many_goes(
    kept: Path, tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverted, "_BLOCK", block)
    fill(tmp_path)
    made, theirs = (inverted.read(folder / FILE) for folder in (tmp_path, kept))
    assert made and theirs
    for name in ("ids", "starts", "ends", "lengths", "places", "counts", "letters"):
        assert getattr(made, name).tolist() == getattr(theirs, name).tolist(), name


def test_a_renamed_document_has_it_made_anew(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "index")
    made = (folder / FILE).read_bytes()
    store = SqliteStore.open(folder, MANIFEST)
    write(store, "a/6.txt", "deposit.txt")
    store.close()
    assert (folder / FILE).read_bytes() != made


def test_progress_is_told_while_the_caches_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverted, "_BLOCK", 20)
    told: list[tuple[str, int, int]] = []
    fill(tmp_path, lambda what, done, total: told.append((what, done, total)))
    words = [(done, total) for what, done, total in told if what == "laying out words"]
    assert [what for what, _, _ in told[:3]] == ["laying out vectors", "counting words", "laying out words"]
    assert told[0][1:] == (0, 40 + 39)
    assert len(words) > 3
    assert [done for done, _ in words] == sorted({done for done, _ in words}), "always more"
    assert words[0][0] == 0 and {total for _, total in words} == {postings_held(tmp_path)}


def postings_held(folder: Path) -> int:
    held = inverted.read(folder / FILE)
    assert held is not None
    return len(held.places)


def test_a_small_index_has_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "_FEWEST", 1_000)
    fill(tmp_path)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:60],
        lambda data: b"x" + data[1:],
        lambda data: data[:60] + b"\xff" + data[61:],
    ],
    ids=["empty", "cut off", "a head alone", "not ours", "another number in the head"],
)
def test_a_damaged_file_is_passed_over(both: tuple[SqliteStore, SqliteStore], damage: Callable[[bytes], bytes]) -> None:
    file = both[0].folder / FILE
    file.write_bytes(damage(file.read_bytes()))
    assert found(both[0], "rent flat") == found(both[1], "rent flat") != []


def test_the_file_of_another_index_is_passed_over(both: tuple[SqliteStore, SqliteStore], tmp_path: Path) -> None:
    with closing(SqliteStore.open(tmp_path, MANIFEST)) as other:
        for number in range(40):
            put(other, f"{number}.txt", "flat " * (number + 1))
    shutil.copy(tmp_path / FILE, both[0].folder / FILE)
    assert found(both[0], "rent flat") == found(both[1], "rent flat") != []


def test_a_file_that_cannot_be_written_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).mkdir()
    with caplog.at_level(logging.WARNING):
        fill(tmp_path)
    assert "words.postings could not be written" in caplog.text
    store = SqliteStore.open_existing(tmp_path)
    assert found(store, "rent")
    store.close()


def test_an_index_that_is_erased_takes_the_file_along(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "index")
    erase(folder)
    assert not (folder / FILE).exists()
