"""Receipts: what became of a citation, and hostile saved answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.receipts import Receipt, check, read_receipts, summary
from rag.types import Document, DocumentInfo

QUOTE = "Notice is due in May."


class Shelf:
    """Documents by path, and how often each was read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.reads: list[str] = []

    def documents(self) -> list[DocumentInfo]:
        return [DocumentInfo(path, path, "", 1, len(text), 0, 0.0) for path, text in sorted(self.texts.items())]

    def read(self, path: str) -> Document:
        self.reads.append(path)
        return Document(path, path, self.texts[path], "")


def receipt(document: str = "a.txt", start: int = 4, quote: str = QUOTE, number: int = 1) -> Receipt:
    return Receipt("q", number, document, start, start + len(quote), quote)


def fate(texts: Mapping[str, str], given: Receipt | None = None) -> tuple[str, str, int]:
    (found,) = check([given or receipt()], Shelf(texts))
    return found.outcome, found.now_document, found.now_start


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"a.txt": "See " + QUOTE}, ("unchanged", "a.txt", 4)),
        ({"a.txt": "But see " + QUOTE}, ("moved", "a.txt", 8)),
        ({"a.txt": QUOTE + " " * 40 + QUOTE}, ("moved", "a.txt", 0)),
        ({"a.txt": "See Notice is due in June."}, ("changed", "", -1)),
        ({"a.txt": ""}, ("changed", "", -1)),
        ({"a.txt": "See Notice is due in June.", "b.txt": QUOTE}, ("changed", "", -1)),
        ({"b.txt": "As said: " + QUOTE}, ("moved", "b.txt", 9)),
        ({"b.txt": QUOTE, "z/a.txt": QUOTE}, ("moved", "z/a.txt", 0)),
        ({"c.txt": QUOTE, "b.txt": QUOTE}, ("moved", "b.txt", 0)),
        ({"b.txt": "something else"}, ("vanished", "", -1)),
        ({}, ("vanished", "", -1)),
    ],
)
def test_outcomes(texts: dict[str, str], expected: tuple[str, str, int]) -> None:
    assert fate(texts) == expected


def test_a_document_removed_meanwhile_has_vanished() -> None:
    shelf = Shelf({"a.txt": "See " + QUOTE})
    listed = shelf.documents()
    shelf.documents = lambda: listed  # type: ignore[method-assign]
    shelf.texts.clear()
    assert [r.outcome for r in check([receipt()], shelf)] == ["vanished"]


def test_each_document_is_read_once_for_all_its_citations() -> None:
    shelf = Shelf({"a.txt": "See " + QUOTE, "b.txt": QUOTE})
    found = check([receipt(number=1), receipt("b.txt", 0, number=2), receipt(number=3)], shelf)
    assert [(r.number, r.outcome) for r in found] == [(1, "unchanged"), (2, "unchanged"), (3, "unchanged")]
    assert sorted(shelf.reads) == ["a.txt", "b.txt"]


@given(st.text(), st.text(min_size=1), st.text(), st.text())
def test_outcome_agrees_with_the_text(before: str, quote: str, after: str, now: str) -> None:
    old = before + quote + after
    given = receipt(start=len(before), quote=quote)
    assert fate({"a.txt": old}, given)[0] == "unchanged"
    outcome, document, start = fate({"a.txt": now}, given)
    if outcome in ("unchanged", "moved"):
        assert now[start : start + len(quote)] == quote
        assert document == "a.txt"
    else:
        assert outcome == "changed"
        assert quote not in now


def test_summary_counts_and_judges() -> None:
    good = check([receipt()], Shelf({"a.txt": QUOTE}))
    bad = check([receipt()], Shelf({}))
    assert summary(good)["sound"] is True
    assert summary(good + bad)["sound"] is False
    assert summary(good + bad)["counts"] == {"unchanged": 0, "moved": 1, "changed": 0, "vanished": 1}
    assert summary(good)["citations"][0]["now_end"] == len(QUOTE)
    assert summary(bad)["citations"][0]["now_end"] == -1
    assert summary([]) == {
        "sound": True,
        "counts": {"unchanged": 0, "moved": 0, "changed": 0, "vanished": 0},
        "citations": [],
    }


AMISS: tuple[object, ...] = (None, [], {}, -1, True, 1.5, "")
CITATION = {"number": 1, "document": "a.txt", "start": 4, "end": 4 + len(QUOTE), "quote": QUOTE}


def saved(tmp_path: Path, raw: bytes | str | Any) -> Path:
    path = tmp_path / "answer.json"
    path.write_bytes(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    return path


def test_reads_one_answer_pretty_or_not(tmp_path: Path) -> None:
    answer = {"id": "q", "citations": [CITATION]}
    for raw in (json.dumps(answer), json.dumps(answer, indent=2), "\ufeff" + json.dumps(answer) + "\n"):
        assert read_receipts(saved(tmp_path, raw.encode())) == [receipt()]


def test_reads_a_batch_with_errors_and_refusals(tmp_path: Path) -> None:
    lines = [
        {"id": "q", "citations": [CITATION]},
        {"id": 2, "error": {"type": "UsageError"}, "line": 2},
        {"id": 3, "status": "refused", "citations": []},
        {"citations": [{**CITATION, "number": 9}]},
    ]
    found = read_receipts(saved(tmp_path, "\n\n".join(json.dumps(line) for line in lines).encode()))
    assert [(r.answer, r.number) for r in found] == [("q", 1), (4, 9)]


WRONG: list[Any] = [
    b"",
    b"\n \n",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b"{}\nnot json",
    7,
    [],
    [CITATION],
    {},
    {"citations": None},
    {"citations": {}},
    {"citations": [7]},
    {"citations": [{}]},
    *({"citations": [{k: v for k, v in CITATION.items() if k != missing}]} for missing in CITATION),
    *({"citations": [{**CITATION, key: wrong}]} for key in CITATION for wrong in AMISS),
    {"citations": [{**CITATION, "end": 10**30}]},
    {"citations": [{**CITATION, "start": "4"}]},
]


@pytest.mark.parametrize("raw", WRONG, ids=range(len(WRONG)))
def test_hostile_answers_are_clean_errors(tmp_path: Path, raw: Any) -> None:
    with pytest.raises(UsageError) as caught:
        read_receipts(saved(tmp_path, raw))
    assert "answer.json" in caught.value.message
    assert caught.value.hint


def test_a_missing_file_is_a_clean_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_receipts(tmp_path / "none.json")
