"""Greedy decoding on a causal language model: prompts in blocks, prompt lookup, and batches.

A prompt is read in blocks, whose ends its own cuts decide and not what was read before. The keys and values of a block
depend on nothing but the tokens up to its end, so those of recent prompts are kept and used again wherever the next one
begins alike, and what is written is the same to the bit whether they were or not. Knows token ids, not text.

Prompt lookup: https://github.com/apoorvumang/prompt-lookup-decoding
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch.nn.functional import pad
from transformers import DynamicCache
from transformers.modeling_layers import GradientCheckpointingLayer

from rag.adapter import Adapter
from rag.prefixes import Prefixes, Prompt
from rag.protocols import StopSignal

_DRAFT, _NGRAMS = 10, (3, 2)
"""Tokens looked up in the prompt at once, and how many last ones must agree, the longer first."""

_MARGIN = 2e-3
"""Logits nearer than this could change places in a batch; measured in float32, logits moved by 6e-5 at most."""


class Decoder:
    """A model, and the keys and values of recent prompts. One call at a time.

    Args:
        model: A causal language model of transformers, on its device.
        end_ids: Tokens that end a reply.
        adapter: Takes part where likelihoods are asked for, from the prompt's last cut on; None for none.
    """

    def __init__(self, model: Any, end_ids: frozenset[int], adapter: Adapter | None = None) -> None:
        self._model = model
        self._adapter = adapter
        self._end_ids = end_ids
        self._plain = all(type(layer).__name__ == "DynamicLayer" for layer in self._new_cache().layers)
        self._kept = Prefixes()
        self._stop: StopSignal | None = None
        for module in model.modules():
            if isinstance(module, GradientCheckpointingLayer):
                module.register_forward_pre_hook(self._look)

    @torch.inference_mode()
    def next_logits(self, prompt: Prompt, tokens: Sequence[int], stop: StopSignal) -> torch.Tensor | None:
        """How likely some tokens are to come after a prompt.

        The output layer is applied in float32, whatever the weights are stored in: bfloat16 has only steps of 1/8 for
        logits of 16 and more.

        Args:
            prompt: What is read.
            tokens: What may come next.
            stop: Looked at before every layer of every block of the prompt.

        Returns:
            Logits: (tokens,) float32; None if told to stop.
        """
        read = self._read(prompt, stop, self._adapter)
        if read is None:
            return None
        hidden = read.hidden
        layer = self._model.get_output_embeddings()
        logits: torch.Tensor = layer.weight[list(tokens)].float() @ hidden.float()
        return logits if layer.bias is None else logits + layer.bias[list(tokens)].float()

    def tokens(self, prompt: Prompt, most: int, stop: StopSignal, *, lookup: bool = True) -> Iterator[int]:
        """Write on greedily.

        Args:
            prompt: What is read first.
            most: Most tokens to write.
            stop: Looked at before every token, and before every layer of every block of the prompt.
            lookup: Guess tokens from the prompt, and keep those that the model would have written.

        Yields:
            Token ids, without the one that ends the reply.
        """
        read = self._read(prompt, stop)
        if read is None:
            return
        ids, text = prompt.ids, list(prompt.ids)
        accepted = [int(read.logits.argmax())]
        while True:
            for token in accepted:
                if token in self._end_ids or stop.is_set():
                    return
                text.append(token)
                yield token
                if len(text) - len(ids) == most:
                    return
            room = most - (len(text) - len(ids)) - 1
            accepted = self._step(
                text[-1], draft(text, min(_DRAFT, room)) if lookup and self._plain else [], read.cache
            )

    def together(self, prompts: Sequence[Prompt], most: int, take: Callable[[int, int], bool]) -> list[int]:
        """Write on from several prompts at once, greedily.

        The arithmetic of a batch differs from that of a single reply in the last bits, so a reply is given up where the
        two likeliest tokens are so near each other that this might tell.

        Args:
            prompts: What is read first.
            most: Most tokens to write, for each.
            take: Called with the place of a prompt and its next token; True for more.

        Returns:
            Places of the replies that were given up; what `take` had of them is to be forgotten.
        """
        rows = _Rows([self._whole(prompt) for prompt in prompts], self._new_cache())
        unsure: list[int] = []
        for written in range(1, most + 1):
            going, tokens = [], []
            for at, (row, token, near) in enumerate(rows.best()):
                if near:
                    unsure.append(row)
                elif token not in self._end_ids and take(row, token):
                    going.append(at)
                    tokens.append(token)
            if not going or written == most:
                break
            rows.write(self._model, going, tokens)
        return unsure

    @property
    def writes_together(self) -> bool:
        """Whether `together` gains anything: with coarser numbers than float32 it would give up most replies."""
        return self._plain and self._model.dtype == torch.float32

    def _step(self, last: int, guess: list[int], cache: DynamicCache) -> list[int]:
        """One forward pass: the guessed tokens that the model agrees with, and the one it writes after them."""
        best = self._forward([last, *guess], cache, len(guess) + 1)[0].argmax(-1).tolist()
        agreed = next((at for at, token in enumerate(guess) if token != best[at]), len(guess))
        if agreed < len(guess):
            cache.crop(agreed - len(guess))
        return list(best[: agreed + 1])

    def _whole(self, prompt: Prompt) -> _Read:
        """Read a prompt, whatever happens."""
        read = self._read(prompt, None)
        assert read is not None  # only a stop ends it early
        return read

    def _read(self, prompt: Prompt, stop: StopSignal | None, adapter: Adapter | None = None) -> _Read | None:
        """Read a prompt in blocks, what comes after its last cut with the adapter on; None if told to stop."""
        cache = self._new_cache()
        known, layers = self._kept.find(prompt)
        for at, (keys, values) in enumerate(layers):
            cache.update(keys, values, at)
        logits = hidden = torch.empty(0)
        self._stop = stop
        try:
            for begin, end in pairwise([known, *(end for end in prompt.ends() if end > known)]):
                with adapter.on() if adapter and begin >= prompt.shared else nullcontext():
                    logits, hidden = self._forward(prompt.ids[begin:end], cache, 1)
        except _Stopped:
            return None
        finally:
            self._stop = None
        if self._plain:
            self._kept.keep(prompt, [(layer.keys, layer.values) for layer in cache.layers])
        return _Read(cache, logits[0], hidden)

    def _look(self, *_: object) -> None:
        """Before every layer: a block takes seconds on a slow processor, and a stop must not wait for its end."""
        if self._stop is not None and self._stop.is_set():
            raise _Stopped

    @torch.inference_mode()
    def _forward(self, ids: Sequence[int], cache: DynamicCache, wanted: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the last `wanted` positions, (wanted, vocabulary) float32, and the last hidden state, (width,)."""
        output = self._model(
            input_ids=torch.tensor([list(ids)], device=self._model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=wanted,
            output_hidden_states=True,
        )
        return output.logits[0].float(), output.hidden_states[-1][0, -1]

    def _new_cache(self) -> DynamicCache:
        return DynamicCache(config=self._model.config)


class _Stopped(Exception):
    """A prompt is read no further."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A prompt that was read: its keys and values, the logits after it, and the state that they were made from."""

    cache: DynamicCache
    logits: torch.Tensor
    hidden: torch.Tensor


class _Rows:
    """Replies that are written together, those of shorter prompts padded on the left.

    Args:
        read: The prompts.
        cache: An empty one, to hold those of all.
    """

    def __init__(self, read: Sequence[_Read], cache: DynamicCache) -> None:
        self._rows = list(range(len(read)))
        self._logits = torch.stack([one.logits for one in read])
        lengths = [one.cache.get_seq_length() for one in read]
        longest = max(lengths)
        for at in range(len(read[0].cache.layers)):
            keys = [
                pad(one.cache.layers[at].keys, (0, 0, longest - length, 0))
                for one, length in zip(read, lengths, strict=True)
            ]
            values = [
                pad(one.cache.layers[at].values, (0, 0, longest - length, 0))
                for one, length in zip(read, lengths, strict=True)
            ]
            cache.update(torch.cat(keys), torch.cat(values), at)
        self._cache = cache
        self._next = torch.tensor(lengths, device=self._logits.device)[:, None]
        self._mask = (torch.arange(longest, device=self._logits.device) >= longest - self._next).long()

    def best(self) -> list[tuple[int, int, bool]]:
        """Of each row still written: its place, its likeliest token, and whether another is too near to tell."""
        top = self._logits.topk(2)
        near = top.values[:, 0] - top.values[:, 1] < _MARGIN
        return list(zip(self._rows, top.indices[:, 0].tolist(), near.tolist(), strict=True))

    @torch.inference_mode()
    def write(self, model: Any, going: list[int], tokens: list[int]) -> None:
        """Go on with some of the rows, each with its next token."""
        kept = torch.tensor(going, device=self._next.device)
        if len(going) < len(self._rows):
            self._cache.batch_select_indices(kept)
        self._rows = [self._rows[at] for at in going]
        self._mask = torch.cat([self._mask[kept], self._mask.new_ones(len(going), 1)], 1)
        output = model(
            input_ids=torch.tensor(tokens, device=self._next.device)[:, None],
            attention_mask=self._mask,
            position_ids=self._next[kept],
            past_key_values=self._cache,
            use_cache=True,
        )
        self._logits = output.logits[:, -1].float()
        self._next = self._next[kept] + 1


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
