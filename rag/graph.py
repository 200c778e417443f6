"""A sentence-transformers model as one OpenVINO graph, from token ids to unit vectors: made once, run without torch.

    model.xml, model.bin   the graph, in float32
    tokenizer.json         the model's own
    graph.json             the rest that must be known to run it
    DIGEST.blob            what one processor and version have made of it: opening takes half the time

Where a model cannot be made into one, `unfit.txt` says why, and no later run tries again. Knows nothing of where
weights come from.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rag.convert import fast_dtype
from rag.errors import WeightsError
from rag.sources import check_room
from rag.types import Matrix

_MODEL, _WEIGHTS, _TOKENIZER, _SHAPE, _UNFIT = "model.xml", "model.bin", "tokenizer.json", "graph.json", "unfit.txt"
_PRECISION = {"bfloat16": "bf16", "float32": "f32"}
_HINTS = {"PERFORMANCE_HINT": "LATENCY", "CACHE_MODE": "OPTIMIZE_SIZE"}
_STEP_TOKENS = 8
"""Batches are padded to a multiple of this: fewer shapes to make ready for, and whole vector registers."""
_NO_LIMIT = 1 << 30
"""Stands in where a model names no longest input."""
_CLOSE = 1e-4
"""Most that the cosine of graph and model may fall short of 1, in float32."""
_UNTRACEABLE = (RuntimeError, ValueError, TypeError, AttributeError, LookupError)
"""What models and OpenVINO raise where a model cannot be traced."""
_log = logging.getLogger(__name__)

_PROBES = (
    "Rent is due.",
    "The tenant may end the contract with three months' notice, in writing. " * 9,
    "1. ¿Qué? 名前",
)


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
        (folder / _UNFIT).write_text(reason + "\n", "utf-8")


def is_fit(folder: Path) -> bool:
    """True where `export` has made a graph."""
    return not (folder / _UNFIT).exists()


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


def tokenizer_of(source: str, longest: int = 0) -> Any:
    """A tokenizer that does not pad.

    Args:
        source: As JSON.
        longest: Most tokens of a text, special ones included; 0 for all.

    Returns:
        A `tokenizers.Tokenizer`.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(source)
    tokenizer.no_padding()
    if longest:
        tokenizer.enable_truncation(longest)
    else:
        tokenizer.no_truncation()
    return tokenizer


class Graph:
    """A graph ready to run; several threads may use one.

    Args:
        folder: Where `export` has made it.
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
            self.shape = Shape(**json.loads((folder / _SHAPE).read_text("utf-8")))
            self.tokenizer = (folder / _TOKENIZER).read_text("utf-8")
            self._compiled = _compiled(folder, hints)
        except (OSError, ValueError, TypeError, RuntimeError) as exc:
            raise WeightsError(f"{folder}: damaged: {exc}", f"delete {folder}; it is made anew") from exc

    def run(self, rows: Sequence[Sequence[int]]) -> Matrix:
        """Embed texts given as token ids.

        Args:
            rows: One or more, special tokens included, none longer than `shape.longest`.

        Returns:
            (n, dim) float32, rows of about unit length.
        """
        widest = max(map(len, rows))
        ids = np.full((len(rows), -(-widest // _STEP_TOKENS) * _STEP_TOKENS), self.shape.pad, np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(rows):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        found = self._compiled.create_infer_request().infer({0: ids, 1: mask})
        return np.array(found[0], np.float32)


_CONVERTER = "openvino.tools.ovc"


@cache
def _openvino() -> Any:
    """OpenVINO without its telemetry, which reports to its maker that it was imported unless a user has declined, and
    for now without its converter, which takes half of the time and is seldom needed.
    """
    unwanted = dict.fromkeys(("openvino_telemetry", _CONVERTER))
    sys.modules.update(unwanted)  # type: ignore[arg-type]  # to the import system: there are none
    import openvino

    del sys.modules[_CONVERTER]
    return openvino


@cache
def _core() -> Any:
    """One for the whole process, and never let go of.

    Each gives its thread another stack for signals. Of two, the one that goes last puts back that of the first, which
    is gone by then, and the next signal, such as Ctrl-C, ends the process.
    """
    return _openvino().Core()


def _compiled(folder: Path, hints: Mapping[str, str]) -> Any:
    """The graph made ready for this processor; what that took is kept for the next process, without the weights."""
    core = _core()
    made_with = "\n".join((_openvino().get_version(), core.get_property("CPU", "FULL_DEVICE_NAME"), *hints.values()))
    ready = folder / f"{hashlib.sha256(made_with.encode()).hexdigest()[:12]}.blob"
    if ready.exists():
        try:
            return core.import_model(ready.read_bytes(), "CPU", {**hints, "WEIGHTS_PATH": str(folder / _WEIGHTS)})
        except (RuntimeError, OSError) as exc:
            _log.info("%s is of no use and made anew: %s", ready, exc)
    compiled = core.compile_model(str(folder / _MODEL), "CPU", hints)
    with suppress(OSError), TemporaryDirectory(dir=folder) as place:  # a cache for reading alone, or a full disk
        part = Path(place) / ready.name
        part.write_bytes(compiled.export_model().getvalue())
        part.replace(ready)
    return compiled


def _write(model: Any, folder: Path) -> None:
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.model({"input_ids": input_ids, "attention_mask": attention_mask})[
                "sentence_embedding"
            ]
            return found

    openvino = _openvino()  # before its converter, for the sake of the telemetry
    example = torch.ones(2, _STEP_TOKENS, dtype=torch.long)
    with warnings.catch_warnings(), _logging_kept():
        warnings.simplefilter("ignore")  # of each branch that is fixed: `_difference` judges
        graph = import_module(_CONVERTER).convert_model(
            Whole().eval(), example_input={"input_ids": example, "attention_mask": example}
        )
    openvino.save_model(graph, str(folder / _MODEL), compress_to_fp16=False)
    (folder / _TOKENIZER).write_text(tokenizer_source(model), "utf-8")
    (folder / _SHAPE).write_text(json.dumps(asdict(shape_of(model)), indent=2) + "\n", "utf-8")


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
