"""The command line on a real index with the real embedder: results, exit codes, JSON, messages."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rag.cli import main
from rag.receipts import read_saved
from rag.weights.record import Record

pytestmark = pytest.mark.weights

Rag = Callable[..., Result]
DOCUMENTS = {
    "lease.txt": "The deposit is 400 euros. Pets are not allowed in the flat. Notice is due in May.",
    "minutes.md": "# Minutes\n\n## Election\n\nThe board met in Oslo. It chose Ada Verne as chair.\n",
    "empty.txt": "",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedder_folder: Path) -> Path:
    """A folder with `docs` and the `index` of it."""
    place = tmp_path_factory.mktemp("built")
    (place / "docs").mkdir()
    for name, text in DOCUMENTS.items():
        (place / "docs" / name).write_text(text, "utf-8")
    flags = ["--index", str(place / "index"), "--embedder", str(embedder_folder)]
    result = CliRunner().invoke(main, ["index", str(place / "docs"), "--json", *flags])
    assert result.exit_code == 0, result.stderr
    (place / "report.json").write_text(result.stdout)
    return place


@pytest.fixture
def place(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder_folder: Path) -> Path:
    """A copy of it, as the working directory, with settings from the environment."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for name, value in {"EMBEDDER": str(embedder_folder), "GENERATOR": "extractive", "FOLDER": "docs"}.items():
        monkeypatch.setenv(f"RAG_{name}", value)
    return tmp_path


@pytest.fixture
def rag(place: Path) -> Rag:
    return lambda *arguments: CliRunner().invoke(main, [str(item) for item in arguments])


def one_object(result: Result) -> Any:
    """The result, if it is one line of JSON and nothing else."""
    assert result.stdout.count("\n") == 1, result.stdout
    return json.loads(result.stdout)


def test_ask(rag: Rag) -> None:
    result = rag("ask", "How much is the deposit?")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ("The deposit is 400 euros [1].\n\n[1] lease.txt\n    “The deposit is 400 euros.”\n")


def test_ask_json(rag: Rag, place: Path) -> None:
    answer = one_object(rag("ask", "Who is the chair?", "--json"))
    assert answer["status"] == "answered"
    assert answer["text"] == "It chose Ada Verne as chair [1]."
    (citation,) = answer["citations"]
    assert (citation["document"], citation["heading"]) == ("minutes.md", "Minutes > Election")
    assert answer["model"] == "extractive"
    assert {"retrieve", "evidence", "first_token", "total"} <= answer["timings"].keys()


def test_a_refusal_is_exit_code_3_and_shows_what_was_looked_at(rag: Rag) -> None:
    result = rag("ask", "What is the population of Peru?")
    assert result.exit_code == 3
    assert "Looked at:\n  " in result.stdout
    refused = rag("ask", "What is the population of Peru?", "--json")
    assert refused.exit_code == 3
    answer = one_object(refused)
    assert (answer["status"], answer["citations"]) == ("refused", [])
    assert answer["reason"]
    assert answer["hits"]


def test_ask_twice_gives_the_same_bytes(rag: Rag) -> None:
    answers = [one_object(rag("ask", "When is notice due?", "--json")) for _ in range(2)]
    for answer in answers:
        del answer["timings"]
    assert answers[0] == answers[1]


def test_ask_with_a_history(rag: Rag, place: Path) -> None:
    turns = [{"role": "user", "content": "How much is the deposit?"}, {"role": "agent", "content": "400 euros."}]
    (place / "history.json").write_text(json.dumps(turns))
    answer = one_object(rag("ask", "And when is notice due?", "--history", "history.json", "--json"))
    assert answer["question"] == "And when is notice due?"
    assert answer["query"] == "How much is the deposit? And when is notice due?"
    assert one_object(rag("ask", "And when is notice due?", "--json"))["query"] == "And when is notice due?"


