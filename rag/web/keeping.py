"""A conversation on the page and its copy on disk: written down as it goes, and gone on with from there.

What cannot be written is said on the page and keeps nobody from asking. Knows sessions and conversations; nothing of
what is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rag.errors import RagError
from rag.web.conversations import Conversations
from rag.web.session import Session
from rag.web.view import View

logger = logging.getLogger(__name__)

_TRIES = 5
"""How often a question is put after those of other pages."""


class Keeper:
    """Keeps sessions whose owner is known.

    Args:
        conversations: Where.
    """

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def open(self, session: Session, kept_as: str) -> bool:
        """Go on with a conversation from the disk.

        Args:
            session: What it replaces there stays on disk.
            kept_as: Its id, from anywhere.

        Returns:
            True where the session's owner has it; else the session is let be.
        """
        with self._noting(session):
            try:
                session.open(kept_as, self._conversations.load(session.owner, kept_as))
            except KeyError:
                return False
        return session.kept_as == kept_as

    def catch_up(self, session: Session) -> None:
        """Take in what another page has added to the same conversation; one that is gone is to be begun anew."""
        session.trouble = ""
        if not session.kept_as:
            return
        with self._noting(session):
            try:
                views = self._conversations.load(session.owner, session.kept_as)
            except KeyError:
                session.kept_as = ""
                return
            if [view.id for view in views] != [view.id for view in session.views]:
                session.views, session.editing = views, None
            elif session.elsewhere:
                session.views = views

    def begin(self, session: Session, view: View, known: Sequence[str]) -> str:
        """Write down the question that is last.

        Args:
            session: It and, where it is not on disk, all that came before.
            view: The question; where another page has asked meanwhile, it comes after that page's.
            known: Ids of the questions that the conversation had on disk when this one was asked.

        Returns:
            Id of the conversation; empty where it is not kept.
        """
        if not session.owner:
            return ""
        self._conversations.being_written.add(view.id)
        session.trouble = ""  # what could not be read before does not matter if this can be written
        with self._noting(session):
            if session.kept_as and not self._put(session, view, known):
                session.kept_as = ""  # gone, or written to faster than it can be read: all that is here is kept anew
            if not session.kept_as:
                session.kept_as = self._conversations.begin(session.owner, session.views[0].question, session.views)
        if session.trouble:
            session.kept_as = ""
        return session.kept_as

    def update(self, session: Session, kept_as: str, view: View) -> None:
        """Write down what has become of a question, in the conversation that it was asked in."""
        if kept_as:
            with self._noting(session):
                self._conversations.update(session.owner, kept_as, view)
        if view.over:
            self._conversations.being_written.discard(view.id)

    def _put(self, session: Session, view: View, known: Sequence[str]) -> bool:
        for _ in range(_TRIES):
            if self._conversations.put(session.owner, session.kept_as, view, known):
                return True
            try:
                others = self._conversations.load(session.owner, session.kept_as)
            except KeyError:
                return False
            view.number, view.earlier = len(others) + 1, None
            session.views = [*others, view]
            known = [other.id for other in others]
        return False

    @contextmanager
    def _noting(self, session: Session) -> Iterator[None]:
        try:
            yield
        except RagError as exc:
            logger.warning("%s", exc)
            session.trouble = str(exc)
