"""Hits read token by token: the near come first, a sentence is near by its own tokens; without them, as before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.nearness import Reading
from rag.protocols import TokenEmbedder
from rag.testing import FakeEmbedder
from rag.types import Chunk, Evidence, Hit, Matrix, Tokens

LEASE = "The lease ends in May. Cats sleep. The rent is nine hundred euros."


class WordEmbedder(FakeEmbedder):
    """Each word is a token, and has the same vector wherever it stands."""

    def __init__(self) -> None:
        super().__init__(512)
        self.read: list[str] = []

    def embed_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        self.read += texts
        return [self._of(text) for text in texts]

    def embed_query_tokens(self, text: str) -> Matrix:
        return self._of(text).vectors

    def _of(self, text: str) -> Tokens:
        found = list(re.finditer(r"\w+", text))
        spans = np.array([match.span() for match in found], np.int64).reshape(-1, 2)
        return Tokens(self.embed_documents([match.group() for match in found]), spans)


def hit(document: str, text: str, score: float, title: str = "", start: int = 0) -> Hit:
    return Hit(Chunk(document, start, start + len(text), text, title), score, dense_rank=1)


def documents(hits: Sequence[Hit]) -> list[str]:
    return [item.chunk.document for item in hits]


def test_the_nearer_passage_comes_first() -> None:
    hits = [hit("cats", "Cats sleep a lot.", 0.9), hit("rent", "The rent is due.", 0.8)]
    ranked = Reading("rent due", "rent due", hits, WordEmbedder()).ranked(hits)
    assert documents(ranked) == ["rent", "cats"]
    assert ranked[0].score == pytest.approx((0.8 + 2) / 3, abs=1e-3)
    assert all(0 <= item.score <= 1 and item.dense_rank == 1 for item in ranked)


def test_a_passage_has_the_score_that_it_is_ranked_by_and_none_before_it_is_read() -> None:
    hits = [hit("cats", "Cats sleep a lot.", 0.9), hit("rent", "The rent is due.", 0.8)]
    reading = Reading("rent due", "rent due", hits, WordEmbedder())
    assert [reading.score(item.chunk) for item in reading.ranked(hits)] == [h.score for h in reading.ranked(hits)]
    assert reading.score(hit("dogs", "Dogs bark.", 1.0).chunk) == 0.0
    assert Reading("rent due", "rent due", hits, FakeEmbedder()).score(hits[0].chunk) == 0.0


def test_what_was_found_first_comes_first_where_both_are_as_near() -> None:
    hits = [hit("b", "The rent is due.", 0.9), hit("a", "Due is the rent.", 0.8)]
    assert documents(Reading("rent due", "rent due", hits, WordEmbedder()).ranked(hits)) == ["b", "a"]


def test_passages_are_read_for_what_was_spoken_of_before_and_sentences_are_not() -> None:
    hits = [hit("cats", "Cats sleep a lot.", 0.9), hit("lease", LEASE, 0.8)]
    reading = Reading("and cats", "The lease ends in May. and cats", hits, WordEmbedder())
    assert documents(reading.ranked(hits)) == ["lease", "cats"]
    lease, cats = reading.near([(hits[1].chunk, 0, 22), (hits[1].chunk, 23, 34)])
    assert cats > lease


def test_a_sentence_is_near_by_its_own_tokens() -> None:
    chunk = hit("lease", LEASE, 1.0, title="Cats and rent", start=40).chunk
    reading = Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder())
    stretches = [(chunk, match.start(), match.end()) for match in re.finditer(r"[^.]+\.", LEASE)]
    near = reading.near(stretches)
    assert near[2] == pytest.approx(1.0, abs=1e-3)
    assert near[0] < 0.1 > near[1], "the title above them is none of theirs"


def test_a_stretch_without_a_token_is_not_near() -> None:
    chunk = hit("signs", "... rent", 1.0).chunk
    assert Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder()).near([(chunk, 0, 3)]) == [0.0]


def test_without_tokens_hits_stay_as_they_are_and_sentences_are_embedded_alone() -> None:
    embedder = FakeEmbedder()
    assert not isinstance(embedder, TokenEmbedder)
    hits = [hit("cats", "Cats sleep a lot.", 0.4), hit("lease", LEASE, 0.3)]
    reading = Reading("the rent", "the rent", hits, embedder)
    assert reading.ranked(hits) == hits
    stretches = [(hits[1].chunk, 0, 22), (hits[1].chunk, 35, len(LEASE)), (hits[1].chunk, 0, 22)]
    texts = [LEASE[start:end] for _, start, end in stretches]
    expected = embedder.embed_documents(texts) @ embedder.embed_query("the rent")
    assert reading.near(stretches) == reading.alone(stretches) == pytest.approx(expected.tolist())
    assert reading.weight == 1.0


def test_no_hits_are_not_read() -> None:
    embedder = WordEmbedder()
    reading = Reading("rent", "rent", [], embedder)
    assert (reading.ranked([]), list(reading.near([])), embedder.read) == ([], [], [])


def test_a_sentence_is_as_near_as_the_farthest_of_its_words() -> None:
    chunk = Chunk("a", 0, 18, "Rent is due in May")
    reading = Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder())
    whole, part = Evidence(chunk, 0, 18, chunk.text, 1.0), Evidence(chunk, 0, 4, "Rent", 1.0)
    assert reading.farthest("due Rent", [whole]) == pytest.approx(1.0, abs=1e-3)
    assert reading.farthest("due Rent", [part, whole]) == pytest.approx(1.0, abs=1e-3)
    assert reading.farthest("due cats", [whole]) == pytest.approx(0.1, abs=0.05)
    assert reading.farthest("due Rent", [part]) == pytest.approx(0.1, abs=0.05)


def test_how_near_a_sentence_is_is_not_known_without_tokens() -> None:
    chunk = Chunk("a", 0, 4, "Rent")
    item = Evidence(chunk, 0, 4, "Rent", 1.0)
    assert Reading("rent", "rent", [Hit(chunk, 1.0)], FakeEmbedder()).farthest("Rent", [item]) is None
    other = replace(item, chunk=replace(chunk, document="b"))
    assert Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder()).farthest("Rent", [other]) is None
    assert Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder()).farthest("Rent", []) is None
    assert Reading("rent", "rent", [Hit(chunk, 1.0)], WordEmbedder()).farthest("!", [item]) is None
