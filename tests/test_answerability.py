"""The decision rises with how near the evidence is to the question, and says what is missing."""

from __future__ import annotations

from rag.answerability import calibrated, decide, features
from rag.types import Chunk, Evidence, Hit

CALIBRATED = "qwen2.5-coder-1.5b"


def case(text: str, score: float = 0.5) -> tuple[list[Hit], list[Evidence]]:
    chunk = Chunk("a.txt", 0, len(text), text)
    hits = [Hit(chunk, 1.0, dense_score=0.1), Hit(chunk, 0.5, dense_score=score / 2), Hit(chunk, 0.2)]
    return hits, [Evidence(chunk, 0, len(text), text, score), Evidence(chunk, 0, len(text), text, 0.0)]


def test_features_are_those_of_the_best() -> None:
    hits, evidence = case("Rubio flew to Panama.", 0.8)
    assert features(hits, evidence) == {"nearness": 0.8, "passage": 0.4}
    assert features([], evidence) == {"nearness": 0.8, "passage": 0.0}


def test_nearer_evidence_is_more_likely_an_answer() -> None:
    query = "How much is the deposit of the flat?"
    near = decide(query, *case("The deposit of the flat is 400 euros.", 1.4))
    far = decide(query, *case("The harbour opens at nine.", 0.3))
    assert near.probability > 0.5 > far.probability
    assert near.missing == ()
    assert far.missing == ("deposit", "flat")


def test_the_models_doubt_lowers_it() -> None:
    query = "How much is the deposit?"
    hits, evidence = case("The deposit is 400 euros.")
    sure, unsure = (decide(query, hits, evidence, CALIBRATED, log_odds).probability for log_odds in (1.5, -1.0))
    assert sure > 0.8
    assert unsure < 0.2


def test_only_a_model_that_was_measured_is_asked() -> None:
    assert calibrated(CALIBRATED)
    assert not calibrated("smollm2-135m")
    assert not calibrated("retrieval")


def test_no_evidence_is_no_answer() -> None:
    assert decide("Who?", [], []).probability == 0.0
