"""Draws what `benchmarks/growth.py` is asked for; runs where Matplotlib is.

python draw.py RESULT PICTURE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

_MB = 1 << 20


def main() -> int:
    """Draw four panels over the number of passages, both axes logarithmic."""
    sizes = json.loads(Path(sys.argv[1]).read_text("utf-8"))["sizes"]
    passages = [int(size) for size in sizes]
    figure, panels = pyplot.subplots(2, 2, figsize=(9, 6.5), layout="constrained")
    for panel, (title, unit, lines) in zip(panels.flat, _panels(list(sizes.values())), strict=True):
        for label, values in lines.items():
            panel.loglog(passages, values, marker="o", label=label)
        panel.set(title=title, xlabel="passages", ylabel=unit)
        panel.grid(alpha=0.3)
        panel.legend()
    matplotlib.rcParams["svg.hashsalt"] = "footnote"  # the same bytes for the same figures
    figure.savefig(sys.argv[2], metadata={"Date": None})
    return 0


def _panels(sizes: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, list[float]]]]:
    storing = [one["storing"] for one in sizes]
    finding = [one["finding"]["ms"] for one in sizes]
    opening = [sorted(one["opening"], key=lambda turn: turn["searched"]["seconds"]) for one in sizes]
    middle = [turns[len(turns) // 2] for turns in opening]
    parts = {"all": "all", "dense": "by vectors", "lexical": "by words", "embedding": "embedding the question"}
    return [
        (
            "Storing",
            "seconds",
            {
                "passages and vectors": [one["put_s"] for one in storing],
                "closing": [one["close_s"] for one in storing],
            },
        ),
        (
            "Finding, median",
            "milliseconds",
            {label: [ms[part]["p50"] for ms in finding] for part, label in parts.items()},
        ),
        (
            "Opening",
            "seconds",
            {
                "open": [turn["opened"]["seconds"] for turn in middle],
                "first search done": [turn["searched"]["seconds"] for turn in middle],
            },
        ),
        (
            "Memory",
            "MB",
            {
                "added by storing": [one["resident_bytes"] / _MB for one in storing],
                "before the first question": [turn["opened"]["resident_bytes"] / _MB for turn in middle],
                "after the first search": [turn["searched"]["resident_bytes"] / _MB for turn in middle],
            },
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
