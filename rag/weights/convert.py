"""GGUF to a folder in transformers format, once, so that later loads take seconds instead of a minute.

Knows nothing of where the file came from. `transformers` reads the GGUF and unpacks its blocks; the tokenizer, with its
chat template, and the settings come out of the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import WeightsError
from rag.weights.sources import check_room

if TYPE_CHECKING:
    from rag.protocols import Progress

FAST_BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Processor flags, x86 and Arm, that mean bfloat16 products in hardware; without them it is slower than float32."""
_CPUINFO = Path("/proc/cpuinfo")

DType = Literal["bfloat16", "float32"]


def fast_dtype(cpuinfo: str | None = None) -> DType:
    """The dtype that this processor is fast in.

    Args:
        cpuinfo: Text in the format of `/proc/cpuinfo`; None for this machine's.

    Returns:
        `bfloat16` where the processor multiplies it in hardware, else `float32`.
    """
    if cpuinfo is None:
        cpuinfo = _CPUINFO.read_text("utf-8", "replace") if _CPUINFO.exists() else ""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    flags = {flag for key, _, value in lines if key.strip() in ("flags", "Features") for flag in value.split()}
    return "bfloat16" if flags & FAST_BFLOAT16 else "float32"


def convert(gguf: Path, folder: Path, dtype: DType, progress: Progress, what: str) -> None:
    """Write a GGUF file as a folder that `from_pretrained` takes.

    Args:
        gguf: The file.
        folder: An empty folder.
        dtype: What the weights are converted to.
        progress: Told of the tensors.
        what: Name of the work, for `progress`.

    Raises:
        WeightsError: It is damaged, or of an architecture that transformers does not read.
        DiskFull: The folder's disk has no room for it.
        OSError: The disk failed or filled up meanwhile.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    progress(what, 0, 0)
    with _bars(progress, what):
        try:
            tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
            model = AutoModelForCausalLM.from_pretrained(
                str(gguf.parent),
                gguf_file=gguf.name,
                dtype=getattr(torch, dtype),
                quantization_config=GgufConfig(dequantize=True),
            )
        except (ValueError, KeyError, IndexError, RuntimeError) as exc:
            raise _unreadable(gguf, exc) from exc
        model.hf_quantizer = None  # a model that still carries its quantizer is refused by save_pretrained
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        check_room(folder, sum(tensor.nbytes for tensor in model.parameters()), gguf.stem)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _unreadable(gguf: Path, exc: Exception) -> WeightsError:
    return WeightsError(f"{gguf}: not a GGUF file that transformers reads: {exc}", "try another file, or a Hub id")


@contextmanager
def _bars(progress: Progress, what: str) -> Iterator[None]:
    """Send the bars of transformers to `progress` instead of the terminal, as one that never goes back."""
    from transformers import modeling_gguf_pytorch_utils as legacy
    from transformers.utils import logging as bars

    furthest = 0

    def forward(done: int, total: int) -> None:
        nonlocal furthest
        if done > furthest:
            furthest = done
            progress(what, done, total)

    old_hook = bars.set_tqdm_hook(lambda _factory, args, kwargs: _Bar(forward, *args, **kwargs))
    old_bar = getattr(legacy, "tqdm", None)  # the reader of most architectures takes no hook
    legacy.tqdm = lambda *args, **kwargs: _Bar(forward, *args, **kwargs)
    try:
        yield
    finally:
        bars.set_tqdm_hook(old_hook)
        legacy.tqdm = old_bar


class _Bar:
    """As much of tqdm as transformers uses."""

    def __init__(
        self, report: Callable[[int, int], None], iterable: Iterable[Any] = (), total: int = 0, **_: Any
    ) -> None:
        self._report = report
        self._items = iterable
        self._total = total or (len(iterable) if isinstance(iterable, Sized) else 0)
        self._done = 0

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            yield item
            self.update()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, count: int = 1) -> None:
        """Some more is done."""
        self._done += count
        self._report(self._done, self._total)

    def close(self) -> None:
        """Nothing to let go of."""

    def set_description(self, *_: Any, **__: Any) -> None:
        """The work keeps its one name."""

    set_postfix = set_postfix_str = set_description_str = set_description
