"""What the default generator's judge is worth with an adapter and without, and the curve for its log-odds.

python benchmarks/measure_judge.py PROMPTS --weights FOLDER --adapter FILE -o benchmarks/results/judge-NAME.json

PROMPTS is written by `benchmarks/judge_prompts.py`. The curve is fitted on that fifth of the ids of even SHA-1 which
`benchmarks/train_judge.py` leaves out, half of `-n` of each set; reported on are `-n` of the odd ones.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from common import progress, refusals, write
from judge_reading import Prompt, counts, load, log_odds, open_model

from rag import logistic
from rag.adapter import Adapter
from rag.answerability import probability
from rag.evals.machine import commit, machine
from rag.evals.metrics import auroc

Scored = Sequence[tuple[Prompt, float]]
_TOGETHER = 4


def main() -> int:
    """Load, read, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path, help="file of the prompts")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the model, as transformers reads it")
    parser.add_argument("--adapter", type=Path, required=True, help="the adapter")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("-n", type=int, default=260, help="questions of each set to report on (260)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    given = parser.parse_args()
    prompts = list(_of_both_kinds([one for one in load(given.prompts) if one.as_is]))
    fit = _first([one for one in prompts if one.fits], given.n // 2)
    report = _first([one for one in prompts if one.half == 1], given.n)
    model, options = open_model(given.weights, given.device)
    adapter = Adapter(model, given.adapter)
    with_it, without = _read(model, options, adapter, [*fit, *report])
    fitted = [(one, odds) for one, odds in with_it if one.half == 0]
    weights = _curve(fitted)
    figures = {}
    for name in sorted({one.set for one in report}):
        own = [
            (probability({"log_odds": odds}, weights), one.answerable)
            for one, odds in with_it
            if one.half == 1 and one.set == name
        ]
        as_it_is = auroc([(odds, one.answerable) for one, odds in without if one.half == 1 and one.set == name])
        figures[name] = {**refusals(own, 0.5), "auroc_without_adapter": as_it_is}
    found = {
        "weights": weights,
        "fitted_on": Counter(one.set for one, _ in fitted),
        "reported_on": figures,
    }
    write(given.output, {**found, "commit": commit(), "machine": machine()})
    return 0


def _of_both_kinds(prompts: Sequence[Prompt]) -> Iterator[Prompt]:
    kinds = {(one.set, one.answerable) for one in prompts}
    return (one for one in prompts if {(one.set, True), (one.set, False)} <= kinds)


def _first(prompts: Sequence[Prompt], most: int) -> list[Prompt]:
    """So many of each set."""
    sets = [[one for one in prompts if one.set == name] for name in sorted({one.set for one in prompts})]
    return [one for of_set in sets for one in of_set[:most]]


def _read(model: Any, options: torch.Tensor, adapter: Adapter, prompts: Sequence[Prompt]) -> tuple[Scored, Scored]:
    model.eval()
    with_it: list[tuple[Prompt, float]] = []
    without: list[tuple[Prompt, float]] = []
    prompts = sorted(prompts, key=lambda one: one.read)
    for at in range(0, len(prompts), _TOGETHER):
        group = prompts[at : at + _TOGETHER]
        with torch.no_grad():
            on, off = log_odds(model, options, group, [adapter.on(), nullcontext()])
        with_it += zip(group, on.tolist(), strict=True)
        without += zip(group, off.tolist(), strict=True)
        progress("reading", at + len(group), len(prompts))
    return with_it, without


def _curve(scored: Scored) -> dict[str, float]:
    """Intercept and slope; questions count as in training."""
    known = counts([one for one, _ in scored])
    share = [known[one.set, one.answerable] for one, _ in scored]
    inputs = [[1.0, odds] for _, odds in scored]
    intercept, slope = logistic.fit(inputs, [one.answerable for one, _ in scored], share).tolist()
    return {"intercept": round(intercept, 3), "log_odds": round(slope, 3)}


if __name__ == "__main__":
    sys.exit(main())
