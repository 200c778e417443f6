"""Prompt lookup: a reply in the making, and guesses of its next tokens, looked up in its prompt and in itself.

A guess is kept only where the model would have written the same, so it costs nothing but the reading. Knows token ids,
and keys and values as something that can be cut short.

https://github.com/apoorvumang/prompt-lookup-decoding
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.inference.prefixes import Prompt

_DRAFT, _NGRAMS = 10, (3, 2)
"""Tokens looked up in the prompt at once, and how many last ones must agree, the longer first."""


class Reply:
    """A reply in the making, whose next tokens may be guessed.

    Args:
        prompt: What it is a reply to.
        cache: Keys and values of that; `crop` cuts it short.
        most: Most tokens to write.
        guesses: Whether tokens are guessed.
    """

    def __init__(self, prompt: Prompt, cache: Any, most: int, *, guesses: bool) -> None:
        self.cache = cache
        self._text = list(prompt.ids)
        self._full = len(prompt.ids) + most
        self._guesses = guesses
        self._guess: list[int] = []

    def next_ids(self) -> list[int]:
        """What is read next: the last token, and those guessed after it."""
        room = min(_DRAFT, self._full - len(self._text) - 1)
        self._guess = draft(self._text, room) if self._guesses else []
        return [self._text[-1], *self._guess]

    def accept(self, best: Sequence[int]) -> list[int]:
        """Go on, given the likeliest token after each of `next_ids`.

        Args:
            best: To begin with, one: the likeliest after the prompt.

        Returns:
            The guessed tokens that the model agrees with, and the one it writes after them; the others are forgotten.
        """
        agreed = next((at for at, token in enumerate(self._guess) if token != best[at]), len(self._guess))
        if agreed < len(self._guess):
            self.cache.crop(agreed - len(self._guess))
        return list(best[: agreed + 1])

    def say(self, token: int) -> bool:
        """Write a token; True where it was the last there is room for."""
        self._text.append(token)
        return len(self._text) == self._full


def draft(text: Sequence[int], most: int) -> list[int]:
    """Guess what comes next: what followed the last few tokens where they first stood.

    Args:
        text: Prompt and reply so far.
        most: Most tokens to guess.

    Returns:
        Up to `most` tokens; none where the last few stand nowhere else.
    """
    if most < 1:
        return []
    for size in _NGRAMS:
        last = list(text[-size:])
        for at in range(len(text) - size):
            if text[at] == last[0] and list(text[at : at + size]) == last:
                return list(text[at + size : at + size + most])
    return []
