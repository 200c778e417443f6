"""Low-rank changes to a model's projections, on only while something is read that they were trained for.

A judge reads the last paragraph of its prompt with them on, and everything before it as the model is: what is computed
of the passages and the question is then shared with the answer, and the answer is the model's own. The file is made by
`benchmarks/train_judge.py`: for each projection two matrices, `NAME.down` (rank, inputs) and `NAME.up` (outputs, rank).

Hu et al., 2021, arXiv:2106.09685 (the changes); Greenewald et al., 2025, arXiv:2504.12397 (on from a point onwards).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch.nn.functional import linear

from rag.errors import WeightsError


class Adapter:
    """The changes of one file on one model, off to begin with.

    Args:
        model: Of transformers; it is not changed, but listened to.
        file: Matrices for some of its linear layers.

    Raises:
        WeightsError: The file names a layer that the model does not have, or of another shape.
    """

    def __init__(self, model: Any, file: Path) -> None:
        self._on = False
        tensors = load_file(file)
        modules = dict(model.named_modules())
        for name in sorted({key.rpartition(".")[0] for key in tensors}):
            module, down, up = modules.get(name), tensors[f"{name}.down"], tensors[f"{name}.up"]
            if module is None or tuple(module.weight.shape) != (len(up), down.shape[1]):
                raise WeightsError(f"{file.name}: made for another model: {name}", "leave the judge out")
            like = {"dtype": module.weight.dtype, "device": module.weight.device}
            module.register_forward_hook(self._change(down.to(**like), up.to(**like)))

    @contextmanager
    def on(self) -> Iterator[None]:
        """The changes take part in what is computed meanwhile."""
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def _change(self, down: torch.Tensor, up: torch.Tensor) -> Any:
        def changed(_module: Any, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor | None:
            return output + linear(linear(inputs[0], down), up) if self._on else None

        return changed
