"""What happens when someone asks, stops, asks again, edits or rates: events in, screens out.

A screen is HTML for each part of the page. Knows the library and the session; nothing of Gradio.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from threading import Condition, Event
from typing import NamedTuple, cast

from rag.errors import RagError
from rag.events import Event as PipelineEvent
from rag.events import EvidenceSelected, Token
from rag.types import Turn
from rag.web.actions import editing
from rag.web.answer import conversation, welcome
from rag.web.desk import UNEXPECTED
from rag.web.html import message
from rag.web.keeping import Keeper
from rag.web.library import Library
from rag.web.line import Ticket
from rag.web.session import Session
from rag.web.source_pane import SourcePane
from rag.web.view import MOST_REMARK, View

logger = logging.getLogger(__name__)

_PATIENCE_S = 0.25
"""How long a wait lasts before the stop button is looked at again."""


class Screen(NamedTuple):
    """HTML of the earlier questions, of the last one, of the source pane and of what stands above the box.

    None for what has not changed. `busy` is True while an answer is being written, `begun` once anything has been
    asked, `repeatable` where the last question may be asked anew; `kept_as` is the conversation's id on disk.
    """

    past: str | None
    current: str
    sources: str | None
    above: str
    busy: bool
    begun: bool
    repeatable: bool
    kept_as: str


class Chat:
    """Answers questions for any number of sessions, one question at a time, first come first served.

    Args:
        library: The documents and the model.

    Attributes:
        sources: What stands beside the conversation.
    """

    def __init__(self, library: Library) -> None:
        self.sources = SourcePane(library)
        self._library = library
        self._keeper = Keeper(library.conversations)
        self._stops: set[Event] = set()
        self._changed = Condition()

    def ask(self, question: str, session: Session, *, again: bool = False) -> Iterator[Screen]:
        """Answer a question.

        Args:
            question: As typed; one of white space alone is let be, and so is any while another one is answered.
            session: The user's; grows by the question.
            again: Whether it replaces the last question.

        Yields:
            A screen for everything that changes. Closing the iterator stops the computation.
        """
        if not question.strip() or not self._claim(session):
            return
        try:
            view, kept_as = self._begin(question.strip(), session, again)
        except BaseException:
            session.busy = False
            raise
        stop, history, owner = session.stop, session.history(), session.owner or f"session {id(session)}"
        with self._changed:
            self._stops.add(stop)
        try:
            with closing(self._run(view, history, owner, stop)) as steps:
                for whole in steps:
                    if whole:
                        self._keeper.update(session, kept_as, view)
                    yield self.screen(session, whole=whole)
        finally:
            stop.set()
            if not view.over:
                view.halt()
            self._keeper.update(session, kept_as, session.settle(view))
            if session.stop is stop:
                session.busy = False
            with self._changed:
                self._stops.discard(stop)
                self._changed.notify_all()
        yield self.screen(session)

    def _claim(self, session: Session) -> bool:
        """True for one of the questions that come at the same moment, if no other is being answered."""
        with self._changed:
            free, session.busy = not session.busy, True
        return free

    def _begin(self, question: str, session: Session, again: bool) -> tuple[View, str]:
        """A new question at the end of the session, and where it is kept."""
        if again:
            session.editing = len(session.views)
        self._keeper.catch_up(session)
        known = [view.id for view in session.views]
        replaced = session.rewind()
        view = session.begin(question)
        view.earlier = replaced and replaced.worth
        return view, self._keeper.begin(session, view, known)

    def look_again(self, session: Session) -> bool:
        """Take in what another page has had answered meanwhile; True where there is something new to show."""
        if session.busy or not session.elsewhere:
            return False
        before = session.views, session.trouble
        self._keeper.catch_up(session)
        return (session.views, session.trouble) != before

    def again(self, session: Session) -> Iterator[Screen]:
        """Answer the last question once more, from where it looked; its answer stands until the new one is whole."""
        if session.repeatable:
            session.scope = session.views[-1].scope
            yield from self.ask(session.views[-1].question, session, again=True)

    def edit(self, turn: int, session: Session) -> tuple[str | None, Screen]:
        """Begin to edit a question, or leave it as it is.

        Args:
            turn: Its number; one that does not exist ends the editing.
            session: The user's.

        Returns:
            What the box is to hold, None for what it holds; and a screen.
        """
        if session.busy:
            return None, self.screen(session)
        view = session.view(turn)
        session.editing = view.number if view else None
        return view.question if view else "", self.screen(session)

    def rate(self, turn: int, good: bool, remark: str, session: Session) -> Screen:
        """Note what the user thinks of an answer; saying the same again takes it back, saying why does not.

        Args:
            turn: Number of the question; one that does not exist is let be.
            good: Whether the answer is.
            remark: What is wrong with it; may be empty.
            session: The user's.

        Returns:
            A screen.
        """
        view = session.view(turn)
        if view is not None and view.over:
            view.good = None if view.good is good and not remark else good
            view.remark = remark.strip()[:MOST_REMARK] if view.good is False else ""
            self._keeper.update(session, session.kept_as, view)
        return self.screen(session)

    def own(self, session: Session, owner: str, kept_as: str) -> None:
        """Take up the conversation that a page shows: after a reload, or when the server was started anew.

        Args:
            session: The page's.
            owner: Who sits in front of it; empty where nothing tells.
            kept_as: Id of the conversation that it shows; empty for none.
        """
        if session.owner and session.owner != owner:
            session.clear()  # somebody else sits there now
        session.owner = owner
        if kept_as and kept_as != session.left and not session.views:
            self._keeper.open(session, kept_as)

    def open(self, kept_as: str, session: Session) -> Screen:
        """Go on with a conversation from the disk; one that does not exist is let be."""
        self._keeper.open(session, kept_as)
        return self.screen(session)

    def example(self, index: int, session: Session) -> Iterator[Screen]:
        """Ask an example question; an index that does not exist is let be."""
        questions = self._library.examples
        if 0 <= index < len(questions):
            yield from self.ask(questions[index], session)

    def halt(self, timeout_s: float) -> bool:
        """Stop every answer that is being written, and wait until none is.

        Args:
            timeout_s: Longest wait, in seconds.

        Returns:
            True once no answer is being written.
        """
        with self._changed:
            for stop in self._stops:
                stop.set()
            return self._changed.wait_for(lambda: not self._stops, timeout_s)

    def screen(self, session: Session, *, whole: bool = True) -> Screen:
        """What a session looks like now.

        Args:
            session: The user's.
            whole: False where only the last answer's text has changed.

        Returns:
            A screen.
        """
        last = conversation(session.views[-1:], self._library.info) or self._welcome()
        if session.trouble:
            last += message("error", session.trouble)
        past = conversation(session.views[:-1], self._library.info) if whole else None
        sources = self.sources.show(session) if whole and session.opened is None else None
        above, begun = editing(session.editing, len(session.views)), bool(session.views)
        return Screen(past, last, sources, above, session.busy, begun, session.repeatable, session.kept_as)

    def _welcome(self) -> str:
        text = "Each sentence of an answer is checked against your documents and shows the passage it comes from."
        if self._library.status().phase == "empty":
            text = "Add some under Documents first. Each sentence of an answer then shows the passage it comes from."
        return welcome("Ask your documents", text, self._library.examples)

    def _run(self, view: View, history: list[Turn], owner: str, stop: Event) -> Generator[bool, None, None]:
        """Take a view through its phases; each step says whether more than the answer's text has changed."""
        ticket = self._library.line.join(owner)
        try:
            yield from self._opened(stop)
            if not stop.is_set():
                yield from self._answer(view, history, ticket, stop)
        except RagError as exc:
            view.fail(exc)
        except Exception:  # the outermost edge: the page says so and the log says what
            logger.exception("a question failed")
            view.fail(UNEXPECTED)
        finally:
            self._library.line.leave(ticket)

    def _opened(self, stop: Event) -> Iterator[bool]:
        yield True
        while not stop.is_set() and not self._library.wait(_PATIENCE_S):
            yield True

    def _turn(self, view: View, ticket: Ticket, stop: Event) -> Iterator[bool]:
        while not stop.is_set() and not self._library.line.wait(ticket, _PATIENCE_S):
            view.phase, view.ahead = "waiting", self._library.line.ahead(ticket)
            yield False
        view.phase = "reading"

    def _answer(self, view: View, history: list[Turn], ticket: Ticket, stop: Event) -> Iterator[bool]:
        """The evidence shows at once; only for the model, which serves one at a time, is there a line to wait in."""
        view.phase = "searching"
        yield False
        stream = self._library.pipeline().stream(view.question, history, scope=view.scope, stop=stop)
        with closing(cast("Generator[PipelineEvent, None, None]", stream)) as events:
            for event in events:
                view.apply(event)
                if stop.is_set() and view.over:  # the answer holds what was checked before the stop
                    view.halt()
                yield not isinstance(event, Token)
                if isinstance(event, EvidenceSelected):
                    yield from self._turn(view, ticket, stop)
                if stop.is_set() and not view.draft:
                    break
        if stop.is_set():
            view.halt()
