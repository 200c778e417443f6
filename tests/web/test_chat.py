from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import RagError
from rag.types import Document
from rag.web.chat import Chat, Screen
from rag.web.library import Library
from rag.web.session import Session
from tests.web.shelves import make_folder, make_library, open_library, settings
from tests.web.things import GatedGenerator

REPLY = "Either side may end the harbour lease with ninety days written notice. Notice must reach the registrar."
QUESTION = "How may either side end the harbour lease?"


@pytest.fixture
def generator() -> GatedGenerator:
    return GatedGenerator(REPLY, free=1000)


@pytest.fixture
def library(tmp_path: Path, generator: GatedGenerator) -> Iterator[Library]:
    library = open_library(tmp_path, generator)
    yield library
    library.close()


def test_an_answer_grows_from_evidence_to_checked_sentences(library: Library) -> None:
    session = Session()
    screens = list(Chat(library).ask(QUESTION, session))
    assert all(screen.busy for screen in screens[:-1])
    assert not screens[-1].busy
    with_evidence = next(i for i, s in enumerate(screens) if s.sources and "Found so far" in s.sources)
    with_draft = next(i for i, screen in enumerate(screens) if "fn-draft" in screen.current)
    with_marker = next(i for i, screen in enumerate(screens) if "fn-cite" in screen.current)
    assert with_evidence < with_draft < with_marker
    assert "ninety days written notice.</mark>" in str(screens[-1].sources)
    assert session.current is not None
    assert session.current.answer is not None


def test_only_the_answers_text_is_sent_while_tokens_come_in(library: Library) -> None:
    screens = list(Chat(library).ask(QUESTION, Session()))
    drafts = [screen for screen in screens if "fn-draft" in screen.current]
    assert [screen for screen in drafts if screen.past is None and screen.sources is None]
    assert screens[-1].past == ""


def test_stop_ends_the_generator_and_keeps_the_checked_sentences(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY, free=13)
    library = open_library(tmp_path, generator)
    session = Session()
    for screen in Chat(library).ask(QUESTION, session):
        if "fn-cite" in screen.current:
            session.stop.set()
    assert generator.ended.is_set()
    assert generator.written == 13
    view = session.views[0]
    assert view.phase == "stopped"
    assert [sentence.text for sentence in view.sentences] == [REPLY.split(". ")[0] + "."]
    library.close()


def test_a_page_that_goes_away_ends_the_generator(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY, free=3)
    library = open_library(tmp_path, generator)
    session = Session()
    screens = Chat(library).ask(QUESTION, session)
    next(screen for screen in screens if "fn-draft" in screen.current)
    assert not generator.ended.is_set()
    screens.close()  # type: ignore[attr-defined]
    assert generator.ended.is_set()
    assert session.views[0].phase == "stopped"
    assert not session.busy
    library.close()


def test_halting_ends_whatever_is_written_and_waits_for_it(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY, free=3)
    library = open_library(tmp_path, generator)
    chat, session, writing = Chat(library), Session(), threading.Event()

    def read() -> None:
        for screen in chat.ask(QUESTION, session):
            if "fn-draft" in screen.current:
                writing.set()

    thread = threading.Thread(target=read)
    thread.start()
    assert writing.wait(10)
    assert chat.halt(10)
    assert generator.ended.is_set()
    assert session.views[0].phase == "stopped"
    thread.join()
    assert chat.halt(0)
    library.close()


def test_stop_before_the_first_token_writes_nothing(library: Library, generator: GatedGenerator) -> None:
    session = Session()
    for screen in Chat(library).ask(QUESTION, session):
        if screen.sources and "Found so far" in screen.sources:
            session.stop.set()
    assert generator.written == 0
    assert "Stopped before" in screen.current


def test_a_question_while_one_is_answered_and_an_empty_one_are_let_be(library: Library) -> None:
    session, chat = Session(), Chat(library)
    assert list(chat.ask("  \n", session)) == []
    screens = chat.ask(QUESTION, session)
    next(iter(screens))
    assert list(chat.ask("Another?", session)) == []
    assert list(chat.again(session)) == []
    assert len(session.views) == 1


def test_of_questions_at_the_same_moment_one_is_taken(library: Library) -> None:
    session, chat, together = Session(), Chat(library), threading.Barrier(8)
    chat.own(session, "login:ann", "")
    list(chat.ask(QUESTION, session))

    def press(_: int) -> Iterator[Screen] | None:
        together.wait()
        return screens if next(screens := chat.again(session), None) else None

    with ThreadPoolExecutor(8) as threads:
        [taken] = filter(None, threads.map(press, range(8)))
    assert (list(taken)[-1].past, session.editing) == ("", None)


def test_regenerating_replaces_the_last_answer(library: Library) -> None:
    session, chat = Session(), Chat(library)
    assert list(chat.again(session)) == []
    list(chat.ask(QUESTION, session))
    first = session.views[0]
    list(chat.again(session))
    assert len(session.views) == 1
    assert session.views[0] is not first
    assert session.views[0].sentences == first.sentences


