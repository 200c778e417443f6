"""`rag why` on a real index with the real embedder, and its tables from explanations made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.cases import Case, Passage, add_case
from rag.cli import main
from rag.commands.why import show
from rag.explain import explain
from tests import shelf

Why = Callable[..., Result]
LEASE = "The deposit is 400 euros. Pets are not allowed in the flat. Notice is due in May."
QUESTION = "How much is the deposit?"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedder_folder: Path) -> list[str]:
    """Flags of an index over two documents."""
    place = tmp_path_factory.mktemp("why")
    (place / "docs").mkdir()
    (place / "docs" / "lease.txt").write_text(LEASE, "utf-8")
    (place / "docs" / "minutes.txt").write_text("The board met in Oslo and chose a chair.", "utf-8")
    flags = ["--index", str(place / "index"), "--embedder", str(embedder_folder)]
    assert CliRunner().invoke(main, ["index", str(place / "docs"), *flags]).exit_code == 0
    return [*flags, "--generator", "extractive"]


@pytest.fixture
def why(built: list[str]) -> Why:
    return lambda *given: CliRunner().invoke(main, ["why", *map(str, given), *built])


@pytest.mark.weights
def test_everything_is_in_the_tables(why: Why) -> None:
    result = why(QUESTION, "--expect", "Pets are not allowed")
    assert result.exit_code == 0, result.stderr
    for said in (
        "Searched for: How much is the deposit?",
        "Lost: lease.txt 26-46\n  hit 1, but its sentence is no evidence: by itself it scored 0.",
        "Passages (50 candidates from each ranking)",
        "lease.txt",
        "Sentences of the hits (floor 0.",
        "The deposit is 400 euros.",
        "Decision: answered",
        "by what retrieval found: nearness 1.",
    ):
        assert said in result.stdout, said


@pytest.mark.weights
def test_what_the_question_takes_for_granted(why: Why) -> None:
    said = why("Is the deposit 300 euros?").stdout
    assert "the question says “300” where the passages have “400”" in said


@pytest.mark.weights
def test_as_json(why: Why) -> None:
    result = why(QUESTION, "--json", "--expect", "400 euros", "--document", "lease.txt")
    assert result.stdout.count("\n") == 1
    found = json.loads(result.stdout)
    assert found["expected"] == {
        "stage": "arrived",
        "why": "it is evidence [1], of which the answer is written, in part or whole",
        "document": "lease.txt",
        "span": [15, 24],
        "quote": "400 euros",
    }
    assert found["candidates"][0]["dense_rank"] == 1


@pytest.mark.weights
def test_a_follow_up(why: Why, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "400 euros."}]
    (tmp_path / "turns.json").write_text(json.dumps(turns), "utf-8")
    result = why("And when is it due?", "--history", tmp_path / "turns.json")
    assert "Searched for: How much is the deposit? And when is it due?" in result.stdout


@pytest.mark.weights
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--document", "lease.txt"], "--document without --expect"),
        (["--expect", " "], "the expected passage is empty"),
    ],
)
def test_wrong_usage(why: Why, given: list[str], said: str) -> None:
    result = why(QUESTION, *given)
    assert result.exit_code == 2
    assert f"error: {said}" in result.stderr


@pytest.mark.weights
def test_a_file_of_cases_is_evaluated(built: list[str], tmp_path: Path) -> None:
    quote = "The deposit is 400 euros."
    add_case(tmp_path / "cases.jsonl", Case(QUESTION, (), True, (Passage("lease.txt", 0, len(quote), quote),)))
    result = CliRunner().invoke(main, ["eval", str(tmp_path / "cases.jsonl"), "--json", *built])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["passages"]["found"] == 1.0
    assert found["citations"]["span_precision"] == 1.0


def test_candidates_that_are_no_hits_are_cut_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    used = shelf.pipeline(tmp_path, {f"{at}.txt": [f"The lease has number {at}."] for at in range(9)}, k=2)
    show(explain(used, "Which number has the lease?"))
    used.store.close()
    assert "and 2 more candidates; --json has them all" in capsys.readouterr().out


def test_nothing_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    used = shelf.pipeline(tmp_path, {})
    show(explain(used, "Which number has the lease?"))
    used.store.close()
    assert "No passage was found." in capsys.readouterr().out


def test_a_document_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    used = shelf.pipeline(tmp_path, {"a.txt": ["The lease \x1b[31mis red\u202e."]})
    show(explain(used, "Which lease is red?"))
    used.store.close()
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
