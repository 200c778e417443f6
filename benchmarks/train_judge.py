"""Train the adapter that the default generator judges with (`rag/adapter.py`), and measure it on the other half.

python benchmarks/train_judge.py SETS -o benchmarks/results/judge.json --adapter FILE --kept DIR [-n 500] [--epochs 3]

Everything before a prompt's last paragraph is read once, as the model is, and its keys and values are kept in DIR
(about 12 MB a question; a run that was cut off goes on). Training then reads the last paragraph alone. Ids of even
SHA-1 are trained on, odd ones are reported on. Seeded, and in one order of everything. Takes hours on two cores.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from common import arguments, datasets, progress, settings, write
from judge_questions import Asked, questions
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, dropout, linear
from transformers import AutoModelForCausalLM, DynamicCache

from rag import prompts
from rag.chat_format import ChatFormat
from rag.evals.datasets import sample
from rag.evals.machine import commit, machine
from rag.evals.metrics import auroc, balanced_accuracy, mean
from rag.evals.runner import open_parts
from rag.factory import open_weights

_NAME = "qwen2.5-coder-1.5b"
_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
_RANK, _SCALE, _DROPOUT = 8, 2.0, 0.05
_RATE, _BATCH, _WARM = 5e-4, 8, 20
"""Highest learning rate, falling as a cosine; prompts of a step; steps until the rate is reached."""
_ALIKE = 64
"""Prompts among which those of like length are put into one batch."""


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt whose beginning is read: where that is kept, how long it is, and the ids of the rest."""

    asked: Asked
    file: Path
    tokens: int
    rest: list[int]


class Change(nn.Module):
    """A linear layer with a low-rank change; the layer itself stays as it is."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer, self.on = layer, False
        self.down = nn.Parameter(torch.randn(_RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, _RANK))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer's output, changed while `on`."""
        output: torch.Tensor = self.layer(inputs)
        if not self.on:
            return output
        inner = linear(inputs, self.down.to(inputs.dtype))
        inner = dropout(inner, _DROPOUT) if self.training else inner
        return output + _SCALE * linear(inner, self.up.to(inputs.dtype))


class Trainee:
    """The model with a change at each projection, and the prompts it is asked.

    Args:
        folder: Of the weights.
        kept: Folder for what was read.
    """

    def __init__(self, folder: Path, kept: Path) -> None:
        self.model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").requires_grad_(False)
        self.kept, self._format = kept, ChatFormat(folder)
        self.changes = dict(self._change())
        ids = [self._format.plain(option)[0] for option in ("Yes", "No")]
        self._options = self.model.get_output_embeddings().weight[ids].float()

    def _change(self) -> Any:
        for name, module in list(self.model.named_modules()):
            parent, _, last = name.rpartition(".")
            if last in _PROJECTIONS:
                change = Change(module)
                setattr(self.model.get_submodule(parent), last, change)
                yield name, change

    def parameters(self) -> list[nn.Parameter]:
        """All that is trained."""
        return [matrix for change in self.changes.values() for matrix in (change.down, change.up)]

    def read(self, asked: Asked) -> Read:
        """Read all but the last paragraph, as the model is, unless that was done before."""
        ids, cuts = self._format.prompt(prompts.judge_messages(asked.query, asked.evidence))
        first = ids[: cuts[-1]]
        file = self.kept / f"{hashlib.sha256(repr(first).encode()).hexdigest()[:24]}.pt"
        if not file.exists():
            cache = DynamicCache(config=self.model.config)
            with torch.inference_mode():
                self.model.model(input_ids=torch.tensor([first]), past_key_values=cache, use_cache=True)
            draft = file.with_suffix(".part")
            torch.save(torch.stack([torch.stack([layer.keys[0], layer.values[0]]) for layer in cache.layers]), draft)
            draft.replace(file)
        return Read(asked, file, len(first), ids[len(first) :])

    def log_odds(self, group: Sequence[Read]) -> torch.Tensor:
        """(n,) float32, of Yes over No, the last paragraphs read with the changes on."""
        before, after = max(one.tokens for one in group), max(len(one.rest) for one in group)
        kept = [torch.load(one.file, mmap=True) for one in group]
        layers, two, heads, _, width = kept[0].shape
        past = torch.zeros(layers, two, len(group), heads, before, width, dtype=kept[0].dtype)
        ids, places = torch.zeros(len(group), after, dtype=torch.long), torch.zeros(len(group), after, dtype=torch.long)
        mask = torch.zeros(len(group), before + after, dtype=torch.long)
        for at, (one, tensors) in enumerate(zip(group, kept, strict=True)):
            past[:, :, at, :, before - one.tokens :] = tensors
            ids[at, : len(one.rest)] = torch.tensor(one.rest)
            mask[at, before - one.tokens : before + len(one.rest)] = 1
            places[at] = torch.arange(one.tokens, one.tokens + after)
        cache = DynamicCache(config=self.model.config)
        for layer in range(layers):
            cache.update(past[layer, 0], past[layer, 1], layer)
        for change in self.changes.values():
            change.on = True
        given = {"attention_mask": mask, "position_ids": places, "past_key_values": cache, "use_cache": True}
        hidden = self.model.model(input_ids=ids, **given).last_hidden_state
        for change in self.changes.values():
            change.on = False
        last = hidden[torch.arange(len(group)), torch.tensor([len(one.rest) - 1 for one in group])].float()
        logits = last @ self._options.T
        odds: torch.Tensor = logits[:, 0] - logits[:, 1]
        return odds

    def save(self, file: Path) -> None:
        """As `rag.adapter` reads it."""
        stored = next(self.model.parameters()).dtype
        tensors = {f"{name}.down": change.down.detach().to(stored) for name, change in self.changes.items()}
        tensors |= {f"{name}.up": (_SCALE * change.up.detach()).to(stored) for name, change in self.changes.items()}
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, file)


