"""Answers of a batch: counted as they grow, and as a table in which nothing runs."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.batch import Tally
from rag.exchange import to_line
from rag.types import Answer
from rag.web.batch_answers import COLUMNS, Counter, write_table
from tests.web.things import ANSWER, CITATION, HOSTILE, REFUSAL

ERROR = {"id": 3, "question": "Why?", "error": {"type": "X", "message": "no reply", "hint": "start it"}, "line": 3}


def table(tmp_path: Path, *lines: dict[str, Any]) -> list[dict[str, str]]:
    answers, target = tmp_path / "answers.jsonl", tmp_path / "answers.csv"
    answers.write_bytes(b"".join(map(to_line, lines)))
    write_table(answers, target)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_look_counts_on(tmp_path: Path) -> None:
    answers, counter = tmp_path / "answers.jsonl", Counter()
    assert counter.count(answers).done == 0
    with answers.open("ab", buffering=0) as out:
        out.write(to_line(ANSWER.to_dict()))
        assert counter.count(answers).tally == Tally(answered=1)
        out.write(to_line(REFUSAL.to_dict()) + to_line(ERROR)[:9])
        assert (counter.count(answers).tally, counter.count(answers).done) == (Tally(answered=1, refused=1), 2)
        out.write(to_line(ERROR)[9:])
        out.write(b"nonsense\n[]\n")
    counted = counter.count(answers)
    assert (counted.tally, counted.done) == (Tally(answered=1, refused=1, errors=3), 5)
    assert len(counted.last) == 3 and counted.last[0]["error"] == ERROR["error"]
    answers.write_bytes(to_line(ANSWER.to_dict()))
    assert counter.count(answers).done == 1
    answers.unlink()
    assert counter.count(answers).done == 0


def test_the_table_says_what_was_answered_and_from_where(tmp_path: Path) -> None:
    rows = table(tmp_path, ANSWER.to_dict(), REFUSAL.to_dict(), ERROR)
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["answer"] == "Notice is ninety days [1]." and rows[0]["status"] == "answered"
    assert rows[0]["sources"] == "[1] legal/lease.pdf, page 1 · Notice: “Notice is ninety days.”"
    assert (rows[1]["status"], rows[1]["reason"], rows[1]["sources"]) == ("refused", "no passage mentions: who", "")
    assert rows[2] == {**dict.fromkeys(COLUMNS, ""), "id": "3", "question": "Why?", "status": "error",
                       "reason": "no reply start it"}  # fmt: skip


@pytest.mark.parametrize("before", ["", " ", "\t", "\r\n", "\ufeff", "\u200b", "\xa0", "\0", "\u202e"])
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", '=HYPERLINK("http://evil.example")'])
def test_a_formula_is_text_in_every_cell(tmp_path: Path, before: str, formula: str) -> None:
    text = before + formula
    citation = replace(CITATION, document=text, quote=text, heading=text)
    answer = replace(ANSWER, id=text, question=text, text=text, citations=(citation,))
    (row,) = table(tmp_path, answer.to_dict())
    for name in ("id", "question", "answer"):
        assert row[name].startswith("'"), (name, row[name])
    assert row["sources"].startswith("[1]")
    (row,) = table(tmp_path, {"id": 1, "error": {"message": text}})
    assert row["reason"].startswith("'")


def test_nothing_begins_a_formula_where_the_cells_are_parted_by_semicolons(tmp_path: Path) -> None:
    text = 'said";=cmd|x;\n@SUM(1); -2;fine; +3'
    (row,) = table(tmp_path, Answer("q", "q", "answered", text).to_dict())
    assert row["answer"] == "said\";'=cmd|x; '@SUM(1); '-2;fine; '+3"


@given(st.text(st.characters(codec=None), max_size=40))
def test_no_cell_of_any_text_begins_a_formula(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    (row,) = table(tmp_path_factory.mktemp("any"), Answer(text, text, "answered", text, reason=text).to_dict())
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


def test_hostile_text_stays_in_its_cell(tmp_path: Path) -> None:
    rows = table(tmp_path, *(Answer(text, text, "answered", text).to_dict() for text in HOSTILE))
    assert len(rows) == len(HOSTILE)
    assert rows[0]["answer"] == HOSTILE[0]
