"""`rag calibrate` on a real index with real weights, and its table from probes made up for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag import probes
from rag.answerability import shipped
from rag.calibration import FILE, Observed
from rag.cli import main
from rag.probes import Probe, Shown
from rag.words import terms

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedder_folder: Path) -> list[str]:
    """Flags of an index over a few documents."""
    place = tmp_path_factory.mktemp("calibrate")
    (place / "docs").mkdir()
    for at, name in enumerate(("Oslo", "Bergen", "Malmo", "Kiel")):
        text = " ".join(
            f"Berth {berth} in the harbour of {name} costs {berth * 7 + at} euros for each summer night."
            for berth in range(9)
        )
        (place / "docs" / f"{name}.txt").write_text(text, "utf-8")
    flags = ["--index", str(place / "index"), "--embedder", str(embedder_folder)]
    assert CliRunner().invoke(main, ["index", str(place / "docs"), *flags]).exit_code == 0
    return [*flags, "--generator", "extractive"]


@pytest.fixture
def run(built: list[str]) -> Run:
    return lambda *given: CliRunner().invoke(main, [*map(str, given), *built])


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes that the shipped weights of retrieval get wrong where there is no answer."""
    shown = [
        Shown(
            Probe(f"Who pays for berth {at}?", f"{at % 3}.txt", f"Jon pays for berth {at}."),
            Observed({"nearness": 1.6 + at / 100, "passage": 0.8}, True),
            Observed({"nearness": 1.2 + at / 100, "passage": 0.6}, False),
        )
        for at in range(30)
    ]
    monkeypatch.setattr(probes, "show", lambda *_: shown)
    monkeypatch.setattr("rag.factory.open_writer", lambda *_: None)


@pytest.mark.weights
def test_a_table_of_bars_and_the_weights_are_kept(run: Run, built: list[str], made_up: None) -> None:
    file = Path(built[1]) / FILE
    before = json.loads(run("why", "How much is berth 3 in Kiel?", "--json").stdout)["decision"]["probability"]
    result = run("calibrate", "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "30 questions out of 3 documents" in result.stdout
    assert not file.exists(), "nothing is changed"
    after = result.stdout.partition("0.8")[2]
    assert "refuse_below under [tool.rag] in pyproject.toml" in after and "RAG_REFUSE_BELOW" in after
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line.strip().startswith("0.")}
    assert rows["0.5"][:2] == ["100%", "0%"]
    assert int(rows["0.5"][2].rstrip("%")) < 20
    assert list(rows) == ["0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]

    assert f"{file} decides where no model is asked, in what is started from now on" in run("calibrate").stderr
    kept = json.loads(file.read_text("utf-8"))
    assert kept["fitted"] and kept["weights"] != shipped("")
    assert json.loads(run("why", "How much is berth 3 in Kiel?", "--json").stdout)["decision"]["probability"] < before
    assert "refusals fitted to it on" in run("doctor").stdout

    assert "shipped" in run("calibrate", "--reset").stderr
    assert not file.exists()
    after = json.loads(run("why", "How much is berth 3 in Kiel?", "--json").stdout)["decision"]["probability"]
    assert after == before


@pytest.mark.weights
def test_as_json(run: Run, built: list[str], made_up: None) -> None:
    result = run("calibrate", "--dry-run", "--json")
    assert result.stdout.count("\n") == 1
    found = json.loads(result.stdout)
    assert found["probes"] == len(found["questions"]) == 30
    assert found["questions"][0]["document"] == "0.txt"
    assert 0 <= found["expected"]["false_answers"] < found["shipped"]["false_answers"] == 1


@pytest.mark.weights
def test_a_real_model_writes_them(run: Run) -> None:
    result = run("calibrate", "-n", "10", "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert (found["judge"], found["probes"]) == ("", 10)
    assert {one["document"] for one in found["questions"]} == {"Oslo.txt", "Bergen.txt", "Malmo.txt", "Kiel.txt"}
    for one in found["questions"]:
        assert one["question"].endswith("?") and set(terms(one["question"])) & set(terms(one["sentence"]))
        assert one["held"]["nearness"] >= one["lacking"].get("nearness", 0.0)


@pytest.mark.weights
def test_too_few_documents_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "show", lambda *_: [])
    monkeypatch.setattr("rag.factory.open_writer", lambda *_: None)
    result = run("calibrate")
    assert result.exit_code == 2
    assert "only 0 questions" in result.stderr and "--writer" in result.stderr


@pytest.mark.weights
def test_a_damaged_file_is_told_by_every_command_that_decides(run: Run, built: list[str]) -> None:
    file = Path(built[1]) / FILE
    file.write_text("{", "utf-8")
    try:
        for command in (["ask", "How much is berth 3 in Kiel?"], ["doctor", "--json"]):
            result = run(*command)
            assert result.exit_code not in (0, 3)
            assert FILE in result.stderr + result.stdout and "--reset" in result.stderr + result.stdout
    finally:
        assert run("calibrate", "--reset").exit_code == 0
    assert not file.exists()
