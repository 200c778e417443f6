"""Several replies in one pass of a model: linear layers see the rows of all, attention those of each reply alone.

Nothing is padded and nothing masked out, so each reply is computed in the shapes that it has when it is written alone;
only products have more rows (see `rag.inference.packing.rows_apart`). Knows token ids, keys and values, not text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers import AttentionInterface, DynamicCache
from transformers.integrations.sdpa_attention import sdpa_attention_forward

_NAME = "each_alone"
_FOR_ONE = "sdpa"


class Part(NamedTuple):
    """What is read next of one reply.

    Attributes:
        ids: Token ids, at least one.
        cache: Keys and values of all before them; it grows by those of the ids.
    """

    ids: Sequence[int]
    cache: DynamicCache


def fits(model: Any) -> bool:
    """Whether a model attends in the way that is taken apart here."""
    return bool(model.config._attn_implementation == _FOR_ONE)


@contextmanager
def attending_alone(model: Any) -> Iterator[None]:
    """Have a model that fits attend to several replies, each alone, and to nothing else, for as long as this lasts."""
    model.set_attn_implementation(_NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(_FOR_ONE)


@torch.inference_mode()
def read_on(model: Any, parts: Sequence[Part]) -> list[torch.Tensor]:
    """Read the next tokens of several replies at once.

    Args:
        model: Of transformers; one that is `attending_alone` meanwhile.
        parts: At least one.

    Returns:
        For each part the logits after each of its ids: (ids, vocabulary) float32.
    """
    sizes = [len(part.ids) for part in parts]
    begins = [part.cache.get_seq_length() for part in parts]
    places = [place for begin, size in zip(begins, sizes, strict=True) for place in range(begin, begin + size)]
    output = model(
        input_ids=torch.tensor([[token for part in parts for token in part.ids]], device=model.device),
        position_ids=torch.tensor([places], device=model.device),
        past_key_values=_Caches(parts),
        use_cache=True,
        sizes=sizes,
    )
    return list(torch.split(output.logits[0].float(), sizes))


class _Caches(DynamicCache):  # type: ignore[misc]  # transformers has no types
    """Keys and values of several replies, as if they were of one."""

    def __init__(self, parts: Sequence[Part]) -> None:
        super().__init__()
        self._caches = [part.cache for part in parts]
        self._sizes = [len(part.ids) for part in parts]

    def update(self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any) -> Any:
        """Add those of one layer, each to its own reply, and give those of each."""
        new = zip(self._caches, torch.split(keys, self._sizes, 2), torch.split(values, self._sizes, 2), strict=True)
        return tuple(zip(*(cache.update(key, value, layer) for cache, key, value in new), strict=True))


def _attend(
    module: Any, query: torch.Tensor, keys: Any, values: Any, _mask: None, *, sizes: Sequence[int], **settings: Any
) -> tuple[torch.Tensor, None]:
    """Attention of each reply to its own keys and values, as it is for one alone."""
    each = zip(torch.split(query, list(sizes), 2), keys, values, strict=True)
    found = [sdpa_attention_forward(module, q, key, value, _mask_of(q, key), **settings)[0] for q, key, value in each]
    return torch.cat(found, 1), None


def _mask_of(query: torch.Tensor, keys: torch.Tensor) -> torch.Tensor | None:
    """Each token sees those before it and itself; None where it is one, and sees all."""
    new, all_ = query.shape[2], keys.shape[2]
    return None if new == 1 else torch.ones(1, 1, new, all_, dtype=torch.bool, device=query.device).tril(all_ - new)


AttentionInterface.register(_NAME, _attend)
