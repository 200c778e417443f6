"""A sentence-transformers model as one OpenVINO graph, from token ids to vectors, which runs without torch.

    model.xml, model.bin   the graph, in float32
    tokenizer.json         the model's own
    graph.json             the rest that must be known to run it
    DIGEST.blob            what one processor and version have made of it: opening takes half the time

`rag.inference.export` makes it. Knows nothing of where weights come from.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rag.errors import WeightsError
from rag.types import Matrix
from rag.weights.convert import fast_dtype

MODEL, _WEIGHTS, TOKENIZER, SHAPE, UNFIT = "model.xml", "model.bin", "tokenizer.json", "graph.json", "unfit.txt"
_PRECISION = {"bfloat16": "bf16", "float32": "f32"}
_HINTS = {"PERFORMANCE_HINT": "LATENCY", "CACHE_MODE": "OPTIMIZE_SIZE"}
STEP_TOKENS = 8
"""Batches are padded to a multiple of this: fewer shapes to make ready for, and whole vector registers."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a graph takes and gives.

    Attributes:
        dim: Length of a vector.
        longest: Most tokens of a text, special tokens included.
        pad: Id of the token that fills a row.
        query_prompt: Put before questions.
        document_prompt: Put before passages.
    """

    dim: int
    longest: int
    pad: int
    query_prompt: str
    document_prompt: str


def tokenizer_of(source: str, longest: int = 0) -> Any:
    """A tokenizer that does not pad.

    Args:
        source: As JSON.
        longest: Most tokens of a text, special ones included; 0 for all.

    Returns:
        A `tokenizers.Tokenizer`.

    Raises:
        ValueError: It is none.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(source)
    except Exception as exc:  # the library raises nothing narrower
        raise ValueError(f"no tokenizer: {exc}") from exc
    tokenizer.no_padding()
    if longest:
        tokenizer.enable_truncation(longest)
    else:
        tokenizer.no_truncation()
    return tokenizer


def is_fit(folder: Path) -> bool:
    """True where `rag.inference.export` has made a graph."""
    return not (folder / UNFIT).exists()


def damaged(folder: Path, what: Exception) -> WeightsError:
    """The error for a folder that `rag.inference.export` has made, and something else has spoilt."""
    return WeightsError(f"{folder}: damaged: {what}", f"delete {folder}; it is made anew")


class Graph:
    """A graph ready to run; several threads may use one.

    Args:
        folder: Where `rag.inference.export` has made it.
        precision: `bf16` or `f32`; None for what this processor is fast in.

    Attributes:
        shape: What it takes and gives.
        tokenizer: As JSON.

    Raises:
        WeightsError: The folder is damaged.
    """

    def __init__(self, folder: Path, precision: str | None = None) -> None:
        hints = {**_HINTS, "INFERENCE_PRECISION_HINT": precision or _PRECISION[fast_dtype()]}
        try:
            self.shape = Shape(**json.loads((folder / SHAPE).read_text("utf-8")))
            self.tokenizer = (folder / TOKENIZER).read_text("utf-8")
            self._compiled = _compiled(folder, hints)
        except (OSError, ValueError, TypeError, RuntimeError) as exc:
            raise damaged(folder, exc) from exc

    def run(self, rows: Sequence[Sequence[int]]) -> Matrix:
        """Embed texts given as token ids.

        Args:
            rows: One or more, special tokens included, none longer than `shape.longest`.

        Returns:
            (n, dim) float32, rows of about unit length.
        """
        return np.array(self._infer(rows)[0], np.float32)

    def tokens(self, rows: Sequence[Sequence[int]]) -> list[Matrix]:
        """Embed each token of texts given as token ids.

        Args:
            rows: As for `run`.

        Returns:
            For each (tokens, dim) float32, rows of any length.
        """
        found = np.array(self._infer(rows)[1], np.float32)
        return [vectors[: len(row)] for vectors, row in zip(found, rows, strict=True)]

    def _infer(self, rows: Sequence[Sequence[int]]) -> Any:
        widest = max(map(len, rows))
        ids = np.full((len(rows), -(-widest // STEP_TOKENS) * STEP_TOKENS), self.shape.pad, np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(rows):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return self._compiled.create_infer_request().infer({0: ids, 1: mask})


CONVERTER = "openvino.tools.ovc"


@cache
def openvino() -> Any:
    """The library without its telemetry, which reports to its maker that it was imported unless a user has declined,
    and for now without its converter, which takes half of the time and is seldom needed.
    """
    unwanted = dict.fromkeys(("openvino_telemetry", CONVERTER))
    sys.modules.update(unwanted)  # type: ignore[arg-type]  # to the import system: there are none
    import openvino as library

    del sys.modules[CONVERTER]
    return library


@cache
def _core() -> Any:
    """One for the whole process, and never let go of.

    Each gives its thread another stack for signals. Of two, the one that goes last puts back that of the first, which
    is gone by then, and the next signal, such as Ctrl-C, ends the process.
    """
    return openvino().Core()


def _compiled(folder: Path, hints: Mapping[str, str]) -> Any:
    """The graph made ready for this processor; what that took is kept for the next process, without the weights."""
    core = _core()
    made_with = "\n".join((openvino().get_version(), core.get_property("CPU", "FULL_DEVICE_NAME"), *hints.values()))
    ready = folder / f"{hashlib.sha256(made_with.encode()).hexdigest()[:12]}.blob"
    if ready.exists():
        try:
            return core.import_model(ready.read_bytes(), "CPU", {**hints, "WEIGHTS_PATH": str(folder / _WEIGHTS)})
        except (RuntimeError, OSError) as exc:
            _log.info("%s is of no use and made anew: %s", ready, exc)
    compiled = core.compile_model(str(folder / MODEL), "CPU", hints)
    with suppress(OSError), TemporaryDirectory(dir=folder) as place:  # a cache for reading alone, or a full disk
        part = Path(place) / ready.name
        part.write_bytes(compiled.export_model().getvalue())
        part.replace(ready)
    return compiled
