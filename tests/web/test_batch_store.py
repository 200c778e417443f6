"""Batches on disk: there after a restart, each its owner's alone, and gone when deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import StoreError, UsageError
from rag.web import batch_store
from rag.web.batch_questions import Questions
from rag.web.batch_store import BatchStore

ASKED = Questions(b'{"question": "Who?"}\n', 1)


def test_a_batch_is_there_after_a_restart(tmp_path: Path) -> None:
    batch = BatchStore(tmp_path).add("ada", "asked.csv", ASKED)
    (again,) = BatchStore(tmp_path).list("ada")
    assert again == batch == BatchStore(tmp_path).get("ada", batch.id)
    assert (batch.name, batch.total) == ("asked.csv", 1)
    assert batch.questions.read_bytes() == ASKED.lines
    assert not batch.answers.exists()
    assert batch.folder.stat().st_mode & 0o077 == 0


def test_a_batch_is_its_owners_alone(tmp_path: Path) -> None:
    store = BatchStore(tmp_path)
    hers, his = store.add("ada", "hers.csv", ASKED), store.add("bob", "his.csv", ASKED)
    assert [batch.id for batch in store.list("ada")] == [hers.id]
    assert store.list("eve") == store.list("") == []
    for owner in ("ada", "eve", ""):
        with pytest.raises(KeyError):
            store.get(owner, his.id)


@pytest.mark.parametrize("id_", ["", ".", "..", "../batches", "x" * 32, "a" * 31, "A" * 32, "a" * 32 + "\n", "\0"])
def test_no_other_name_leads_anywhere(tmp_path: Path, id_: str) -> None:
    store = BatchStore(tmp_path)
    batch = store.add("ada", "asked.csv", ASKED)
    (tmp_path / "batch.json").write_bytes((batch.folder / "batch.json").read_bytes())
    with pytest.raises(KeyError):
        store.get("ada", id_)


def test_the_last_one_comes_first_and_what_is_no_batch_is_let_be(tmp_path: Path) -> None:
    store = BatchStore(tmp_path)
    made = [store.add("ada", f"{number}.csv", ASKED) for number in range(3)]
    folder = tmp_path / batch_store.FOLDER
    for name, about in (("b" * 32, "{"), ("c" * 32, "[]"), ("d" * 32, json.dumps({"owner": "ada"})), ("notes", "{}")):
        (folder / name).mkdir()
        (folder / name / "batch.json").write_text(about)
    (folder / ("e" * 32)).write_text("a file")
    assert [batch.name for batch in store.list("ada")] == ["2.csv", "1.csv", "0.csv"]
    store.delete(made[1])
    assert [batch.name for batch in store.list("ada")] == ["2.csv", "0.csv"]
    assert not [path for path in folder.iterdir() if made[1].id in path.name]


def test_there_is_an_end_to_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_store, "MOST", 1)
    store = BatchStore(tmp_path)
    store.add("ada", "asked.csv", ASKED)
    with pytest.raises(UsageError, match="you have 1 batches"):
        store.add("ada", "more.csv", ASKED)
    store.add("bob", "asked.csv", ASKED)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / batch_store.FOLDER).write_text("a file")
    with pytest.raises(StoreError, match="batches cannot be kept"):
        BatchStore(tmp_path).add("ada", "asked.csv", ASKED)
