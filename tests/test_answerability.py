"""The decision rises with how near the evidence is to the question, and says what is missing."""

from __future__ import annotations

import pytest

from rag.answerability import Opinion, decide, features, judge_of, likely_right, reviews
from rag.errors import ConfigError
from rag.types import Chunk, Evidence, Hit

FITTED = "qwen2.5-coder-1.5b"


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
    sure, unsure = (decide(query, hits, evidence, Opinion(FITTED, odds)).probability for odds in (3.0, -3.0))
    assert sure > 0.8
    assert unsure < 0.2


def test_a_judge_is_taken_to_be_less_sure_of_yes_or_no() -> None:
    hits, evidence = case("Dogs are welcome on the terrace.")
    closed, other = (
        decide(query, hits, evidence, Opinion(FITTED, 0.0)).probability
        for query in ("Can I bring my dog?", "Where can I bring my dog?")
    )
    assert closed > other


def test_it_says_who_judged() -> None:
    hits, evidence = case("The deposit is 400 euros.")
    assert decide("How much is the deposit?", hits, evidence, Opinion(FITTED, 1.0)).judge == FITTED
    assert decide("How much is the deposit?", hits, evidence).judge == ""


@pytest.mark.parametrize(
    ("generator", "judge", "asked"),
    [
        (FITTED, "", FITTED),
        (FITTED, FITTED, FITTED),
        ("smollm2-135m", "", ""),
        ("extractive", "", ""),
        ("retrieval", "", ""),
        ("extractive", FITTED, FITTED),
        ("openai:http://127.0.0.1:1/v1#m", FITTED, FITTED),
    ],
)
def test_whose_judgement_was_measured_is_asked(generator: str, judge: str, asked: str) -> None:
    assert judge_of(generator, judge) == asked


@pytest.mark.parametrize("judge", ["smollm2-135m", "retrieval", "extractive", "org/model", f"{FITTED} reviewing"])
def test_one_that_was_never_measured_is_refused_and_those_that_were_are_named(judge: str) -> None:
    with pytest.raises(ConfigError, match="never fitted") as caught:
        judge_of("extractive", judge)
    assert FITTED in caught.value.hint
    with pytest.raises(ConfigError, match="never fitted"):
        decide("How much?", *case("The deposit is 400 euros."), Opinion(judge, 1.0))


def test_no_evidence_is_no_answer() -> None:
    assert decide("Who?", [], []).probability == 0.0


def test_a_reply_that_is_found_wrong_is_less_likely_right() -> None:
    first = decide("How much is the deposit?", *case("The deposit is 400 euros."), Opinion(FITTED, 1.0))
    assert likely_right(first, -4.0) < 0.5 < likely_right(first, 4.0)
    assert likely_right(first, 99.0) == likely_right(first, 10.0)
    surer = decide("How much is the deposit?", *case("The deposit is 400 euros."), Opinion(FITTED, 3.0))
    assert likely_right(surer, -1.0) > likely_right(first, -1.0), "what was thought before counts too"
    certain = decide("How much is the deposit?", *case("The deposit is 400 euros."), Opinion(FITTED, 999.0))
    assert 0 < likely_right(certain, -99.0) < likely_right(certain, 99.0) < 1


def test_a_judge_that_was_not_fitted_for_it_reviews_nothing() -> None:
    assert reviews(FITTED)
    assert not reviews("")
    assert not reviews("smollm2-135m")


@pytest.mark.parametrize(
    ("query", "turn", "evidence", "missing"),
    [
        (
            "Can I give notice by letter? And by e-mail?",
            "And by e-mail?",
            "Notice may be given by letter or email.",
            (),
        ),
        ("Can I give notice by email? And by post?", "And by email post?", "Notice is given by e-mail.", ("post",)),
        ("Who has the keys? And on 4 March?", "And on 4 March?", "04.03.2024: Schmidt", ("keys",)),
        ("When is it open? What about Saturday mornings?", "What about Saturday mornings?", "Sat 9-12", ("mornings",)),
        ("Wann ist offen? Und am Samstag Vormittag?", "And on Samstag Vormittag?", "Mon-Sat 9-12", None),
    ],
)
def test_a_turn_that_is_written_otherwise_than_the_document_is_answered(
    query: str, turn: str, evidence: str, missing: tuple[str, ...] | None
) -> None:
    found = decide(query, *case(evidence), Opinion(FITTED, 6.0), turn=turn)
    assert found.probability > 0.9
    if missing is not None:
        assert set(found.missing) - {"open"} == set(missing)


def test_a_turn_of_whose_own_words_nothing_is_said_is_answered_only_where_a_judge_is_sure() -> None:
    hits, evidence = case("The Teal costs 55 crowns.", 9.0)
    turn = "And how do I insure it against thunderstorms?"
    query = f"What does the Teal cost? {turn}"
    by_odds = [decide(query, hits, evidence, Opinion(FITTED, odds), turn=turn) for odds in (-1.0, 1.0, 3.0, 9.0)]
    assert [one.probability > 0.5 for one in by_odds] == [False, False, True, True], by_odds
    assert by_odds[1].probability < decide(query, hits, evidence, Opinion(FITTED, 1.0)).probability
    assert 0 < likely_right(by_odds[0], 9.0) < 1, "it can still be looked at twice"
    assert decide(query, hits, evidence, turn=turn).probability < 1e-9, "nearness is no judge"
