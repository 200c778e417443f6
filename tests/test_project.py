"""Promises of the whole project: file size, what an import costs, public names, the lock, the targets of `make`."""

from __future__ import annotations

import json
import pkgutil
import re
import runpy
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rag

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "faiss", "transformers", "sentence_transformers", "openvino", "gradio", "mcp")
IMPORT_BUDGET_MS = 150


def sources() -> Iterator[Path]:
    for place in ("rag", "tests", "benchmarks", ".ci"):
        yield from (ROOT / place).rglob("*.py")
    yield from ROOT.glob("*.py")


def fresh(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter that has loaded nothing yet."""
    command = [sys.executable, *flags, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)


def test_the_shipped_weights_are_those_that_were_measured() -> None:
    shipped = json.loads((ROOT / "rag" / "data" / "answerability.json").read_text("utf-8"))
    for name in shipped:
        kind = "answerability" if name == "retrieval" else "review" if name.endswith(" reviewing") else "judge"
        file = f"{kind}-{name.removesuffix(' reviewing')}.json"
        measured = json.loads((ROOT / "benchmarks" / "results" / file).read_text("utf-8"))
        assert shipped[name] == measured["weights"]


def test_the_readme_counts_the_answers_of_the_result_files() -> None:
    files = sorted((ROOT / "benchmarks" / "results").glob("truth-*.json"))
    sets = [one for file in files for one in json.loads(file.read_text("utf-8"))["sets"].values()]
    counted = sum(one["answered"] for one in sets)
    assert f"the {counted:,} answers that three generators gave" in (ROOT / "README.md").read_text("utf-8")
    assert len(files) == 3 and not any(one["violated"] for one in sets)


def test_what_the_ablation_leaves_out_is_there() -> None:
    named = re.findall(r'patch\("([\w.]+)"', (ROOT / "benchmarks" / "ablation.py").read_text("utf-8"))
    assert len(named) > 5
    assert all(pkgutil.resolve_name(name) is not None for name in named)


def test_no_file_has_more_than_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert len(lengths) > 50
    assert {path: length for path, length in lengths.items() if length >= 300} == {}


@pytest.mark.parametrize(
    "code", ["import rag", "from rag import open_pipeline, build_index", "import rag.cli, rag.doctor, rag.batch"]
)
def test_importing_loads_no_model_library(code: str) -> None:
    loaded = fresh(f"{code}; import sys; print(*sys.modules)").stdout.split()
    assert set(HEAVY) & set(loaded) == set()


def test_importing_is_quick() -> None:
    def import_ms() -> float:
        last = fresh("import rag", "-X", "importtime").stderr.splitlines()[-1]
        found = re.fullmatch(r"import time:\s+\d+ \|\s+(\d+) \| rag", last)
        assert found, last
        return int(found[1]) / 1000

    times_ms = [import_ms() for _ in range(5)]
    assert statistics.median(times_ms) < IMPORT_BUDGET_MS, times_ms


def test_help_loads_nothing_it_does_not_need() -> None:
    loaded = fresh("import rag.cli, sys; print(*sys.modules)").stdout.split()
    assert set(loaded) & {"numpy", "rich", "sqlite3", "rag.pipeline", *HEAVY} == set()


def test_public_names() -> None:
    assert rag.__all__ == [
        "Answer",
        "Citation",
        "Document",
        "Event",
        "Evidence",
        "EvidenceSelected",
        "Hit",
        "Question",
        "RagError",
        "Retrieved",
        "Sentence",
        "SentenceChecked",
        "Token",
        "Turn",
        "build_index",
        "open_pipeline",
    ]


@pytest.mark.parametrize("name", rag.__all__)
def test_public_names_are_there(name: str) -> None:
    fresh(f"from rag import {name}; import rag; assert rag.{name} is {name}; assert {name!r} in dir(rag)")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Anwser'"):
        rag.Anwser  # noqa: B018


def test_the_version_is_the_packages() -> None:
    assert rag.__version__ == pyproject()["project"]["version"]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def wanted() -> list[Requirement]:
    project = pyproject()["project"]
    return [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["dev"])]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    assert all(str(r.specifier).startswith("==") and len(r.specifier) == 1 for r in found)
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in found}


def test_the_lock_begins_with_torch() -> None:
    name, version = next(iter(locked().items()))
    assert (name, version) == ("torch", "2.13.0")


def test_the_lock_fits_what_the_project_asks_for() -> None:
    pins = locked()
    for requirement in wanted():
        version = pins.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not locked: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: make lock"


def test_the_lock_is_complete_and_has_nothing_that_nobody_needs() -> None:
    needed: Callable[[list[Requirement]], dict[str, str]] = runpy.run_path(str(ROOT / ".ci" / "lock.py"))["needed"]
    assert sorted({*needed([*wanted(), Requirement("setuptools")])}) == sorted(locked())


@pytest.mark.parametrize("name", ["llamaindex", "haystack", "txtai", "langchain"])
def test_a_peer_is_compared_at_pinned_versions_and_on_the_same_torch(name: str) -> None:
    lines = (ROOT / "benchmarks" / "peers" / f"{name}.txt").read_text("utf-8").split()
    assert lines[0] == f"torch=={locked()['torch']}"
    assert [line for line in lines if not str(Requirement(line).specifier).startswith("==")] == []


@pytest.mark.parametrize("target", ["help", "install", "chat", "index", "test", "check", "lock", "clean"])
def test_make_knows_its_targets(target: str) -> None:
    command = ["make", "--dry-run", "--always-make", target]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert found.returncode == 0, found.stderr


def test_the_ci_runs_the_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text("utf-8").splitlines()[-1] == "exec make test"


def test_an_axe_core_that_was_not_published_so_is_not_taken(tmp_path: Path) -> None:
    fetch: Callable[..., None] = runpy.run_path(str(ROOT / ".ci" / "axe.py"))["fetch"]

    def forged() -> bytes:
        return b"another script"

    def unreachable() -> bytes:
        raise OSError("no route to host")

    with pytest.raises(SystemExit, match=r"(?s)no route to host.*forged: expected sha512-.*npm config set registry"):
        fetch(tmp_path / "axe.min.js", (unreachable, forged))
    assert list(tmp_path.iterdir()) == []
