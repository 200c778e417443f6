"""What is in the index of a file that was renamed or damaged is what a fresh index would hold of it."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from rag.errors import DamagedFile
from rag.loaders import load
from tests.test_indexing import World, world

__all__ = ["world"]

_END_BYTES, _CENTRAL_AT = 22, 16
"""Size of the last record of a zip without a comment, and where in it the offset of the central directory stands."""


def test_a_rename_that_has_another_reader_read_the_file_is_none(world: World) -> None:
    world.write(prices="tool,price\nsaw,12\n", notes="# Rent\n\nIt is due.", plain="Rent is due.")
    world.sync()
    for before, after in (("prices.txt", "prices.csv"), ("notes.txt", "notes.md"), ("plain.txt", "plain.text")):
        (world.docs / before).rename(world.docs / after)
    assert world.actions() == {
        "notes.md": "added",
        "notes.txt": "removed",
        "plain.text": "renamed",
        "prices.csv": "added",
        "prices.txt": "removed",
    }
    for path in ("notes.md", "plain.text", "prices.csv"):
        kept, fresh = world.store.read(path), load(world.docs / path, world.docs, 10_000)
        assert (kept.text, kept.headings, kept.title) == (fresh.text, fresh.headings, fresh.title)


def points_outside_itself(path: Path) -> None:
    """Make a zip of a file whose central directory stands where it says only if its parts begin before the file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", "<document/>")
    data = bytearray(path.read_bytes())
    at = len(data) - _END_BYTES + _CENTRAL_AT
    struct.pack_into("<I", data, at, struct.unpack_from("<I", data, at)[0] + 1_000)
    path.write_bytes(data)


def test_a_file_that_has_become_damaged_leaves_nothing_stale(world: World) -> None:
    path = world.docs / "a.docx"
    path.write_text("Rent is due.")
    world.sync()
    assert world.paths() == ["a.docx"]
    points_outside_itself(path)
    with pytest.raises(DamagedFile, match="points outside itself") as found:
        load(path, world.docs, 10_000)
    assert isinstance(found.value.__cause__, OSError)
    (failed,) = world.sync().files
    assert (failed.action, failed.chunks) == ("failed", 0)
    assert world.paths() == [] and world.store.lexical("rent", 1) == []
