"""Scores are fused as shares of the best; a conversation is considered where its last turn does not stand alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.retrieval import Wanted, dense_weight, fuse, lexical, retrieve, wanted
from rag.store import SqliteStore
from rag.testing import FakeEmbedder
from rag.types import Chunk, Document, Hit, Turn, Vector
from tests.small_index import DIM, MANIFEST


def hit(name: str, score: float = 1.0) -> Hit:
    return Hit(Chunk(name, 0, 1, "x"), score, lexical_score=score)


def turns(*texts: str) -> list[Turn]:
    return [Turn("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts)]


def test_scores_are_shares_of_the_best_of_each_ranking() -> None:
    fused = fuse([hit("a", 0.8), hit("b", 0.4)], [hit("b", 10), hit("c", 5)])
    assert [(h.chunk.document, round(h.score, 3)) for h in fused] == [("a", 0.7), ("b", 0.65), ("c", 0.5)]
    assert (fused[1].dense_rank, fused[1].lexical_rank) == (2, 1)
    assert (fused[0].dense_rank, fused[0].lexical_rank) == (1, None)


def test_what_the_vectors_did_not_bring_counts_as_near_as_the_last_that_they_did() -> None:
    fused = fuse([hit("near", 0.8), hit("nearer than most", 0.6)], [hit("all the words", 10), hit("a word", 1)])
    assert [h.chunk.document for h in fused] == ["all the words", "near", "a word", "nearer than most"]
    assert fused[0].dense_rank is None and fuse([], [hit("a", 2)])[0].score == pytest.approx(0.3)


def test_scores_below_nought_count_for_nothing() -> None:
    assert [h.score for h in fuse([hit("a", -0.2)], [])] == [0.0]


def test_ties_are_broken_by_document() -> None:
    assert [h.chunk.document for h in fuse([hit("b"), hit("a")], [])] == ["a", "b"]


def test_nothing_fused_is_nothing() -> None:
    assert fuse([], []) == []


def test_the_vectors_count_less_the_more_of_a_question_is_numbers_and_codes() -> None:
    weights = [dense_weight(query) for query in ("What is the rent?", "How is error E04 cleared?", "T-359", "7500")]
    assert weights == sorted(weights, reverse=True)
    assert (weights[0], round(weights[-1], 2)) == (0.7, 0.21)
    assert dense_weight("Who won in 1998?") == dense_weight("") == 0.7


def test_a_code_is_found_among_many_that_the_vectors_take_for_nearer() -> None:
    dense, lexical = [hit("T-395", 0.8), hit("T-359", 0.4)], [hit("T-359", 10), hit("T-395", 1)]
    assert fuse(dense, lexical)[0].chunk.document == "T-395"
    assert fuse(dense, lexical, dense_weight("T-359"))[0].chunk.document == "T-359"


LEASE = "What is the notice period of the lease?"
WAYS = {LEASE: (1.0, 0.0), "lease ends": (1.0, 0.0), "plan costs": (0.0, 1.0)}


class Compass(FakeEmbedder):
    """An embedder that is told directions: how far to the north and east a text lies; the rest is out of the plane."""

    def __init__(self, **more: tuple[float, float]) -> None:
        super().__init__(DIM)
        self._ways = WAYS | more

    def embed_query(self, text: str) -> Vector:
        north, east = next(way for words, way in self._ways.items() if words in text)
        vector = np.zeros(self.dim, np.float32)
        vector[:3] = north, east, np.sqrt(max(0.0, 1 - north**2 - east**2))
        return vector


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore.open(tmp_path, MANIFEST)
    for path, text in {"lease": "The lease ends after ninety days.", "plan": "The plan costs nineteen euros."}.items():
        chunk = Chunk(path, 0, len(text), text)
        made.put(Document(path, path, text, "0"), [chunk], Compass().embed_documents([text]))
    yield made
    made.close()


HISTORY = turns(LEASE, "Ninety days.")


def test_without_a_history_the_question_is_all_that_is_wanted(store: SqliteStore) -> None:
    found = wanted("  Why\n not? ", [], store, Compass(Why=(0.1, 0.1)))
    assert (found.query, found.words) == ("Why not?", (("Why not?", 1.0),))
    assert (found.vector == Compass(Why=(0.1, 0.1)).embed_query("Why")).all()


def test_a_question_with_nothing_near_it_is_drawn_towards_what_was_spoken_of(store: SqliteStore) -> None:
    lost = Compass(Warum=(0.0, 0.1))
    found = wanted("Warum?", HISTORY, store, lost)
    assert found.query == f"{LEASE} Warum?"
    assert found.words == (("Warum?", 0.5), (found.query, 0.5))
    both = lost.embed_query("Warum?") + lost.embed_query(LEASE)
    mixed = both / np.linalg.norm(both) + 0.4 * lost.embed_query(LEASE)
    assert found.vector == pytest.approx(mixed / np.linalg.norm(mixed), abs=1e-6)
    assert [h.chunk.document for h in retrieve(found, store, 2)] == ["lease", "plan"]


def test_a_new_topic_is_found_as_it_is(store: SqliteStore) -> None:
    question = "Which of these is the plan?"
    found = wanted(question, HISTORY, store, Compass(plan=(0.0, 1.0)))
    assert (found.query, found.words) == (question, ((question, 1.0),))
    assert found.vector.tolist()[:2] == [0.0, 1.0]


def test_the_nearer_a_question_is_to_what_was_spoken_of_the_more_of_that_is_wanted(store: SqliteStore) -> None:
    def weight(north: float) -> float:
        return dict(wanted("East gate", HISTORY, store, Compass(East=(north, 0.5))).words).get(LEASE, 0.0)

    assert [round(weight(north), 3) for north in (-0.4, 0.0, 0.25, 0.5)] == [0.0, 0.0, 0.1, 0.2]


def test_a_question_with_its_passage_right_beside_it_needs_no_help(store: SqliteStore) -> None:
    assert len(wanted("East gate", HISTORY, store, Compass(East=(0.5, 0.79))).words) == 2
    assert len(wanted("East gate", HISTORY, store, Compass(East=(0.5, 0.81))).words) == 1


@pytest.mark.parametrize(("north", "rewritten"), [(0.1, False), (0.3, True)])
def test_a_question_that_leans_is_rewritten_only_within_the_topic(
    store: SqliteStore, north: float, rewritten: bool
) -> None:
    found = wanted("And its price in euros?", HISTORY, store, Compass(price=(north, 0.5)))
    assert found.query == (f"{LEASE} And its price in euros?" if rewritten else "And its price in euros?")


def test_only_what_is_looked_at_can_be_near(store: SqliteStore) -> None:
    subject = Compass(price=(0.0, 0.5))
    assert len(wanted("The price?", HISTORY, store, subject, ["plan"]).words) == 1
    assert len(wanted("The price?", HISTORY, store, subject, ["lease"]).words) == 2


def test_scores_by_words_are_added_up_with_their_weights(store: SqliteStore) -> None:
    asked = Wanted("", np.zeros(DIM, np.float32), (("nineteen days", 1.0), ("lease days", 0.5)), "")
    plan = store.lexical("nineteen", 1)[0].score
    found = lexical(asked, store, 5)
    assert [(h.chunk.document, h.lexical_rank) for h in found] == [("lease", 1), ("plan", 2)]
    alone = store.lexical("days", 1)[0].score
    assert (
        found[0].score
        == found[0].lexical_score
        == pytest.approx(alone + 0.5 * (alone + store.lexical("lease", 1)[0].score))
    )
    assert found[1].score == pytest.approx(plan)
    assert len(lexical(asked, store, 1)) == 1
