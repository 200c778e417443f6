from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rag.config import Config
from rag.errors import NoNetwork, RagError, StoreError
from rag.pipeline import Pipeline
from rag.protocols import Progress, no_progress
from rag.types import DocumentInfo
from rag.web.library import Library
from tests.web.shelves import make_folder, make_library, open_library, settings, sync


def test_a_ready_library_counts_and_reads_its_documents(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert library.status().text.startswith("2 documents · ")
    assert [document.path for document in library.documents()] == ["legal/lease.md", "minutes.txt"]
    assert library.read("minutes.txt").text.startswith("Minutes")
    assert library.info("minutes.txt") == library.documents()[1]
    assert [library.info(path) for path in ("", "gone.txt", "zzz.txt")] == [None] * 3
    with pytest.raises(KeyError):
        library.read("gone.txt")
    library.close()


def test_without_an_index_it_names_the_command_and_reads_nothing(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    assert library.status().phase == "loading"
    assert not library.wait(0)
    library.start()
    assert library.wait(30)
    assert library.status().phase == "empty"
    assert library.status().hint.endswith(f"run: rag index {tmp_path / 'docs'} --index {tmp_path / 'index'}")
    assert library.documents() == []
    with pytest.raises(KeyError):
        library.read("minutes.txt")
    with pytest.raises(RagError, match="no index yet"):
        library.pipeline()


def test_indexing_opens_what_could_not_be_opened_before(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    library.start()
    assert library.wait(30)
    report = library.index(lambda *_: None)
    assert report.counts()["added"] == 2
    assert library.wait(30)
    assert library.status().phase == "ready"
    library.close()


def test_an_empty_index_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    config = settings(tmp_path)
    sync(config, lambda *_: None)
    library = make_library(config)
    library.start()
    assert library.wait(30)
    assert library.status().text == "There are no documents yet."
    assert library.status().hint.endswith(f"run: rag index {tmp_path / 'docs'} --index {tmp_path / 'index'}")
    (tmp_path / "docs" / "new.txt").write_text("The gate is a door of oak and iron, set in the north wall.", "utf-8")
    library.index(lambda *_: None)
    assert library.status().phase == "ready"
    assert library._suggestions.wait(30)
    assert library.examples == ("What is the gate?",)
    library.close()


def test_missing_weights_are_told_with_the_command(tmp_path: Path) -> None:
    def assemble(_config: Config, progress: Progress) -> Pipeline:
        progress("fetching weights", 1, 4)
        assert library.status().text == "Fetching weights…"
        raise NoNetwork("fake: no source could be reached", "rag models pull fake")

    library = Library(settings(tmp_path), assemble)
    library.start()
    assert library.wait(30)
    status = library.status()
    assert (status.phase, status.hint) == ("failed", "rag models pull fake")


def test_an_unexpected_error_ends_the_loading(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def assemble(_config: Config, _progress: Progress) -> Pipeline:
        raise ZeroDivisionError("a secret")

    library = Library(settings(tmp_path), assemble)
    library.start()
    assert library.wait(30)
    assert library.status().phase == "failed"
    assert "secret" not in library.status().text
    assert "a secret" in caplog.text


def test_what_is_indexed_elsewhere_is_seen(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    (tmp_path / "docs" / "more.txt").write_text("The mast is a spar of spruce.", "utf-8")
    sync(replace(library.config), lambda *_: None)
    assert library.status().text.startswith("3 documents")
    library.close()


def test_the_folder_is_followed_until_told_to_stop(tmp_path: Path) -> None:
    library, stop = open_library(tmp_path), threading.Event()
    library.follow(stop)
    before = library.seen
    (tmp_path / "docs" / "new.txt").write_text("The mast is a spar.", "utf-8")
    deadline = time.monotonic() + 20
    while library.seen == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "new.txt" in [document.path for document in library.documents()]
    stop.set()
    library.close()
    assert "following" not in [thread.name for thread in threading.enumerate()]


def test_a_folder_that_cannot_be_followed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, stop, tries = open_library(tmp_path), threading.Event(), threading.Semaphore(0)

    def broken(*_: object) -> None:
        tries.release()
        raise OSError("no more watches")

    monkeypatch.setattr("rag.web.library.watch", broken)
    monkeypatch.setattr("rag.web.library._LOOK_S", 0.01)
    library.follow(stop)
    assert all(tries.acquire(timeout=10) for _ in range(3))
    stop.set()
    library.close()


def test_indexing_while_the_model_loads_opens_it_once(tmp_path: Path) -> None:
    make_folder(tmp_path)
    config = settings(tmp_path)
    sync(config, no_progress)
    opened, go_on = [], threading.Event()

    def assemble(config: Config, _progress: Progress) -> Pipeline:
        opened.append(config)
        go_on.wait(10)
        return make_library(config)._assemble(config, no_progress)

    library = Library(config, assemble, sync)
    library.start()
    (tmp_path / "docs" / "new.txt").write_text("The mast is a spar.", "utf-8")
    indexing = threading.Thread(target=library.index, args=(no_progress,))
    indexing.start()
    go_on.set()
    indexing.join(10)
    assert len(opened) == 1
    assert "new.txt" in [document.path for document in library.documents()]
    library.close()


def test_an_index_that_fails_later_is_said_and_raises_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = open_library(tmp_path)

    def gone() -> list[DocumentInfo]:
        raise StoreError("the index is gone", "rag index")

    monkeypatch.setattr(library.pipeline().store, "documents", gone)
    assert (library.status().phase, library.status().text) == ("failed", "the index is gone")
    assert library.documents() == []


def test_an_index_of_another_folder_than_the_settings_name_is_left_as_it_is(tmp_path: Path) -> None:
    config = open_library(tmp_path).config
    (tmp_path / "seeds").mkdir()
    library, stop = make_library(replace(config, folder=str(tmp_path / "seeds"))), threading.Event()
    library.start()
    assert library.wait(30)
    library.follow(stop)
    library.index(no_progress)
    assert [document.path for document in library.documents()] == ["legal/lease.md", "minutes.txt"]
    stop.set()
    library.close()


def test_an_index_that_does_not_know_its_folder_is_not_followed(tmp_path: Path) -> None:
    config = open_library(tmp_path).config
    (tmp_path / "index" / ".folder").unlink()
    (tmp_path / "seeds").mkdir()
    library, stop = make_library(replace(config, folder=str(tmp_path / "seeds"))), threading.Event()
    library.start()
    assert library.wait(30)
    library.follow(stop)
    time.sleep(1)
    stop.set()
    library.close()
    again = make_library(config)
    again.start()
    assert again.wait(30)
    assert len(again.documents()) == 2
    again.close()


def until(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


def test_an_index_that_is_made_later_by_another_process_is_opened(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    library.start()
    assert library.wait(30) and library.status().phase == "empty"
    sync(library.config, no_progress)
    assert until(lambda: library.status().phase == "ready")
    library.close()


def test_an_index_that_is_made_of_another_folder_is_followed_there(tmp_path: Path) -> None:
    library, stop = open_library(tmp_path), threading.Event()
    library.follow(stop)
    other = tmp_path / "other"
    other.mkdir()
    (other / "mast.txt").write_text("The mast is a spar of spruce.", "utf-8")
    sync(replace(library.config, folder=str(other)), no_progress)
    assert library.config.folder == str(other)
    (tmp_path / "docs" / "minutes.txt").write_text("Minutes that nobody asks for any more.", "utf-8")
    (other / "sail.txt").write_text("The sail is of canvas.", "utf-8")
    assert until(lambda: len(library.documents()) == 2)
    assert [document.path for document in library.documents()] == ["mast.txt", "sail.txt"]
    stop.set()
    library.close()
