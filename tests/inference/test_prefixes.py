"""Where prompts are cut, what is kept of them, and that nothing is taken for alike that was computed otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from rag.inference.prefixes import Layers, Prefixes, Prompt


def layers(tokens: int) -> Layers:
    """Two layers whose numbers are the places of their tokens."""
    places = np.broadcast_to(np.arange(tokens, dtype=np.float32)[None, None, :, None], (1, 2, tokens, 4))
    return [(places, -places)] * 2


def prompt(*cuts: int, tokens: int = 40, last: int = 0) -> Prompt:
    return Prompt([*range(100, 100 + tokens - 1), last], cuts)


def test_blocks_end_at_cuts_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert prompt(10, 30).ends() == [10, 30, 40]
    assert prompt(0, 40).ends() == [40], "a cut at either end is none"
    monkeypatch.setattr("rag.inference.prefixes._BLOCK", 16)
    assert prompt(10, 30).ends() == [10, 26, 30, 40]
    assert prompt(tokens=32).ends() == [16, 32]


def test_a_prompt_that_parts_at_a_cut_is_known_up_to_there() -> None:
    prefixes = Prefixes()
    prefixes.keep(prompt(10, 30, last=1), layers(40))
    known, found = prefixes.find(prompt(10, 30, last=2))
    assert known == 30
    assert [keys.shape for keys, _ in found] == [(1, 2, 30, 4)] * 2
    assert prefixes.find(Prompt([*prompt().ids[:20], 5, 6, 7], (10, 22)))[0] == 10, "parted after the first cut"
    assert prefixes.find(Prompt([5, 6, 7], (1,))) == (0, [])


def test_what_was_cut_otherwise_was_computed_otherwise() -> None:
    prefixes = Prefixes()
    prefixes.keep(prompt(10, 30), layers(40))
    assert prefixes.find(prompt(12, 30))[0] == 0
    assert prefixes.find(prompt(10, 20, 30))[0] == 10


def test_the_last_block_is_read_again() -> None:
    """What comes after a prompt is said by the last token of it, which has to be read for that."""
    prefixes = Prefixes()
    prefixes.keep(prompt(10, 30), layers(40))
    assert prefixes.find(prompt(10, 30))[0] == 30
    assert prefixes.find(Prompt(prompt().ids[:30], (10,)))[0] == 10
    prefixes.keep(prompt(), layers(40))
    assert prefixes.find(prompt()) == (0, [])


def test_what_is_kept_is_bounded_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.inference.prefixes._KEPT_BYTES", 2 * sum(k.nbytes + v.nbytes for k, v in layers(30)))
    prefixes = Prefixes()
    one, two, three = (Prompt([first, *range(39)], (30,)) for first in (7, 8, 9))
    for each in (one, two, three, two):
        prefixes.keep(each, layers(40))
    assert [prefixes.find(each)[0] for each in (one, two, three)] == [0, 30, 30]
