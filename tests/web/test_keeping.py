from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.web.conversations import Conversations
from rag.web.keeping import Keeper
from rag.web.session import Session
from tests.web.things import ANSWER


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


@pytest.fixture
def keeper(kept: Conversations) -> Keeper:
    return Keeper(kept)


def session_of(owner: str = "browser:me") -> Session:
    session = Session()
    session.owner = owner
    return session


def asked(keeper: Keeper, session: Session, question: str) -> str:
    keeper.catch_up(session)
    known = [view.id for view in session.views]
    session.rewind()
    view = session.begin(question)
    kept_as = keeper.begin(session, view, known)
    view.apply(ANSWER)
    keeper.update(session, kept_as, view)
    return kept_as


def test_what_is_asked_is_on_disk_before_it_is_answered(keeper: Keeper, kept: Conversations) -> None:
    session = session_of()
    kept_as = keeper.begin(session, session.begin("How long is notice?"), [])
    assert [view.question for view in kept.load("browser:me", kept_as)] == ["How long is notice?"]


def test_nobodys_conversation_is_not_kept(keeper: Keeper, tmp_path: Path) -> None:
    session = session_of("")
    assert asked(keeper, session, "Who?") == ""
    assert not list(tmp_path.iterdir())


def test_another_page_goes_on_with_it_and_the_first_one_catches_up(keeper: Keeper) -> None:
    first, second = session_of(), session_of()
    kept_as = asked(keeper, first, "How long is notice?")
    assert keeper.open(second, kept_as)
    asked(keeper, second, "And rent?")
    keeper.catch_up(first)
    assert [view.question for view in first.views] == ["How long is notice?", "And rent?"]


def test_anothers_conversation_is_not_opened(keeper: Keeper) -> None:
    kept_as = asked(keeper, session_of(), "Who?")
    other = session_of("browser:other")
    asked(keeper, other, "Why?")
    before = other.kept_as
    assert not keeper.open(other, kept_as)
    assert other.kept_as == before
    assert [view.question for view in other.views] == ["Why?"]


def test_one_that_was_deleted_elsewhere_is_begun_anew_with_what_is_here(keeper: Keeper, kept: Conversations) -> None:
    session = session_of()
    kept.delete("browser:me", asked(keeper, session, "How long is notice?"))
    keeper.catch_up(session)
    kept_as = asked(keeper, session, "And rent?")
    assert [view.question for view in kept.load("browser:me", kept_as)] == ["How long is notice?", "And rent?"]


def test_an_edited_question_goes_on_in_a_copy_and_the_old_conversation_stays(
    keeper: Keeper, kept: Conversations
) -> None:
    session = session_of()
    old = [asked(keeper, session, question) for question in ("one?", "two?", "three?")][-1]
    session.editing = 2
    new = asked(keeper, session, "two, but better?")
    assert [view.question for view in kept.load("browser:me", old)] == ["one?", "two?", "three?"]
    assert [view.question for view in kept.load("browser:me", new)] == ["one?", "two, but better?"]


def test_the_last_question_is_edited_in_place(keeper: Keeper, kept: Conversations) -> None:
    session = session_of()
    old = [asked(keeper, session, question) for question in ("one?", "two?")][-1]
    session.editing = 2
    assert asked(keeper, session, "two, but better?") == old
    assert [view.question for view in kept.load("browser:me", old)] == ["one?", "two, but better?"]


def test_two_pages_that_ask_at_once_keep_both_questions(keeper: Keeper, kept: Conversations) -> None:
    first, second = session_of(), session_of()
    kept_as = asked(keeper, first, "one?")
    keeper.open(second, kept_as)
    known = [view.id for view in first.views]
    for session, question in ((first, "two?"), (second, "three?")):
        keeper.begin(session, session.begin(question), known)
    assert [view.question for view in kept.load("browser:me", kept_as)] == ["one?", "two?", "three?"]
    assert [view.number for view in second.views] == [1, 2, 3]


def test_what_cannot_be_kept_is_said_stops_nobody_and_is_kept_with_the_next_question(
    keeper: Keeper, kept: Conversations, tmp_path: Path
) -> None:
    session = session_of()
    asked(keeper, session, "one?")
    locked = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.web.conversations._BUSY_S", 0.05)
        assert asked(keeper, session, "two?") == ""
    assert "chat.db" in session.trouble
    assert [view.question for view in session.views] == ["one?", "two?"]
    locked.execute("ROLLBACK")
    locked.close()
    kept_as = asked(keeper, session, "three?")
    assert session.trouble == ""
    assert [view.question for view in kept.load("browser:me", kept_as)] == ["one?", "two?", "three?"]
