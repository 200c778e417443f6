"""GGUF to safetensors: the small generator for real, once; and files that are no GGUF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.errors import DiskFull, WeightsError
from rag.models import Weights
from rag.protocols import no_progress
from rag.weights.catalogue import CATALOGUE
from rag.weights.convert import DType, convert, fast_dtype
from tests.hub_server import HubServer, serve
from tests.toy_weights import tiny_gguf

SMALL = CATALOGUE["smollm2-135m"]
Step = tuple[str, int, int]


class Done(NamedTuple):
    """A conversion: where from, where to, and what was said meanwhile."""

    gguf: Path
    folder: Path
    weights: Weights
    steps: list[Step]


@pytest.fixture(scope="module")
def gguf(smollm_folder: Path, weights: Weights) -> Path:
    """The small generator as published, out of the user's cache."""
    assert smollm_folder.is_dir()
    return weights.cache / "models" / SMALL.key / SMALL.file


@pytest.fixture(scope="module")
def done(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """It is converted here, into a cache of its own."""
    steps: list[Step] = []
    cache = tmp_path_factory.mktemp("cache")
    weights = Weights(cache, offline=True, progress=lambda *step: steps.append(step))
    return Done(gguf, weights.path(str(gguf)), weights, steps)


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx2 avx512f avx512_bf16 sha_ni\n", "bfloat16"),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", "bfloat16"),
        ("Features\t: fp asimd bf16 i8mm\n", "bfloat16"),
        ("flags\t\t: fpu avx2 avx512f\n", "float32"),
        ("Features\t: fp asimd\n", "float32"),
        ("model name\t: A processor with avx512_bf16 in its name\n", "float32"),
        ("", "float32"),
    ],
)
def test_fast_dtype_reads_the_flags(cpuinfo: str, expected: DType) -> None:
    assert fast_dtype(cpuinfo) == expected


@pytest.mark.parametrize("data", [b"", b"no GGUF at all", b"GGUF" + bytes(60)])
def test_a_file_that_is_no_gguf(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.gguf").write_bytes(data)
    weights = Weights(tmp_path / "cache", offline=True)
    with pytest.raises(WeightsError, match=r"bad.gguf: not a GGUF file"):
        weights.path(str(tmp_path / "bad.gguf"))
    assert not _files(weights.cache)


@pytest.mark.weights
def test_a_truncated_gguf(gguf: Path, tmp_path: Path) -> None:
    with gguf.open("rb") as whole:
        (tmp_path / "torn.gguf").write_bytes(whole.read(50_000_000))
    with pytest.raises(WeightsError, match=r"torn.gguf: not a GGUF file"):
        convert(tmp_path / "torn.gguf", tmp_path, "float32", no_progress, "converting")


@pytest.mark.weights
def test_converted_once_with_progress(done: Done) -> None:
    what = f"converting {done.gguf.stem}"
    assert {step[0] for step in done.steps} == {what}
    assert len(done.steps) > 200 and (what, 272, 272) in done.steps
    before = len(done.steps)
    assert done.weights.path(str(done.gguf)) == done.folder
    assert len(done.steps) == before
    assert fast_dtype() in done.folder.name and done.weights.digest(str(done.gguf))[:12] in done.folder.name
    assert not list((done.weights.cache / "partial").iterdir())


@pytest.mark.weights
def test_weights_are_those_of_the_gguf(done: Done) -> None:
    import numpy as np
    import torch
    from gguf import GGUFReader, dequantize
    from safetensors.torch import load_file

    names = {"blk.7.ffn_down.weight": "model.layers.7.mlp.down_proj.weight", "output_norm.weight": "model.norm.weight"}
    found = load_file(done.folder / "model.safetensors")
    tensors = {tensor.name: tensor for tensor in GGUFReader(done.gguf).tensors}
    for name, ours in names.items():
        expected = torch.from_numpy(np.copy(dequantize(tensors[name].data, tensors[name].tensor_type)))
        assert torch.equal(found[ours], expected.to(getattr(torch, fast_dtype()))), name


@pytest.mark.weights
def test_settings_carry_no_trace_of_the_quantizer(done: Done) -> None:
    config = json.loads((done.folder / "config.json").read_text())
    assert config["dtype"] == fast_dtype()
    assert "quantization_config" not in config


@pytest.mark.weights
def test_it_chats(done: Done) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(done.folder)
    model = AutoModelForCausalLM.from_pretrained(done.folder, dtype=getattr(torch, fast_dtype()))
    asked = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]
    text = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    assert text.startswith("<|im_start|>system\n") and text.endswith("<|im_start|>assistant\n"), text
    prompt = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    with torch.inference_mode():
        reply = model.generate(**prompt, max_new_tokens=12, do_sample=False)[0][prompt["input_ids"].shape[1] :]
    assert tokenizer.decode(reply) == "The capital of France is Paris.<|im_end|>"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    tiny_gguf(tmp_path / "tiny.gguf")
    return tmp_path / "tiny.gguf"


