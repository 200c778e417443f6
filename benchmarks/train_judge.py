"""Train the adapter that the default generator judges with (`rag/inference/adapter.py`).

python benchmarks/train_judge.py PROMPTS --weights FOLDER -o FILE [--device cuda]
python benchmarks/train_judge.py PROMPTS --weights FOLDER --begin ADAPTER --keep 0.5 --rounds 1 --rate 4e-4 --step 16 \
    -o FILE

PROMPTS is written by `benchmarks/judge_prompts.py`. All of a prompt but its last paragraph is read as the model is,
without gradients; training reads the last paragraph with the changes on. Of the ids of even SHA-1 four in five are
trained on; the fifth, and the odd ones, are for `benchmarks/measure_judge.py`. Needs no documents and no index; two
minutes on an H100; on two cores three seconds a prompt and round. Seeded; on a GPU sums differ in their last bits.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from adapting import Change, adapt, matrices, on, save
from common import progress
from judge_reading import Prompt, counts, load, log_odds, open_model
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

_WARM = 0.05
"""Share of the steps until the learning rate is reached."""
_TOGETHER = {"cpu": 4, "cuda": 32}
"""Most prompts that are read together."""
_ALIKE = 8
"""Steps among whose prompts those of like length are put into one."""


def main() -> int:
    """Load, train, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path, help="file of the prompts")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the model, as transformers reads it")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--begin", type=Path, help="an adapter to go on from")
    parser.add_argument("--keep", type=float, default=0.0, help="its share in what is saved (0)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each prompt is read (3)")
    parser.add_argument("--rate", type=float, default=7e-4, help="highest learning rate, falling as a cosine (7e-4)")
    parser.add_argument("--step", type=int, default=32, help="prompts of a step (32)")
    parser.add_argument("--steps", type=int, default=sys.maxsize, help="end after so many, wherever the rate is (all)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the adapter goes")
    given = parser.parse_args()
    torch.manual_seed(0)
    model, options = open_model(given.weights, given.device)
    changes = adapt(model, given.begin)
    prompts = [one for one in load(given.prompts) if one.half == 0 and not one.fits and one.answerable == one.stated]
    _train(given, model, options, changes, prompts)
    save(changes, given.output, given.begin, given.keep)
    return 0


def _train(
    given: argparse.Namespace, model: Any, options: torch.Tensor, changes: dict[str, Change], prompts: list[Prompt]
) -> None:
    order, share = random.Random(0), counts(prompts)
    optimizer = torch.optim.AdamW(matrices(changes), lr=given.rate, weight_decay=0.01, betas=(0.9, 0.98))
    steps, step = given.rounds * math.ceil(len(prompts) / given.step), 0
    warm = max(1, round(_WARM * steps))
    model.train()
    for _ in range(given.rounds):
        order.shuffle(prompts)
        windows = [sorted(window, key=lambda one: one.read) for window in _parts(prompts, _ALIKE * given.step)]
        groups = [group for window in windows for group in _parts(window, given.step)]
        order.shuffle(groups)
        for group in groups[: given.steps - step]:
            rate = given.rate * min(1, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * step / steps))
            for settings in optimizer.param_groups:
                settings["lr"] = rate
            optimizer.zero_grad()
            for part in _parts(group, _TOGETHER[given.device]):
                odds = log_odds(model, options, part, [on(changes)])[0]
                truth = torch.tensor([float(one.answerable) for one in part], device=odds.device)
                count = torch.tensor([share[one.set, one.answerable] for one in part], device=odds.device)
                losses = binary_cross_entropy_with_logits(odds, truth, reduction="none")
                ((losses * count).sum() / len(group)).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(matrices(changes), 1.0)
            optimizer.step()
            step += 1
            progress("training", step, steps)


def _parts(items: Sequence[Prompt], size: int) -> list[Sequence[Prompt]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


if __name__ == "__main__":
    sys.exit(main())
