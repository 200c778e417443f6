"""Files that are written in one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.loaders import list_files
from rag.replacing import remove_unfinished, replacing


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    with replacing(file) as part:
        part.write_text("new")
        assert file.read_text() == "old"
        assert list_files(tmp_path) == [file], "what is not whole yet is no document"
    assert file.read_text() == "new" and list(tmp_path.iterdir()) == [file]


def test_what_fails_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError), replacing(file) as part:
        part.write_text("ha\ud800", "utf-8")
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


def test_two_writers_are_not_in_each_other_s_way(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    with replacing(file) as one, replacing(file) as other:
        one.write_text("one")
        other.write_text("other")
    assert file.read_text() == "one" and list(tmp_path.iterdir()) == [file]


def test_what_was_killed_is_removed_by_name(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.0123.part").touch()
    (tmp_path / ".b.txt.0123.part").touch()
    remove_unfinished(tmp_path / "a.txt")
    assert [path.name for path in tmp_path.iterdir()] == [".b.txt.0123.part"]