def main() -> int:
    """Find, read, train, measure, write."""
    parser = arguments(__doc__, 500)
    parser.add_argument("--adapter", type=Path, required=True, help="where the adapter goes")
    parser.add_argument("--kept", type=Path, required=True, help="folder for keys and values")
    parser.add_argument("--epochs", type=int, default=3)
    given = parser.parse_args()
    config = settings(generator="extractive")
    parts = open_parts(config, progress, generator=True)
    asked = [
        one
        for dataset in datasets(given.sets)
        for one in questions(sample(dataset, given.n, None), parts, without_gold=True)
    ]
    given.kept.mkdir(parents=True, exist_ok=True)
    trainee = Trainee(open_weights(config, progress).path(_NAME), given.kept)
    wanted = [one for one in asked if one.half == 0 or " without gold" not in one.id]
    read = []
    for at, one in enumerate(wanted):
        progress("reading", at + 1, len(wanted))
        read.append(trainee.read(one))
    train = [one for one in read if one.asked.half == 0]
    _train(trainee, train, given.epochs)
    trainee.save(given.adapter)
    figures = _measure(trainee, [one for one in read if one.asked.half == 1])
    trained = Counter(one.asked.set for one in train)
    write(
        given.output,
        {
            "trained_on": trained,
            "epochs": given.epochs,
            "reported_on": figures,
            "commit": commit(),
            "machine": machine(),
        },
    )
    return 0


def _train(trainee: Trainee, train: list[Read], epochs: int) -> None:
    torch.manual_seed(0)
    order = random.Random(0)
    cells = Counter((one.asked.set, one.asked.answerable) for one in train)
    optimizer = torch.optim.AdamW(trainee.parameters(), lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    steps, step = epochs * math.ceil(len(train) / _BATCH), 0
    trainee.model.train()
    for _ in range(epochs):
        order.shuffle(train)
        windows = [sorted(window, key=lambda one: one.tokens) for window in _parts(train, _ALIKE)]
        groups = [group for window in windows for group in _parts(window, _BATCH)]
        order.shuffle(groups)
        for group in groups:
            rate = _RATE * min(1, (step + 1) / _WARM) * 0.5 * (1 + math.cos(math.pi * step / steps))
            for settings_ in optimizer.param_groups:
                settings_["lr"] = rate
            truth = torch.tensor([float(one.asked.answerable) for one in group])
            counts = torch.tensor([_count(one.asked, cells) for one in group])
            losses = binary_cross_entropy_with_logits(trainee.log_odds(group), truth, reduction="none")
            optimizer.zero_grad()
            (losses * counts).mean().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
            optimizer.step()
            step += 1
            progress("training", step, max(step, steps))


def _parts(items: Sequence[Read], size: int) -> list[Sequence[Read]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _count(asked: Asked, cells: Counter[tuple[str, bool]]) -> float:
    """What a question counts: in each set, those that are answered as much as those that are not."""
    own, other = cells[asked.set, asked.answerable], cells[asked.set, not asked.answerable]
    return (own + other) / 2 / own if other else 1.0


def _measure(trainee: Trainee, test: Sequence[Read]) -> dict[str, dict[str, Any]]:
    trainee.model.eval()
    scored: list[tuple[Asked, float]] = []
    with torch.no_grad():
        for group in _parts(sorted(test, key=lambda one: one.tokens), _BATCH):
            scored += zip([one.asked for one in group], trainee.log_odds(group).tolist(), strict=True)
    names = sorted(
        {asked.set for asked, _ in scored if len({a.answerable for a, _ in scored if a.set == asked.set}) == 2}
    )
    return {name: _figures([(odds, asked.answerable) for asked, odds in scored if asked.set == name]) for name in names}


def _figures(scored: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    return {
        "n": len(scored),
        "answerable": sum(answerable for _, answerable in scored),
        "auroc": auroc(scored),
        "balanced_accuracy": balanced_accuracy([(odds >= 0, answerable) for odds, answerable in scored]),
        "false_answers": mean(float(odds >= 0) for odds, answerable in scored if not answerable),
        "false_refusals": mean(float(odds < 0) for odds, answerable in scored if answerable),
    }


if __name__ == "__main__":
    sys.exit(main())
