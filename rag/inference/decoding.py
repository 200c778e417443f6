"""Greedy decoding on a causal language model: prompts in blocks, replies one by one and in batches.

A prompt is read in blocks, whose ends its own cuts decide and not what was read before. The keys and values of a block
depend on nothing but the tokens up to its end, so those of recent prompts are kept and used again wherever the next one
begins alike, and what is written is the same to the bit whether they were or not. Knows token ids, not text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import torch
from transformers import DynamicCache
from transformers.modeling_layers import GradientCheckpointingLayer

from rag.inference.adapter import Adapter
from rag.inference.attention import Attention
from rag.inference.lookup import Reply
from rag.inference.packing import rows_apart
from rag.inference.prefixes import Prefixes, Prompt
from rag.inference.together import Part, attending_alone, fits, read_on
from rag.protocols import StopSignal

_ROWS = 32
"""Most tokens of all replies that are read at once; up to here oneDNN multiplies each row by the same instructions."""
_MARGIN = 2e-3
"""Logits nearer than this could change places in a batch; measured in float32, logits moved by 6e-5 at most."""


class Decoder:
    """A model, and the keys and values of recent prompts. One call at a time.

    Args:
        model: A causal language model of transformers, on its device.
        end_ids: Tokens that end a reply.
    """

    def __init__(self, model: Any, end_ids: frozenset[int]) -> None:
        self._model = model
        self._end_ids = end_ids
        self._plain = all(type(layer).__name__ == "DynamicLayer" for layer in self._new_cache().layers)
        self._kept = Prefixes()
        self._stop: StopSignal | None = None
        for module in model.modules():
            if isinstance(module, GradientCheckpointingLayer):
                module.register_forward_pre_hook(self._look)

    @torch.inference_mode()
    def next_logits(
        self, prompt: Prompt, tokens: Sequence[int], stop: StopSignal, adapter: Adapter | None = None
    ) -> torch.Tensor | None:
        """How likely some tokens are to come after a prompt.

        The output layer is applied in float32, whatever the weights are stored in: bfloat16 has only steps of 1/8 for
        logits of 16 and more.

        Args:
            prompt: What is read.
            tokens: What may come next.
            stop: Looked at before every layer of every block of the prompt.
            adapter: Takes part from the prompt's last cut on; None for none.

        Returns:
            Logits: (tokens,) float32; None if told to stop.
        """
        read = self._read(prompt, stop, adapter)
        if read is None:
            return None
        hidden = read.hidden
        layer = self._model.get_output_embeddings()
        logits: torch.Tensor = layer.weight[list(tokens)].float() @ hidden.float()
        return logits if layer.bias is None else logits + layer.bias[list(tokens)].float()

    @torch.inference_mode()
    def attended(self, prompt: Prompt, attention: Attention, stop: StopSignal) -> torch.Tensor | None:
        """What a model looks at that has read a prompt and is about to reply.

        Args:
            prompt: What is read.
            attention: Notes it, from the prompt's last cut on.
            stop: Looked at before every layer of every block of the prompt.

        Returns:
            How much each head attends to each token: (heads, tokens) float32; None if told to stop.
        """
        return attention.noted() if self._read(prompt, stop, attention) else None

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
        reply = Reply(prompt, read.cache, most, guesses=lookup and self._plain)
        logits = read.logits
        while True:
            for token in reply.accept(_likeliest(logits)):
                if token in self._end_ids or stop.is_set():
                    return
                yield token
                if reply.say(token):
                    return
            ids = reply.next_ids()
            logits, _ = self._forward(ids, reply.cache, len(ids))

    def together(self, prompts: Sequence[Prompt], most: int, take: Callable[[int, int], bool]) -> list[int]:
        """Write on from several prompts at once, greedily.

        Where products of more rows differ in the last bits, a reply is given up as soon as the two likeliest tokens are
        so near each other that this might tell.

        Args:
            prompts: What is read first.
            most: Most tokens to write, for each.
            take: Called with the place of a prompt and its next token; True for more.

        Returns:
            Places of the replies that were given up; what `take` had of them is to be forgotten.
        """
        read = [self._whole(prompt) for prompt in prompts]
        replies = [Reply(prompt, one.cache, most, guesses=True) for prompt, one in zip(prompts, read, strict=True)]
        margin, unsure = 0.0 if self._rows_apart else _MARGIN, []
        found = {at: one.logits for at, one in enumerate(read)}
        with attending_alone(self._model):
            while found:
                going = []
                for at, logits in found.items():
                    tokens = replies[at].accept(_likeliest(logits))
                    if _near(logits[: len(tokens)], margin):
                        unsure.append(at)
                    elif self._goes_on(replies[at], tokens, partial(take, at)):
                        going.append(at)
                found = self._read_on({at: Part(replies[at].next_ids(), replies[at].cache) for at in going})
        return unsure

    @property
    def writes_together(self) -> bool:
        """Whether `together` gains anything: with coarser numbers than float32 it might give up most replies."""
        return self._plain and fits(self._model) and (self._rows_apart or self._model.dtype == torch.float32)

    @cached_property
    def _rows_apart(self) -> bool:
        return rows_apart(self._model, _ROWS)

    def _goes_on(self, reply: Reply, tokens: Sequence[int], take: Callable[[int], bool]) -> bool:
        return all(token not in self._end_ids and take(token) and not reply.say(token) for token in tokens)

    def _read_on(self, parts: Mapping[int, Part]) -> dict[int, torch.Tensor]:
        """Logits of each part, by place."""
        found: dict[int, torch.Tensor] = {}
        for group in _groups(parts):
            found |= zip(group, read_on(self._model, [parts[at] for at in group]), strict=True)
        return found

    def _whole(self, prompt: Prompt) -> _Read:
        """Read a prompt, whatever happens."""
        read = self._read(prompt, None)
        assert read is not None  # only a stop ends it early
        return read

    def _read(self, prompt: Prompt, stop: StopSignal | None, during: Adapter | Attention | None = None) -> _Read | None:
        """Read a prompt in blocks, what comes after its last cut with something on; None if told to stop."""
        cache = self._new_cache()
        known, layers = self._kept.find(prompt)
        for at, (keys, values) in enumerate(layers):
            cache.update(keys, values, at)
        logits = hidden = torch.empty(0)
        self._stop = stop
        try:
            for begin, end in pairwise([known, *(end for end in prompt.ends() if end > known)]):
                with during.on() if during and begin >= prompt.shared else nullcontext():
                    logits, hidden = self._forward(prompt.ids[begin:end], cache, 1)
        except _Stopped:
            return None
        finally:
            self._stop = None
        if self._plain:
            self._kept.keep(prompt, [(layer.keys, layer.values) for layer in cache.layers])
        return _Read(cache, logits, hidden)

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
    """A prompt that was read: its keys and values, the logits after it, (1, vocabulary), and their source."""

    cache: DynamicCache
    logits: torch.Tensor
    hidden: torch.Tensor


def _likeliest(logits: torch.Tensor) -> list[int]:
    return list(logits.argmax(-1).tolist())


def _near(logits: torch.Tensor, margin: float) -> bool:
    """Whether two tokens are so near each other somewhere that a batch may tell which is likelier."""
    top = logits.topk(2).values
    return bool((top[:, 0] - top[:, 1] < margin).any())


def _groups(parts: Mapping[int, Part]) -> Iterator[list[int]]:
    """Places of parts that are read at once."""
    group: list[int] = []
    rows = 0
    for at, part in parts.items():
        if rows + len(part.ids) > _ROWS:
            yield group
            group, rows = [], 0
        group.append(at)
        rows += len(part.ids)
    if group:
        yield group
