"""One user's conversation as one page shows it: questions, answers and the signal that stops the one being written.

Lives in `gr.State`, which copies its first value for each user: a copy of a session is a new, empty one. Knows nothing
of Gradio or of the pipeline.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rag.types import Citation, Turn
from rag.utf8 import to_utf8
from rag.web.view import View


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that is open in place of the sources.

    Attributes:
        document: Its path.
        name: Of the passage that it was opened at, as `rag.web.passages` has it; empty for none.
        citation: That passage; None for none.
        what: Its text, or a page as it looks where it has pages.
        at: Page from 1, or offset in the text; None for where the passage is.
    """

    document: str
    name: str = ""
    citation: Citation | None = None
    what: Literal["text", "page"] = "text"
    at: int | None = None


class Session:
    """A conversation. No dataclass: Gradio would take one apart, and an `Event` cannot be copied.

    Attributes:
        views: Questions with their answers, oldest first.
        stop: Set to end the answer that is being written.
        busy: True while an answer is being written.
        shown: Number of the question whose sources are shown; None for the last.
        selected: Name of the passage that is selected, as `rag.web.passages` has it; empty for none.
        reading: True once the evidence was read while an answer was written: it stays where it is when that is over.
        scope: Documents and folders that the next question looks in; empty for all.
        opened: The document that stands in place of the sources; None for none.
        explained: Id of the question that the page explains; empty for none.
        editing: Number of the question that the next one replaces; None for none.
        owner: Whose it is; empty for nobody's, which is not kept.
        kept_as: Its id on disk; empty for one that is not there.
        left: Id of the conversation that was just cleared from the page, which may still name it; else empty.
        seen: State of the library when the page last showed it.
        trouble: Why it could not be kept; empty where it could.
    """

    def __init__(self) -> None:
        self.views: list[View] = []
        self.stop = threading.Event()
        self.busy = False
        self.shown: int | None = None
        self.selected = ""
        self.reading = False
        self.scope: tuple[str, ...] = ()
        self.opened: Opened | None = None
        self.explained = ""
        self.editing: int | None = None
        self.owner = ""
        self.kept_as = ""
        self.left = ""
        self.seen = ("", 0)
        self.trouble = ""

    def __deepcopy__(self, _memo: dict[int, Any]) -> Session:
        """A new conversation: what one user says is never copied to another.

        Args:
            _memo: Not used.

        Returns:
            An empty session.
        """
        return Session()

    def begin(self, question: str) -> View:
        """Start a question; its sources are shown from now on."""
        question = to_utf8(question)
        self.stop, self.busy = threading.Event(), True
        self.shown, self.selected, self.reading, self.opened = None, "", False, None
        view = View(len(self.views) + 1, question, self.scope)
        self.views.append(view)
        return view

    def clear(self) -> None:
        """Begin another conversation, and stop what is being written; what is on disk stays there."""
        left = self.kept_as
        self.open("", [])
        self.left = left

    def open(self, kept_as: str, views: Sequence[View]) -> None:
        """Go on with a conversation from the disk, and stop what is being written."""
        self.stop.set()
        self.views, self.kept_as, self.busy = list(views), kept_as, False
        self.shown, self.selected, self.reading, self.opened, self.editing = None, "", False, None, None
        self.trouble = self.left = ""

    def settle(self, view: View) -> View:
        """End a question: what stands from now on in its place."""
        standing = view.settled()
        if standing is not view:
            self.views = [standing if one is view else one for one in self.views]
            self.selected, self.reading = "", False
        return standing

    def rewind(self) -> View | None:
        """Make room for the question that is being edited.

        The last question goes, as when it is asked again; where there are others after it, what comes before it
        becomes a conversation of its own, so that nothing is lost.

        Returns:
            The question whose place is to be taken; None for none.
        """
        replaced = None
        if self.editing is not None and self.editing < len(self.views):
            self.kept_as = ""
            earlier = self.views[: self.editing - 1]
            self.views = [replace(view, id=uuid.uuid4().hex) for view in earlier]
        elif self.editing is not None:
            replaced = self.views.pop()
        self.editing = None
        return replaced

    @property
    def elsewhere(self) -> bool:
        """True while another page has a question of this conversation answered."""
        return any(view.phase == "elsewhere" for view in self.views)

    @property
    def repeatable(self) -> bool:
        """True where the last question may be asked anew as it is: none is being answered or edited."""
        last = self.views[-1] if self.views else None
        return last is not None and last.phase != "elsewhere" and not self.busy and self.editing is None

    def history(self) -> list[Turn]:
        """Turns before the last question, oldest first."""
        return [turn for view in self.views[:-1] for turn in view.turns()]

    def select(self, turn: int, name: str) -> None:
        """Show the sources of one question with one passage selected; a question that does not exist is let be."""
        self.reading, self.opened = False, None
        if self.view(turn):
            self.shown, self.selected = turn, name

    def view(self, turn: int) -> View | None:
        """A question by its number; None where there is none."""
        return self.views[turn - 1] if 1 <= turn <= len(self.views) else None

    @property
    def current(self) -> View | None:
        """The question whose sources are shown; None for an empty conversation."""
        if not self.views:
            return None
        return self.views[(self.shown or len(self.views)) - 1]
