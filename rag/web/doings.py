"""What is being done on one page at once, shown together: what one of the things has to say never hides another's.

Pure: HTML in, HTML out; of what is done it knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

_MOST = 50
"""Most things that are shown, the newest ones."""


class Doings:
    """The things that are being done, and what has become of those that ended meanwhile; each as its last HTML."""

    def __init__(self) -> None:
        self._said: dict[object, str] = {}
        self._under_way: set[object] = set()

    @property
    def html(self) -> str:
        """All of them, in the order in which they began; once none is under way, until another begins."""
        return "".join(tuple(self._said.values())[-_MOST:])

    def telling(self, work: Iterator[str]) -> Iterator[str]:
        """Do one more.

        Args:
            work: HTML as it goes on; may be none, and then what was shown before stays.

        Yields:
            Everything that there is to show, after each step and at the end: at least once, since Gradio empties what a
            handler that yields nothing was to fill.
        """
        mine = object()
        try:
            for html in work:
                if not self._under_way:
                    self._said.clear()
                self._under_way.add(mine)
                self._said[mine] = html
                for old in tuple(self._said)[:-_MOST]:
                    self._said.pop(old, None)
                yield self.html
        finally:
            self._under_way.discard(mine)
        yield self.html
