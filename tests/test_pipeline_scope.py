"""The read path within a part of the index: hits, citations, conflicts and refusals are of that part alone."""

from __future__ import annotations

import pytest

from rag.config import Config
from rag.errors import UsageError
from rag.pipeline import Pipeline
from rag.splitter import split
from rag.store import SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Document, Question
from tests.test_pipeline import check_invariants, pipeline, store

__all__ = ["store"]


def add(store: SqliteStore, path: str, text: str) -> None:
    embedder, document = FakeEmbedder(), Document(path, path, text, sha256=path)
    chunks = list(split(document, embedder.count_tokens, 60))
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))


@pytest.fixture
def shelves(store: SqliteStore) -> SqliteStore:
    """As before, with two leases in folders that have other terms."""
    add(store, "old/lease.txt", "The notice period of the lease is sixty days. The deposit is 300 euros.")
    add(store, "old/2019/lease.txt", "The notice period of the lease is ninety days.")
    return store


def test_a_scope_is_all_that_is_looked_in(shelves: SqliteStore) -> None:
    subject, asked = pipeline(shelves), "How much is the deposit?"
    assert {hit.chunk.document for hit in subject.search(asked)} > {"lease.txt", "old/lease.txt"}
    for scope, documents in ((["old"], {"old/lease.txt", "old/2019/lease.txt"}), (["lease.txt"], {"lease.txt"})):
        answer = subject.ask(asked, scope=scope)
        assert (answer.status, answer.scope) == ("answered", tuple(scope))
        assert {hit.chunk.document for hit in answer.hits} == documents
        assert {citation.document for citation in answer.citations} <= documents
        assert list(answer.hits) == subject.search(asked, scope=scope)
        check_invariants(answer, shelves)
    assert subject.ask(asked).scope == subject.ask(asked, scope=["."]).scope == ()


def test_within_a_scope_the_best_are_the_best_of_it(shelves: SqliteStore) -> None:
    for number in range(30):
        add(shelves, f"noise/{number}.txt", "The deposit, the deposit: how much is the deposit?")
    narrow = Pipeline(shelves, FakeEmbedder(), FakeGenerator(), Config(embedder="fake", candidates=5, k=3))
    assert {hit.chunk.document for hit in narrow.search("How much is the deposit?")} < {
        f"noise/{n}.txt" for n in range(30)
    }
    assert narrow.search("How much is the deposit?", scope=["old"])[0].chunk.document == "old/lease.txt"


def test_only_what_is_in_the_scope_disagrees(shelves: SqliteStore) -> None:
    subject, asked = (
        pipeline(shelves, "The notice period of the lease is sixty days."),
        "What is the lease's notice period?",
    )
    everywhere, old = subject.ask(asked), subject.ask(asked, scope=["old"])
    assert {conflict.other for conflict in old.conflicts} == {"ninety"}
    assert {conflict.other for conflict in everywhere.conflicts} > {"ninety"}
    assert subject.ask(asked, scope=["old/lease.txt"]).conflicts == ()


def test_a_refusal_says_that_it_looked_only_there(shelves: SqliteStore) -> None:
    for subject in (pipeline(shelves, "The documents do not say."), pipeline(shelves, refuse_below=1.0)):
        answer = subject.ask("What does a permit cost?", scope=["old", "lease.txt"])
        assert (answer.status, answer.scope) == ("refused", ("lease.txt", "old"))
        assert answer.reason.startswith("looked only in lease.txt, old: ")
        assert "looked only" not in subject.ask("What does a permit cost?").reason
    empty = Document("old/empty.txt", "empty", "", sha256="0")
    shelves.put(empty, [], FakeEmbedder().embed_documents([]))
    reason = pipeline(shelves).ask("What does a permit cost?", scope=["old/empty.txt"]).reason
    assert reason.startswith("looked only in old/empty.txt: no passage was found: it is empty")


def test_each_question_of_many_looks_where_it_says(shelves: SqliteStore) -> None:
    asked, subject = "How much is the deposit?", pipeline(shelves)
    questions = [Question(asked, scope=scope) for scope in (("old",), ("./lease.txt",), ())]
    many = list(subject.ask_many(questions))
    assert [answer.scope for answer in many] == [("old",), ("lease.txt",), ()]
    alone = [subject.ask(asked, scope=question.scope) for question in questions]
    assert [(answer.text, answer.hits) for answer in many] == [(answer.text, answer.hits) for answer in alone]


def test_a_scope_may_be_one_path_and_must_be_there(shelves: SqliteStore) -> None:
    subject, asked = pipeline(shelves), "How much is the deposit?"
    assert subject.ask(asked, scope="old").scope == ("old",)
    assert subject.search(asked, scope="old") == subject.search(asked, scope=["old/"])
    for ask in (
        lambda: subject.ask(asked, scope=["odl"]),
        lambda: subject.search(asked, scope=["odl"]),
        lambda: list(subject.ask_many([Question(asked, scope=("odl",))])),
    ):
        with pytest.raises(UsageError, match="did you mean old"):
            ask()
