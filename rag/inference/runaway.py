"""Where a reply should end though the model writes on: a repeated sentence, a loop, or a turn that is not its own.

Small models do not always know when they are done. Pure text in, text out; what cannot yet be told apart from the
beginning of such an end is held back until it can, so nothing has to be taken back. Knows no model.
"""

from __future__ import annotations

_LABELS = ("Question:", "Passages:", "Q:")
"""What opens a new turn where a line or sentence begins."""
_ROLES = ("User:", "Human:", "Assistant:", "System:")
"""What does so where a line begins, or right before one of those; not as an item of a list, or within a line."""
_ENDS, _WIDE_ENDS, _CLOSING = (".", "!", "?", "。", "！", "？"), ("。", "！", "？"), "\"'”’)]»）」』。！？"
"""Ends of sentences; those that need no space after them; what may stand between an end and the next sentence."""
_REPEATABLE_BYTES = 20
"""A sentence shorter than this may be said again, as a plain Yes may."""
_LONGEST_PERIOD, _LOOP, _DIGITS_LOOP, _TIMES = 100, 24, 100, 4
"""A loop repeats up to this many characters, fills at least this many in all, or this many where it has no letter, as
a long number has none, and goes round at least so often."""


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
            piece: As the model wrote it; where a reply is cut into pieces makes no difference.

        Returns:
            What may be shown now: of this piece, of what was held back, or nothing. White space at the beginning and
            end of the reply is never let through. `done` is set when the reply should end here.
        """
        for char in piece:
            if self.done:
                break
            self._take(char)
        return self._release(self._sentence if self._undecided() else len(self._text))

    def finish(self) -> str:
        """What was held back, now that the model has ended of itself; a repeated last sentence stays out."""
        if not self.done:
            self._close_sentence()
        return self._release(len(self._text))

    def _take(self, char: str) -> None:
        if self._ends_before(char):
            self._close_sentence()
            if self.done:
                return
        self._text += char
        rest = self._text[self._sentence :]
        if not rest.strip():
            self._sentence = len(self._text)
        elif self._seen and self._opens_turn(rest):
            self._text, self.done = self._text[: self._sentence], True
        else:
            self.done = _loops(self._text)

    def _ends_before(self, char: str) -> bool:
        rest = self._text[self._sentence :]
        if char.isspace():
            return (
                bool(rest)
                and rest.rstrip() not in _ROLES
                and (char == "\n" or rest.endswith(_ENDS) or rest.rstrip(_CLOSING).endswith(_ENDS))
            )
        return rest.endswith(_WIDE_ENDS) and char not in _CLOSING

    def _opens_turn(self, rest: str) -> bool:
        return _after_role(rest).startswith(_LABELS) or (rest.startswith(_ROLES) and self._is_apart())

    def _is_apart(self) -> bool:
        """Whether the sentence so far begins a line, and is not one of the items that a line before leads up to."""
        before = self._text[: self._sentence]
        said = before.rstrip()
        lines = before[len(said) :].count("\n")
        return lines > 1 or (lines == 1 and not said.endswith(":") and not any(role in said for role in _ROLES))

    def _close_sentence(self) -> None:
        """Note a whole sentence; if it was said before, the reply ends before it."""
        said = _plain(self._text[self._sentence :])
        if said in self._seen and _is_long(said):
            self._text, self.done = self._text[: self._sentence], True
        elif said:
            self._seen.add(said)
        self._sentence = len(self._text)

    def _undecided(self) -> bool:
        """Whether the sentence so far may yet turn out to be a repeat or a new turn."""
        rest = self._text[self._sentence :]
        if not rest or not self._seen or self.done:
            return False
        said = _plain(rest)
        return (
            any(role.startswith(rest) for role in _ROLES)
            or any(label.startswith(_after_role(rest)) for label in _LABELS)
            or any(earlier.startswith(said) for earlier in self._seen if _is_long(earlier))
        )

    def _release(self, end: int) -> str:
        """Text not let through yet, up to an offset, less white space at either end of the reply."""
        start = self._sent or len(self._text) - len(self._text.lstrip())
        end = len(self._text[:end].rstrip())
        if end <= start:
            return ""
        self._sent = end
        return self._text[start:end]


def _after_role(rest: str) -> str:
    """What stands after the label of a role, if there is one."""
    return rest.partition(":")[2].lstrip() if rest.startswith(_ROLES) else rest


def _is_long(said: str) -> bool:
    return len(said.encode("utf-8", "replace")) >= _REPEATABLE_BYTES


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _loops(text: str) -> bool:
    """Whether the text ends in the same few words over and over."""
    periods = range(1, min(_LONGEST_PERIOD, len(text) // _TIMES) + 1)
    units = (text[-period:] for period in periods)
    return any(_is_unusual(text, unit) for unit in units if _goes_round(text, unit, _LOOP))


def _is_unusual(text: str, unit: str) -> bool:
    """Whether no number and no rule of dashes goes round so often."""
    if any(char.isalpha() for char in unit):
        return True
    return any(char.isalnum() for char in unit) and _goes_round(text, unit, _DIGITS_LOOP)


def _goes_round(text: str, unit: str, least: int) -> bool:
    return text.endswith(unit * max(_TIMES, -(-least // len(unit))))
