"""One user's conversation: questions, answers and the signal that stops the one being written.

Lives in `gr.State`, which copies its first value for each user: a copy of a session is a new, empty one. Knows nothing
of Gradio or of the pipeline.
"""

from __future__ import annotations

import threading
from typing import Any

from rag.types import Turn
from rag.web.view import View


class Session:
    """A conversation. No dataclass: Gradio would take one apart, and an `Event` cannot be copied.

    Attributes:
        views: Questions with their answers, oldest first.
        stop: Set to end the answer that is being written.
        busy: True while an answer is being written.
        shown: Number of the question whose sources are shown; None for the last.
        selected: Number of the citation that is selected; None for none.
    """

    def __init__(self) -> None:
        self.views: list[View] = []
        self.stop = threading.Event()
        self.busy = False
        self.shown: int | None = None
        self.selected: int | None = None

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
        self.stop, self.busy, self.shown, self.selected = threading.Event(), True, None, None
        view = View(len(self.views) + 1, question)
        self.views.append(view)
        return view

    def clear(self) -> None:
        """Forget the conversation, and stop what is being written."""
        self.stop.set()
        self.views, self.shown, self.selected, self.busy = [], None, None, False

    def history(self) -> list[Turn]:
        """Turns before the last question, oldest first."""
        return [turn for view in self.views[:-1] for turn in view.turns()]

    def select(self, turn: int, number: int) -> None:
        """Show the sources of one question with one citation selected; numbers that do not exist are let be."""
        if 1 <= turn <= len(self.views):
            self.shown, self.selected = turn, number

    @property
    def current(self) -> View | None:
        """The question whose sources are shown; None for an empty conversation."""
        if not self.views:
            return None
        return self.views[(self.shown or len(self.views)) - 1]
