"""A stop signal that a signal handler may set."""

from __future__ import annotations

import time

_LOOK_S = 0.1
"""How often a wait looks."""


class Interrupt:
    """`threading.Event` for signal handlers: the flag is bare, and a wait looks at it again and again.

    A handler runs in the main thread between two of its steps. An event that the main thread was about to wait for
    holds its own lock there, so that setting it never returns; and a signal that comes just before the thread goes to
    sleep does not wake it.
    """

    def __init__(self) -> None:
        self._is_set = False

    def set(self, *_: object) -> None:
        """Set it; takes what a handler is given."""
        self._is_set = True

    def is_set(self) -> bool:
        """True once it was set."""
        return self._is_set

    def wait(self) -> None:
        """Return within a tenth of a second after it was set."""
        while not self._is_set:
            time.sleep(_LOOK_S)
