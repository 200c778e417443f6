from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import jsonschema
import pytest

from rag.types import DocumentInfo, Premise, hit_to_dict
from rag.web.tools import TOOLS, Result, answered, found, listed, shown_text
from tests.web.things import ANSWER, CONFLICT, HIT, HOSTILE, REFUSAL, SENTENCE, TEXT

GIVES = {tool.name: tool.gives for tool in TOOLS}
READING = {
    "document": "legal/lease.pdf",
    "title": "Lease",
    "start": 0,
    "end": 6,
    "characters": len(TEXT),
    "page": 1,
    "heading": "Notice",
    "text": TEXT[:6],
}


def search(*texts: str) -> dict[str, Any]:
    hits = [{**hit_to_dict(HIT), "text": text} for text in texts]
    return {"question": "notice", "hits": hits, "embedder": "fake"}


def documents(*paths: str) -> dict[str, Any]:
    return {"documents": [asdict(DocumentInfo(path, "A lease", "0" * 64, 1, 2_000, 3_000, 1.9e9)) for path in paths]}


@pytest.mark.parametrize(
    ("tool", "result"),
    [
        ("ask", answered(ANSWER)),
        ("ask", answered(REFUSAL)),
        ("ask", answered(replace(ANSWER, conflicts=(CONFLICT,), missing=("rent",), premises=(Premise("a", "b"),)))),
        ("search", found(search("a", "b"))),
        ("search", found(search())),
        ("documents", listed(documents("a.txt"))),
        ("read", shown_text(READING)),
    ],
)
def test_what_a_tool_gives_is_what_it_promises(tool: str, result: Result) -> None:
    jsonschema.validate(result.data, GIVES[tool])
    assert set(result.data) <= set(GIVES[tool]["properties"])


def test_a_document_has_what_its_schema_promises_and_no_more() -> None:
    (document,) = listed(documents("a.txt")).data["documents"]
    assert set(document) == set(GIVES["documents"]["properties"]["documents"]["items"]["properties"])


def test_the_schemas_are_schemas_with_every_field_explained_or_plain() -> None:
    for tool in TOOLS:
        for schema in (tool.takes, tool.gives):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert set(schema["required"]) <= set(schema["properties"])
        assert all("description" in field for field in tool.takes["properties"].values()), tool.name


def test_an_answer_is_read_with_its_sources() -> None:
    assert answered(ANSWER).text == (
        "Notice is ninety days [1].\n\n[1] legal/lease.pdf · page 1 · Notice\n“Notice is ninety days.”"
    )


def test_a_weak_sentence_a_conflict_and_a_false_premise_are_told() -> None:
    weak = replace(SENTENCE, verdict="weak", support=0.5, why="half of its words")
    premise = Premise("sixty", "ninety")
    text = answered(replace(ANSWER, sentences=(weak,), conflicts=(CONFLICT,), premises=(premise,))).text
    assert "\nBut the question says “sixty” where the passages have “ninety”." in text
    assert "Not fully supported: “Notice is ninety days.” (half of its words)" in text
    assert "where [1] has ninety, another passage has thirty: old/lease.pdf · page 2 · Notice\n“Notice is" in text


def test_a_refusal_says_why_and_what_was_looked_at() -> None:
    result = answered(REFUSAL)
    assert result.data["status"] == "refused"
    assert result.text == (
        "The documents do not say.\nWhy: no passage mentions: who\nLooked at:\n- legal/lease.pdf · page 1 · Notice"
    )


def test_passages_are_numbered() -> None:
    place = "legal/lease.pdf · page 1 · Notice"
    assert found(search("a", "b")).text == f"1. {place}\na\n\n2. {place}\nb"
    assert found(search()).text == "Nothing was found."


def test_documents_are_narrowed_and_bounded() -> None:
    assert [d["path"] for d in listed(documents("A/x.txt", "b.txt"), "a/X").data["documents"]] == ["A/x.txt"]
    assert listed(documents("b.txt"), "LEASE").data["total"] == 1
    assert listed(documents("b.txt"), "rent").text == "No document."
    many = listed(documents(*(f"{number:03}.txt" for number in range(250))))
    assert (len(many.data["documents"]), many.data["total"]) == (200, 250)
    assert many.text.endswith("and 50 documents more; narrow it with contains")


def test_a_reading_says_where_it_stands() -> None:
    text = shown_text(READING).text
    assert text == f"legal/lease.pdf · page 1 · Notice (characters 0 to 6 of {len(TEXT)})\n\nNotice"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_document_says_goes_out_as_it_stands(text: str) -> None:
    assert found(search(text)).text.endswith(f"\n{text}")
