"""What stands beside the conversation: the sources of an answer, or a document that is open in their place.

Knows the library and the session; nothing of Gradio.
"""

from __future__ import annotations

from rag.errors import RagError
from rag.web.html import message
from rag.web.library import Library
from rag.web.opening import page_at, text_at
from rag.web.session import Opened, Session
from rag.web.sources import around, pane


class SourcePane:
    """Shows sessions their sources.

    Args:
        library: The documents.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def show(self, session: Session) -> str:
        """The pane as it is now, or why it cannot be shown."""
        try:
            return self._shown(session)
        except RagError as exc:
            return message("error", exc.message, exc.hint)

    def _shown(self, session: Session) -> str:
        opened = session.opened
        if opened is None:
            return pane(session.current, self._library.read, session.selected)
        if opened.what == "page" and opened.citation:
            shown = page_at(self._library, opened.citation, opened.at)
        else:
            shown = text_at(self._library, opened.document, opened.citation, opened.at)
        return around(shown, opened.document, session.shown or len(session.views), session.selected)

    def select(self, turn: int, number: int, session: Session) -> str:
        """Select a citation: the source pane that shows it."""
        session.select(turn, number)
        return self.show(session)

    def look(self, turn: int, number: int, what: str, at: int | None, session: Session) -> str:
        """Open what a citation points to, in place of the sources.

        Args:
            turn: Number of the question; one that does not exist changes nothing.
            number: Of its citation; likewise.
            what: `page` for the page as it looks, else the text.
            at: Page from 1, or offset in the text; None for where the passage is.
            session: The user's.

        Returns:
            The source pane.
        """
        view = session.view(turn)
        for citation in view.citations if view else []:
            if citation.number == number:
                session.select(turn, number)
                session.opened = Opened(citation.document, citation, "page" if what == "page" else "text", at)
        return self.show(session)

    def read(self, path: str, at: int | None, session: Session) -> str:
        """Open a document, in place of the sources.

        Args:
            path: As the index names it.
            at: Offset to begin at; None for its beginning.
            session: The user's.

        Returns:
            The source pane.
        """
        session.opened = Opened(path, at=at)
        return self.show(session)
