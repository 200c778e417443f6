"""How often a password may be tried: a few wrong ones a minute, by name and by where they come from.

Whoever guesses waits. One whose name is guessed at elsewhere does not, where they have come in before; and nobody waits
for more than a minute after the last guess. Kept in memory alone. Knows no requests.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rag.errors import RagError
from rag.web.passwords import Passwords

_WINDOW_S = 60.0
_OWN, _ALL = 5, 20
"""Wrong tries in that time: of one name at one address; of all names at one, or of one name at all."""
_NAME_CHARS = 100
"""As much of a name as is kept: names of any length are tried."""
_NETWORK_BITS = 64
"""What one household has of IPv6: addresses within it are had for nothing."""


class TooManyTries(RagError):
    """A password that is not even looked at.

    Args:
        wait_s: How long until the next one is.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many wrong passwords", f"wait {math.ceil(wait_s)} seconds")
        self.wait_s = wait_s


class _Who(NamedTuple):
    name: str
    place: str


class Door:
    """Lets in whom the passwords let in.

    Args:
        passwords: Who may come in.
        clock: Tells the time, in seconds from any moment.
    """

    def __init__(self, passwords: Passwords, clock: Callable[[], float] = time.monotonic) -> None:
        self._passwords = passwords
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: deque[tuple[float, _Who]] = deque()
        self._known: set[_Who] = set()

    def admits(self, name: str, password: str, address: str) -> bool:
        """True for the right password. One try at a time is looked at, so that many at once are no way round.

        Args:
            name: Who somebody says to be.
            password: What they send to prove it.
            address: Where they send it from.

        Returns:
            Whether they come in.

        Raises:
            TooManyTries: Too many were wrong within a minute; nothing was looked at.
        """
        who = _Who(name[:_NAME_CHARS], _place(address))
        with self._lock:
            wait_s = self._wait_s(who)
            if wait_s > 0:
                raise TooManyTries(wait_s)
            right = self._passwords.admits(name, password)
            if right:
                self._known.add(who)
            else:
                self._wrong.append((self._clock(), who))
            return right

    def _wait_s(self, who: _Who) -> float:
        now_s = self._clock()
        while self._wrong and self._wrong[0][0] <= now_s - _WINDOW_S:
            self._wrong.popleft()
        return max(until_s - now_s for until_s in self._until_s(who))

    def _until_s(self, who: _Who) -> Iterator[float]:
        yield _after(_OWN, [at_s for at_s, other in self._wrong if other == who])
        yield _after(_ALL, [at_s for at_s, other in self._wrong if other.place == who.place])
        if who not in self._known:
            yield _after(_ALL, [at_s for at_s, other in self._wrong if other.name == who.name])


def _after(most: int, tries: list[float]) -> float:
    """When another may follow those tries, where at most so many fit into the window."""
    return tries[-most] + _WINDOW_S if len(tries) >= most else -math.inf


def _place(address: str) -> str:
    """An address, or for IPv6 the network that it is in."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _NETWORK_BITS), strict=False))
