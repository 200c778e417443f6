"""What stands beside the conversation: the sources of an answer, or a document that is open in their place.

Knows the library and the session; nothing of Gradio.
"""

from __future__ import annotations

from rag.errors import RagError
from rag.web.html import message
from rag.web.library import Library
from rag.web.opening import page_at, text_at
from rag.web.passages import named
from rag.web.session import Opened, Session
from rag.web.sources import around, pane
from rag.web.ways import has_page


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
            return pane(session.current, self._library.read, session.selected, session.reading)
        if opened.what == "page" and opened.citation and has_page(opened.citation):
            shown = page_at(self._library, opened.citation, opened.at)
        else:
            shown = text_at(self._library, opened.document, opened.citation, opened.at)
        return around(shown, opened, session.current)

    def select(self, turn: int, name: str, session: Session) -> str:
        """Select a passage: the source pane that shows it."""
        session.select(turn, name)
        return self.show(session)

    def look(self, turn: int, name: str, what: str, at: int | None, session: Session) -> str:
        """Open the document of a passage, in place of the sources.

        Args:
            turn: Number of the question; one that does not exist changes nothing.
            name: Of its passage, as `rag.web.passages` has it; likewise.
            what: `page` for the page as it looks, where it has pages; else the text.
            at: Page from 1, or offset in the text; None for where the passage is.
            session: The user's.

        Returns:
            The source pane.
        """
        if found := named(session.view(turn), name):
            session.select(turn, name)
            passage = found.passage
            session.opened = Opened(passage.document, name, passage, "page" if what == "page" else "text", at)
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