def test_follow_ups_carry_the_history(library: Library) -> None:
    session, chat = Session(), Chat(library)
    list(chat.ask("Who is the treasurer of the rowing club?", session))
    last = list(chat.ask("And for how long?", session))[-1]
    assert "Searched for" in last.current
    assert "treasurer of the rowing club? And for how long?" in last.current
    assert "Who is the treasurer" in str(last.past)


def test_examples_are_asked_by_number(library: Library) -> None:
    chat, session = Chat(library), Session()
    assert library.examples
    list(chat.example(0, session))
    assert session.views[0].question == library.examples[0]
    assert list(chat.example(99, session)) == []
    assert list(chat.example(-1, session)) == []


def test_selecting_an_earlier_answer_shows_its_sources(library: Library) -> None:
    chat, session = Chat(library), Session()
    list(chat.ask(QUESTION, session))
    list(chat.ask("Who is the treasurer of the rowing club?", session))
    html = chat.sources.select(1, "1", session)
    assert QUESTION in html
    assert 'id="fn-source-1-1"' in html
    assert 'aria-current="true"' in html


def test_a_question_waits_for_the_model_and_says_so(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    screens = Chat(library).ask(QUESTION, Session())
    assert "still loading" in next(screens).current
    library.start()
    last = list(screens)[-1]
    assert "There is no index yet." in last.current
    assert "rag index" in last.current


def test_an_empty_library_says_what_to_do_first(tmp_path: Path) -> None:
    make_folder(tmp_path)
    library = make_library(settings(tmp_path))
    library.start()
    assert library.wait(30)
    assert "Add some under Documents first" in Chat(library).screen(Session()).current


def test_an_unexpected_error_is_shown_without_its_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(GatedGenerator):
        def count_tokens(self, text: str) -> int:
            raise ZeroDivisionError("a secret")

    library = open_library(tmp_path, Broken("x"))
    last = list(Chat(library).ask(QUESTION, Session()))[-1]
    assert "something went wrong" in last.current
    assert "secret" not in last.current
    assert "a secret" in caplog.text
    library.close()


def test_the_next_in_line_is_told_how_many_are_ahead(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY)
    library = open_library(tmp_path, generator)
    chat, first, second = Chat(library), Session(), Session()
    thread = threading.Thread(target=lambda: list(chat.ask(QUESTION, first)))
    waiting: list[Screen] = []
    thread.start()
    while not generator.seen:
        time.sleep(0.01)
    for screen in chat.ask("Who is the treasurer?", second):
        if "ahead of yours" in screen.current:
            waiting.append(screen)
            assert second.views[0].evidence, "what was found can be read while one waits"
            generator.gate.release(1000)
    thread.join()
    assert waiting
    assert "1 question ahead of yours" in waiting[0].current
    assert [view.phase for view in (*first.views, *second.views)] == ["done", "done"]
    assert [view.question for view in second.views] == ["Who is the treasurer?"]
    library.close()


def test_clearing_in_mid_answer_ends_it_and_starts_anew(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY, free=5)
    library = open_library(tmp_path, generator)
    chat, session = Chat(library), Session()
    for screen in chat.ask(QUESTION, session):
        if "fn-draft" in screen.current:
            session.clear()
    assert generator.ended.is_set()
    assert "Ask your documents" in screen.current
    assert not screen.begun
    assert session.views == []
    library.close()


def test_a_rag_error_is_shown_with_its_hint(library: Library) -> None:
    session = Session()
    last = list(Chat(library).ask("why " * 3000, session))[-1]
    assert "at most 8,000" in last.current
    assert isinstance(RagError("x"), Exception)


def test_an_answer_that_was_left_ends_although_another_question_begins(tmp_path: Path) -> None:
    generator = GatedGenerator(REPLY, free=2)
    library = open_library(tmp_path, generator)
    chat, session = Chat(library), Session()
    left = chat.ask(QUESTION, session)
    while "fn-draft" not in next(left).current:
        pass
    session.clear()
    session.begin("And another?")
    list(left)  # would wait for ever for the words that are not let
    assert generator.ended.is_set()
    library.close()


def test_another_login_begins_with_an_empty_page(library: Library) -> None:
    chat, session = Chat(library), Session()
    chat.own(session, "login:ann", "")
    list(chat.ask(QUESTION, session))
    kept_as = session.kept_as
    chat.own(session, "login:bob", kept_as)
    assert session.views == []
    assert library.conversations.list("login:bob") == []
    chat.own(session, "login:ann", kept_as)
    assert [view.question for view in session.views] == [QUESTION]


def test_a_conversation_that_was_cleared_is_not_taken_up_again_by_a_late_event(library: Library) -> None:
    chat, session = Chat(library), Session()
    chat.own(session, "login:ann", "")
    list(chat.ask(QUESTION, session))
    kept_as = session.kept_as
    session.clear()
    chat.own(session, "login:ann", kept_as)
    assert session.views == []


def test_an_index_that_cannot_be_read_while_sources_are_shown_is_told(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_path: str) -> Document:
        raise RagError("the index is being rebuilt", "wait")

    monkeypatch.setattr(library, "read", busy)
    session = Session()
    last = list(Chat(library).ask(QUESTION, session))[-1]
    assert "the index is being rebuilt" in str(last.sources)
    assert session.views[0].phase == "done"
