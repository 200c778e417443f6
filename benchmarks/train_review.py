"""Train the adapter that the default generator reviews replies with (`rag/inference/adapter.py`), on two cores.

python benchmarks/train_review.py PROMPTS --weights FOLDER --begin ADAPTER -o FILE

PROMPTS is written by `benchmarks/judge_prompts.py`, of the public sets and of `everyday/`, one file after the other.
`replies.jsonl` has right and wrong replies to some of their questions of even SHA-1, in our own words. Training goes on
from the judge's adapter; what comes before the last paragraph is read once for all replies to a question, as the model
is. One question in five is left out, for the curve. Three quarters of an hour without AMX; seeded.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from adapting import adapt, matrices, on, save
from common import progress
from judge_reading import Prompt, load, open_model
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoTokenizer, DynamicCache

from rag.evals.metrics import auroc
from rag.inference.chat_format import ChatFormat
from rag.prompts import review_messages
from rag.support import judge_support
from rag.types import Chunk, Evidence

_RATE, _BATCH, _WARM = 5e-4, 8, 8
"""Highest learning rate, falling as a cosine; questions of a step; steps until the rate is reached."""
_REPLIES = 3
"""About as many replies as a question has."""
_LINE = re.compile(r"^\[\d+\] (.+)$", re.MULTILINE)
_NOWHERE = Chunk("", 0, 0, "")
_FAR = 0.35
"""Support of a right reply under which a line of the evidence is a wrong one."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A question, the ids of its prompt up to the last paragraph, and of a last paragraph for each reply."""

    prompt: Prompt
    before: list[int]
    replies: list[tuple[list[int], bool]]


class _Reader:
    """The model with its changes: on in the last paragraph, off before.

    Args:
        folder: The model, as transformers reads it.
        begin: The adapter to go on from.
    """

    def __init__(self, folder: Path, begin: Path) -> None:
        self._model, self._options = open_model(folder, "cpu")
        self.changes = adapt(self._model, begin)

    def odds(self, one: Replied) -> torch.Tensor:
        """Yes over No of each reply: (replies,) float32."""
        rows, longest, before = len(one.replies), max(len(ids) for ids, _ in one.replies), len(one.before)
        read, cache = DynamicCache(config=self._model.config), DynamicCache(config=self._model.config)
        with torch.no_grad():
            self._model.model(input_ids=torch.tensor([one.before]), past_key_values=read, use_cache=True)
        for at, layer in enumerate(read.layers):
            cache.update(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1), at)
        ids, mask = torch.zeros(rows, longest, dtype=torch.long), torch.ones(rows, before + longest, dtype=torch.long)
        for at, (given, _) in enumerate(one.replies):
            ids[at, : len(given)] = torch.tensor(given)
            mask[at, before + len(given) :] = 0
        places = torch.arange(before, before + longest).expand(rows, -1)
        with on(self.changes):
            seen = self._model.model(
                input_ids=ids, past_key_values=cache, attention_mask=mask, position_ids=places, use_cache=True
            )
        ends = torch.tensor([len(given) - 1 for given, _ in one.replies])
        logits = seen.last_hidden_state[torch.arange(rows), ends].float() @ self._options.T
        odds: torch.Tensor = logits[:, 0] - logits[:, 1]
        return odds

    def train(self, questions: list[Replied]) -> None:
        """One round; right replies count as much as wrong ones."""
        order, steps = random.Random(0), len(questions) // _BATCH
        order.shuffle(questions)
        parameters = matrices(self.changes)
        optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
        right = [so for one in questions for _, so in one.replies]
        count = {so: len(right) / 2 / right.count(so) for so in (True, False)}
        self._model.train()
        for step in range(steps):
            for settings in optimizer.param_groups:
                settings["lr"] = _RATE * min(1, (step + 1) / _WARM) * 0.5 * (1 + math.cos(math.pi * step / steps))
            optimizer.zero_grad()
            for one in questions[step * _BATCH : (step + 1) * _BATCH]:
                truth = [so for _, so in one.replies]
                losses = binary_cross_entropy_with_logits(
                    self.odds(one), torch.tensor(truth, dtype=torch.float32), reduction="none"
                )
                (losses * torch.tensor([count[so] for so in truth])).sum().div(_BATCH * _REPLIES).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            progress("training", step + 1, steps)
        self._model.eval()


def main() -> int:
    """Load, train, save; print how well the replies of the questions left out are told apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path, help="file of the prompts")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the model, as transformers reads it")
    parser.add_argument("--begin", type=Path, required=True, help="the adapter to go on from")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the adapter goes")
    given = parser.parse_args()
    torch.manual_seed(0)
    questions = list(_questions(given.prompts, given.weights))
    reader = _Reader(given.weights, given.begin)
    reader.train([one for one in questions if not one.prompt.fits])
    save(reader.changes, given.output)
    with torch.no_grad():
        left_out = [one for one in questions if one.prompt.fits]
        odds = [each for one in left_out for each in reader.odds(one).tolist()]
    told = list(zip(odds, (so for one in left_out for _, so in one.replies), strict=True))
    print(f"left out: {len(told)} replies, AUROC {auroc(told):.3f}")
    return 0


def _questions(file: Path, folder: Path) -> Iterator[Replied]:
    """Those that have replies, with what is read after the evidence for each."""
    text = Path(__file__).with_name("replies.jsonl").read_text("utf-8")
    written = {(one["set"], one["id"]): one for one in map(json.loads, text.splitlines())}
    tokenizer, chat, pick = AutoTokenizer.from_pretrained(folder), ChatFormat(folder), random.Random(3)
    for prompt in load(file):
        if found := written.get((prompt.set, prompt.id)):
            before = prompt.ids[: prompt.read]
            lines = _LINE.findall(tokenizer.decode(before).partition("Passages:\n")[2])
            evidence = [Evidence(_NOWHERE, 0, len(line), line, 0.0) for line in lines]
            replies = [(text, so) for so, kind in ((True, "right"), (False, "wrong")) for text in found[kind]]
            asked = [
                (chat.prompt(review_messages(prompt.query, evidence, text)), so)
                for text, so in [*replies, *_quotes(lines, found["right"], pick)]
            ]
            assert all(each.ids[: prompt.read] == before for each, _ in asked)
            yield Replied(prompt, before, [(each.ids[prompt.read :], so) for each, so in asked])


def _quotes(lines: Sequence[str], right: Sequence[str], pick: random.Random) -> Iterator[tuple[str, bool]]:
    """Lines of the evidence as replies, for some questions: evidence stands in the place of a draft that falls."""
    if not right:
        yield from [(lines[0], False)] if pick.random() < 0.5 else []
        return
    full, chance = max(right, key=len), pick.random()
    good = [line for line in lines if judge_support(full, [line]).verdict == "supported"]
    rest = [line for line in lines if all(judge_support(reply, [line]).score < _FAR for reply in right)]
    if good and chance < 0.5:
        yield f"{good[0]} {rest[0]}" if rest and chance >= 0.3 else good[0], True
    if rest and pick.random() < 0.25:
        yield rest[0], False


if __name__ == "__main__":
    sys.exit(main())
