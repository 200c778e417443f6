from __future__ import annotations

from copy import deepcopy

from rag.types import Turn
from rag.web.session import Session
from tests.web.things import ANSWER


def test_a_copy_is_empty_so_that_no_user_sees_anothers_conversation() -> None:
    session = Session()
    session.begin("Who?")
    copy = deepcopy(session)
    assert copy.views == []
    assert copy.stop is not session.stop


def test_history_holds_the_turns_before_the_last_question() -> None:
    session = Session()
    session.begin("How long is notice?").apply(ANSWER)
    session.begin("And rent?")
    assert session.history() == [Turn("user", "How long is notice?"), Turn("assistant", "Notice is ninety days.")]


def test_each_question_has_its_own_stop() -> None:
    session = Session()
    session.begin("Who?")
    session.stop.set()
    session.begin("Why?")
    assert not session.stop.is_set()


def test_clearing_stops_and_forgets() -> None:
    session = Session()
    session.begin("Who?")
    stop = session.stop
    session.clear()
    assert stop.is_set()
    assert (session.views, session.current, session.busy) == ([], None, False)


def test_selecting_shows_that_questions_sources_until_the_next_one() -> None:
    session = Session()
    first, second = session.begin("Who?"), session.begin("Why?")
    assert session.current is second
    session.select(1, "3")
    assert (session.current, session.selected) == (first, "3")
    for turn in (0, 3, -1):
        session.select(turn, "1")
        assert session.current is first
    session.begin("How?")
    assert session.selected == ""
