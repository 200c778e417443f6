"""What this machine should reach: measured in a process of its own, told by the size of a model, and by the doctor."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rag import doctor
from rag.config import Config
from rag.inference.machine_speed import PROMPT_TOKENS, Speed, measured
from rag.weights.catalogue import CATALOGUE
from rag.weights.convert import fast_dtype

SPEED = Speed("bfloat16", reading=1e12, embedding=4e11, fetching=3e10)


def test_a_measurement() -> None:
    found = measured()
    assert found.dtype == fast_dtype()
    assert found.reading > 1e9, found
    assert found.embedding > 1e9, found
    assert found.fetching > 1e7, found


def test_what_follows_from_it_for_a_model() -> None:
    parameters = 1_500_000_000
    assert SPEED.prompt_s(parameters) == pytest.approx(2 * PROMPT_TOKENS * 1.5e9 / 1e12)
    assert SPEED.tokens_per_s(parameters) == pytest.approx(10), "two bytes for each"
    assert Speed("float32", 1, 1, 3e10).tokens_per_s(parameters) == pytest.approx(5), "four bytes for each"
    assert SPEED.passages_per_s(10_000_000, 200) == pytest.approx(100)


def test_the_catalogue_has_the_size_of_every_model() -> None:
    assert all(model.parameters > 1_000_000 for model in CATALOGUE.values())


def test_the_doctor_says_it_of_the_models_that_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "measured", lambda: SPEED)
    found = {finding.name: finding.detail for finding in doctor.reach(Config())}
    assert found == {
        "speed of indexing": "94 passages of 200 tokens a second (bfloat16)",
        "speed of reading": "1.20 s for a prompt of 390 tokens (bfloat16)",
        "speed of writing": "9.7 tokens a second (bfloat16)",
    }
    assert [finding.name for finding in doctor.reach(Config(generator="extractive"))] == ["speed of indexing"]


def test_a_measurement_that_fails_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rag.inference.machine_speed.sys.executable", str(tmp_path.joinpath("python")))
    Path(tmp_path, "python").write_text("#!/bin/sh\nexit 3\n")
    Path(tmp_path, "python").chmod(0o700)
    with pytest.raises(subprocess.CalledProcessError):
        measured()
    (found,) = doctor.reach(Config())
    assert (found.state, found.broken, bool(found.remedy)) == ("note", False, True)
