"""Cases are kept one a line, a later word on the same question in place of the earlier, and nothing else is touched."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cases import Case, Passage, add_case
from rag.errors import RagError, UsageError
from rag.types import Answer, Citation, Turn

QUOTE = "Notice is ninety days."
CASE = Case("How long is notice?", (), True, (Passage("lease.txt", 8, 30, QUOTE),))
HISTORY = (Turn("user", "Who keeps the lease?"), Turn("assistant", "The registrar."))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def answer(status: str = "answered") -> Answer:
    citation = Citation(1, "lease.txt", 8, 30, QUOTE, 2, "Terms", 0.9)
    assert status in ("answered", "refused")
    given: Any = {"status": status, "citations": (citation,) if status == "answered" else ()}
    return Answer(question="How long is notice?", query="How long is notice?", text="…", **given)


def test_a_case_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cases.jsonl"
    assert not add_case(path, CASE)
    assert rows(path) == [
        {
            "_id": CASE.id,
            "question": "How long is notice?",
            "answerable": True,
            "expected": [{"document": "lease.txt", "start": 8, "end": 30, "quote": QUOTE}],
        }
    ]


def test_the_same_question_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    add_case(path, CASE)
    add_case(path, Case("Who?"))
    assert add_case(path, Case(" How long\nis notice? ", answerable=False))
    assert [(row["question"], row.get("answerable")) for row in rows(path)] == [
        ("Who?", None),
        (" How long\nis notice? ", False),
    ]


def test_the_same_words_after_another_question_are_another_case(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    add_case(path, Case("And in writing?"))
    assert not add_case(path, Case("And in writing?", HISTORY))
    assert rows(path)[1]["history"] == [
        {"role": "user", "content": "Who keeps the lease?"},
        {"role": "assistant", "content": "The registrar."},
    ]
    assert add_case(path, Case("And in writing?", (HISTORY[0], Turn("assistant", "The harbour master."))))


def test_lines_of_others_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    theirs = b'{"question":  "Who?", "answers": ["Ines"]}\n\n{"_id": 7, "question": "Why?"}'
    path.write_bytes(theirs)
    add_case(path, CASE)
    assert path.read_bytes().startswith(theirs + b"\n")
    assert len(path.read_bytes().splitlines()) == 4
    assert add_case(path, Case("Who?"))
    assert b"Ines" not in path.read_bytes()


@pytest.mark.parametrize("line", ['{"question": 3}', "{", "[]", '{"_id": [], "question": "Why?"}'])
def test_a_line_that_is_no_case_is_named_and_left(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f'{{"question": "Who?"}}\n{line}\n', "utf-8")
    with pytest.raises(UsageError, match=r"cases\.jsonl, line 2: "):
        add_case(path, CASE)
    assert path.read_text("utf-8").endswith(f"{line}\n")


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: add_case(path, Case(f"Question {at}?")), range(24)))
    assert {row["question"] for row in rows(path)} == {f"Question {at}?" for at in range(24)}


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RagError, match="cannot be written"):
        add_case(tmp_path / "file" / "cases.jsonl", CASE)


@given(st.text(min_size=1).filter(str.strip), st.booleans())
def test_any_question_survives(tmp_path_factory: pytest.TempPathFactory, question: str, answerable: bool) -> None:
    path = tmp_path_factory.mktemp("any") / "cases.jsonl"
    add_case(path, Case(question, answerable=answerable))
    assert add_case(path, Case(question, answerable=answerable))
    (line,) = path.read_bytes().split(b"\n")[:-1]
    assert json.loads(line)["question"] == question


@pytest.mark.parametrize(
    ("status", "good", "answerable", "passages"),
    [
        ("answered", True, True, 1),
        ("answered", False, None, 0),
        ("refused", True, False, 0),
        ("refused", False, True, 0),
    ],
)
def test_what_a_judgement_says(status: str, good: bool, answerable: bool | None, passages: int) -> None:
    case = Case.from_answer(answer(status), good, HISTORY)
    assert (case.answerable, len(case.expected)) == (answerable, passages)
    assert (case.question, case.history) == ("How long is notice?", HISTORY)
    if passages:
        assert case.expected == CASE.expected
