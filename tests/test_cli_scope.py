"""--scope on the command line, and "scope" in a batch: what is found, what is said of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_cli import Rag, built, one_object, place, rag

__all__ = ["built", "place", "rag"]

pytestmark = pytest.mark.weights


def test_a_scope_is_all_that_is_looked_in(rag: Rag) -> None:
    everywhere = one_object(rag("search", "deposit chair", "--json"))["hits"]
    assert {hit["document"] for hit in everywhere} == {"lease.txt", "minutes.md"}
    found = one_object(rag("search", "deposit chair", "--scope", "minutes.md", "--json"))["hits"]
    assert {hit["document"] for hit in found} == {"minutes.md"}
    both = one_object(rag("ask", "Who is the chair?", "--scope", "./minutes.md", "--scope", "lease.txt", "--json"))
    assert (both["scope"], both["status"]) == (["lease.txt", "minutes.md"], "answered")
    shown = rag("ask", "Who is the chair?", "--scope", "minutes.md").stdout
    assert shown.splitlines()[:3] == ["It chose Ada Verne as chair [1].", "", "Looked only in minutes.md."]
    refused = rag("ask", "Who is the chair?", "--scope", "lease.txt")
    assert refused.exit_code == 3
    assert "Why: looked only in lease.txt: " in refused.stdout


def test_a_scope_that_is_not_there_is_wrong_usage(rag: Rag) -> None:
    for command in ("ask", "search"):
        result = rag(command, "Who is the chair?", "--scope", "docs/lease.txt")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "'docs/lease.txt': no document of the index is there" in result.stderr
        assert "hint: did you mean lease.txt" in result.stderr


def test_a_batch_looks_where_each_line_says(rag: Rag, place: Path) -> None:
    asked = {"question": "How much is the deposit?"}
    lines = [asked, asked | {"scope": "lease.txt"}, asked | {"scope": ["minutes.md"]}, asked | {"scope": "nowhere"}]
    (place / "q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert "2 answered, 1 refused, 1 errors" in rag("batch", "q.jsonl", "-o", "a.jsonl").stderr
    found = [json.loads(line) for line in (place / "a.jsonl").read_text().splitlines()]
    assert [line["scope"] for line in found] == [[], ["lease.txt"], ["minutes.md"], ["nowhere"]]
    assert found[3]["error"]["type"] == "UsageError"
    assert "(3 were there before)" in rag("batch", "q.jsonl", "-o", "a.jsonl").stderr