@pytest.mark.parametrize("raw", ["{", "{}", "[1]", '[{"role": "system", "content": "x"}]', ""])
def test_a_wrong_history_is_wrong_usage(rag: Rag, place: Path, raw: str) -> None:
    (place / "history.json").write_text(raw)
    result = rag("ask", "Who?", "--history", "history.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "history.json: " in result.stderr
    assert "hint: " in result.stderr


def test_verbose_is_beside_the_result(rag: Rag) -> None:
    quiet, verbose = (rag("ask", "How much is the deposit?", *flags) for flags in ((), ("-v",)))
    assert quiet.stdout == verbose.stdout
    for word in ("Searched for: How much", "evidence ", "kept: ", "total ", "embedder "):
        assert word in verbose.stderr


def test_search(rag: Rag) -> None:
    found = one_object(rag("search", "deposit euros", "--json"))
    assert found["hits"][0].items() >= {"document": "lease.txt", "dense_rank": 1, "lexical_rank": 1}.items()
    assert DOCUMENTS["lease.txt"].startswith(found["hits"][0]["text"][:20])
    assert len(one_object(rag("search", "deposit", "-k", "1", "--json"))["hits"]) == 1
    assert "lease.txt" in rag("search", "deposit").stdout


def test_a_scope_limits_where_is_looked(rag: Rag, place: Path) -> None:
    found = one_object(rag("search", "How much is the deposit?", "--scope", "minutes.md", "--json"))
    assert {hit["document"] for hit in found["hits"]} == {"minutes.md"}
    answer = one_object(
        rag("ask", "How much is the deposit?", "--scope", "lease.txt", "--scope", "./minutes.md", "--json")
    )
    assert {hit["document"] for hit in answer["hits"]} <= {"lease.txt", "minutes.md"}
    wrong = rag("ask", "How much is the deposit?", "--scope", "leese.txt")
    assert wrong.exit_code == 2
    assert "did you mean lease.txt" in wrong.stderr
    (place / "q.jsonl").write_text('{"id": 1, "question": "How much is the deposit?", "scope": "minutes.md"}\n')
    assert rag("batch", "q.jsonl", "-o", "a.jsonl").exit_code == 0
    assert {hit["document"] for hit in json.loads((place / "a.jsonl").read_text())["hits"]} == {"minutes.md"}


def test_batch(rag: Rag, place: Path) -> None:
    questions = [{"id": 1, "question": "How much is the deposit?"}, {"id": 2, "question": "Population of Peru?"}, "?"]
    (place / "q.jsonl").write_text("\n".join(json.dumps(q) for q in questions))
    for resumed in (0, 2):
        result = rag("batch", "q.jsonl", "-o", "a.jsonl")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
        assert f"1 answered, 1 refused, 1 errors ({resumed} were there before)" in result.stderr
    lines = [json.loads(line) for line in (place / "a.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3]
    assert lines[0] | {"timings": {}} == one_object(rag("ask", "How much is the deposit?", "--json")) | {
        "id": 1,
        "timings": {},
    }
    assert sum(len(answer.receipts) for answer in read_saved(place / "a.jsonl")) == 1


def test_batch_from_a_pipe(rag: Rag, place: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b'{"id": 1, "question": "How much is the deposit?"}\n')
    os.close(writer)
    result = rag("batch", f"/dev/fd/{reader}", "-o", "a.jsonl")
    os.close(reader)
    assert result.exit_code == 0, result.stderr
    assert "1 answered, 0 refused, 0 errors" in result.stderr
    assert json.loads((place / "a.jsonl").read_text())["id"] == 1


def test_batch_looks_at_its_files_before_it_loads_a_model(rag: Rag, place: Path) -> None:
    (place / "q.jsonl").write_text('{"id": 1, "question": "How much is the deposit?"}')
    result = rag("batch", "q.jsonl", "-o", "nowhere/a.jsonl", "--generator", "no/such-model")
    assert result.exit_code == 2
    assert "not a file in a folder that exists" in result.stderr


def test_batch_with_other_settings_does_not_mix(rag: Rag, place: Path) -> None:
    (place / "q.jsonl").write_text('{"id": 1, "question": "How much is the deposit?"}')
    assert rag("batch", "q.jsonl", "-o", "a.jsonl").exit_code == 0
    result = rag("batch", "q.jsonl", "-o", "a.jsonl", "--policy", "flag")
    assert result.exit_code == 2
    assert "made with settings" in result.stderr


def test_verify(rag: Rag, place: Path) -> None:
    (place / "answer.json").write_text(rag("ask", "When is notice due?", "--json").stdout)
    result = rag("verify", "answer.json")
    assert result.exit_code == 0, result.stderr
    assert "1 unchanged" in result.stdout
    for change, outcome, code in (
        ("Now: " + DOCUMENTS["lease.txt"], "moved", 0),
        ("Notice is due in June.", "changed", 1),
        (None, "vanished", 1),
    ):
        path = place / "docs" / "lease.txt"
        path.unlink() if change is None else path.write_text(change)
        assert rag("index").exit_code == 0
        result = rag("verify", "answer.json", "--json")
        assert result.exit_code == code, outcome
        found = one_object(result)
        assert found["counts"][outcome] == 1
        assert found["sound"] is (code == 0)


def test_verify_sees_files_that_are_not_indexed_yet(rag: Rag, place: Path) -> None:
    assert rag("index").exit_code == 0
    (place / "answer.json").write_text(rag("ask", "When is notice due?", "--json").stdout)
    lease = place / "docs" / "lease.txt"
    for change in ("Notice is due in June.", None):
        lease.unlink() if change is None else lease.write_text(change)
        result = rag("verify", "answer.json")
        assert (result.exit_code, "1 unchanged" in result.stdout) == (1, True)
        assert "the index is older than lease.txt (" in result.stdout
        assert one_object(rag("verify", "answer.json", "--json"))["older"] == ["lease.txt"]
    shutil.rmtree(place / "docs")
    result = rag("verify", "answer.json")
    assert result.exit_code == 0
    assert "docs is not there: only the index was looked at" in result.stdout


def test_verify_sees_that_an_answer_was_edited(rag: Rag, place: Path) -> None:
    answer = one_object(rag("ask", "When is notice due?", "--json"))
    (place / "answer.json").write_text(json.dumps(answer | {"citations": []}))
    result = rag("verify", "answer.json")
    assert result.exit_code == 1
    assert "answer 1 is changed: [1] is in the text and is no citation" in result.stdout


def test_eval(rag: Rag, place: Path) -> None:
    data = place / "data"
    data.mkdir()
    documents = [{"_id": name, "title": "", "text": text} for name, text in DOCUMENTS.items() if text]
    (data / "corpus.jsonl").write_text("\n".join(json.dumps(d) for d in documents))
    (data / "queries.jsonl").write_text('{"_id": "q", "text": "How much is the deposit?"}')
    (data / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\tlease.txt\t1\n")
    result = rag("eval", "data", "--retrieval-only", "--json")
    assert result.exit_code == 0, result.stderr
    assert one_object(result)["retrieval"]
    assert "ndcg@10" in rag("eval", "data", "--retrieval-only").stdout.lower()


def test_serve_is_handed_the_settings(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("rag.web.serve", seen.append)
    assert rag("serve", "--port", "8123", "--index", "elsewhere").exit_code == 0
    assert (seen[0].port, seen[0].index, seen[0].host) == (8123, "elsewhere", "127.0.0.1")


def test_doctor_on_a_sound_index(rag: Rag) -> None:
    found = one_object(rag("doctor", "--json"))
    (index,) = (check for check in found["checks"] if check["name"] == "index")
    assert index["state"] == "ok", index
    assert "2 documents" in index["detail"]
    assert not [check for check in found["checks"] if check["name"].startswith("speed")], "models of one's own"


def test_doctor_says_what_this_machine_should_reach(rag: Rag) -> None:
    found = one_object(rag("doctor", "--json", "--generator", "smollm2-135m"))
    speeds = {check["name"]: check["state"] for check in found["checks"] if check["name"].startswith("speed")}
    assert speeds == {"speed of reading": "ok", "speed of writing": "ok"}


def test_models(rag: Rag, place: Path, monkeypatch: pytest.MonkeyPatch, embedder_folder: Path) -> None:
    monkeypatch.setenv("RAG_CACHE", str(place / "cache"))
    listed = one_object(rag("models", "list", "--json"))
    assert {m["name"]: m["present"] for m in listed}["smollm2-135m"] is False
    assert "smollm2-135m" in rag("models", "list").stdout
    assert rag("models", "pull", embedder_folder).stdout.strip() == str(embedder_folder)
    assert rag("models", "verify").exit_code == 0
    folder = place / "cache" / "models" / "toy"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"sound")
    Record.of(folder, "toy", "a test", "1").write(folder)
    assert rag("models", "verify").exit_code == 0
    (folder / "model.safetensors").write_bytes(b"wrong")
    changed = rag("models", "verify")
    assert changed.exit_code == 1
    assert "model.safetensors" in changed.stdout and "models pull toy" in changed.stdout
    assert [check["ok"] for check in one_object(rag("models", "verify", "--json"))] == [False]
    unknown = rag("models", "pull", "smollm2-135n", "--offline")
    assert unknown.exit_code == 1
    assert "smollm2-135m" in unknown.stderr
    nameless = rag("models", "pull", "")
    assert (nameless.exit_code, "the name is empty" in nameless.stderr) == (2, True)
