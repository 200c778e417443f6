"""The index becomes equal to the folder, whatever happened to the files, and the report says what was done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.indexing import Choice, Report, sync
from rag.loaders import readers
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder
from rag.types import Matrix
from tests.small_index import change

MANIFEST = Manifest("fake", "0" * 64, 64, "1:60")


class CountingEmbedder(FakeEmbedder):
    """Remembers what it was given, and refuses what it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []
        self.refused = "\0"

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        self.calls.append(len(texts))
        if any(self.refused in text for text in texts):
            raise RuntimeError("out of memory")
        return super().embed_documents(texts)


class World:
    """A folder of documents, its index, and what it is embedded with."""

    def __init__(self, root: Path) -> None:
        self.docs = root / "docs"
        self.docs.mkdir()
        self.embedder = CountingEmbedder()
        self.store = SqliteStore.open(root / "index", MANIFEST)

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.docs / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.with_suffix(".txt").write_text(text)

    def sync(self, progress: Callable[[str, int, int], None] = lambda *_: None) -> Report:
        self.embedder.calls.clear()
        return sync(self.docs, self.store, self.embedder, chunk_tokens=60, max_file_bytes=1_000_000, progress=progress)

    def actions(self) -> dict[str, str]:
        return {file.path: file.action for file in self.sync().files}

    def paths(self) -> list[str]:
        return [info.path for info in self.store.documents()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.store.close()


def test_files_are_added_then_left_alone(world: World) -> None:
    world.write(a="Rent is due.", sub__a="Cats may stay.", empty="")
    report = world.sync()
    assert [(f.path, f.action, f.chunks) for f in report.files] == [
        ("a.txt", "added", 1),
        ("empty.txt", "failed", 0),
        ("sub/a.txt", "added", 1),
    ]
    assert report.files[1].reason == "empty" and report.files[1].hint
    assert report.counts() == {"added": 2, "changed": 0, "renamed": 0, "removed": 0, "unchanged": 0, "failed": 1}
    assert report.to_dict()["files"][0] == {"path": "a.txt", "action": "added", "chunks": 1, "reason": "", "hint": ""}
    generation = world.store.generation
    assert world.actions() == {"a.txt": "unchanged", "sub/a.txt": "unchanged", "empty.txt": "failed"}
    assert world.embedder.calls == [] and world.store.generation == generation


def test_every_kind_of_change_at_once(world: World) -> None:
    world.write(same="Same.", changed="Before.", moved="Moved away.", gone="Gone.", broken="Was fine.")
    world.sync()
    world.write(changed="After.", new="New.")
    (world.docs / "moved.txt").rename(world.docs / "here.txt")
    (world.docs / "gone.txt").unlink()
    (world.docs / "broken.txt").write_bytes(b"\0\1\2" * 100)
    report = world.sync()
    assert {f.path: f.action for f in report.files} == {
        "same.txt": "unchanged",
        "changed.txt": "changed",
        "new.txt": "added",
        "here.txt": "renamed",
        "gone.txt": "removed",
        "broken.txt": "failed",
    }
    assert next(f.reason for f in report.files if f.action == "renamed") == "was moved.txt"
    assert world.paths() == ["changed.txt", "here.txt", "new.txt", "same.txt"]
    assert world.store.read("changed.txt").text.strip() == "After."


def test_a_renamed_file_keeps_its_vectors(world: World) -> None:
    world.write(a="Rent is due.", b="Rent is due.")
    world.sync()
    (world.docs / "a.txt").rename(world.docs / "z.txt")
    assert world.actions() == {"b.txt": "unchanged", "z.txt": "renamed"}
    assert world.embedder.calls == []
    assert world.store.read("z.txt").title == "z"
    assert [hit.chunk.document for hit in world.store.lexical("rent", 5)] == ["b.txt", "z.txt"]


def test_two_files_of_one_content_are_two_documents(world: World) -> None:
    world.write(a="Rent is due.", b="Rent is due.")
    world.sync()
    for name in ("a", "b"):
        (world.docs / f"{name}.txt").rename(world.docs / f"{name}{name}.txt")
    world.write(c="Rent is due.")
    assert world.actions() == {"aa.txt": "renamed", "bb.txt": "renamed", "c.txt": "added"}


def test_files_that_swap_names_swap_texts(world: World) -> None:
    world.write(a="One.", b="Two.")
    world.sync()
    world.write(a="Two.", b="One.")
    assert world.actions() == {"a.txt": "changed", "b.txt": "changed"}
    assert world.store.read("a.txt").text.strip() == "Two."


def test_a_file_out_of_reach_keeps_its_earlier_version(world: World) -> None:
    world.write(sub__a="Rent is due.")
    world.sync()
    (world.docs / "sub").rename(world.docs.parent / "away")
    (world.docs / "sub").symlink_to("sub")  # a link to itself: no path under it can be looked at
    (failed,) = [file for file in world.sync().files if file.path == "sub/a.txt"]
    assert failed.action == "failed" and "out of reach" in failed.reason and failed.chunks == 1
    assert world.paths() == ["sub/a.txt"]
    (world.docs / "sub").unlink()
    assert world.actions() == {"sub/a.txt": "removed"}


def test_a_failed_embedding_does_not_stop_the_others(world: World) -> None:
    world.write(a="Rent.", b="Was fine.", c="Cats.")
    world.sync()
    world.embedder.refused = "poison"
    world.write(a="Rent is due.", b="This is poison.", d="More poison.")
    report = world.sync()
    assert {f.path: f.action for f in report.files} == {
        "a.txt": "changed",
        "b.txt": "failed",
        "c.txt": "unchanged",
        "d.txt": "failed",
    }
    assert "out of memory" in report.files[1].reason
    assert world.paths() == ["a.txt", "c.txt"]


def test_a_long_document_that_cannot_be_embedded_to_its_end_is_not_put(world: World) -> None:
    lines = [f"Line {number} of a long text." for number in range(9_000)]
    world.write(a="Rent.", long=" ".join(lines), z="Cats.")
    world.embedder.refused = "Line 5000 "
    report = world.sync()
    assert [(f.path, f.action, f.chunks) for f in report.files] == [
        ("a.txt", "added", 1),
        ("long.txt", "failed", 0),
        ("z.txt", "added", 1),
    ]
    assert world.paths() == ["a.txt", "z.txt"] and world.store.lexical("line", 1) == []
    world.embedder.refused = "poison"
    (added,) = [file for file in world.sync().files if file.action == "added"]
    assert added.chunks > 3 * 128 and sum(world.embedder.calls) == added.chunks == world.store.documents()[1].chunks
    lines[5_000] = "This is poison."
    world.write(long=" ".join(lines))
    assert world.actions() == {"a.txt": "unchanged", "long.txt": "failed", "z.txt": "unchanged"}
    assert world.paths() == ["a.txt", "z.txt"]


def test_batches_cross_files_and_long_files_are_cut_into_batches(world: World) -> None:
    world.write(**{f"f{number:03}": f"Short text {number}." for number in range(300)})
    world.sync()
    assert world.embedder.calls == [128, 128, 44]
    world.write(long=" ".join(f"Sentence number {number} of a long text." for number in range(2_000)))
    (added,) = [file for file in world.sync().files if file.action == "added"]
    assert added.chunks > 128 and max(world.embedder.calls) == 128 and sum(world.embedder.calls) == added.chunks


def test_progress_rises_to_the_whole(world: World) -> None:
    world.write(a="Rent is due. " * 500, b="Cats.", empty="")
    seen: dict[str, list[tuple[int, int]]] = {}
    world.sync(lambda what, done, total: seen.setdefault(what, []).append((done, total)))
    assert list(seen) == ["checking files", "indexing"]
    for steps in seen.values():
        done = [step[0] for step in steps]
        assert done == sorted(done) and steps[-1][0] == steps[-1][1] == 6_505


def test_an_index_among_the_documents_is_no_document(tmp_path: Path) -> None:
    for place in (tmp_path / "docs" / "index", tmp_path / "docs"):
        (tmp_path / "docs").mkdir(exist_ok=True)
        (tmp_path / "docs" / "a.txt").write_text("Rent is due.")
        store = SqliteStore.open(place, MANIFEST)
        (tmp_path / "docs" / "index" / "README.md").write_text("What this is.")
        for _ in range(2):
            report = sync(tmp_path / "docs", store, FakeEmbedder(), chunk_tokens=60, max_file_bytes=10_000)
            assert [file.path for file in report.files] == ["a.txt"]
        store.close()


def test_a_missing_folder_wipes_nothing(world: World) -> None:
    world.write(a="Rent is due.")
    world.sync()
    world.docs.rename(world.docs.with_name("elsewhere"))
    with pytest.raises(UsageError, match="no such folder"):
        world.sync()
    assert world.paths() == ["a.txt"]


def test_an_emptied_folder_empties_the_index(world: World) -> None:
    world.write(a="Rent is due.")
    world.sync()
    (world.docs / "a.txt").unlink()
    assert world.actions() == {"a.txt": "removed"}
    assert world.paths() == [] and world.store.lexical("rent", 1) == []


def test_a_thousand_unchanged_files_take_less_than_a_second(world: World) -> None:
    world.write(**{f"f{number:04}": f"Text {number} is here.\n" * 40 for number in range(1_000)})
    world.sync()
    seconds = []
    for _ in range(3):
        report = world.sync()
        assert report.counts()["unchanged"] == len(report.files) == 1_000
        seconds.append(report.seconds)
    assert min(seconds) < 1, seconds


def test_chunks_are_no_longer_than_the_embedder_reads(world: World) -> None:
    world.embedder.max_tokens = 20
    world.write(a=" ".join(f"Sentence number {number} is here." for number in range(50)))
    world.sync()
    hits = world.store.dense(world.embedder.embed_query("sentence"), 100)
    assert len(hits) > 10 and max(world.embedder.count_tokens(hit.chunk.text) for hit in hits) <= 20


def test_what_an_earlier_version_read_is_read_once_more_and_embedded_only_where_it_reads_otherwise(
    world: World, tmp_path: Path
) -> None:
    mail = "From: a@example.org\nDate: Mon, 01 Jan 2024 10:00:00 +0000\n\nRent is due."
    (world.docs / "a.eml").write_text(mail)
    world.write(b="Cats may stay.", c="Dogs may not.")
    world.sync()
    change(tmp_path / "index", "UPDATE documents SET dated = NULL, read_by = NULL")
    change(tmp_path / "index", "UPDATE documents SET text = 'Dogs maynot.' WHERE path = 'c.txt'")
    assert world.actions() == {"a.eml": "unchanged", "b.txt": "unchanged", "c.txt": "changed"}
    assert [info.dated for info in world.store.documents()] == ["2024-01-01", "", ""]
    assert {info.read_by for info in world.store.documents()} == {readers()}
    assert world.embedder.calls == [1] and world.store.read("c.txt").text == "Dogs may not."
    generation = world.store.generation
    assert set(world.actions().values()) == {"unchanged"} and world.store.generation == generation


def test_what_was_renamed_since_other_readers_read_it_is_read_anew(world: World, tmp_path: Path) -> None:
    world.write(a="Cats may stay.", b="Dogs may not.")
    world.sync()
    change(tmp_path / "index", "UPDATE documents SET read_by = 'others', text = replace(text, 'may not', 'maynot')")
    (world.docs / "a.txt").rename(world.docs / "c.txt")
    (world.docs / "b.txt").rename(world.docs / "d.txt")
    assert world.actions() == {"b.txt": "removed", "c.txt": "renamed", "d.txt": "added"}
    assert world.store.read("d.txt").text == "Dogs may not."


def test_what_other_readers_could_read_and_those_of_today_cannot_stays(world: World, tmp_path: Path) -> None:
    world.write(a="Cats may stay.")
    (world.docs / "b.docx").write_bytes(broken := b"PK\3\4 no package")
    world.sync()
    as_b = f"path = 'b.docx', sha256 = '{hashlib.sha256(broken).hexdigest()}'"
    change(tmp_path / "index", f"UPDATE documents SET read_by = 'others', {as_b}")
    (world.docs / "a.txt").unlink()
    assert world.actions() == {"b.docx": "unchanged"}


def test_what_is_left_out_goes_and_comes_back_and_what_is_read_anew_is_embedded(world: World) -> None:
    def sync_with(**choice: tuple[str, ...]) -> dict[str, str]:
        world.embedder.calls.clear()
        given = Choice(**choice)
        report = sync(world.docs, world.store, world.embedder, chunk_tokens=60, max_file_bytes=10_000, choice=given)
        return {file.path: file.action for file in report.files}

    world.write(a="Rent is due.", b="Cats may stay.", sub__c="Dogs may not.")
    world.sync()
    assert sync_with(left_out=("b.txt", "sub")) == {"a.txt": "unchanged", "b.txt": "removed", "sub/c.txt": "removed"}
    assert sync_with(left_out=("b.txt", "sub")) == {"a.txt": "unchanged"} and world.paths() == ["a.txt"]
    assert sync_with(left_out=("sub",)) == {"a.txt": "unchanged", "b.txt": "added"}
    assert sync_with(anew=("a.txt",)) == {"a.txt": "changed", "b.txt": "unchanged", "sub/c.txt": "added"}
    assert world.embedder.calls == [2]
