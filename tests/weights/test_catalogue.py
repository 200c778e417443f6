"""Names to models."""

from __future__ import annotations

import re

import pytest

from rag.errors import UnknownModel
from rag.weights.catalogue import CATALOGUE, Model, find


@pytest.mark.parametrize("model", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_entry_is_pinned_and_has_two_sources(model: Model) -> None:
    assert model.digests and all(re.fullmatch("[0-9a-f]{64}", digest) for digest in model.digests.values())
    assert model.wheels and all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", wheel) for wheel in model.wheels)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.repo) and model.size_bytes > 10**7
    assert (model.kind == "generator") == bool(model.file)
    if model.file:
        assert list(model.digests) == [model.file]


def test_parts_are_in_order() -> None:
    wheels = CATALOGUE["qwen2.5-coder-1.5b"].wheels
    assert [int(re.findall(r"part(\d+)==", wheel)[0]) for wheel in wheels] == list(range(1, 23))


@pytest.mark.parametrize(
    ("name", "repo", "revision", "file"),
    [
        ("org/name", "org/name", "main", ""),
        ("org/name@abc123", "org/name", "abc123", ""),
        ("org/na.me-GGUF/sub/x.Q4_K_M.gguf", "org/na.me-GGUF", "main", "sub/x.Q4_K_M.gguf"),
        ("org/name@v1/x.gguf", "org/name", "v1", "x.gguf"),
    ],
)
def test_hub_ids(name: str, repo: str, revision: str, file: str) -> None:
    model = find(name)
    assert (model.repo, model.revision, model.file) == (repo, revision, file)
    assert "/" not in model.key


@pytest.mark.parametrize("name", ["", "none", "a/b/c", "/abs/path", "a//b", "org/name@", "https://x.y/z", "a b/c"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(UnknownModel):
        find(name)


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(UnknownModel) as caught:
        find("smollm-135m")
    assert "smollm2-135m" in caught.value.hint
