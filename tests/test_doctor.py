"""The doctor: what is broken is said with its remedy, and looking loads no model library."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from rag import doctor
from rag.answerability import shipped
from rag.calibration import Calibration, Rates, save
from rag.config import Config
from rag.doctor import Finding, examine
from rag.folder import leave_out
from rag.models import Weights
from rag.storage.nearest import EXACT_UP_TO
from rag.storage.vectors import VectorCache
from rag.store import Manifest, SqliteStore
from tests.many import MANY_DIM, Many

ROOT = Path(__file__).parents[1]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An empty index and an empty cache."""
    SqliteStore.open(tmp_path / "index", Manifest("all-MiniLM-L6-v2", "0", 8, "x")).close()
    return Config(index=str(tmp_path / "index"), cache=str(tmp_path / "cache"), generator="extractive")


def look(config: Config, name: str) -> Finding:
    (found,) = (finding for finding in examine(config) if finding.name == name)
    return found


def test_names_and_order(config: Config) -> None:
    assert [f.name for f in examine(config) if f.name != "packages" or not f.broken][-8:] == [
        "processor",
        "accelerator",
        "sqlite",
        "network",
        "weights all-MiniLM-L6-v2",
        "weights extractive",
        "disk",
        "index",
    ]


def test_whatever_is_amiss_has_a_remedy(config: Config) -> None:
    broken = dataclasses.replace(config, index=config.index + "x", offline=True, generator="no/such")
    findings = examine(broken)
    assert {f.name for f in findings if f.broken} >= {"index", "weights all-MiniLM-L6-v2", "weights no/such"}
    assert all(f.remedy for f in findings if f.state != "ok"), findings
    assert all(f.detail for f in findings), findings


def test_a_sound_index(config: Config) -> None:
    assert look(config, "index") == Finding("index", "ok", f"{config.index}: 0 documents, 0 passages")


def test_what_codes_lose_is_said(config: Config) -> None:
    VectorCache(Path(config.index), MANY_DIM).save(Many(EXACT_UP_TO + 1).source(1))
    assert "vectors are searched by codes, which find 100.0% of the ten nearest" in look(config, "index").detail


def test_an_index_of_another_embedder(config: Config) -> None:
    found = look(dataclasses.replace(config, embedder="other"), "index")
    assert found.broken and "made with all-MiniLM-L6-v2, not with other" in found.detail
    assert "--embedder all-MiniLM-L6-v2" in found.remedy and "--rebuild" in found.remedy


def test_a_missing_index_is_not_made(config: Config, tmp_path: Path) -> None:
    missing = dataclasses.replace(config, index=str(tmp_path / "none"))
    assert look(missing, "index").broken
    assert "rag index" in look(missing, "index").remedy
    assert not (tmp_path / "none").exists()


def test_an_index_that_cannot_be_looked_for_is_a_finding(config: Config, tmp_path: Path) -> None:
    found = look(dataclasses.replace(config, index=str(tmp_path / ("x" * 300))), "index")
    assert found.broken and "cannot be opened" in found.detail
    assert found.remedy == "check the path and its permissions"


