"""What the default generator's judge is worth with its adapter, and the curve for its log-odds.

python benchmarks/measure_judge.py PROMPTS --weights FOLDER --adapter FILE --said FILE --untrained everyday \
    -o benchmarks/results/judge-NAME.json

PROMPTS is written by `benchmarks/judge_prompts.py`. Intercept and slope are fitted on that fifth of the ids of even
SHA-1 which `benchmarks/train_judge.py` leaves out; what is added where yes or no is wanted then on these and on all
even ids of the sets that the adapter was not trained on, which have more such questions. Reported on are the odd ids,
`-n` of each set. What the judge said is kept in a file: a run that was cut off goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from common import progress, refusals, write
from judge_reading import Prompt, counts, load, log_odds, open_model

from rag import logistic
from rag.answerability import Opinion, judged, probability
from rag.checks.yes_or_no import wants_yes_or_no
from rag.evals.machine import commit, machine
from rag.inference.adapter import Adapter

Scored = Sequence[tuple[Prompt, float]]
_TOGETHER = 4
_FIRM, _SHRUNK = 1e6, 8.0
"""How firmly weights are held where they are: to stay there; and so that few questions move them little."""


def main() -> int:
    """Load, read, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path, help="file of the prompts")
    parser.add_argument("--weights", type=Path, required=True, help="folder of the model, as transformers reads it")
    parser.add_argument("--adapter", type=Path, required=True, help="the adapter")
    parser.add_argument("--said", type=Path, required=True, help="file of what the judge said")
    parser.add_argument("--untrained", nargs="*", default=[], help="sets that the adapter was not trained on")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--fit", type=int, default=130, help="questions of each set to fit on (130)")
    parser.add_argument("-n", type=int, default=260, help="questions of each set to report on (260)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    given = parser.parse_args()
    prompts = list(_of_both_kinds([one for one in load(given.prompts) if one.as_is]))
    trained = _first([one for one in prompts if one.fits and one.set not in given.untrained], given.fit)
    others = _first([one for one in prompts if one.half == 0 and one.set in given.untrained], given.fit)
    fit = [*trained, *(one for one in others if one.answerable == one.stated)]
    report = _first([one for one in prompts if one.half == 1], given.n)
    said = _read(given, [*fit, *report])
    base = _curve([(one, said[one.set, one.id]) for one in trained], [0.0, 0.0, 0.0], [0.0, 0.0, _FIRM])
    moved = _curve([(one, said[one.set, one.id]) for one in fit], list(base.values()), [_FIRM, _FIRM, _SHRUNK])
    weights = {name: round(weight, 3) for name, weight in moved.items()}
    likely = [(one, probability(_features(one, said[one.set, one.id]), weights)) for one in report]
    figures = {}
    for name in sorted({one.set for one in report}):
        own = [(one, so) for one, so in likely if one.set == name]
        figures[name] = refusals([(so, one.answerable) for one, so in own], 0.5)
        closed = [(so, one.answerable) for one, so in own if wants_yes_or_no(one.query)]
        if len({answerable for _, answerable in closed}) == 2:
            figures[name]["yes_or_no"] = refusals(closed, 0.5)
    found = {"weights": weights, "fitted_on": Counter(one.set for one in fit), "reported_on": figures}
    write(given.output, {**found, "commit": commit(), "machine": machine()})
    return 0


def _of_both_kinds(prompts: Sequence[Prompt]) -> Iterator[Prompt]:
    kinds = {(one.set, one.answerable) for one in prompts}
    return (one for one in prompts if {(one.set, True), (one.set, False)} <= kinds)


def _first(prompts: Sequence[Prompt], most: int) -> list[Prompt]:
    """So many of each set."""
    sets = [[one for one in prompts if one.set == name] for name in sorted({one.set for one in prompts})]
    return [one for of_set in sets for one in of_set[:most]]


def _read(given: argparse.Namespace, prompts: Sequence[Prompt]) -> dict[tuple[str, str], float]:
    """Log-odds of Yes by set and id: those of the file, and the others read and added to it."""
    lines = given.said.read_text("utf-8").splitlines() if given.said.exists() else []
    said = {(set_, id_): odds for set_, id_, odds in map(json.loads, lines)}
    missing = sorted((one for one in prompts if (one.set, one.id) not in said), key=lambda one: one.read)
    if not missing:
        return said
    model, options = open_model(given.weights, given.device)
    adapter = Adapter(model, given.adapter)
    model.eval()
    with given.said.open("a", encoding="utf-8") as out:
        for at in range(0, len(missing), _TOGETHER):
            group = missing[at : at + _TOGETHER]
            with torch.no_grad():
                odds = log_odds(model, options, group, [adapter.on()])[0].tolist()
            for one, value in zip(group, odds, strict=True):
                said[one.set, one.id] = value
                out.write(json.dumps([one.set, one.id, value]) + "\n")
            out.flush()
            progress("reading", at + len(group), len(missing))
    return said


def _features(prompt: Prompt, odds: float) -> dict[str, float]:
    return judged(prompt.query, Opinion("", odds))


def _curve(scored: Scored, centre: Sequence[float], held: Sequence[float]) -> dict[str, float]:
    """Weights of the features, held near some; questions count as in training."""
    known = counts([one for one, _ in scored])
    share = [known[one.set, one.answerable] for one, _ in scored]
    values = [_features(one, odds) for one, odds in scored]
    inputs, so = [[1.0, *each.values()] for each in values], [one.answerable for one, _ in scored]
    weights = logistic.fit(inputs, so, share, centre, np.diag(held)).tolist()
    return dict(zip(["intercept", *values[0]], weights, strict=True))


if __name__ == "__main__":
    sys.exit(main())
