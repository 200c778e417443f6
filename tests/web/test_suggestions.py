from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag.config import Config
from rag.pipeline import Pipeline
from rag.protocols import Progress, no_progress
from rag.store import SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Vector
from rag.web.library import Library
from tests.web.shelves import EMBEDDER, LEASE, MANIFEST, make_folder, open_library, settings, sync

SHED, NOTICE = "What is the boat shed?", "What is said about notice period?"
MAST = "What is the mast?"


class Gated(FakeEmbedder):
    """Reads a question only once it is let, and notes how many threads do."""

    def __init__(self) -> None:
        super().__init__(EMBEDDER.dim)
        self.gate, self.asked, self.threads, self.most = threading.Event(), threading.Event(), 0, 0

    def embed_query(self, text: str) -> Vector:
        """Where the gate is open."""
        self.threads += 1
        self.most = max(self.most, self.threads)
        self.asked.set()
        try:
            assert self.gate.wait(30)
            return super().embed_query(text)
        finally:
            self.threads -= 1


def gated(root: Path, embedder: FakeEmbedder) -> Library:
    """A library over two documents; the embedder is the chat's alone."""
    make_folder(root)
    sync(settings(root), no_progress)

    def assemble(config: Config, _progress: Progress) -> Pipeline:
        return Pipeline(SqliteStore.open_existing(Path(config.index), MANIFEST), embedder, FakeGenerator(), config)

    library = Library(settings(root), assemble, sync)
    library.start()
    return library


def test_nothing_waits_for_them_and_they_are_news_when_they_are_there(tmp_path: Path) -> None:
    embedder = Gated()
    library = gated(tmp_path, embedder)
    assert library.wait(10) and library.status().phase == "ready" and embedder.asked.wait(10)
    (tmp_path / "docs" / "mast.txt").write_text("The mast is a spar of spruce, and it stands in the shed.", "utf-8")
    assert library.index(no_progress).counts()["added"] == 1
    before, none = library.seen, library.examples
    embedder.gate.set()
    assert library._suggestions.wait(10)
    assert (none, library.examples) == ((), (NOTICE, MAST, SHED)) and library.seen != before
    assert embedder.most == 1, "one thread at a time makes them"
    library.close()


def test_those_of_documents_that_have_not_changed_stay_till_the_new_ones_are_there(tmp_path: Path) -> None:
    embedder = Gated()
    embedder.gate.set()
    library = gated(tmp_path, embedder)
    assert library.wait(10) and library._suggestions.wait(10)
    before = library.examples
    embedder.gate.clear()
    embedder.asked.clear()
    (tmp_path / "docs" / "minutes.txt").write_text("The mast is a spar of spruce, and it stands in the shed.", "utf-8")
    library.index(no_progress)
    assert embedder.asked.wait(10)
    meanwhile = library.examples
    (tmp_path / "docs" / "legal" / "lease.md").write_text(LEASE.replace("Notice period", "Late payment"), "utf-8")
    library.index(no_progress)
    embedder.gate.set()
    assert library._suggestions.wait(10)
    after = library.examples
    assert (before, meanwhile) == ((NOTICE, SHED), (NOTICE,))
    assert after == ("What is said about late payment?", MAST), "the newest change counts"
    library.close()


def test_what_goes_wrong_is_logged_and_the_page_does_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeEmbedder):
        def embed_query(self, text: str) -> Vector:
            raise ZeroDivisionError(text)

    library = gated(tmp_path, Broken(EMBEDDER.dim))
    assert library.wait(10) and library._suggestions.wait(10)
    assert (library.status().phase, library.examples) == ("ready", ())
    assert "no example questions could be made" in caplog.text
    library.close()


def test_they_end_with_the_library(tmp_path: Path) -> None:
    embedder = Gated()
    library = gated(tmp_path, embedder)
    assert library.wait(10) and embedder.asked.wait(10)
    threading.Timer(0.2, embedder.gate.set).start()
    library.close()
    assert "examples" not in [thread.name for thread in threading.enumerate()]
    assert library.examples == ()


def test_an_index_that_is_as_it_was_keeps_them(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    before = library._suggestions._thread
    library.index(no_progress)
    assert library._suggestions._thread is before and library.examples == (NOTICE, SHED)
    library.close()
