"""A fair line: one at a time, first come first served, and everyone can see how many are ahead.

The model writes one answer at a time; on a processor, two at once would each take twice as long. Knows no pipeline.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE_S = 0.25
"""How long a wait lasts before a stop is looked at again."""


class Line:
    """People waiting their turn, each with a ticket."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tickets: list[object] = []

    def join(self) -> object:
        """Take a ticket at the end of the line."""
        ticket = object()
        with self._changed:
            self._tickets.append(ticket)
        return ticket

    def ahead(self, ticket: object) -> int:
        """How many come before a ticket, the one being served included."""
        with self._changed:
            return self._tickets.index(ticket)

    def wait(self, ticket: object, timeout_s: float) -> bool:
        """Wait for a turn.

        Args:
            ticket: From `join`.
            timeout_s: Longest wait, in seconds.

        Returns:
            True once it is the ticket's turn; False where someone is still ahead.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._tickets[0] is ticket, timeout_s)

    def leave(self, ticket: object) -> None:
        """Hand a ticket back, served or not; the next one is called."""
        with self._changed:
            self._tickets.remove(ticket)
            self._changed.notify_all()

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Wait for a turn, take it, and hand it on.

        Args:
            stop: Ends the waiting; the turn then begins at once, for what looks at the same signal.
        """
        ticket = self.join()
        try:
            while not stop.is_set() and not self.wait(ticket, _PATIENCE_S):
                pass
            yield
        finally:
            self.leave(ticket)
