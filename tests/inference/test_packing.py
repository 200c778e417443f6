"""Weights laid out for the processor: the same products, plain weights let go of, and whether rows stand apart."""

from __future__ import annotations

import pytest
import torch
from torch.nn import Linear, Module

from rag.inference.packing import pack, rows_apart

ROWS = 32


class Model(Module):
    """Two linear layers, the second of which gives logits."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.inner = Linear(96, 160, dtype=dtype)
        self.output = Linear(160, 40, bias=False, dtype=dtype)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.output(self.inner(rows))
        return found


class OneByOne(Linear):
    """A product in which no row knows of another."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.cat([super(OneByOne, self).forward(row) for row in torch.split(rows, 1, -2)], -2)


class OfTheWhole(OneByOne):
    """A product in which rows tell on each other."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows) + rows.shape[-2]


class OfOthers(Linear):
    """A product in which a row knows whether there are others."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows) + (rows.shape[-2] > 1)


def laid_out(layer: Linear) -> bool:
    return bool(layer.weight.is_mkldnn)


@pytest.mark.parametrize("rows", [1, 11, 40, 300])
def test_products_are_those_of_the_plain_weights(rows: int) -> None:
    model, asked = Model(torch.bfloat16), torch.randn(1, rows, 96).bfloat16()
    with torch.inference_mode():
        plain = model(asked)
        pack(model.modules(), model.output)
        first, second = model(asked), model(asked)
    assert torch.equal(first, second)
    assert torch.allclose(plain.float(), first.float(), atol=0.05)


def test_plain_weights_are_let_go_of_once_they_are_laid_out_but_for_the_output_layers() -> None:
    model = Model(torch.bfloat16)
    pack(model.modules(), model.output)
    assert not laid_out(model.inner), "nothing is laid out before it is needed"
    with torch.inference_mode():
        model(torch.randn(1, 2, 96).bfloat16())
    assert laid_out(model.inner) and model.inner.weight.shape == (160, 96)
    assert not laid_out(model.output)


def test_other_precisions_stay_as_they_are() -> None:
    model, asked = Model(torch.float32), torch.randn(1, 5, 96)
    with torch.inference_mode():
        plain = model(asked)
        pack(model.modules(), model.output)
        assert torch.equal(plain, model(asked))
    assert not laid_out(model.inner)


@pytest.mark.parametrize(("kind", "apart"), [(OneByOne, True), (OfTheWhole, False), (OfOthers, False)])
def test_rows_that_tell_on_each_other_are_found_out(kind: type[Linear], apart: bool) -> None:
    model = Module()
    model.layer = kind(96, 40)
    assert rows_apart(model, ROWS) is apart


def test_a_row_of_many_inputs_is_the_same_alone_and_among_others() -> None:
    torch.manual_seed(0)
    layer = Linear(8960, 1536, bias=False, dtype=torch.bfloat16)
    pack([layer])
    with torch.inference_mode():
        rows = torch.randn(1, 4 * ROWS, 8960).bfloat16()
        among = torch.cat([layer(some) for some in torch.split(rows, ROWS, 1)], 1)
        alone = torch.cat([layer(row) for row in torch.split(rows, 1, 1)], 1)
    assert alone.shape == among.shape
    assert torch.equal(alone, among)
