"""Low-rank changes to a model's attention, to train an adapter of `rag/inference/adapter.py` with.

On a processor all other layers are laid out for oneDNN, forth and back, which is several times as fast as what a linear
layer in bfloat16 does by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import dropout, linear

_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj")
_RANK, _DROPOUT = 8, 0.05
_SCALE = 2.0
"""Of what the two matrices give together."""
_ROWS = 512
"""What the layout of weights is chosen for."""


class Change(nn.Module):
    """A linear layer with a low-rank change; the layer itself stays as it is.

    Args:
        layer: The linear layer, for its sizes.
        output: What computes its output.
        begin: The two matrices as an adapter has them; None for a change that changes nothing yet.
    """

    def __init__(self, layer: nn.Linear, output: nn.Module, begin: tuple[torch.Tensor, torch.Tensor] | None) -> None:
        super().__init__()
        self.layer, self.on, self.stored, place = output, False, layer.weight.dtype, layer.weight.device
        if begin is None:
            down = torch.randn(_RANK, layer.in_features, device=place) / math.sqrt(layer.in_features)
            up = torch.zeros(layer.out_features, _RANK, device=place)
        else:
            down, up = begin[0].to(place).float(), begin[1].to(place).float() / _SCALE
        self.down, self.up = nn.Parameter(down), nn.Parameter(up)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer's output, changed while `on`."""
        output: torch.Tensor = self.layer(inputs)
        if not self.on:
            return output
        inner = linear(inputs, self.down.to(inputs.dtype))
        inner = dropout(inner, _DROPOUT) if self.training else inner
        return output + _SCALE * linear(inner, self.up.to(inputs.dtype))


class _Product(torch.autograd.Function):
    """A linear layer's output, and the gradient of its input, from weights that lie as oneDNN multiplies them."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, layer: _Laid) -> torch.Tensor:
        ctx.layer = layer
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, layer.there, layer.bias, "none", [], "")
        return product

    @staticmethod
    def backward(ctx: Any, *given: Any) -> Any:
        return torch.ops.mkldnn._linear_pointwise(given[0].contiguous(), ctx.layer.back, None, "none", [], ""), None


class _Laid(nn.Module):
    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach()
        self.there = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
        self.back = torch.ops.mkldnn._reorder_linear_weight(weight.t().contiguous(), _ROWS)
        self.bias, self.weight = layer.bias, weight[:0]  # of the weights themselves only the kind is asked for later

    def forward(self, rows: torch.Tensor) -> Any:
        return _Product.apply(rows, self)  # type: ignore[no-untyped-call]


def adapt(model: Any, begin: Path | None = None) -> dict[str, Change]:
    """Give the attention of a model changes to be trained, in place.

    Args:
        model: Of transformers.
        begin: An adapter to go on from; None for changes that change nothing yet.

    Returns:
        The changes by the name of their layer.
    """
    first, changes = load_file(begin) if begin else {}, {}
    for name, layer in list(model.model.named_modules(prefix="model")):
        if type(layer) is nn.Linear:
            parent, _, last = name.rpartition(".")
            output: nn.Module = _Laid(layer) if layer.weight.device.type == "cpu" else layer
            if last in _PROJECTIONS:
                known = (first[f"{name}.down"], first[f"{name}.up"]) if first else None
                output = changes[name] = Change(layer, output, known)
            setattr(model.get_submodule(parent), last, output)
    return changes


@contextmanager
def on(changes: dict[str, Change]) -> Iterator[None]:
    """The changes take part in what is computed meanwhile."""
    for change in changes.values():
        change.on = True
    yield
    for change in changes.values():
        change.on = False


def matrices(changes: dict[str, Change]) -> list[nn.Parameter]:
    """What is trained."""
    return [matrix for change in changes.values() for matrix in (change.down, change.up)]


def save(changes: dict[str, Change], file: Path, begin: Path | None = None, keep: float = 0.0) -> None:
    """As `rag.inference.adapter` reads it.

    Args:
        changes: As they were trained.
        file: Where they go.
        begin: The adapter that the training went on from.
        keep: Its share in the numbers that are saved, in [0, 1]: a mean of both keeps more of what it could do than
            training alone (Wortsman et al., 2022, arXiv:2109.01903).
    """
    first = load_file(begin) if begin and keep else {}
    tensors = {}
    for name, change in changes.items():
        for part, matrix in (("down", change.down), ("up", _SCALE * change.up)):
            key, trained = f"{name}.{part}", matrix.detach().cpu()
            mixed = keep * first[key].float() + (1 - keep) * trained if first else trained
            tensors[key] = mixed.to(change.stored)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, file)