def test_progress_never_goes_back_and_nothing_is_printed(
    tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    steps: list[Step] = []
    folder = Weights(tmp_path / "cache", offline=True, progress=lambda *step: steps.append(step)).path(str(tiny))
    assert steps == [("converting tiny", 0, 0), *(("converting tiny", done, 11) for done in range(1, 12))]
    assert (folder / "chat_template.jinja").read_text() == "{{ messages[0]['content'] }}"
    assert "".join(capfd.readouterr()) == ""


def test_a_gguf_of_the_hub(tiny: Path, tmp_path: Path) -> None:
    with serve(HubServer({"org/t": {"tiny.gguf": tiny.read_bytes(), "other.gguf": b"x"}})) as server:
        weights = Weights(tmp_path / "cache", hub=server.url)
        folder = weights.path("org/t/tiny.gguf")
    assert (folder / "model.safetensors").is_file()
    assert weights.digest("org/t/tiny.gguf") == weights.digest(str(tiny))
    assert not any("other.gguf" in path for path in server.paths)


def test_the_dtype_of_another_processor_is_another_folder(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = Weights(tmp_path / "cache", offline=True)
    found = {}
    for dtype in ("bfloat16", "float32"):
        monkeypatch.setattr("rag.weights.convert.fast_dtype", lambda dtype=dtype: dtype)
        folder = weights.path(str(tiny))
        found[dtype] = json.loads((folder / "config.json").read_text())["dtype"]
        assert dtype in folder.name
    assert found == {"bfloat16": "bfloat16", "float32": "float32"}


def test_a_full_disk_is_seen_before_anything_is_written(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.weights.sources.shutil.disk_usage", lambda _path: _Usage(10**5, 9 * 10**4, 10**4))
    needed = {"float32": "62,208", "bfloat16": "31,104"}[fast_dtype()]
    with pytest.raises(DiskFull, match=rf"tiny: needs {needed} bytes .* 10,000 are free"):
        Weights(tmp_path / "cache", offline=True).path(str(tiny))
    assert not _files(tmp_path / "cache")


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "any.gguf").write_bytes(b"any")
    monkeypatch.setattr("rag.weights.convert.convert", _fill_up)
    with pytest.raises(DiskFull, match="No space left"):
        Weights(tmp_path / "cache", offline=True).path(str(tmp_path / "any.gguf"))
    assert not _files(tmp_path / "cache")


def _files(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def _fill_up(_gguf: Path, folder: Path, *_: object) -> None:
    (folder / "model.safetensors").write_bytes(b"half")
    raise OSError(28, "No space left on device")


@pytest.mark.weights
def test_verify_reads_the_converted_weights(done: Done) -> None:
    assert all(found.ok for found in done.weights.verify()) and len(done.weights.verify()) > 4
    with _flipped(done.folder / "model.safetensors"):
        bad = [found for found in done.weights.verify() if not found.ok]
        assert [found.file for found in bad] == ["model.safetensors"]
        assert "rag models pull" in bad[0].hint


@contextmanager
def _flipped(path: Path) -> Iterator[None]:
    """One bit of a file's last byte the other way round."""
    _flip(path)
    yield
    _flip(path)


def _flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)[0]
        file.seek(-1, 2)
        file.write(bytes([last ^ 1]))
