"""Prompts of the default generator's judge, and how likely it puts Yes: its beginning is read as the model is.

Needs no documents and no index; the same on a processor and on a GPU but for the last bits of sums.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, DynamicCache

from rag.evals.cases import order
from rag.inference.chat_format import ChatFormat

_FIT_IN = 5
"""One even id in so many is kept for the curve."""
_WITHOUT = " without gold"
_SMALL = 0.5
"""Power of a set's size that its prompts together count for: 1 as many as they are, 0 all sets alike."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One line of the file that `benchmarks/judge_prompts.py` writes.

    Attributes:
        set: Name of its set.
        id: Of the question, and whether its gold was taken out.
        half: 0 for ids of even SHA-1, 1 for odd ones.
        query: The question.
        answerable: Whether the answer is Yes.
        stated: Whether the evidence has the words of a right answer.
        read: How many of the ids come before the last paragraph.
        ids: Of its tokens.
    """

    set: str
    id: str
    half: int
    query: str
    answerable: bool
    stated: bool
    read: int
    ids: list[int]

    @property
    def as_is(self) -> bool:
        """False where the gold was taken out."""
        return not self.id.endswith(_WITHOUT)

    @property
    def fits(self) -> bool:
        """True for those that the curve is fitted on."""
        return self.half == 0 and int(order(self.id.removesuffix(_WITHOUT)), 16) // 2 % _FIT_IN == 0


def load(file: Path) -> Iterator[Prompt]:
    """The prompts of a file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield Prompt(**json.loads(line))


def counts(prompts: Sequence[Prompt]) -> dict[tuple[str, bool], float]:
    """What a prompt counts, 1 on average: in each set, those that are answered as much as those that are not."""
    sets = Counter(one.set for one in prompts)
    cells = Counter((one.set, one.answerable) for one in prompts)
    share = {cell: sets[cell[0]] ** _SMALL / size for cell, size in cells.items()}
    scale = len(prompts) / sum(share[cell] * size for cell, size in cells.items())
    return {cell: scale * value for cell, value in share.items()}


def open_model(folder: Path, device: str) -> tuple[Any, torch.Tensor]:
    """The model, and (2, hidden) the rows of its head for Yes and No.

    On a GPU attention is computed in plain steps: the fused kernel gave NaN in training, where prompts are padded.
    """
    attention = "eager" if device == "cuda" else "sdpa"
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", attn_implementation=attention).to(device)
    chat = ChatFormat(folder)
    ids = [chat.plain(option)[0] for option in ("Yes", "No")]
    return model.requires_grad_(False), model.get_output_embeddings().weight[ids].float()


def log_odds(
    model: Any, options: torch.Tensor, group: Sequence[Prompt], ways: Sequence[AbstractContextManager[Any]]
) -> list[torch.Tensor]:
    """Yes over No, the last paragraph of each prompt read in several ways.

    Args:
        model: Of transformers.
        options: Rows of its head for Yes and No.
        group: Prompts that are read together.
        ways: What is on while the last paragraph is read, one after the other.

    Returns:
        For each way (n,) float32.
    """
    before, after = max(one.read for one in group), max(len(one.ids) - one.read for one in group)
    ids = torch.zeros(len(group), before + after, dtype=torch.long)
    mask, places = torch.zeros_like(ids), torch.zeros_like(ids)
    for at, one in enumerate(group):
        begin = before - one.read
        ids[at, begin : begin + len(one.ids)] = torch.tensor(one.ids)
        mask[at, begin : begin + len(one.ids)] = 1
        places[at, begin:] = torch.arange(before + after - begin)
    ids, mask, places = (tensor.to(options.device) for tensor in (ids, mask, places))
    cache = DynamicCache(config=model.config)
    first = {"attention_mask": mask[:, :before], "position_ids": places[:, :before]}
    with torch.no_grad():
        model.model(input_ids=ids[:, :before], past_key_values=cache, use_cache=True, **first)
    ends = torch.tensor([len(one.ids) - one.read - 1 for one in group], device=options.device)
    found = []
    for way in ways:
        with way:
            rest = {"attention_mask": mask, "position_ids": places[:, before:]}
            seen = model.model(input_ids=ids[:, before:], past_key_values=cache, use_cache=True, **rest)
        cache.crop(-after)
        logits = seen.last_hidden_state[torch.arange(len(group), device=options.device), ends].float() @ options.T
        found.append(logits[:, 0] - logits[:, 1])
    return found
