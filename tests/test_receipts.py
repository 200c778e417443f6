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
from rag.loaders import load
from rag.receipts import Receipt, Saved, check, read_saved, report, summary
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


class Files(Shelf):
    """The documents of a folder as they were when this was made, as an index has them."""

    def __init__(self, folder: Path) -> None:
        self.found = {path.name: load(path, folder, 10_000) for path in folder.iterdir()}
        super().__init__({name: document.text for name, document in self.found.items()})

    def documents(self) -> list[DocumentInfo]:
        return [DocumentInfo(path, path, found.sha256, 1, 1, 1, 0.0) for path, found in sorted(self.found.items())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"See {QUOTE} {name}")
    return folder


CITING = Saved("q", (receipt(), receipt("b.txt", number=2)))


def test_an_index_as_old_as_its_folder_counts_alone(folder: Path) -> None:
    found = report([CITING], Files(folder), folder)
    assert found == summary(check(CITING.receipts, Files(folder))) | {"notes": [], "older": []}
    assert found["sound"] is True


def test_files_that_the_index_does_not_have_as_they_are_make_it_unsound(folder: Path) -> None:
    index = Files(folder)
    (folder / "c.txt").unlink()
    assert report([CITING], index, folder)["sound"] is True, "nobody cites it"
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text("Notice is due in June.")
    found = report([CITING], index, folder)
    assert (found["sound"], found["counts"]["unchanged"], found["older"]) == (False, 2, ["a.txt", "b.txt"])
    told = "a.txt (gone), b.txt (changed since it was indexed)"
    assert found["notes"] == [f"the index is older than {told}; run: rag index {folder}"]
    found = report([CITING], index, folder, "my index")
    assert found["notes"][0].endswith(f"; run: rag index {folder} --index 'my index'")


def test_the_file_of_a_quote_that_moved_counts_too(folder: Path) -> None:
    index = Files(folder)
    (folder / "b.txt").unlink()
    found = report([Saved(1, (receipt("gone/b.txt"),))], index, folder)
    assert (found["counts"]["moved"], found["older"], found["sound"]) == (1, ["b.txt"], False)


def test_without_its_folder_the_index_counts_alone_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    for where, says in ((tmp_path / "none", "none is not there: only the"), (None, "does not say which folder")):
        found = report([CITING], Files(folder), where)
        assert (found["sound"], found["older"]) == (True, [])
        assert says in found["notes"][0]


def test_where_nothing_is_cited_there_is_nothing_to_check(folder: Path) -> None:
    for answers, told in (([Saved(1, ())], "the answer cites"), ([CITING, Saved(2, ())], "1 of 2 answers cite")):
        found = report(answers, Files(folder), folder)
        assert (found["sound"], found["notes"]) == (True, [f"nothing to check: {told} nothing"])


def test_what_no_longer_stands_is_to_be_asked_again(folder: Path) -> None:
    lost = Saved("q", (receipt("gone.txt", quote="Nowhere."), receipt(quote="Notice is due in June."), receipt()))
    found = report([lost, CITING], Files(folder), folder)
    told = "no longer as cited: 2 of 5 quotes; ask the question again"
    assert (found["sound"], found["notes"]) == (False, [told])
    one = report([Saved("q", lost.receipts[:1])], Files(folder), folder)
    assert one["notes"] == ["no longer as cited: the quote; ask the question again"]


AMISS: tuple[object, ...] = (None, [], {}, -1, True, 1.5, "", " \n")
CITATION = {"number": 1, "document": "a.txt", "start": 4, "end": 4 + len(QUOTE), "quote": QUOTE}


def saved(tmp_path: Path, raw: bytes | str | Any) -> Path:
    path = tmp_path / "answer.json"
    path.write_bytes(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    return path


def receipts_of(path: Path) -> list[Receipt]:
    return [found for answer in read_saved(path) for found in answer.receipts]


def test_reads_one_answer_pretty_or_not(tmp_path: Path) -> None:
    answer = {"id": "q", "citations": [CITATION]}
    for raw in (json.dumps(answer), json.dumps(answer, indent=2), "\ufeff" + json.dumps(answer) + "\n"):
        assert receipts_of(saved(tmp_path, raw.encode())) == [receipt()]


def test_reads_a_batch_with_errors_and_refusals(tmp_path: Path) -> None:
    lines = [
        {"id": "q", "citations": [CITATION]},
        {"id": 2, "error": {"type": "UsageError"}, "line": 2},
        {"id": 3, "status": "refused", "citations": []},
        {"citations": [{**CITATION, "number": 9}]},
        {"id": "", "citations": [CITATION]},
        {"id": 0, "citations": [CITATION]},
    ]
    found = receipts_of(saved(tmp_path, "\n\n".join(json.dumps(line) for line in lines).encode()))
    assert [(r.answer, r.number) for r in found] == [("q", 1), (4, 9), (5, 1), (0, 1)]


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
    {"citations": [{**CITATION, "page": "4"}]},
    {"citations": [{**CITATION, "heading": 4}]},
]


@pytest.mark.parametrize("raw", WRONG, ids=range(len(WRONG)))
def test_hostile_answers_are_clean_errors(tmp_path: Path, raw: Any) -> None:
    with pytest.raises(UsageError) as caught:
        receipts_of(saved(tmp_path, raw))
    assert "answer.json" in caught.value.message
    assert caught.value.hint


def test_a_missing_file_is_a_clean_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        receipts_of(tmp_path / "none.json")
