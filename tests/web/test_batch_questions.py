"""Files of questions: whatever a spreadsheet writes is read, and what cannot be is told by its row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.web import batch_questions
from rag.web.batch_questions import take


def file(folder: Path, content: str | bytes, name: str = "asked.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def taken(path: Path) -> list[dict[str, Any]]:
    questions = take(path)
    lines = [json.loads(line) for line in questions.lines.splitlines() if line.strip()]
    assert questions.total == len(lines)
    return lines


WHO, WHEN = {"question": "Who?"}, {"question": "When?"}
TABLES = {
    "header": ("question\nWho?\nWhen?\n", [WHO, WHEN]),
    "header in capitals": ("Question\nWho?\nWhen?", [WHO, WHEN]),
    "ids": ("id,question\n7,Who?\n,When?\n", [{"id": "7", **WHO}, WHEN]),
    "other columns": ("no;Question;expected\n1;Who?;Ada\n2;When?;\n", [WHO, WHEN]),
    "id last": ('question,"id"\n"Who?",a\n', [{"id": "a", **WHO}]),
    "semicolons in one row": ("id;question\n7;Who, and when?", [{"id": "7", "question": "Who, and when?"}]),
    "tabs": ("id\tquestion\n7\tWho, and when?\n", [{"id": "7", "question": "Who, and when?"}]),
    "bars": ("id|question\n7|Who?\n", [{"id": "7", **WHO}]),
    "only column": ("Who?\nWhen?\n", [WHO, WHEN]),
    "one question": ("Who?", [WHO]),
    "commas in an only column": ("question\nWho, and when?\nWhen?\n", [{"question": "Who, and when?"}, WHEN]),
    "commas without a header": (
        "Who, and when?\nWhen, or not?\n",
        [{"question": "Who, and when?"}, {"question": "When, or not?"}],
    ),
    "header in the plural": ("id,Questions\n1,Who?\n", [{"id": "1", **WHO}]),
    "header that asks": ('"Nr";" Questions ? "\n1;Who?\n', [WHO]),
    "header of an only column": ("QUESTIONS\nWho, and when?\n", [{"question": "Who, and when?"}]),
    "one column with its delimiter": ("Who?,\nWhen?,\n", [WHO, WHEN]),
    "scope": ("question,scope\nWho?,legal/\nWhen?,\n", [{**WHO, "scope": ["legal/"]}, WHEN]),
    "scope of several": (
        "Question;Scope\nWho?;a b.txt | legal/x,y.md|\n",
        [{**WHO, "scope": ["a b.txt", "legal/x,y.md"]}],
    ),
    "line breaks in quotes": ('question\n"Who\nor ""what""?"\nWhen?', [{"question": 'Who\nor "what"?'}, WHEN]),
    "empty rows": ("\n\nquestion,id\n\n,\n  ,  \nWho?,1\n\n", [{"id": "1", **WHO}]),
    "carriage returns": ("question\r\nWho?\r\nWhen?\r\n", [WHO, WHEN]),
    "old carriage returns": ("question\rWho?\rWhen?\r", [WHO, WHEN]),
    "declared": ("sep=;\nid;question\n7;Who?\n", [{"id": "7", **WHO}]),
    "delimiter at the end": ("question,\nWho?,\n", [WHO]),
    "markup": ("question\n<b>Who?</b>\n=1+1\n", [{"question": "<b>Who?</b>"}, {"question": "=1+1"}]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables(tmp_path: Path, kind: str) -> None:
    content, expected = TABLES[kind]
    assert taken(file(tmp_path, content)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "id;question\n1;Wer prüft die Brücke über den Fluß täglich?\n2;Où est la clé?\n"
    lines = taken(file(tmp_path, text.encode(encoding)))
    assert [line["question"] for line in lines] == ["Wer prüft die Brücke über den Fluß täglich?", "Où est la clé?"]


@pytest.mark.parametrize(
    ("content", "says", "hint"),
    [
        ("", "asked.csv: there is no question in it", "question"),
        ("\n , \n", "asked.csv: there is no question in it", "question"),
        ("question\n", "asked.csv: no row below the names", "write a question"),
        ("id,question\n1,Who?\n2,\n", "asked.csv, row 3: no question in it", "take the row out"),
        ("id,question\n\n1,Who, and when?\n", "asked.csv, row 3: 3 cells where the first row has 2", "between quotes"),
        ('id,question\n1,"Who?\n2,When?\n', "asked.csv, row 2: the quotes do not match", "twice"),
        ('id,question\n1,"Who" is it?\n', "asked.csv, row 2: the quotes do not match", "twice"),
        ("Nr;Frage\n1;Who?\n2;When?\n", "no column is called question; there are “Nr”, “Frage”", '"question"'),
        ("Nr, Frage\n1, Who?\n2, When?\n", "no column is called question; there are “Nr”, “Frage”", '"question"'),
        ("Who?,Ada\nWhen?,1815\n", "no column is called question; there are “Who?”, “Ada”", '"question"'),
        ("question,Questions\nWho?,When?\n", "more than one column is called question", '"question"'),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "asked.csv: binary data", "save it as CSV"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(tmp_path: Path, content: str | bytes, says: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        take(file(tmp_path, content))
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_columns_that_are_passed_over_are_told(tmp_path: Path) -> None:
    table = "no;Question;;Expected\n1;Who?;;Ada\n"
    assert take(file(tmp_path, table)).remark == "Passed over: “no”, “Expected”."
    assert take(file(tmp_path, "id,question,scope,\n1,Who?,a.txt,\n")).remark == ""
    wide = ",".join(["question", *map(str, range(20))])
    assert take(file(tmp_path, f"{wide}\nWho?\n")).remark.endswith("“7” and 12 more.")


def test_json_lines_are_taken_as_they_are(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"id": 7, "question": "Who?", "history": []}\n\n{"question": "When?"}'
    questions = take(file(tmp_path, content, "asked.jsonl"))
    assert (questions.lines, questions.total, questions.remark) == (content, 2, "")


def test_json_lines_that_cannot_be_understood_stay_and_are_told(tmp_path: Path) -> None:
    questions = take(file(tmp_path, '{"question": "Who?"}\n{"question": 7}\n[\n', "asked.ndjson"))
    assert questions.total == 3
    assert questions.remark.startswith(
        "2 of 3 lines cannot be understood; the first is line 2: question: expected text"
    )
    with pytest.raises(UsageError, match="no line can be understood; line 1: not valid JSON"):
        take(file(tmp_path, "Who?\nWhen?\n", "asked.jsonl"))
    with pytest.raises(UsageError, match="there is no question in it"):
        take(file(tmp_path, "\n \n", "asked.jsonl"))


def test_other_kinds_and_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"asked\.xlsx: neither CSV nor JSON lines"):
        take(file(tmp_path, "question\nWho?", "asked.xlsx"))
    many = "question\n" + "Who?\n" * (batch_questions.MOST_QUESTIONS + 1)
    with pytest.raises(UsageError, match="10,001 questions, at most 10,000 are taken"):
        take(file(tmp_path, many))
    with pytest.raises(UsageError, match="10,001 questions"):
        take(file(tmp_path, '{"question": "Who?"}\n' * 10_001, "asked.jsonl"))
    assert len(taken(file(tmp_path, many[:-5]))) == 10_000
    monkeypatch.setattr(batch_questions, "MOST_BYTES", 20)
    with pytest.raises(UsageError, match="21 bytes, at most 20 are taken"):
        take(file(tmp_path, "question\n" + "W" * 12))
