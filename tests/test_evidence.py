"""The sentences chosen are the ones that fit, exact in their offsets."""

from __future__ import annotations

from rag.evidence import select
from rag.splitter import sentences
from rag.testing import FakeEmbedder
from rag.types import Chunk, Hit

TEXT = "Cats sleep a lot. The deposit is 400 euros. The garden faces south. The deposit is 400 euros."


def chosen(query: str, most: int = 2, offset: int = 0) -> list[str]:
    chunk = Chunk("a.txt", offset, offset + len(TEXT), TEXT)
    found = select(query, [Hit(chunk, 1.0)], FakeEmbedder(), sentences, most)
    for item in found:
        assert (" " * offset + TEXT)[item.start : item.end] == item.text
    return [item.text for item in found]


def test_the_best_sentence_comes_first() -> None:
    assert chosen("How much is the deposit?")[0] == "The deposit is 400 euros."


def test_offsets_count_in_the_document() -> None:
    assert chosen("How much is the deposit?", offset=40)


def test_no_sentence_comes_twice() -> None:
    assert chosen("deposit", most=9).count("The deposit is 400 euros.") == 1


def test_a_heading_helps_its_sentences() -> None:
    text = "It is due on Monday."
    hits = [Hit(Chunk(f"{h}.txt", 0, len(text), text + "!" * (h == "b"), heading=h), 1.0) for h in ("b", "rent")]
    assert select("When is the rent due?", hits, FakeEmbedder(), sentences, 1)[0].chunk.heading == "rent"


def test_a_heading_itself_is_no_evidence() -> None:
    text = "2. Booking and deposit\n\nThe deposit is 400 euros."
    hit = Hit(Chunk("a.txt", 0, len(text), text, heading="Terms > 2. Booking and deposit"), 1.0)
    found = select("What about booking and deposit?", [hit], FakeEmbedder(), sentences, 9)
    assert [item.text for item in found] == ["The deposit is 400 euros."]


def test_no_hits_no_evidence() -> None:
    assert select("anything", [], FakeEmbedder(), sentences, 3) == []


def test_a_sentence_that_has_little_to_do_with_the_question_is_left_out() -> None:
    found = chosen("How much is the deposit?", most=9)
    assert "The deposit is 400 euros." in found
    assert "The garden faces south." not in found
