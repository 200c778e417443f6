"""What a result file says that it was measured on."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import pytest

from rag.evals.machine import commit, machine


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)

    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    for name in ("code.py", "benchmarks/results/speed.json"):
        (tmp_path / name).write_text("1")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "begun")
    return tmp_path


def test_the_machine_is_described_without_its_name() -> None:
    found = machine()
    assert found["cores"] >= 1 and found["cpu"]
    assert socket.gethostname() not in str({**found, "cpu": ""})


def test_the_commit_of_a_clean_checkout(checkout: Path) -> None:
    assert re.fullmatch("[0-9a-f]{10}", commit(checkout))


def test_changed_code_is_told_and_a_new_result_is_not(checkout: Path) -> None:
    clean = commit(checkout)
    (checkout / "benchmarks" / "results" / "speed.json").write_text("2")
    assert commit(checkout) == clean
    (checkout / "code.py").write_text("2")
    assert commit(checkout) == f"{clean}-dirty"


def test_outside_a_checkout_there_is_none(tmp_path: Path) -> None:
    assert commit(tmp_path) == "unknown"
