"""Linear layers whose weights lie as the processor multiplies them: laid out once, not at every product.

oneDNN multiplies bfloat16 in tiles. A matrix that lies row by row it lays out anew each time, which takes as long as
the product itself where few rows are multiplied. Layers whose weights are not bfloat16, or not in the memory of a
processor, stay as they are. Knows linear layers, and nothing of what they are part of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.nn import Linear, Parameter

_ROWS = 512
"""What the layout is chosen for; products of fewer rows are as fast in it."""


def pack(layers: Iterable[Any], output: Any = None) -> None:
    """Have linear layers lay out their weights when they first multiply.

    Args:
        layers: Modules of a model; those that are no linear layers are passed over.
        output: The one among them that gives logits. Its plain weights are kept beside those laid out: likelihoods are
            computed from single rows of them.
    """
    for layer in layers:
        if type(layer) is Linear and layer.weight.dtype == torch.bfloat16 and layer.weight.device.type == "cpu":
            layer.forward = _Packed(layer, keep=layer is output)  # type: ignore[method-assign,assignment]


def rows_apart(model: Any, most: int) -> bool:
    """Whether a row of a product is the same to the bit, however many rows are multiplied at once.

    Which instructions a product is made of is chosen by its shape and the processor, so it is looked at, not assumed.

    Args:
        model: Of transformers.
        most: Most rows at once.

    Returns:
        True where each number of rows up to that gives the same, in every shape of linear layer that the model has.
    """
    shapes = {(m.in_features, m.out_features, m.bias is None): m for m in model.modules() if isinstance(m, Linear)}
    return all(_apart(layer, most) for layer in shapes.values())


@torch.inference_mode()
def _apart(layer: Linear, most: int) -> bool:
    rows = torch.randn(1, most, layer.in_features, generator=torch.Generator().manual_seed(0))
    rows = rows.to(layer.weight.dtype).to(layer.weight.device)
    together = layer(rows)
    alone = torch.cat([layer(row) for row in torch.split(rows, 1, 1)], 1)
    return torch.equal(alone, together) and all(
        torch.equal(layer(rows[:, :some]), together[:, :some]) for some in range(2, most)
    )


class _Packed:
    """What a layer computes; its plain weights are let go of, unless told otherwise."""

    def __init__(self, layer: Linear, *, keep: bool) -> None:
        self._layer = layer
        self._keep = keep
        self._weight: torch.Tensor | None = None

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        if self._weight is None:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._layer.weight.detach(), _ROWS)
            if not self._keep:
                self._layer.weight = Parameter(self._weight, requires_grad=False)
        single = rows.shape[-2] == 1
        taken = torch.cat([rows, rows], -2) if single else rows  # of many inputs oneDNN sums a single row otherwise
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            taken, self._weight, self._layer.bias, "none", [], ""
        )
        return product[..., :1, :] if single else product
