"""Where a reply should end though the model writes on: a repeated sentence, a loop, or a turn that is not its own.

Small models do not always know when they are done. Pure text in, text out; what cannot yet be told apart from the
beginning of such an end is held back until it can, so nothing has to be taken back. Knows no model.
"""

from __future__ import annotations

import re

_LABELS = ("Question:", "Passages:", "User:", "Human:", "Assistant:", "System:", "Q:")
"""What opens a new turn where a line or sentence begins."""
_BOUNDARY = re.compile(r"\n\s*|(?<=[.!?。！？])[\"'”’)\]]*\s+|(?<=[。！？])[”’）」』]*(?=\S)")
_REPEATABLE = 20
"""Characters under which a sentence may be said again, as a plain Yes may."""
_LONGEST_PERIOD, _LOOP, _TIMES = 100, 24, 4
"""A loop repeats up to this many characters, fills at least this many in all, and goes round at least so often."""


class Runaway:
    """Lets a reply through, piece by piece, up to where it should have ended."""

    def __init__(self) -> None:
        self.done = False
        self._text = ""
        self._sent = 0
        self._sentence = 0
        self._seen: set[str] = set()

    def feed(self, piece: str) -> str:
        """Take the next piece.

        Args:
            piece: As the model wrote it.

        Returns:
            What may be shown now: of this piece, of what was held back, or nothing. White space at the beginning and
            end of the reply is never let through. `done` is set when the reply should end here.
        """
        if self.done:
            return ""
        self._text += piece
        for boundary in list(_BOUNDARY.finditer(self._text, self._sentence)):
            if self._close_sentence(boundary.start(), boundary.end()):
                return self._release(self._sentence)
        if _opens_turn(self._text[self._sentence :]) and self._sentence:
            self.done = True
            return self._release(self._sentence)
        self.done = _loops(self._text)
        return self._release(len(self._text) if self.done or not self._undecided() else self._sentence)

    def finish(self) -> str:
        """What was held back, now that the model has ended of itself; a repeated last sentence stays out."""
        if self.done or self._close_sentence(len(self._text), len(self._text)):
            return ""
        return self._release(len(self._text))

    def _close_sentence(self, end: int, following: int) -> bool:
        """Note a whole sentence; True, and done, if it was said before."""
        said = _plain(self._text[self._sentence : end])
        if len(said) >= _REPEATABLE and said in self._seen:
            self.done = True
            return True
        self._seen.add(said)
        self._sentence = following
        return False

    def _undecided(self) -> bool:
        """Whether the sentence so far may yet turn out to be a repeat or a new turn."""
        rest = self._text[self._sentence :]
        if not rest or not self._sentence:
            return False
        said = _plain(rest)
        return any(label.startswith(rest) for label in _LABELS) or any(
            earlier.startswith(said) for earlier in self._seen if len(earlier) >= _REPEATABLE
        )

    def _release(self, end: int) -> str:
        """Text not let through yet, up to an offset, less white space at either end of the reply."""
        start = self._sent or len(self._text) - len(self._text.lstrip())
        end = len(self._text[:end].rstrip())
        if end <= start:
            return ""
        self._sent = end
        return self._text[start:end]


def _opens_turn(text: str) -> bool:
    return text.startswith(_LABELS)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _loops(text: str) -> bool:
    """Whether the text ends in the same few words over and over."""
    for period in range(1, min(_LONGEST_PERIOD, len(text) // _TIMES) + 1):
        unit = text[-period:]
        times = max(_TIMES, -(-_LOOP // period))
        if text.endswith(unit * times) and any(char.isalnum() for char in unit):
            return True
    return False
