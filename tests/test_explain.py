"""An explanation is of the very path that answers: the same hits, the same evidence, the same decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.events import EvidenceSelected, Retrieved
from rag.explain import explain
from rag.pipeline import Pipeline
from rag.testing import FakeGenerator, FakeJudge, FakeReranker
from rag.types import Answer, Turn
from tests.shelf import Texts, pipeline

QUESTION = "When does the harbour lease end?"
TEXTS: Texts = {
    "lease.txt": ["The harbour lease ends after ninety days of notice. Ropes are blue.", "Rent is paid in April."],
    "minutes.txt": ["The club paints its boats.", "The treasurer keeps the harbour keys."],
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Pipeline]:
    made = pipeline(tmp_path, TEXTS, k=2)
    yield made
    made.store.close()


def test_hits_and_evidence_are_those_of_the_answer(small: Pipeline) -> None:
    events = list(small.stream(QUESTION))
    retrieved, selected = events[0], events[1]
    assert isinstance(retrieved, Retrieved)
    assert isinstance(selected, EvidenceSelected)
    found = explain(small, QUESTION)
    assert [item.hit for item in found.hits] == list(retrieved.hits)
    shown = sorted((item for item in found.sentences if item.number), key=lambda item: item.number or 0)
    assert [item.sentence.evidence() for item in shown] == list(selected.evidence)
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert found.decision.probability == answer.answerable
    assert found.decision.answered


def test_candidates_have_their_ranks_and_the_words_that_they_share(small: Pipeline) -> None:
    found = explain(small, "When does the harbour lease END, and its lease?")
    assert [item.rank for item in found.candidates] == [1, 2, 3, 4]
    assert [item.place for item in found.candidates] == [1, 2, None, None]
    best = found.candidates[0]
    assert best.terms == ("harbour", "lease", "END")
    assert (best.hit.dense_rank, best.hit.lexical_rank) == (1, 1)
    scores = [item.hit.score for item in found.candidates]
    assert scores == sorted(scores, reverse=True)


def test_places_are_those_after_the_reranker(small: Pipeline) -> None:
    small.reranker = FakeReranker()
    found = explain(small, "treasurer keys lease lease lease")
    assert [item.hit.chunk.key for item in found.hits] == [hit.chunk.key for hit in small.search(found.query)]
    assert [item.place for item in found.hits] == [1, 2]


def test_every_sentence_of_the_hits_is_there(small: Pipeline) -> None:
    found = explain(small, QUESTION)
    assert {item.sentence.text for item in found.sentences} == {
        "The harbour lease ends after ninety days of notice.",
        "Ropes are blue.",
        "The treasurer keeps the harbour keys.",
    }
    assert all(bool(item.reason) == (item.number is None) for item in found.sentences)


def test_what_the_question_takes_for_granted_is_named_with_the_decision(small: Pipeline) -> None:
    found = explain(small, "When does the harbour lease end after forty days of notice?")
    assert found.decision.premises == (("forty", "ninety"),)
    assert found.to_dict()["decision"]["premises"] == [{"said": "forty", "instead": "ninety"}]


def test_a_follow_up_is_explained_as_it_is_searched_for(small: Pipeline) -> None:
    found = explain(small, "And when does it end?", [Turn("user", "What is the harbour lease?")])
    assert found.query == "What is the harbour lease? And when does it end?"


def test_a_decision_by_retrieval_has_its_features(small: Pipeline) -> None:
    decision = explain(small, QUESTION).decision
    assert decision.judge == ""
    assert decision.features.keys() == {"nearness", "passage"}
    assert decision.bar == 0.0


def test_a_decision_by_a_model_has_its_log_odds(tmp_path: Path) -> None:
    made = pipeline(tmp_path, TEXTS, judge=FakeJudge(1.25), refuse_below=0.9999)
    decision = explain(made, QUESTION).decision
    made.store.close()
    assert decision.judge == FakeJudge.name
    assert decision.features == {"log_odds": 1.25, "yes_no": 0.0}
    assert not decision.answered


def test_nothing_is_written(small: Pipeline) -> None:
    explain(small, QUESTION)
    assert isinstance(small.generator, FakeGenerator)
    assert small.generator.seen == []


def test_an_empty_index(tmp_path: Path) -> None:
    made = pipeline(tmp_path, {})
    found = explain(made, QUESTION)
    made.store.close()
    assert (found.candidates, found.sentences, found.decision.answered) == ((), (), False)


def test_it_survives_json(small: Pipeline) -> None:
    found = json.loads(json.dumps(explain(small, QUESTION).to_dict()))
    assert found["candidates"][0]["terms"] == ["harbour", "lease", "end"]
    assert found["sentences"][0]["evidence"] == 1
    assert found["sentences"][0]["parts"].keys() == {"nearness", "words", "headings", "rank", "passage"}
    assert found["decision"]["answered"]
    assert found["expected"] is None


def test_an_empty_question_is_refused(small: Pipeline) -> None:
    with pytest.raises(UsageError, match="the question is empty"):
        explain(small, " ")
