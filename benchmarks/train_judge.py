"""Train the adapter that the default generator judges with (`rag/adapter.py`).

python benchmarks/train_judge.py PROMPTS --weights FOLDER -o FILE [--device cuda]

PROMPTS is written by `benchmarks/judge_prompts.py`. All of a prompt but its last paragraph is read as the model is,
without gradients; training reads the last paragraph with the changes on. Of the ids of even SHA-1 four in five are
trained on; the fifth, and the odd ones, are for `benchmarks/measure_judge.py`. Needs no documents and no index; two
minutes on an H100, hours on two cores. Seeded; on a GPU sums differ in their last bits.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from common import progress
from judge_reading import Prompt, counts, load, log_odds, open_model
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, dropout, linear

_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
SCALE = 2.0
"""Of what the two matrices give together."""
_RANK, _DROPOUT = 8, 0.05
_RATE, _BATCH, _WARM, _EPOCHS = 7e-4, 32, 20, 3
"""Highest learning rate, falling as a cosine; prompts of a step; steps until the rate is reached; rounds."""
_ALIKE = 256
"""Prompts among which those of like length are put into one batch."""


class Change(nn.Module):
    """A linear layer with a low-rank change; the layer itself stays as it is."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer, self.on, place = layer, False, layer.weight.device
        begin = torch.randn(_RANK, layer.in_features, device=place) / math.sqrt(layer.in_features)
        self.down, self.up = nn.Parameter(begin), nn.Parameter(torch.zeros(layer.out_features, _RANK, device=place))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer's output, changed while `on`."""
        output: torch.Tensor = self.layer(inputs)
        if not self.on:
            return output
        inner = linear(inputs, self.down.to(inputs.dtype))
        inner = dropout(inner, _DROPOUT) if self.training else inner
        return output + SCALE * linear(inner, self.up.to(inputs.dtype))


def main() -> int:
    """Load, train, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path, help="file of the prompts")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the model, as transformers reads it")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the adapter goes")
    given = parser.parse_args()
    torch.manual_seed(0)
    model, options = open_model(given.weights, given.device)
    changes = dict(_change(model))
    prompts = [one for one in load(given.prompts) if one.half == 0 and not one.fits and one.answerable == one.stated]
    _train(model, options, changes, prompts)
    save(changes, given.output)
    return 0


def _change(model: Any) -> Iterator[tuple[str, Change]]:
    for name, module in list(model.named_modules()):
        parent, _, last = name.rpartition(".")
        if last in _PROJECTIONS:
            change = Change(module)
            setattr(model.get_submodule(parent), last, change)
            yield name, change


@contextmanager
def on(changes: dict[str, Change]) -> Iterator[None]:
    """The changes take part in what is computed meanwhile."""
    for change in changes.values():
        change.on = True
    yield
    for change in changes.values():
        change.on = False


def _train(model: Any, options: torch.Tensor, changes: dict[str, Change], prompts: list[Prompt]) -> None:
    order = random.Random(0)
    parameters = [matrix for change in changes.values() for matrix in (change.down, change.up)]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    steps, step = _EPOCHS * math.ceil(len(prompts) / _BATCH), 0
    share = counts(prompts)
    model.train()
    for _ in range(_EPOCHS):
        order.shuffle(prompts)
        windows = [sorted(window, key=lambda one: one.read) for window in _parts(prompts, _ALIKE)]
        groups = [group for window in windows for group in _parts(window, _BATCH)]
        order.shuffle(groups)
        for group in groups:
            rate = _RATE * min(1, (step + 1) / _WARM) * 0.5 * (1 + math.cos(math.pi * step / steps))
            for settings in optimizer.param_groups:
                settings["lr"] = rate
            odds = log_odds(model, options, group, [on(changes)])[0]
            truth = torch.tensor([float(one.answerable) for one in group], device=odds.device)
            count = torch.tensor([share[one.set, one.answerable] for one in group], device=odds.device)
            optimizer.zero_grad()
            losses = binary_cross_entropy_with_logits(odds, truth, reduction="none")
            (losses * count).mean().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            progress("training", step, max(step, steps))


def _parts(items: Sequence[Prompt], size: int) -> list[Sequence[Prompt]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def save(changes: dict[str, Change], file: Path) -> None:
    """As `rag.adapter` reads it."""
    pairs = [
        (name, change.down.detach(), SCALE * change.up.detach(), change.layer.weight.dtype)
        for name, change in changes.items()
    ]
    tensors = {f"{name}.down": down.to(stored).cpu() for name, down, _, stored in pairs}
    tensors |= {f"{name}.up": up.to(stored).cpu() for name, _, up, stored in pairs}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, file)


if __name__ == "__main__":
    sys.exit(main())
