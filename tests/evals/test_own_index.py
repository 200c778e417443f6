"""Cases that a user keeps are run against the user's own index; what has changed since is said and not counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.cases import Case, Passage, add_case
from rag.config import Config
from rag.errors import IndexMissing, RagError
from rag.evals.datasets import load_dataset
from rag.evals.indexes import Parts
from rag.evals.report import table
from rag.evals.runner import evaluate
from rag.store import SqliteStore
from rag.testing import FakeGenerator
from rag.types import Turn
from tests import shelf

NOTICE = "The harbour lease ends after ninety days of notice."
CLUB = "The club paints its boats in April."
TEXTS = {"legal/lease.txt": [NOTICE, "Rent is paid in March."], "minutes.txt": [CLUB]}


def passage(document: str, quote: str, start: int = 0) -> Passage:
    return Passage(document, start, start + len(quote), quote)


def run(root: Path, *cases: Case, retrieval_only: bool = False, **settings: Any) -> dict[str, Any]:
    """Figures of these cases against a small index."""
    shelf.pipeline(root / "index", TEXTS).store.close()
    for case in cases:
        add_case(root / "cases.jsonl", case)
    parts = opened(root, **settings)
    dataset = load_dataset(root / "cases.jsonl")
    return evaluate(dataset, parts, parts.config, lambda *_: None, retrieval_only=retrieval_only).result


def opened(root: Path, **settings: Any) -> Parts:
    return Parts(
        config=Config(**{"index": str(root / "index"), "refuse_below": 0.0, **settings}),
        embedder=shelf.EMBEDDER,
        generator=FakeGenerator(),
        embedder_digest="0",
        made_with="test",
        write=lambda folder: pytest.fail(f"{folder} is written"),
        read=lambda folder: SqliteStore.open_existing(folder, shelf.MANIFEST),
        cache=root / "cache",
    )


def test_every_figure_that_cases_give(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        Case("When does the harbour lease end?", (), True, (passage("legal/lease.txt", NOTICE),)),
        Case("And when are they painted?", (Turn("user", "Who has boats?"),), True, (passage("minutes.txt", CLUB),)),
        Case("Who owns the moon?", answerable=False),
    )
    assert (found["dataset"], found["n"], found["index"]) == ("cases.jsonl", 3, {"documents": 2, "chunks": 3})
    assert found["passages"] == {
        "found": 1.0, "recall@5": 1.0, "recall@10": 1.0, "mrr@10": 1.0, "ndcg@10": 1.0, "k": 8, "n": 2,
    }  # fmt: skip
    assert found["retrieval"]["ndcg@10"] == 1.0
    assert found["refusal"]["answerable"] == 2
    assert found["refusal"]["false_answer_rate"] is not None
    assert found["citations"]["span_recall"] == 1.0
    assert found["invariants"]["violated"] == []
    assert found["notes"] == []
    assert "passages" in table(found)


def test_a_passage_that_is_no_hit_is_not_found(tmp_path: Path) -> None:
    case = Case("When does the harbour lease end?", (), True, (passage("minutes.txt", CLUB),))
    found = run(tmp_path, case, retrieval_only=True, k=1)["passages"]
    assert (found["found"], found["k"]) == (0.0, 1)
    assert 0 < found["mrr@10"] < 1


def test_two_passages_of_which_one_comes_late(tmp_path: Path) -> None:
    both = (passage("legal/lease.txt", NOTICE), passage("minutes.txt", CLUB))
    found = run(tmp_path, Case("When does the harbour lease end?", (), True, both), retrieval_only=True)["passages"]
    assert (found["found"], found["mrr@10"], found["recall@5"]) == (1.0, 1.0, 1.0)
    assert 0.9 < found["ndcg@10"] <= 1.0


def test_a_case_without_words_whose_place_is_past_the_end_is_named_and_not_counted(tmp_path: Path) -> None:
    past = Case("What is painted?", (), True, (Passage("minutes.txt", 9_000, 9_010, ""),))
    within = Case("When does the harbour lease end?", (), True, (Passage("legal/lease.txt", 0, 10, ""),))
    found = run(tmp_path, past, within, retrieval_only=True)
    assert found["passages"]["n"] == 1
    assert found["notes"] == [f"{past.id} is left out: minutes.txt has no characters 9000 to 9010"]


def test_a_case_whose_passage_has_changed_is_named_and_not_counted(tmp_path: Path) -> None:
    gone = Case("When is rent paid?", (), True, (passage("legal/lease.txt", "Rent is paid in June."),))
    away = Case("Who writes?", (), True, (passage("letters.txt", "Ines writes."),))
    good = Case("When does the harbour lease end?", (), True, (passage("legal/lease.txt", NOTICE),))
    found = run(tmp_path, gone, away, good)
    assert (found["n"], found["passages"]["n"], found["refusal"]["answerable"]) == (1, 1, 1)
    assert sorted(found["notes"]) == sorted(
        [
            f"{gone.id} is left out: legal/lease.txt no longer has “Rent is paid in June.”",
            f"{away.id} is left out: letters.txt no longer has “Ines writes.”",
        ]
    )
    assert f"note: {gone.id} is left out" in table(found)


def test_a_passage_that_has_moved_is_measured_where_it_is(tmp_path: Path) -> None:
    moved = Case("When is rent paid?", (), True, (passage("legal/lease.txt", "Rent  is\npaid in March.", 400),))
    found = run(tmp_path, moved, retrieval_only=True)
    assert (found["passages"]["n"], found["passages"]["mrr@10"], found["notes"]) == (1, 1.0, [])


def test_nothing_is_left_to_measure(tmp_path: Path) -> None:
    found = run(tmp_path, Case("Who writes?", (), True, (passage("letters.txt", "Ines writes."),)))
    assert found["n"] == 0
    assert "passages" not in found
    assert table(found).startswith("cases.jsonl: 0 questions")


def test_without_an_index_it_is_said(tmp_path: Path) -> None:
    add_case(tmp_path / "cases.jsonl", Case("Who?"))
    parts = opened(tmp_path)
    with pytest.raises(IndexMissing):
        evaluate(load_dataset(tmp_path / "cases.jsonl"), parts, parts.config, lambda *_: None, retrieval_only=False)


def test_a_file_that_brings_its_own_documents_belongs_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"question": "Who?", "passages": ["Ines writes."]}\n', "utf-8")
    with pytest.raises(RagError, match="'Who\\?' brings its own documents"):
        load_dataset(tmp_path / "set.jsonl")
