from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.web.chat import Chat
from rag.web.library import Library
from rag.web.passages import named
from rag.web.session import Session
from rag.web.source_pane import SourcePane
from tests.web.shelves import open_library
from tests.web.test_html import Elements

QUESTION = "How may either side end the harbour lease?"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = open_library(tmp_path)
    yield library
    library.close()


@pytest.fixture
def session(library: Library) -> Session:
    session = Session()
    list(Chat(library).ask(QUESTION, session))
    return session


def test_a_citation_opens_its_document_at_the_place_and_back_again(library: Library, session: Session) -> None:
    panes = SourcePane(library)
    opened = panes.look(1, "1", "text", None, session)
    assert 'id="fn-text-spot"' in opened
    assert 'data-turn="1" data-passage="1"' in opened
    assert panes.show(session) == opened
    assert 'aria-current="true"' in panes.select(1, "1", session)
    assert "fn-opened" not in panes.show(session)


@pytest.mark.parametrize(("turn", "name"), [(0, "1"), (2, "1"), (1, "99"), (-1, ""), (1, "hit-99")])
def test_what_does_not_exist_opens_nothing(library: Library, session: Session, turn: int, name: str) -> None:
    panes = SourcePane(library)
    assert panes.look(turn, name, "page", 3, session) == panes.show(Session()) or "fn-opened" not in panes.show(session)


def test_a_page_of_what_has_none_is_its_text_and_the_wish_goes_on(library: Library, session: Session) -> None:
    html = SourcePane(library).look(1, "hit-1", "page", None, session)
    assert 'id="fn-text-spot"' in html
    onward = [attributes for _, attributes in Elements(html).tags if attributes.get("class") == "fn-step"]
    assert {attributes["data-what"] for attributes in onward} == {"page"}


@pytest.mark.parametrize("name", ["found-1", "hit-1", "hit-2"])
def test_what_was_found_opens_at_its_place_too(library: Library, session: Session, name: str) -> None:
    panes = SourcePane(library)
    wanted = named(session.current, name)
    assert wanted
    html = panes.look(1, name, "text", None, session)
    assert f'data-document="{wanted.passage.document}"' in html
    assert '<mark id="fn-text-spot">' in html
    assert f'data-passage="{name}"' in html


def test_a_document_of_the_list_leads_on_to_no_source(library: Library, session: Session) -> None:
    panes = SourcePane(library)
    panes.select(1, "1", session)
    html = panes.read("minutes.txt", None, session)
    assert "fn-step" not in html
    assert "data-passage" not in html


def test_any_document_of_the_index_can_be_read_and_no_other(library: Library) -> None:
    panes, session = SourcePane(library), Session()
    assert "Ines Okoro" in panes.read("minutes.txt", None, session)
    assert "no longer in the index" in panes.read("../../etc/passwd", None, session)


def test_the_next_question_brings_the_sources_back(library: Library, session: Session) -> None:
    panes = SourcePane(library)
    panes.read("minutes.txt", None, session)
    session.begin("And then?")
    assert "fn-opened" not in panes.show(session)
