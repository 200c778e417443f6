"""The table says what the object says, and leaves gaps where nothing was measured."""

from __future__ import annotations

from typing import Any

from rag.evals.report import table

RETRIEVAL = {"recall@5": 0.5, "ndcg@10": 0.25, "n": 4}
RESULT: dict[str, Any] = {
    "dataset": "small",
    "n": 4,
    "sample": {"limit": 4, "of": 1200},
    "index": {"documents": 3, "chunks": 5},
    "retrieval": {**RETRIEVAL, "parts": {"dense": RETRIEVAL, "fused": {**RETRIEVAL, "ndcg@10": 0.125}}},
    "refusal": {"balanced_accuracy": None, "underspecified": {"answered": 1.0, "n": 2}},
    "invariants": {"checked": 4, "violated": [{"id": "q7", "broken": ["2: the quote of [1] is elsewhere"]}]},
    "errors": [{"id": "q9", "error": "GenerationError: out of ink"}],
    "timings": {"total": {"p50": 0.5, "p95": 1.5}},
    "prompt_tokens": {"p50": 200.0, "p95": 312.4},
    "notes": ["something to know"],
    "generator": "fake",
    "embedder": "other",
    "commit": "abc",
    "config": "12345678",
    "machine": {"cpu": "Some CPU", "cores": 2, "memory_gib": 8.0},
}


def test_a_table_holds_every_figure() -> None:
    text = table(RESULT)
    assert text.startswith("small: 4 of 1,200 questions, 3 documents, 5 chunks\n")
    for piece in ("0.250", "0.125", "answered 1.000, n 2", "4 answers checked, 1 violate one", "q7: 2: the quote"):
        assert piece in text
    for piece in ("q9: GenerationError", "0.500, 1.500", "200, 312", "note: something to know", "other and fake"):
        assert piece in text
    assert "balanced_accuracy".ljust(22) + "-" in text
    assert "Some CPU, 2 cores, 8.000 GiB" in text


def test_a_set_of_claims_has_a_table_too() -> None:
    claims = {key: RESULT[key] for key in ("dataset", "n", "commit", "config", "machine")}
    text = table({**claims, "embedder": None, "generator": None, "support": {"auroc": 0.75}, "notes": []})
    assert text.startswith("small: 4 claims\n")
    assert "no model, config 12345678" in text
