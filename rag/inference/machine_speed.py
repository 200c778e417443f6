"""How fast this machine multiplies, and what that makes of prompts, replies and passages.

Nearly all of a model's time goes into products of its weights with the rows of a text: many rows at once are bound by
the arithmetic, a single row by how fast the weights come from memory. Both are measured here in the precision that
models run in. Run as a program it prints what it found: it loads torch, which who asks may not want to.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rag.weights.convert import fast_dtype

PROMPT_TOKENS = 390
"""Length of a usual prompt, as `benchmarks/results/latency-default.json` has it."""
_WIDE, _SMALL = (1536, 8960), (384, 1536)
"""Inputs and outputs of the largest layers of the default generator and of the default embedder."""
_LAYERS = 16
"""Wide layers that a single row goes through: more weights than most caches hold."""
_PASSAGES_TOKENS = 8 * 200
"""Rows of a batch of the embedder."""
_TURNS = 5
_LONGEST_S = 60


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured.

    Attributes:
        dtype: Precision that models run in here.
        reading: Operations a second, two for each weight and row, on the rows of a prompt.
        embedding: The same in the shapes of the embedder.
        fetching: Bytes of weights a second, for a single row.
    """

    dtype: str
    reading: float
    embedding: float
    fetching: float

    def prompt_s(self, parameters: int) -> float:
        """Seconds that a generator takes to read a usual prompt."""
        return 2 * parameters * PROMPT_TOKENS / self.reading

    def tokens_per_s(self, parameters: int) -> float:
        """Tokens that a generator writes a second, one at a time."""
        return self.fetching / (parameters * (2 if self.dtype == "bfloat16" else 4))

    def passages_per_s(self, parameters: int, tokens: int) -> float:
        """Passages of so many tokens that an embedder takes in a second."""
        return self.embedding / (2 * parameters * tokens)


def measured() -> Speed:
    """Measure, in a process of its own; takes some seconds.

    Returns:
        What this machine does while nothing else runs on it.

    Raises:
        CalledProcessError: The process failed.
        TimeoutExpired: The machine is too busy for any of this to mean something.
    """
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_LONGEST_S)  # noqa: S603
    return Speed(**json.loads(done.stdout))


def _measure() -> Speed:
    import torch
    from torch.nn import Linear

    from rag.inference.packing import pack

    dtype = getattr(torch, fast_dtype())

    def layer(inputs: int, outputs: int) -> Linear:
        made = Linear(inputs, outputs, bias=False, device="meta", dtype=dtype).to_empty(device="cpu")
        torch.nn.init.constant_(made.weight, 0.5)
        pack([made])
        return made

    def rate(layers: list[Linear], rows: int) -> float:
        """Weights times rows a second."""
        given = torch.full((rows, layers[0].in_features), 0.5, dtype=dtype)
        size = sum(each.in_features * each.out_features for each in layers)
        return rows * size / _shortest_s(lambda: [each(given) for each in layers])

    with torch.inference_mode():
        wide = [layer(*_WIDE) for _ in range(_LAYERS)]
        fetching = rate(wide, 1) * torch.finfo(dtype).bits / 8
        return Speed(
            fast_dtype(), 2 * rate(wide[:1], PROMPT_TOKENS), 2 * rate([layer(*_SMALL)], _PASSAGES_TOKENS), fetching
        )


def _shortest_s(work: Callable[[], object]) -> float:
    """The shortest of some turns, after one that is not measured: the others were held up by something."""
    work()
    taken: list[float] = []
    for _ in range(_TURNS):
        started_s = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started_s)
    return min(taken)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measure())))
