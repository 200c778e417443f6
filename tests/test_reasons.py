"""A refusal says what the passages lack, and what they have otherwise; an answer says the latter too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.config import Config
from rag.pipeline import Pipeline
from rag.store import SqliteStore
from rag.testing import FakeGenerator
from tests.small_index import EMBEDDER, MANIFEST, put

NOTICE = "The notice period of the lease is thirty days."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.open(tmp_path / "index", MANIFEST)
    put(store, "lease.txt", NOTICE, "The third clause of the lease is on pets.")
    yield store
    store.close()


def pipeline(store: SqliteStore, reply: str, refuse_below: float) -> Pipeline:
    config = Config(embedder="fake", generator="fake", refuse_below=refuse_below)
    return Pipeline(store, EMBEDDER, FakeGenerator(reply), config)


def test_a_refusal_names_a_false_premise_before_what_is_missing(store: SqliteStore) -> None:
    answer = pipeline(store, "Pets.", 1.0).ask("What does the fifth clause of the lease forbid?")
    assert answer.status == "refused"
    why = "the question says “fifth” where the passages have “third”; no passage near the question mentions: fifth"
    assert answer.reason.startswith(why)
    assert answer.to_dict()["premises"] == [{"said": "fifth", "instead": "third"}]


def test_an_answer_tells_of_a_false_premise(store: SqliteStore) -> None:
    answer = pipeline(store, NOTICE, 0.0).ask("Who asked for the notice period of sixty days?")
    assert answer.status == "answered"
    assert [tuple(premise) for premise in answer.premises] == [("sixty", "thirty")]


def test_a_refusal_of_a_true_premise_names_what_is_missing_alone(store: SqliteStore) -> None:
    answer = pipeline(store, NOTICE, 1.0).ask("Who wrote the third clause of the lease?")
    assert answer.premises == ()
    assert answer.reason.startswith("no passage near the question mentions: wrote;")
