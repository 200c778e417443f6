"""How a second look at a reply is weighed with the first one at its evidence, and what both are worth.

python benchmarks/measure_review.py -o benchmarks/results/review-qwen2.5-coder-1.5b.json

`reviewed.jsonl` has the default generator's own replies to questions that `train_review.py` leaves out: what was
thought before (`decision`, log-odds), what the second look said (`reply`, log-odds), and whether the reply is right, as
we read it. The weights are held near those that were guessed before.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from common import write

from rag import logistic
from rag.evals.machine import commit, machine
from rag.evals.metrics import auroc

_GUESS, _HELD = (0.0, 0.8, 0.4), 1.0


def main() -> int:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON file of the result")
    given = parser.parse_args()
    text = Path(__file__).with_name("reviewed.jsonl").read_text("utf-8")
    seen = [json.loads(line) for line in text.splitlines()]
    looks = np.array([[1.0, one["decision"], one["reply"]] for one in seen])
    right = [bool(one["right"]) for one in seen]
    fitted = logistic.fit(looks, right, centre=_GUESS, held=_HELD * np.eye(3))
    weights = {name: round(float(w), 3) for name, w in zip(("intercept", "decision", "reply"), fitted, strict=True)}
    by = {"decision": looks[:, 1], "reply": looks[:, 2], "both": looks @ fitted}
    figures = {name: auroc(list(zip(scores.tolist(), right, strict=True))) for name, scores in by.items()}
    write(
        given.output,
        {
            "n": len(seen),
            "right": sum(right),
            "weights": weights,
            "auroc": figures,
            "commit": commit(),
            "machine": machine(),
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
