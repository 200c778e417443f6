"""A question asked anew: its answer stands until another one is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import RagError
from rag.web.chat import Chat
from rag.web.library import Library
from rag.web.session import Session
from tests.web.shelves import open_library
from tests.web.things import GatedGenerator

REPLY = "Either side may end the harbour lease with ninety days written notice. Notice must reach the registrar."
QUESTION, BETTER = "How may either side end the harbour lease?", "How does the Meridian Rowing Club end its lease?"
STANDS = "This is the answer from before."


@pytest.fixture
def generator() -> GatedGenerator:
    return GatedGenerator(REPLY, free=17)


@pytest.fixture
def library(tmp_path: Path, generator: GatedGenerator) -> Iterator[Library]:
    library = open_library(tmp_path, generator)
    yield library
    library.close()


@pytest.fixture
def chat(library: Library) -> Chat:
    return Chat(library)


@pytest.fixture
def session(chat: Chat, generator: GatedGenerator) -> Session:
    """A conversation of one question, its answer called good; no word more is let."""
    session = Session()
    chat.own(session, "login:ann", "")
    list(chat.ask(QUESTION, session))
    while generator.gate.acquire(blocking=False):
        pass
    chat.rate(1, True, "", session)
    assert [view.phase for view in session.views] == ["done"]
    return session


def stands(session: Session, library: Library) -> str:
    """The one answer is as it was, on the page and on disk; what is said of it besides."""
    for views in (session.views, library.conversations.load("login:ann", session.kept_as)):
        [view] = views
        assert (view.question, view.phase, view.good, view.earlier) == (QUESTION, "done", True, None)
        assert (view.sentences, view.citations) != ([], [])
    assert session.views == library.conversations.load("login:ann", session.kept_as)
    assert not session.busy
    return session.views[0].note


@pytest.mark.parametrize("shown", ["Found so far", "fn-draft", "fn-cite"])
def test_an_answer_stands_again_where_the_new_one_was_stopped(
    chat: Chat, session: Session, library: Library, generator: GatedGenerator, shown: str
) -> None:
    generator.gate.release(13)
    for screen in chat.again(session):
        if shown in f"{screen.sources} {screen.current}":
            session.stop.set()
    assert "was stopped" in stands(session, library)
    assert STANDS in screen.current
    assert "ninety days written notice.</mark>" in str(screen.sources)


def test_an_answer_stands_again_where_the_page_went_away(chat: Chat, session: Session, library: Library) -> None:
    kept_as, screens = session.kept_as, chat.again(session)
    next(screen for screen in screens if "Found so far" in str(screen.sources))
    session.open("", [])
    screens.close()  # type: ignore[attr-defined]
    chat.open(kept_as, session)
    assert "was stopped" in stands(session, library)


def test_an_answer_stands_again_where_the_server_went_away(chat: Chat, session: Session, library: Library) -> None:
    screens = chat.again(session)
    next(screen for screen in screens if "Found so far" in str(screen.sources))
    library.conversations.being_written.clear()
    [view] = library.conversations.load("login:ann", session.kept_as)
    assert (view.phase, view.sentences[0].text) == ("done", REPLY.split(". ")[0] + ".")
    assert [about.title for about in library.conversations.list("login:ann", "ninety")] == [QUESTION]
    assert [about.title for about in library.conversations.list("login:ann", "treasurer")] == []
    screens.close()  # type: ignore[attr-defined]


def test_an_answer_stands_again_where_the_new_one_failed(
    chat: Chat, session: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "pipeline", None)
    [*_, screen] = chat.again(session)
    assert "failed (something went wrong" in stands(session, library)
    assert STANDS in screen.current


def test_what_an_edited_question_said_is_not_lost_with_its_answer(
    chat: Chat, session: Session, library: Library
) -> None:
    chat.edit(1, session)
    for _ in chat.ask(BETTER, session):
        session.stop.set()
    assert f"It was: “{BETTER}”" in stands(session, library)


def test_a_whole_answer_takes_the_place_and_what_was_said_of_asking_anew_goes(
    chat: Chat, session: Session, generator: GatedGenerator
) -> None:
    for _ in chat.again(session):
        session.stop.set()
    generator.gate.release(1000)
    list(chat.again(session))
    [view] = session.views
    assert (view.phase, view.good, view.note, view.earlier) == ("done", None, "", None)


def test_an_answer_that_says_nothing_gives_way_to_one_that_was_stopped(chat: Chat, session: Session) -> None:
    session.views[0].fail(RagError("no memory"))
    session.views[0].answer, session.views[0].checked = None, []
    for _ in chat.again(session):
        session.stop.set()
    assert (session.views[0].phase, session.views[0].note) == ("stopped", "")


def test_an_answer_that_another_page_has_written_anew_is_not_lost_by_an_edit(chat: Chat, session: Session) -> None:
    other = Session()
    screens = chat.again(session)
    next(screen for screen in screens if "Found so far" in str(screen.sources))
    chat.own(other, "login:ann", session.kept_as)
    assert [view.phase for view in other.views] == ["elsewhere"]
    chat.edit(1, other)
    for _ in chat.ask(BETTER, other):
        other.stop.set()
    screens.close()  # type: ignore[attr-defined]
    assert [(view.question, view.phase, view.good) for view in other.views] == [(QUESTION, "done", True)]


def test_nothing_is_asked_anew_while_a_question_is_edited_or_answered_elsewhere(chat: Chat, session: Session) -> None:
    assert chat.screen(session).repeatable
    _, screen = chat.edit(1, session)
    assert not screen.repeatable
    assert list(chat.again(session)) == []
    assert session.editing == 1
    chat.edit(0, session)
    assert chat.screen(session).repeatable
    session.views[0].phase = "elsewhere"
    assert not chat.screen(session).repeatable
    assert list(chat.again(session)) == []


def test_it_is_asked_where_it_was_asked_before_also_after_a_restart(chat: Chat, generator: GatedGenerator) -> None:
    generator.gate.release(1000)
    session, later = Session(), Session()
    chat.own(session, "login:ann", "")
    session.scope = ("legal",)
    list(chat.ask(QUESTION, session))
    session.scope = ("minutes.txt",)
    list(chat.again(session))
    assert [view.scope for view in session.views] == [("legal",)]
    chat.own(later, "login:ann", session.kept_as)
    [*_, screen] = chat.again(later)
    assert "Looked only in legal" in screen.current
    assert [view.scope for view in later.views] == [("legal",)]


def test_what_another_page_has_answered_is_new_once(chat: Chat, session: Session, generator: GatedGenerator) -> None:
    other = Session()
    screens = chat.ask(QUESTION, session)
    next(screen for screen in screens if "Found so far" in str(screen.sources))
    chat.own(other, "login:ann", session.kept_as)
    chat.edit(1, other)
    assert not chat.look_again(other), "what is read there is not sent again and again"
    generator.gate.release(1000)
    list(screens)
    assert chat.look_again(other)
    assert [view.phase for view in other.views] == ["done", "done"]
    assert other.editing == 1
    assert not chat.look_again(other)
