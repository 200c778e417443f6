"""The files of an index: what is removed, and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.storage.index_files import CACHES, DATABASE, erase, remove_leftovers


def test_what_cannot_be_removed_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / f".{CACHES[0]}.0123.part").mkdir()
    with pytest.raises(StoreError, match="cannot be written") as caught:
        remove_leftovers(tmp_path)
    assert str(tmp_path) in caught.value.message and caught.value.hint


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    for name in CACHES:
        (tmp_path / f".{name}.0123.part").touch()
    (tmp_path / ".other.0123.part").touch()
    remove_leftovers(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".other.0123.part"]


def test_an_index_that_is_erased_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    for name in (DATABASE, *CACHES, f".{CACHES[1]}.0123.part", "chat.db"):
        (tmp_path / name).touch()
    erase(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["chat.db"]
