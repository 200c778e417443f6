"""Fixtures for every test: real weights from the user's own cache, fetched once.

The folders are those that the program itself uses; the first test that asks for one waits for the download and the
conversion.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from rag.models import Weights, default_cache

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # what a test asserts holds on a busy machine too


@pytest.fixture(autouse=True)
def _same_environment() -> Iterator[None]:
    """The command line sets variables for the libraries below it; the next test's processes must not inherit them."""
    kept = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(scope="session")
def weights() -> Weights:
    """The user's cache of weights."""
    return Weights(default_cache())


@pytest.fixture(scope="session")
def embedder_folder(weights: Weights) -> Path:
    """The default embedder."""
    return weights.path("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def graph_folder(weights: Weights) -> Path:
    """The default embedder, as it runs on a processor."""
    return weights.graph("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def smollm_folder(weights: Weights) -> Path:
    """The small generator."""
    return weights.path("smollm2-135m")


@pytest.fixture(scope="session")
def default_folder(weights: Weights) -> Path:
    """The default generator; loading it takes gigabytes."""
    return weights.path("qwen2.5-coder-1.5b")
