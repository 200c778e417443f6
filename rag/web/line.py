"""A fair line: one at a time, people by turns, and everyone can see how many are ahead.

The model writes one answer at a time; on a processor, two at once would each take twice as long. Whoever asks many
things at once waits between them for those who ask one. Knows no pipeline.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_PATIENCE_S = 0.25
"""How long a wait lasts before a stop is looked at again."""


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """A place in the line: whose, and in which round of turns."""

    owner: str
    round: int


class Line:
    """People waiting their turn, each with a ticket."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tickets: list[Ticket] = []

    def join(self, owner: str = "") -> Ticket:
        """Take a ticket: at the end of the line, but before the second ones of those who have one already.

        Args:
            owner: Who asks; all who are not named count as one.

        Returns:
            The ticket, to be handed back.
        """
        with self._changed:
            now = self._tickets[0].round if self._tickets else 0
            own = max((ticket.round + 1 for ticket in self._tickets if ticket.owner == owner), default=now)
            ticket = Ticket(owner, max(now, own))
            at = sum(other.round <= ticket.round for other in self._tickets)
            self._tickets.insert(at, ticket)
        return ticket

    def ahead(self, ticket: Ticket) -> int:
        """How many come before a ticket, the one being served included."""
        with self._changed:
            return self._tickets.index(ticket)

    def wait(self, ticket: Ticket, timeout_s: float) -> bool:
        """Wait for a turn.

        Args:
            ticket: From `join`.
            timeout_s: Longest wait, in seconds.

        Returns:
            True once it is the ticket's turn; False where someone is still ahead.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._tickets[0] is ticket, timeout_s)

    def leave(self, ticket: Ticket) -> None:
        """Hand a ticket back, served or not; the next one is called."""
        with self._changed:
            self._tickets.remove(ticket)
            self._changed.notify_all()

    @contextmanager
    def turn(self, stop: threading.Event, owner: str = "") -> Iterator[None]:
        """Wait for a turn, take it, and hand it on.

        Args:
            stop: Ends the waiting; the turn then begins at once, for what looks at the same signal.
            owner: Who asks.
        """
        ticket = self.join(owner)
        try:
            while not stop.is_set() and not self.wait(ticket, _PATIENCE_S):
                pass
            yield
        finally:
            self.leave(ticket)
