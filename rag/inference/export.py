"""Makes the graph of a sentence-transformers model that `graph` runs, once, and looks whether it gives the same.

Where a model cannot be made into one, `unfit.txt` says why, and no later run tries again. Knows nothing of where
weights come from.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import WeightsError
from rag.inference.graph import (
    CONVERTER,
    MODEL,
    SHAPE,
    STEP_TOKENS,
    TOKENIZER,
    UNFIT,
    Graph,
    Shape,
    openvino,
    tokenizer_of,
)
from rag.weights.sources import check_room

_NO_LIMIT = 1 << 30
"""Stands in where a model names no longest input."""
_CLOSE = 1e-4
"""Most that the cosine of graph and model may fall short of 1, in float32."""
_UNTRACEABLE = (RuntimeError, ValueError, TypeError, AttributeError, LookupError)
"""What models and OpenVINO raise where a model cannot be traced."""

_PROBES = (
    "Rent is due.",
    "The tenant may end the contract with three months' notice, in writing. " * 9,
    "1. ¿Qué? 名前",
)


def export(source: Path, folder: Path) -> None:
    """Make the graph of a model, or note why there can be none.

    Args:
        source: A folder that `SentenceTransformer` reads.
        folder: An empty folder.

    Raises:
        WeightsError: The source holds no such model.
        DiskFull: The folder's disk has no room for it.
    """
    model = load(source, "cpu")
    check_room(folder, sum(tensor.nbytes for tensor in model.parameters()), source.name)  # else it counts as unfit
    try:
        _write(model, folder)
        reason = _difference(model, folder)
    except _UNTRACEABLE as exc:
        reason = f"{type(exc).__name__}: {exc}"
    if reason:
        for file in folder.iterdir():
            file.unlink()
        (folder / UNFIT).write_text(reason + "\n", "utf-8")


def load(source: Path, device: str) -> Any:
    """A `SentenceTransformer`.

    Args:
        source: Its folder.
        device: As torch names it.

    Returns:
        The model, ready to run.

    Raises:
        WeightsError: The folder holds no such model.
    """
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(source), device=device, local_files_only=True)
    except (OSError, ValueError, KeyError) as exc:
        raise WeightsError(f"{source}: not a sentence-transformers model: {exc}", "rag models verify") from exc


def shape_of(model: Any) -> Shape:
    """What a `SentenceTransformer` takes and gives."""
    prompts = model.prompts
    return Shape(
        int(model.get_embedding_dimension()),
        int(model.max_seq_length or _NO_LIMIT),
        int(model.tokenizer.pad_token_id or 0),
        prompts.get("query") or "",
        prompts.get("document") or prompts.get("passage") or "",
    )


def tokenizer_source(model: Any) -> str:
    """The tokenizer of a `SentenceTransformer`, as JSON."""
    source: str = model.tokenizer.backend_tokenizer.to_str()
    return source


def _write(model: Any, folder: Path) -> None:
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            found = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return found["sentence_embedding"], found["token_embeddings"]

    library = openvino()  # before its converter, for the sake of the telemetry
    example = torch.ones(2, STEP_TOKENS, dtype=torch.long)
    with warnings.catch_warnings(), _logging_kept():
        warnings.simplefilter("ignore")  # of each branch that is fixed: `_difference` judges
        graph = import_module(CONVERTER).convert_model(
            Whole().eval(), example_input={"input_ids": example, "attention_mask": example}
        )
    library.save_model(graph, str(folder / MODEL), compress_to_fp16=False)
    (folder / TOKENIZER).write_text(tokenizer_source(model), "utf-8")
    (folder / SHAPE).write_text(json.dumps(asdict(shape_of(model)), indent=2) + "\n", "utf-8")


@contextmanager
def _logging_kept() -> Iterator[None]:
    """OpenVINO sets the root logger while it converts, and leaves it so where it fails."""
    root = logging.getLogger()
    level, filters, handlers = root.level, list(root.filters), list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.filters, root.handlers = filters, handlers


def _difference(model: Any, folder: Path) -> str:
    """In what the graph differs from the model; empty where in nothing."""
    graph = Graph(folder, "f32")
    tokenizer = tokenizer_of(graph.tokenizer, graph.shape.longest)
    for prompt in {graph.shape.query_prompt, graph.shape.document_prompt}:
        ours = graph.run([item.ids for item in tokenizer.encode_batch([prompt + text for text in _PROBES])])
        theirs = model.encode(list(_PROBES), prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
        cosine = float(((ours * theirs).sum(1) / np.linalg.norm(ours, axis=1)).min())
        if not cosine > 1 - _CLOSE:
            return f"the graph's vectors differ from the model's: cosine {cosine:.5f}"
    return ""
