"""What a command says of itself, and of input that it cannot be meant for: nothing is loaded for either."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.cli import main


def said(*arguments: str) -> str:
    return " ".join(CliRunner().invoke(main, [*arguments, "--help"], terminal_width=100).stdout.split())


def test_batch_says_what_a_line_holds() -> None:
    for key in ('"id"', '"question"', '"history"', '"scope"'):
        assert key in said("batch")


def test_verify_says_its_exit_codes() -> None:
    assert "exit code 1 where" in said("verify")


ARRAY = '[{"question": "Who?"},\n{"question": "When?"}]\n'
CSV = "id,question\n1,Who is the chair?\n2,When is notice due?\n"


@pytest.mark.parametrize("text", [CSV, '"Who?"\n', "[1]\nnull\n7\n", "\n\nWho?\n", ARRAY])
def test_a_file_without_one_json_object_is_no_batch(tmp_path: Path, text: str) -> None:
    questions, answers = tmp_path / "questions.csv", tmp_path / "answers.jsonl"
    questions.write_text(text)
    done = CliRunner().invoke(main, ["batch", str(questions), "-o", str(answers), "--generator", "no/such-model"])
    assert (done.exit_code, answers.exists()) == (2, False), done.stderr
    assert f"{questions}: no line of it is a JSON object" in done.stderr
    assert 'hint: write one a line: {"id": 1, "question": "..."}' in done.stderr


@pytest.mark.parametrize("text", ["", " \n", CSV + '{"id": 1}\n'])
def test_one_object_or_nothing_at_all_is_a_batch(tmp_path: Path, text: str) -> None:
    (tmp_path / "questions").write_text(text)
    given = ["batch", str(tmp_path / "questions"), "-o", str(tmp_path / "a"), "--index", str(tmp_path / "none")]
    done = CliRunner().invoke(main, given)
    assert (done.exit_code, "no index there" in done.stderr) == (1, True), done.stderr
