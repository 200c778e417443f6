"""What some heads of a model attend to, noted only while asked for.

A model that has read passages and a question looks, as it begins its reply, at the passage that it is about to reply
from: a few heads do nothing else. Which ones differs from model to model; `benchmarks/attending.py` finds them.

Wu et al., 2024, arXiv:2404.15574 (such heads); Chen et al., 2024, arXiv:2410.02642 (passages ranked by attention).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from rag.errors import WeightsError

_TELLS = "eager"
"""The one way of attending in transformers that says what it attends to."""
_REMEDY = "install this package again"


class Attention:
    """Some heads of one model.

    Args:
        model: Of transformers; it is not changed, but listened to.
        file: `{"heads": [[layer, head], ...]}`, counted from 0.

    Raises:
        WeightsError: The file names a head that the model does not have.
    """

    def __init__(self, model: Any, file: Path) -> None:
        self._model = model
        self._on = False
        self._noted: list[torch.Tensor] = []
        layers = model.get_decoder().layers
        by_layer: dict[int, list[int]] = {}
        for layer, head in json.loads(file.read_text("utf-8"))["heads"]:
            if not (0 <= layer < len(layers) and 0 <= head < model.config.num_attention_heads):
                raise WeightsError(f"{file.name}: made for another model: layer {layer}, head {head}", _REMEDY)
            by_layer.setdefault(layer, []).append(head)
        for layer, heads in by_layer.items():
            layers[layer].self_attn.register_forward_hook(self._note(heads))

    @contextmanager
    def on(self) -> Iterator[None]:
        """What the last token that is read meanwhile attends to is noted."""
        before, self._noted, self._on = self._model.config._attn_implementation, [], True
        self._model.set_attn_implementation(_TELLS)
        try:
            yield
        finally:
            self._model.set_attn_implementation(before)
            self._on = False

    def noted(self) -> torch.Tensor:
        """What was noted last: (heads, tokens) float32 in main memory, by layer, each row adding up to 1."""
        return torch.cat(self._noted).cpu()

    @staticmethod
    def shares(noted: torch.Tensor, lines: Sequence[tuple[int, int]]) -> torch.Tensor:
        """What each head attends to of each line, of all that it attends to of any.

        Args:
            noted: (heads, tokens).
            lines: First token of each and the one past its last; at least one.

        Returns:
            (heads, lines) float32, rows adding up to 1.
        """
        each = torch.stack([noted[:, begin:end].sum(1) for begin, end in lines], 1)
        return each / each.sum(1, keepdim=True)

    def _note(self, heads: list[int]) -> Any:
        def note(_module: Any, _inputs: Any, output: tuple[Any, torch.Tensor]) -> None:
            if self._on:
                self._noted.append(output[1][0, heads, -1].float())

        return note
