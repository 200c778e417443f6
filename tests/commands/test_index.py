"""`rag index`: what was done to each file, whatever state folder and index are in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.storage.nearest import EXACT_UP_TO
from rag.storage.vectors import VectorCache
from tests.many import MANY_DIM, Many
from tests.test_cli import Rag, built, one_object, place, rag

__all__ = ["built", "place", "rag"]

pytestmark = pytest.mark.weights


def test_index_reports_each_file(place: Path) -> None:
    report = json.loads((place / "report.json").read_text())
    assert {f["path"]: f["action"] for f in report["files"]} == {
        "lease.txt": "added",
        "minutes.md": "added",
        "empty.txt": "failed",
    }


def test_index_again_changes_nothing_and_lists_failures(rag: Rag) -> None:
    result = rag("index")
    assert result.exit_code == 0, result.stderr
    assert "empty.txt" in result.stdout
    assert "2 unchanged, 1 failed" in result.stdout


def test_index_says_what_codes_lose(rag: Rag, place: Path) -> None:
    assert "codes" not in rag("index", "docs").stderr
    VectorCache(place / "index", MANY_DIM).save(Many(EXACT_UP_TO + 1).source(1))
    assert "vectors are searched by codes, which find 100.0% of the ten nearest" in rag("index", "docs").stderr


def test_index_follows_the_folder(rag: Rag, place: Path) -> None:
    (place / "docs" / "empty.txt").unlink()
    (place / "docs" / "lease.txt").rename(place / "docs" / "old.txt")
    (place / "docs" / "minutes.md").write_text("# Minutes\n\nThe board did not meet.\n", "utf-8")
    counts = one_object(rag("index", "docs", "--json"))["counts"]
    assert (counts["renamed"], counts["changed"], counts["added"]) == (1, 1, 0)


def test_index_rebuilds(rag: Rag, place: Path) -> None:
    (place / "index" / "rag.db").write_bytes(b"not a database")
    broken = rag("index")
    assert broken.exit_code == 1
    assert "hint: " in broken.stderr
    assert one_object(rag("index", "--rebuild", "--json"))["counts"]["added"] == 2


def test_without_a_folder_an_index_follows_its_own(rag: Rag, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the remedy for a damaged index, which names the index alone, does not fill it with other documents."""
    assert rag("index", "docs").exit_code == 0
    monkeypatch.delenv("RAG_FOLDER")
    (place / "seeds").mkdir()
    (place / "seeds" / "other.txt").write_text("Another folder.")
    assert one_object(rag("index", "--json"))["counts"]["unchanged"] == 2
    assert one_object(rag("index", "seeds", "--json"))["counts"]["added"] == 1, "unless one is named"


def test_an_index_that_is_up_to_date_needs_no_embedder(rag: Rag, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_embedder(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr("rag.factory.open_embedder", open_embedder)
    assert rag("index").exit_code == 0
    (place / "docs" / "new.txt").write_text("A new document.")
    with pytest.raises(AssertionError, match="loaded"):
        raise rag("index").exception or AssertionError("not loaded")


def test_rebuild_keeps_the_index_when_the_embedder_cannot_be_had(rag: Rag, place: Path) -> None:
    before = (place / "index" / "rag.db").read_bytes()
    flags = ("--embedder", "no/such-model", "--offline")
    assert rag("index", "--rebuild", *flags).exit_code == 1
    assert (place / "index" / "rag.db").read_bytes() == before


def test_index_of_a_missing_folder(rag: Rag) -> None:
    result = rag("index", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere: no such folder" in result.stderr


def test_a_file_is_no_folder(rag: Rag) -> None:
    result = rag("index", "docs/lease.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "docs/lease.txt: a file, not a folder" in result.stderr
    assert "rag index docs" in result.stderr


def test_an_index_of_another_folder_is_said_to_be(rag: Rag, place: Path) -> None:
    assert rag("index", "docs").exit_code == 0
    assert "was the index of" not in rag("index", "docs").stderr
    (place / "others").mkdir()
    (place / "others" / "other.txt").write_text("Another folder.")
    result = rag("index", "others")
    assert (result.exit_code, f"was the index of {place / 'docs'}; now of others" in result.stderr) == (0, True)
    assert "was the index of" not in rag("index", "others").stderr


def test_an_empty_folder_does_not_empty_the_index_of_another(rag: Rag, place: Path) -> None:
    assert rag("index", "docs").exit_code == 0
    (place / "mount").mkdir()
    result = rag("index", "mount")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "mount: holds no document" in result.stderr and "now of mount" not in result.stderr
    assert "rag index mount --rebuild" in result.stderr
    assert one_object(rag("index", "docs", "--json"))["counts"]["unchanged"] == 2
    assert rag("index", "mount", "--rebuild").exit_code == 0
    assert one_object(rag("index", "docs", "--json"))["counts"]["added"] == 2, "an empty index takes any folder"


def test_a_folder_that_has_become_empty_empties_its_index(rag: Rag, place: Path) -> None:
    assert rag("index", "docs").exit_code == 0
    for path in (place / "docs").iterdir():
        path.unlink()
    result = rag("index", "docs", "--json")
    assert (result.exit_code, one_object(result)["counts"]["removed"]) == (0, 2)


def test_an_empty_name_is_not_the_current_folder(rag: Rag, place: Path) -> None:
    before = {path.name for path in place.iterdir()}, (place / "index" / "rag.db").read_bytes()
    for arguments in ([""], ["docs", "--index", ""]):
        result = rag("index", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "must not be empty" in result.stderr
    assert ({path.name for path in place.iterdir()}, (place / "index" / "rag.db").read_bytes()) == before
