from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool

from rag.errors import RagError, UsageError
from rag.types import Turn
from rag.web.desk import Desk, Unready
from tests import loops
from tests.web.shelves import make_folder, make_library, open_library, settings
from tests.web.things import GatedGenerator

QUESTION = "How much notice ends the harbour lease?"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    library = open_library(tmp_path_factory.mktemp("desk"))
    yield Desk(library)
    library.close()


def test_it_answers_and_takes_a_history(desk: Desk) -> None:
    answer = loops.run(desk.ask(QUESTION))
    assert answer.citations[0].document == "legal/lease.md"
    history = [Turn("user", "Who is the treasurer of the rowing club?"), Turn("assistant", "Ines Okoro.")]
    assert "treasurer" in loops.run(desk.ask("For how long was she elected?", history)).query


@pytest.mark.parametrize("question", [None, 7, ["x"], "", " \n", "x" * 8_001])
def test_what_is_no_question_is_refused(desk: Desk, question: Any) -> None:
    with pytest.raises(UsageError, match="question"):
        loops.run(desk.ask(question))


def test_half_a_character_is_replaced(desk: Desk) -> None:
    assert desk.search("notice \ud83d")["question"] == "notice ?"
    assert loops.run(desk.ask("notice \ud83d")).question == "notice ?"


def test_passages_come_with_their_text_and_no_more_than_asked_for(desk: Desk) -> None:
    found = desk.search(QUESTION, 1)
    (hit,) = found["hits"]
    assert desk.library.read(hit["document"]).text[hit["start"] : hit["end"]] == hit["text"]
    for k in (0, 101, True, "3", 2.5):
        with pytest.raises(UsageError, match="k: expected"):
            desk.search(QUESTION, k)


def test_a_scope_is_all_that_is_looked_in(desk: Desk) -> None:
    assert {hit["document"] for hit in desk.search(QUESTION, scope="minutes.txt")["hits"]} == {"minutes.txt"}
    answer = loops.run(desk.ask(QUESTION, scope=["legal"]))
    assert answer.scope == ("legal",)
    assert {hit.chunk.document for hit in answer.hits} == {"legal/lease.md"}
    wrong: list[Any] = ["nowhere", 7, [None], {}]
    for scope in wrong:
        with pytest.raises(UsageError, match="scope"):
            desk.search(QUESTION, scope=scope)
        with pytest.raises(UsageError, match="scope"):
            loops.run(desk.ask(QUESTION, scope=scope))


def test_a_number_is_whole_however_it_is_written(desk: Desk) -> None:
    assert len(desk.search(QUESTION, 1.0)["hits"]) == 1
    for wrong in (1.5, True, float("inf"), "1", 0):
        with pytest.raises(UsageError, match="k: expected"):
            desk.search(QUESTION, wrong)


def test_documents_are_listed(desk: Desk) -> None:
    listed = [asdict(document) for document in desk.library.documents()]
    assert all(document.pop("read_by") for document in listed)
    assert desk.documents() == {"documents": listed}


@pytest.mark.parametrize(
    ("offset", "characters", "span"),
    [(None, None, (0, 253)), (0, 10, (0, 10)), (100, 10, (95, 105)), (253, 10, (243, 253)), (10**9, 7, (246, 253))],
)
def test_a_document_is_read_around_an_offset(
    desk: Desk, offset: int | None, characters: int | None, span: tuple[int, int]
) -> None:
    whole = desk.library.read("legal/lease.md").text
    assert len(whole) == 253
    found = desk.read("legal/lease.md", offset, characters)
    assert (found["start"], found["end"]) == span
    assert found["text"] == whole[slice(*span)]
    assert found["characters"] == len(whole)


def test_a_page_and_a_heading_are_those_of_the_start(desk: Desk) -> None:
    at = desk.library.read("legal/lease.md").text.index("ninety")
    found = desk.read("legal/lease.md", at, 4)
    assert (found["page"], found["heading"]) == (None, "Harbour lease > Notice period")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("../../etc/passwd",), "none is called"),
        ((None,), "document: expected text, met nothing"),
        ((["minutes.txt"],), "document: expected text, met .'minutes.txt'"),
        (("minutes.txt", -1), "offset"),
        (("minutes.txt", "0"), "offset"),
        (("minutes.txt", 0, 0), "characters"),
        (("minutes.txt", 0, 20_001), "characters"),
    ],
)
def test_what_cannot_be_read_is_said(desk: Desk, given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        desk.read(*given)


def test_cancelling_stops_the_computation(tmp_path: Path) -> None:
    generator = GatedGenerator()
    desk = Desk(open_library(tmp_path, generator))

    async def cancel() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(desk.ask(QUESTION), 0.5)

    loops.run(cancel())
    assert generator.seen
    assert generator.ended.wait(5)
    assert desk.halt(5)


def test_it_stops_for_one_who_is_gone(tmp_path: Path) -> None:
    generator = GatedGenerator()
    desk = Desk(open_library(tmp_path, generator))

    async def gone() -> bool:
        return bool(generator.seen)

    with pytest.raises(Unready, match="stopped"):
        loops.run(desk.ask(QUESTION, gone=gone))
    assert generator.ended.is_set()


def test_halting_ends_those_who_wait_too(tmp_path: Path) -> None:
    generator = GatedGenerator()
    desk = Desk(open_library(tmp_path, generator))
    said: list[str] = []

    def ask() -> None:
        with pytest.raises(Unready) as error:
            loops.run(desk.ask(QUESTION))
        said.append(error.value.message)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    while not generator.seen:
        time.sleep(0.01)
    assert desk.halt(5)
    for thread in asking:
        thread.join(5)
    assert len(said) == 3
    assert all("stopped" in message for message in said)
    assert len(generator.seen) == 1


def test_many_who_wait_leave_the_threads_of_others_alone(tmp_path: Path) -> None:
    generator = GatedGenerator()
    desk = Desk(open_library(tmp_path, generator))

    async def crowd() -> int:
        asking = [asyncio.create_task(desk.ask(QUESTION)) for _ in range(60)]
        while not generator.seen:
            await asyncio.sleep(0.01)
        await asyncio.wait_for(run_in_threadpool(desk.documents), 5)
        generator.gate.release(10_000)
        return len({answer.text for answer in await asyncio.gather(*asking)})

    assert loops.run(crowd()) == 1


def test_where_nothing_is_indexed_it_says_what_to_do(tmp_path: Path) -> None:
    make_folder(tmp_path)
    desk = Desk(make_library(settings(tmp_path)))
    desk.library.start()
    loops.run(desk.opened(30))
    for work in (lambda: loops.run(desk.ask(QUESTION)), lambda: desk.search(QUESTION), lambda: desk.read("a")):
        with pytest.raises(RagError) as error:
            work()
        assert "rag index" in error.value.hint