@pytest.mark.parametrize("raw", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_index(config: Config, raw: bytes) -> None:
    database = Path(config.index) / "rag.db"
    for path in Path(config.index).glob("rag.db*"):
        path.unlink()
    database.write_bytes(raw)
    found = look(config, "index")
    assert found.broken
    assert "rag index" in found.remedy, found
    assert database.read_bytes() == raw


def test_a_damaged_page_in_the_middle(config: Config) -> None:
    database = Path(config.index) / "rag.db"
    content = bytearray(database.read_bytes())
    assert len(content) > 3 * 4096
    content[2 * 4096 : 3 * 4096] = b"\xff" * 4096
    database.write_bytes(content)
    assert look(config, "index").broken


def test_missing_weights_are_fetched_unless_offline(config: Config) -> None:
    found = look(config, "weights all-MiniLM-L6-v2")
    assert (found.state, found.remedy) == ("note", "rag models pull all-MiniLM-L6-v2")
    offline = look(dataclasses.replace(config, offline=True), "weights all-MiniLM-L6-v2")
    assert (offline.state, offline.remedy) == ("broken", "rag models pull all-MiniLM-L6-v2")


def test_weights_that_need_none_or_are_local(config: Config, tmp_path: Path) -> None:
    for name in ("extractive", "openai:http://127.0.0.1:1/v1#m", str(tmp_path)):
        assert look(dataclasses.replace(config, generator=name), f"weights {name}").state == "ok"


@pytest.mark.weights
def test_cut_short_weights_are_seen(config: Config, tmp_path: Path, weights: Weights) -> None:
    source = weights.path("all-MiniLM-L6-v2")
    target = tmp_path / "cache" / "models" / source.name
    target.mkdir(parents=True)
    for path in source.rglob("*"):
        copy = target / path.relative_to(source)
        copy.mkdir() if path.is_dir() else copy.write_bytes(path.read_bytes())
    assert look(config, "weights all-MiniLM-L6-v2").state == "ok"
    with (target / "model.safetensors").open("r+b") as file:
        file.truncate(1000)
    assert look(config, "weights all-MiniLM-L6-v2").state == "note"


def test_offline_is_said(config: Config) -> None:
    assert "offline" in look(dataclasses.replace(config, offline=True), "network").detail


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16", "avx2 avx512f avx512_bf16; bfloat16 is fast"),
        ("Features\t: asimd i8mm bf16", "asimd i8mm bf16; bfloat16 is fast"),
        ("flags\t\t: fpu avx2", "avx2; bfloat16 is slow"),
        ("", "bfloat16 is slow"),
    ],
)
def test_processor_features(tmp_path: Path, flags: str, says: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{flags}\n")
    assert says in doctor._processor(tmp_path / "cpuinfo").detail


def test_an_unknown_processor(tmp_path: Path) -> None:
    assert "features unknown" in doctor._processor(tmp_path / "none").detail


def test_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["click>=8", "numpy>=999", "no-such-package", "tzdata; sys_platform == 'none'", "ruff; extra == 'dev'"]
    monkeypatch.setattr(doctor, "requires", lambda _name: wanted)
    found = {f.name: f for f in doctor._packages()}
    assert {name: f.state for name, f in found.items()} == {
        "numpy": "broken",
        "no-such-package": "broken",
        "packages": "ok",
    }
    assert found["no-such-package"].remedy == "make install"
    assert "click 8" in found["packages"].detail


def test_the_package_itself_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "requires", missing)
    assert [(f.name, f.state, f.remedy) for f in doctor._packages()] == [("packages", "note", "make install")]


def test_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_FREE_BYTES", 1 << 62)
    found = doctor._room(tmp_path / "a" / "b")
    assert (found.state, bool(found.remedy)) == ("note", True)


def test_looking_loads_no_model_library(config: Config) -> None:
    code = (
        "import json, sys; from rag.config import Config; from rag.doctor import examine;"
        f"examine(Config(index={config.index!r}, cache={config.cache!r})); print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert {"torch", "transformers", "sentence_transformers", "gradio"} & set(json.loads(done.stdout)) == set()


def test_what_is_left_out_is_counted_and_a_list_that_cannot_be_read_is_broken(config: Config) -> None:
    leave_out(Path(config.index), "minutes.txt")
    assert look(config, "index").detail == f"{config.index}: 0 documents, 0 passages, 1 left out"
    Path(config.index, "left-out.txt").write_bytes(b"\xff")
    assert look(config, "index").broken and "one path a line" in look(config, "index").remedy


@pytest.mark.parametrize(
    ("judge", "beside", "says"),
    [
        ("", shipped(""), "decided by retrieval: "),
        ("", {}, "of an earlier version, which does not count: rag calibrate --index {index} fits"),
        ("qwen2.5-coder-1.5b", shipped("qwen2.5-coder-1.5b"), "does not count with these settings"),
    ],
)
def test_a_calibration_that_does_not_decide_is_said_to(
    config: Config, judge: str, beside: Mapping[str, float], says: str
) -> None:
    weights, rates = shipped(judge), Rates(0.0, 0.1)
    save(Path(config.index), Calibration(judge, weights, beside, True, 40, "2031-05-06", rates, rates))
    assert says.format(index=config.index) in look(config, "index").detail
