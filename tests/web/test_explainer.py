"""Explaining waits its turn and says what it waits for; keeping writes what the page shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import StoreError
from rag.testing import FakeGenerator
from rag.web.chat import Chat
from rag.web.explainer import Explainer
from rag.web.library import Library
from rag.web.session import Session
from tests.web.shelves import make_library, open_library, settings

QUESTION = "How much notice ends the harbour lease?"
NOTICE = "Either side may end the harbour lease with ninety days written notice."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(tmp_path_factory.mktemp("explainer"), FakeGenerator())
    yield opened
    opened.close()


@pytest.fixture
def session(library: Library) -> Session:
    """After two questions, the second of which leans on the first."""
    session, chat = Session(), Chat(library)
    for question in (QUESTION, "And who keeps it?"):
        list(chat.ask(question, session))
    return session


@pytest.fixture
def explainer(library: Library) -> Iterator[Explainer]:
    made = Explainer(library)
    made.cases.unlink(missing_ok=True)
    yield made
    made.cases.unlink(missing_ok=True)


def kept(explainer: Explainer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in explainer.cases.read_text("utf-8").splitlines()]


def test_the_answer_that_is_shown_is_explained(explainer: Explainer, session: Session) -> None:
    session.select(1, "1")
    *waits, html = explainer.explain(session)
    assert waits
    assert all('role="status"' in wait for wait in waits)
    assert QUESTION in html
    assert "Searched for" not in html


def test_a_follow_up_is_explained_with_what_was_said_before(explainer: Explainer, session: Session) -> None:
    html = list(explainer.explain(session))[-1]
    assert f"Searched for: {QUESTION} And who keeps it?" in html


def test_an_expected_passage_is_followed(explainer: Explainer, session: Session) -> None:
    session.select(1, "1")
    html = list(explainer.explain(session, " with ninety\ndays ", "lease.md"))[-1]
    assert "The expected passage is evidence" in html


def test_it_waits_for_those_ahead(library: Library, explainer: Explainer, session: Session) -> None:
    ahead = library.line.join()
    steps = explainer.explain(session)
    assert "Waiting: 1 question ahead…" in next(steps)
    threading.Timer(0.3, library.line.leave, [ahead]).start()
    assert "Walking the way" in next(step for step in steps if "Waiting" not in step)
    assert "fn-why" in next(steps)
    assert list(steps) == []


def test_leaving_gives_up_the_place(library: Library, explainer: Explainer, session: Session) -> None:
    ticket = library.line.join()
    steps = explainer.explain(session)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    library.line.leave(ticket)
    last = library.line.join()
    assert library.line.ahead(last) == 0
    library.line.leave(last)


def test_it_ends_once_another_answer_is_shown(library: Library, explainer: Explainer, session: Session) -> None:
    ahead = library.line.join()
    steps = explainer.explain(session)
    next(steps)
    assert not explainer.is_behind(session)
    session.select(1, "")
    assert explainer.is_behind(session)
    assert list(steps) == []
    library.line.leave(ahead)
    list(explainer.explain(session))
    assert not explainer.is_behind(session)
    session.clear()
    assert explainer.is_behind(session)


def test_without_an_answer_there_is_nothing_to_explain(explainer: Explainer) -> None:
    assert "Ask a question first." in list(explainer.explain(Session()))[-1]
    assert "Ask a question first." in explainer.keep(Session(), True)


@pytest.mark.parametrize(
    ("text", "document", "said"),
    [("", "lease.md", "a document without a passage"), ("w" * 9_000, "", "9,000 characters")],
)
def test_what_cannot_be_looked_for_is_said(
    explainer: Explainer, session: Session, text: str, document: str, said: str
) -> None:
    assert said in list(explainer.explain(session, text, document))[-1]
    assert said in explainer.keep(session, True, text, document)


def test_no_library_no_explanation(tmp_path: Path, session: Session) -> None:
    empty = make_library(settings(tmp_path))
    empty.start()
    assert "There is no index yet." in list(Explainer(empty).explain(session))[-1]


def test_an_error_of_the_index_is_said(
    explainer: Explainer, session: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreError("the index is damaged", "rag index --rebuild")

    monkeypatch.setattr(library, "pipeline", fail)
    assert "rag index --rebuild" in list(explainer.explain(session))[-1]


def test_the_cited_passages_are_kept(explainer: Explainer, session: Session) -> None:
    session.select(1, "1")
    said = explainer.keep(session, True)
    assert f"kept in {explainer.cases}, with 1 passage to be found" in said
    assert f"rag eval {explainer.cases} --index" in said
    (row,) = kept(explainer)
    assert (row["question"], row["answerable"]) == (QUESTION, True)
    assert [passage["document"] for passage in row["expected"]] == ["legal/lease.md"]


def test_the_named_passage_is_kept_instead(explainer: Explainer, session: Session) -> None:
    explainer.keep(session, True, "treasurer of the   rowing club")
    (row,) = kept(explainer)
    assert row["question"] == "And who keeps it?"
    assert [turn["role"] for turn in row["history"]] == ["user", "assistant"]
    assert [(p["document"], p["quote"]) for p in row["expected"]] == [("minutes.txt", "treasurer of the rowing club")]


def test_a_passage_of_the_list_has_words_that_are_kept(
    library: Library, explainer: Explainer, session: Session
) -> None:
    hit = library.pipeline().search("treasurer of the rowing club")[0].chunk
    words = explainer.words(hit.document, hit.start, hit.end)
    assert words == hit.text
    explainer.keep(session, True, words, hit.document)
    (row,) = kept(explainer)
    assert [(p["document"], p["start"]) for p in row["expected"]] == [(hit.document, hit.start)]
    assert explainer.words("gone.txt", 0, 9) == explainer.words(hit.document, -1, -1) == ""


def test_a_later_word_takes_the_place_of_the_earlier(explainer: Explainer, session: Session) -> None:
    explainer.keep(session, True)
    assert "as one that the documents do not answer, in place of" in explainer.keep(session, False)
    (row,) = kept(explainer)
    assert row["answerable"] is False
    assert "expected" not in row


@pytest.mark.parametrize(
    ("answerable", "text", "said"),
    [
        (None, "", "choose yes or no"),
        (False, NOTICE, "empty it, or choose yes"),
        (True, "The lease never ends.", "the case is not kept: not in the index"),
    ],
)
def test_what_does_not_fit_is_not_kept(
    explainer: Explainer, session: Session, answerable: bool | None, text: str, said: str
) -> None:
    assert said in explainer.keep(session, answerable, text)
    assert not explainer.cases.exists()
