"""An answer counts in the documents as they were when it was begun, whatever is written to the index meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.config import Config
from rag.evals.invariants import violations
from rag.pipeline import Pipeline
from rag.places import Places
from rag.protocols import Message, StopSignal
from rag.splitter import split
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Answer, Chunk, Document, Evidence, Matrix

LEASE = "The notice period of the lease is thirty days. The deposit is 400 euros. Pets are not allowed in the flat."
MOVED = "A new first sentence. " + LEASE
ASKED = "How much is the deposit?"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with_lease = SqliteStore.open(tmp_path / "index", Manifest("fake", "0", FakeEmbedder().dim, "test"))
    put(with_lease, LEASE)
    yield with_lease
    with_lease.close()


def put(store: SqliteStore, text: str) -> None:
    embedder, document = FakeEmbedder(), Document("lease.txt", "Lease", text, sha256=text)
    chunks = list(split(document, embedder.count_tokens, 60))
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))


class WritesMeanwhile(FakeGenerator):
    """The index is written while it writes."""

    def __init__(self, write: Callable[[], None]) -> None:
        super().__init__("The deposit is 400 euros.")
        self._write = write

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        self._write()
        yield from super().stream(messages, stop)


class WrittenMeanwhile(FakeEmbedder):
    """The index is written between the search and the choice of evidence."""

    def __init__(self, write: Callable[[], None]) -> None:
        super().__init__()
        self._write = write

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        self._write()
        return super().embed_documents(texts)


@pytest.mark.parametrize("text", [None, MOVED], ids=["removed", "changed"])
def test_written_while_the_answer_is(store: SqliteStore, text: str | None) -> None:
    def write() -> None:
        store.remove("lease.txt") if text is None else put(store, text)

    answer = Pipeline(store, FakeEmbedder(), WritesMeanwhile(write), Config(refuse_below=0.0)).ask(ASKED)
    assert answer.text == "The deposit is 400 euros [1]."
    (citation,) = answer.citations
    assert LEASE[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("text", [None, MOVED], ids=["removed", "changed"])
def test_written_before_the_evidence_is_read(store: SqliteStore, text: str | None) -> None:
    """What no longer stands where it was found is not answered from; nothing false is cited, and nothing breaks."""

    def write() -> None:
        store.remove("lease.txt") if text is None else put(store, text)

    generator = FakeGenerator("The deposit is 400 euros.")
    answer = Pipeline(store, WrittenMeanwhile(write), generator, Config(refuse_below=0.0)).ask(ASKED)
    assert isinstance(answer, Answer)
    assert answer.status == "refused"
    assert violations(answer, store) == []
    assert generator.seen == []


def test_a_row_that_was_written_anew_is_not_reckoned_with_as_it_was(store: SqliteStore) -> None:
    rows = "Tool: Saw; Price: {}\nTool: Drill; Price: 30"
    put(store, rows.format(10))
    embedder = WrittenMeanwhile(lambda: put(store, rows.format(40)))
    generator = FakeGenerator("Tool: Drill; Price: 30")
    answer = Pipeline(store, embedder, generator, Config(refuse_below=0.0)).ask("Which tool has the highest price?")
    assert generator.seen, "what stands is answered from"
    assert violations(answer, store) == []


def test_what_stands_and_what_does_not(store: SqliteStore) -> None:
    def piece(path: str, start: int, text: str) -> Evidence:
        return Evidence(Chunk(path, 0, len(LEASE), LEASE), start, start + len(text), text, 1.0)

    stands, moved, gone = (
        piece("lease.txt", 0, LEASE[:46]),
        piece("lease.txt", 1, LEASE[:46]),
        piece("gone.txt", 0, "Nothing."),
    )
    places = Places(store)
    assert places.standing([gone, stands, moved]) == [stands]
    assert places.of(stands) == (None, "")
    assert places.of(gone) == (None, "")
