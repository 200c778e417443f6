"""Prompts cut into blocks, and the keys and values of recent ones, used again wherever the next one begins alike.

Where blocks end is decided by a prompt's own cuts and not by what was read before, so what is computed is the same to
the bit whether it was kept or not. Knows token ids, and tensors by their shape; imports no model library.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

_BLOCK = 512
"""Most tokens of a prompt that are read at once: the more, the fewer times all weights are fetched from memory."""
_KEPT_BYTES = 512 * 2**20
"""Keys and values of earlier prompts that are kept."""

Layers = Sequence[tuple[Any, Any]]
"""Keys and values by layer, each (1, heads, tokens, width)."""


class Prompt(NamedTuple):
    """Token ids of a prompt, and where it may part from another one.

    Attributes:
        ids: Not empty.
        cuts: Offsets at which blocks end, ascending; two prompts that are alike up to a cut share what is computed.
    """

    ids: list[int]
    cuts: tuple[int, ...] = ()

    @property
    def shared(self) -> int:
        """Tokens up to the last cut, which other prompts may begin with too; all of them where there is none."""
        return self.cuts[-1] if self.cuts else len(self.ids)

    def ends(self) -> list[int]:
        """Where its blocks end, its own end included."""
        stops = [0, *(cut for cut in self.cuts if 0 < cut < len(self.ids)), len(self.ids)]
        parts = [[*range(begin + _BLOCK, stop, _BLOCK), stop] for begin, stop in pairwise(stops) if stop > begin]
        return [end for part in parts for end in part]


class Prefixes:
    """What is kept of recent prompts, the last one first."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []

    def find(self, prompt: Prompt) -> tuple[int, Layers]:
        """The longest run of whole blocks, the last left out, with which an earlier prompt began too.

        Args:
            prompt: About to be read.

        Returns:
            How many tokens that is, and their keys and values; 0 and nothing where no prompt began alike.
        """
        ends = prompt.ends()
        known: int = 0
        layers: Layers = ()
        for kept in self._kept:
            alike = min(_alike(prompt.ids, kept.ids), len(prompt.ids) - 1)
            shared = max((end for end in ends[: _alike(ends, kept.ends)] if end <= alike), default=0)
            if shared > known:
                known, layers = shared, kept.layers
        return known, [(keys[:, :, :known], values[:, :, :known]) for keys, values in layers]

    def keep(self, prompt: Prompt, layers: Layers) -> None:
        """Keep the blocks of a prompt that another one may begin with.

        Args:
            prompt: What was read.
            layers: Its keys and values.
        """
        ends = [end for end in prompt.ends()[:-1] if end <= prompt.shared]
        if not ends:
            return
        ids = prompt.ids[: ends[-1]]
        held = [(keys[:, :, : ends[-1]], values[:, :, : ends[-1]]) for keys, values in layers]
        others = [kept for kept in self._kept if (kept.ids, kept.ends) != (ids, ends)]
        self._kept = [_Kept(ids, ends, held), *others]
        while len(self._kept) > 1 and sum(kept.size_bytes() for kept in self._kept) > _KEPT_BYTES:
            self._kept.pop()


class _Kept(NamedTuple):
    """Whole blocks of a prompt: its tokens, where the blocks end, and keys and values by layer."""

    ids: list[int]
    ends: list[int]
    layers: Layers

    def size_bytes(self) -> int:
        return sum(keys.nbytes + values.nbytes for keys, values in self.layers)


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How many numbers two sequences begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
