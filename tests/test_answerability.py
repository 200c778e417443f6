"""The decision rises with what the evidence has of the question, and says what is missing."""

from __future__ import annotations

from rag.answerability import calibrated, decide, features
from rag.types import Chunk, Evidence, Hit

CALIBRATED = "qwen2.5-coder-1.5b"


def case(text: str, score: float = 0.5, title: str = "") -> tuple[list[Hit], list[Evidence]]:
    chunk = Chunk("a.txt", 0, len(text), text, title=title)
    return [Hit(chunk, 1.0, dense_score=score)], [Evidence(chunk, 0, len(text), text, score)]


def test_features_are_shares_of_the_question() -> None:
    hits, evidence = case("Rubio flew to Panama in 2024.", 0.4)
    found = features("When Rubio flew to Peru in 2025?", hits, evidence)
    assert found["best"] == found["together"] == 2 / 4
    assert found["names"] == 1 / 2
    assert found["numbers"] == 0.0
    assert found["nearness"] == found["passage"] == 0.4


def test_more_of_the_question_is_more_likely_answered() -> None:
    query = "How much is the deposit of the flat?"
    near = decide(query, *case("The deposit of the flat is 400 euros.", 0.9))
    far = decide(query, *case("The harbour opens at nine.", 0.1))
    assert near.probability > far.probability
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
    assert not calibrated("words")


def test_no_evidence_is_no_answer() -> None:
    assert decide("Who?", [], []).probability == 0.0
