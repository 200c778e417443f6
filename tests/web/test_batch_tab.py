"""The tab's handlers without a browser: each owner sees, stops, takes away and deletes their own batches alone."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from rag.web.batch_tab import BatchTab
from rag.web.library import Library
from tests.web.shelves import open_library
from tests.web.things import GatedGenerator

REPLY = "Either side may end the harbour lease with ninety days written notice."
WORDS = len(REPLY.split())
ASKED = "id,question\n" + "".join(f"{n},How many days of notice end the harbour lease {n}?\n" for n in range(3))


def laid_out(library: Library) -> BatchTab:
    """A tab on a page that is not served; Gradio leaves an event loop unclosed, which is swept up here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        with gr.Blocks():
            tab = BatchTab(library, lambda request: request.username or "")
        asyncio.set_event_loop(None)
        gc.collect()
    return tab


@pytest.fixture
def generator() -> GatedGenerator:
    return GatedGenerator(REPLY)


@pytest.fixture
def library(tmp_path: Path, generator: GatedGenerator) -> Iterator[Library]:
    library = open_library(tmp_path, generator)
    yield library
    library.close()


@pytest.fixture
def tab(library: Library) -> Iterator[BatchTab]:
    tab = laid_out(library)
    yield tab
    assert tab.halt(20)


def of(owner: str) -> gr.Request:
    return gr.Request(username=owner)


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def hand_in(tab: BatchTab, tmp_path: Path, owner: str = "ada", text: str = ASKED) -> str:
    path = tmp_path / "asked.csv"
    path.write_text(text)
    result = tab._take(str(path), of(owner))[1]
    assert not path.exists()
    assert isinstance(result, str)
    return result


def only(tab: BatchTab, owner: str = "ada") -> Any:
    (batch,) = tab._store.list(owner)
    return batch


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_what_is_handed_in_begins_at_once_and_is_looked_at_until_it_is_done(
    tab: BatchTab, tmp_path: Path, generator: GatedGenerator
) -> None:
    assert "3 questions taken" in hand_in(tab, tmp_path)
    _, listing, timer = tab._look(of("ada"))
    assert "0 of 3 questions" in listing and timer.active
    generator.gate.release(3 * WORDS)
    until(lambda: not tab._runner.state(only(tab)).running)
    _, listing, timer = tab._tick(of("ada"))
    assert "Done · 3 of 3 questions · 3 answered" in listing and not timer.active


def test_what_cannot_be_taken_is_told(tab: BatchTab, tmp_path: Path) -> None:
    assert "row 2: no question in it" in hand_in(tab, tmp_path, text="id,question\n1,\n")
    assert tab._store.list("ada") == []


def test_nobody_can_have_no_batch(tab: BatchTab, tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text(ASKED)
    _, result, listing, timer = tab._take(str(path), of(""))
    assert "keeps no cookies" in result and listing == "" and not timer.active
    assert not path.exists()
    assert tab._store.list("") == []


def test_a_batch_is_its_owners_alone(tab: BatchTab, tmp_path: Path, generator: GatedGenerator) -> None:
    hand_in(tab, tmp_path)
    generator.gate.release(WORDS)
    until(lambda: tab._runner.state(only(tab)).left_s is not None)
    asked, eve = event(id=only(tab).id, kind="csv"), of("eve")
    assert "asked.csv" not in tab._look(eve)[1]
    for act in (tab._cancel, tab._delete, tab._go_on):
        assert "asked.csv" not in act(asked, eve)[1]
    assert tab._download(asked, eve)[1] is None
    assert tab._runner.state(only(tab)).running and not tab._runner.state(only(tab)).stopping
    assert only(tab).folder.is_dir()


@pytest.mark.parametrize("id_", ["", "../..", "a" * 32, 7, None, ["x"]])
def test_an_id_from_nowhere_is_let_be(tab: BatchTab, id_: Any) -> None:
    for act in (tab._cancel, tab._delete, tab._go_on, tab._download):
        act(event(id=id_), of("ada"))


def test_deleted_while_it_runs(tab: BatchTab, tmp_path: Path, generator: GatedGenerator) -> None:
    hand_in(tab, tmp_path)
    generator.gate.release(WORDS + 2)
    until(lambda: tab._runner.state(only(tab)).left_s is not None and generator.written == 2)
    batch = only(tab)
    tab._download(event(id=batch.id, kind="csv"), of("ada"))
    copy = tab._place(batch)
    assert copy.is_dir()
    _, listing, timer = tab._delete(event(id=batch.id), of("ada"))
    assert "asked.csv" not in listing and not timer.active
    assert not batch.folder.exists() and not copy.exists()
    assert not [thread for thread in threading.enumerate() if thread.name == "batch"]


def test_the_answers_so_far_can_be_taken_away(tab: BatchTab, tmp_path: Path, generator: GatedGenerator) -> None:
    hand_in(tab, tmp_path)
    generator.gate.release(WORDS)
    until(lambda: tab._runner.state(only(tab)).left_s is not None)
    tab._cancel(event(id=only(tab).id), of("ada"))
    until(lambda: not tab._runner.state(only(tab)).running)
    kept = Path(tab._download(event(id=only(tab).id, kind="jsonl"), of("ada"))[1])
    assert kept.name == "asked-answers.jsonl"
    assert kept.read_bytes() == only(tab).answers.read_bytes()
    assert [json.loads(line)["id"] for line in kept.read_bytes().splitlines()] == ["0"]
    table = Path(tab._download(event(id=only(tab).id, kind="csv"), of("ada"))[1])
    assert table.name == "asked-answers.csv" and "ninety days" in table.read_text("utf-8-sig")
    assert len(table.parent.name) == 64 and only(tab).id not in table.parent.name


def test_the_folder_of_copies_is_another_in_each_server(tab: BatchTab, tmp_path: Path, library: Library) -> None:
    hand_in(tab, tmp_path)
    assert tab._place(only(tab)) != laid_out(library)._place(only(tab))
