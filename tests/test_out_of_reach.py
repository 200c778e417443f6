"""What cannot be looked at is not gone: it stays in the index and is reported, and the rest goes on."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import IndexMissing, LoadError, StoreError
from rag.indexing import Choice, FileResult, sync
from rag.loaders import list_files
from rag.store import SqliteStore
from tests.small_index import make
from tests.test_indexing import World

_CAPABILITIES = 0x20080522
"""Version 3 of the structures of capset(2): effective, permitted and inheritable sets, low words first."""
_ANY_FILE = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which root looks at anything."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder, looked at as by one who is not root."""
    if os.geteuid():
        yield tmp_path
        return
    system, header, sets = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    assert system.capget(header, sets) == 0
    had, sets[0] = sets[0], sets[0] & ~_ANY_FILE
    assert system.capset(header, sets) == 0
    yield tmp_path
    sets[0] = had
    assert system.capset(header, sets) == 0


@pytest.fixture
def world(place: Path) -> Iterator[World]:
    world = World(place)
    world.write(a="Rent is due.", shut__b="Cats may stay.", shut__c="Dogs may not.", shutter="Blinds.")
    world.sync()
    yield world
    world.store.close()
    for folder in (world.docs, world.docs / "shut"):
        folder.chmod(0o700)


def failures(world: World) -> list[FileResult]:
    return [file for file in world.sync().files if file.action == "failed"]


@pytest.mark.parametrize("mode", [0o311, 0o000])
def test_what_is_in_a_folder_that_cannot_be_listed_stays_and_the_folder_is_named(world: World, mode: int) -> None:
    (world.docs / "shut").chmod(mode)
    world.write(new="New.")
    folder, *known = failures(world)
    assert (folder.path, folder.chunks) == ("shut", 0)
    assert folder.reason == "cannot be listed: Permission denied" and "chmod u+rx" in folder.hint
    assert [(file.path, file.chunks) for file in known] == [("shut/b.txt", 1), ("shut/c.txt", 1)]
    assert {file.reason for file in known} == {"out of reach: its folder cannot be listed"}
    assert world.paths() == ["a.txt", "new.txt", "shut/b.txt", "shut/c.txt", "shutter.txt"]
    assert [hit.chunk.document for hit in world.store.lexical("cats", 1)] == ["shut/b.txt"]
    (world.docs / "shut").chmod(0o700)
    (world.docs / "shut" / "b.txt").unlink()
    assert world.actions()["shut/b.txt"] == "removed"


def test_what_is_left_out_goes_though_its_folder_cannot_be_listed(world: World) -> None:
    (world.docs / "shut").chmod(0o311)
    given = Choice(left_out=("shut",))
    report = sync(world.docs, world.store, world.embedder, chunk_tokens=60, max_file_bytes=10_000, choice=given)
    assert [file.path for file in report.files if file.action == "removed"] == ["shut/b.txt", "shut/c.txt"]
    assert report.counts()["failed"] == 0 and world.paths() == ["a.txt", "shutter.txt"]


def test_a_folder_that_cannot_be_listed_at_all_wipes_nothing(world: World) -> None:
    world.docs.chmod(0o311)
    with pytest.raises(LoadError, match=r"docs: cannot be listed: Permission denied .*chmod u\+rx"):
        world.sync()
    assert len(world.paths()) == 4


def test_files_in_a_folder_that_cannot_be_entered_are_named(world: World) -> None:
    (world.docs / "shut").chmod(0o644)
    found = failures(world)
    assert [(file.path, file.reason, file.chunks) for file in found] == [
        ("shut/b.txt", "permission denied", 1),
        ("shut/c.txt", "permission denied", 1),
    ]
    assert all("chmod u+rx" in file.hint for file in found)
    assert len(world.paths()) == 4


def test_a_folder_that_cannot_be_entered_may_hold_what_is_named_like_an_index(world: World) -> None:
    world.write(shut__rag="x")
    (world.docs / "shut" / "rag.txt").rename(world.docs / "shut" / "rag.db")
    (world.docs / "shut").chmod(0o644)
    assert [file.path for file in failures(world)] == ["shut/b.txt", "shut/c.txt", "shut/rag.db"]


def test_a_folder_that_goes_while_it_is_listed_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    walk, unlisted = os.walk, list[LoadError]()

    def slow(root: Path, onerror: Callable[[OSError], None]) -> Iterator[tuple[str, list[str], list[str]]]:
        for folder in walk(root, onerror=onerror):
            if (tmp_path / "b").is_dir():
                (tmp_path / "b").rmdir()
            yield folder

    monkeypatch.setattr(os, "walk", slow)
    assert list_files(tmp_path, unlisted.append) == [] and unlisted == []


def test_an_index_in_a_folder_that_cannot_be_entered_is_out_of_reach(place: Path) -> None:
    index = make(place / "shut" / "index")
    (place / "shut").chmod(0o600)
    try:
        with pytest.raises(StoreError, match="cannot be opened: Permission denied") as found:
            SqliteStore.open_existing(index)
        assert not isinstance(found.value, IndexMissing)
        (problem,) = SqliteStore.check(index)
        assert (problem.what, problem.remedy) == (found.value.message, "check the path and its permissions")
    finally:
        (place / "shut").chmod(0o700)
