"""The nouns: frozen, exact about places, and JSON as the interface fixes it."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import types
from rag.types import Answer, Chunk, Citation, Document, Heading, Hit, Page, Sentence, hit_to_dict

CHUNK = Chunk("a/b.pdf", 800, 1000, "x" * 200, "Lease", "Terms > Notice", 3)
ANSWERED = Answer(
    question="When?",
    query="When is notice due?",
    status="answered",
    text="Notice is due in May [1].",
    sentences=(Sentence("Notice is due in May.", 0.93, "supported", (1,)),),
    citations=(Citation(1, "a/b.pdf", 812, 833, "Notice is due in May.", 3, "Terms > Notice", 0.71),),
    hits=(Hit(CHUNK, 0.5, 1, 4),),
    dropped=(Sentence("It rains.", 0.1, "unsupported"),),
    timings={"retrieve": 0.12345, "total": 1.0},
    model="m",
    embedder="e",
    config="0123abcd",
    id="q1",
)


def test_json_of_an_answer() -> None:
    found = json.loads(json.dumps(ANSWERED.to_dict()))
    wanted = "id question query scope status text sentences citations hits dropped conflicts missing".split()
    assert list(found) == [*wanted, "premises", "answerable", "timings", "model", "judge", "embedder", "config"]
    assert found["citations"] == [
        {
            "number": 1,
            "document": "a/b.pdf",
            "start": 812,
            "end": 833,
            "quote": "Notice is due in May.",
            "page": 3,
            "heading": "Terms > Notice",
            "score": 0.71,
        }
    ]
    sentence = {"text": "Notice is due in May.", "support": 0.93, "verdict": "supported", "citations": [1]}
    assert found["sentences"][0].items() >= sentence.items()
    hit = {"document": "a/b.pdf", "start": 800, "end": 1000, "score": 0.5, "dense_rank": 1, "lexical_rank": 4}
    assert found["hits"][0].items() >= hit.items()
    assert found["timings"] == {"retrieve": 0.1235, "first_token": None, "total": 1.0}, "nothing was streamed"


def test_only_a_refusal_has_a_reason() -> None:
    assert "reason" not in ANSWERED.to_dict()
    refused = dataclasses.replace(ANSWERED, status="refused", reason="nothing found")
    assert refused.to_dict()["reason"] == "nothing found"
    assert list(refused.to_dict())[6] == "reason"


def test_a_hit_of_one_source_has_no_rank_of_the_other() -> None:
    assert hit_to_dict(Hit(CHUNK, 1 / 3, dense_rank=2))["lexical_rank"] is None
    assert hit_to_dict(Hit(CHUNK, 1 / 3, dense_rank=2))["score"] == 0.333333


def test_nouns_are_frozen_and_slotted() -> None:
    nouns = [noun for noun in vars(types).values() if dataclasses.is_dataclass(noun)]
    assert len(nouns) >= 9
    for noun in nouns:
        assert vars(noun)["__dataclass_params__"].frozen, noun
        assert "__slots__" in vars(noun), noun


def test_no_answer_is_changed_after_the_fact() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ANSWERED.text = "else"  # type: ignore[misc]


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (9, 1), (10, 2), (19, 2), (20, 4), (999, 4)])
def test_pages(offset: int, page: int) -> None:
    document = Document("a.pdf", "a", "", "", pages=(Page(0, 1), Page(10, 2), Page(20, 4)))
    assert document.page_at(offset) == page


def test_no_pages() -> None:
    assert Document("a.txt", "a", "text", "").page_at(2) is None
    assert Document("a.pdf", "a", "", "", pages=(Page(5, 1),)).page_at(2) is None


HEADINGS = (Heading(5, 1, "Terms"), Heading(10, 2, "Notice"), Heading(20, 2, "Rent"), Heading(30, 1, "Annex"))


@pytest.mark.parametrize(
    ("offset", "path"),
    [(0, ""), (5, "Terms"), (10, "Terms > Notice"), (25, "Terms > Rent"), (30, "Annex"), (99, "Annex")],
)
def test_headings(offset: int, path: str) -> None:
    assert Document("a.md", "a", "", "", headings=HEADINGS).heading_at(offset) == path


def test_a_skipped_level_keeps_its_parent() -> None:
    document = Document(
        "a.md", "a", "", "", headings=(Heading(0, 3, "Deep"), Heading(5, 1, "Top"), Heading(9, 4, "Low"))
    )
    assert [document.heading_at(n) for n in (0, 5, 9)] == ["Deep", "Top", "Top > Low"]


@given(st.lists(st.integers(0, 100), unique=True, min_size=1).map(sorted), st.integers(0, 120))
def test_a_page_begins_at_or_before_its_offsets(starts: list[int], offset: int) -> None:
    document = Document("a.pdf", "a", "", "", pages=tuple(Page(at, n) for n, at in enumerate(starts, 1)))
    before = [n for n, at in enumerate(starts, 1) if at <= offset]
    assert document.page_at(offset) == (before[-1] if before else None)


def test_a_chunk_is_known_by_document_and_start() -> None:
    assert CHUNK.key == ("a/b.pdf", 800)


def test_an_answer_says_what_it_was_limited_to() -> None:
    assert ANSWERED.to_dict()["scope"] == []
    assert dataclasses.replace(ANSWERED, scope=("legal", "a.txt")).to_dict()["scope"] == ["legal", "a.txt"]
