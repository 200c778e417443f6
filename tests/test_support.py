"""The support judge: calibrated, and never fooled by a changed number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.support import Thresholds, echoes, judge_reply, judge_support

SOURCE = "The harbour office approved 14 permits on 3 March 2024, and Mona Lindqvist signed each of them."


def test_the_source_itself_is_fully_supported() -> None:
    assert judge_support(SOURCE, [SOURCE]).score == 1.0


def test_a_stretch_of_the_source_is_supported() -> None:
    support = judge_support("the harbour office approved 14 permits", [SOURCE])
    assert (support.verdict, support.score) == ("supported", 1.0)


def test_a_paraphrase_that_keeps_the_words_is_supported() -> None:
    assert judge_support("Mona Lindqvist signed each of the 14 permits.", [SOURCE]).verdict == "supported"


def test_another_subject_is_unsupported() -> None:
    support = judge_support("Rainfall in the valley doubled last winter.", [SOURCE])
    assert support.verdict == "unsupported", support


@pytest.mark.parametrize(
    "claim",
    [
        "The harbour office approved 15 permits on 3 March 2024.",
        "The harbour office approved 14 permits on 3 March 2025.",
        "The harbour office approved 14 million permits on 3 March 2024.",
        "The harbour office approved fifteen permits on 3 March 2024.",
    ],
)
def test_a_wrong_number_is_unsupported_and_named(claim: str) -> None:
    support = judge_support(claim, [SOURCE])
    assert support.verdict == "unsupported", support
    assert "number not in the source" in support.why


def test_what_lacks_the_number_is_farther_than_what_has_it() -> None:
    claim, row = "The Teal costs 55 crowns for a day.", "Boat: Teal; Half day: 33; Day: 55"
    prose = "Four people who take the Teal for half a day in July pay 33 crowns."
    assert judge_support(claim, [prose]).score < judge_support(claim, [row]).score < 0.6


@pytest.mark.parametrize("written", ["2024-03-03", "3.3.2024", "Mar. 3rd, 2024", "3rd of March, 2024"])
def test_a_date_may_be_written_otherwise(written: str) -> None:
    source = SOURCE.replace("3 March 2024", written)
    assert judge_support("The harbour office approved 14 permits on 3 March 2024.", [source]).verdict == "supported"
    assert judge_support(source, [SOURCE]).verdict == "supported"
    assert judge_support(source, [f"It snowed. {source}"]).score == 1.0
    for wrong in ("4 March 2024", "3 May 2024", "3 March 2023"):
        support = judge_support(f"The harbour office approved 14 permits on {wrong}.", [source])
        assert support.verdict == "unsupported", support


def test_a_date_that_may_be_either_of_two_supports_neither() -> None:
    source = SOURCE.replace("3 March 2024", "03/04/2024")
    assert judge_support(source, [source]).score == 1.0
    for read in ("3 April 2024", "4 March 2024"):
        claim = f"The harbour office approved 14 permits on {read}."
        assert judge_support(claim, [source]).verdict == "unsupported"


def test_a_number_may_be_spelled_out() -> None:
    support = judge_support("The harbour office approved fourteen permits on 3 March 2024.", [SOURCE])
    assert support.verdict == "supported", support


def test_a_turned_negation_is_unsupported() -> None:
    support = judge_support("The harbour office never approved 14 permits on 3 March 2024.", [SOURCE])
    assert support.verdict == "unsupported", support
    assert "says no" in support.why


def test_a_negation_of_other_words_turns_nothing() -> None:
    source = "The curfew, imposed without a vote, ended attacks in the region, once a hotspot for the Kestrel gang."
    assert judge_support("The region was once a hotspot for the Kestrel gang.", [source]).verdict == "supported"
    turned = judge_support("The curfew was imposed with a vote.", [source])
    assert turned.verdict == "unsupported", turned


def test_the_same_denial_in_other_words_turns_nothing() -> None:
    assert (
        judge_support("In the flat, pets are not allowed.", ["Pets are not allowed in the flat."]).verdict
        == "supported"
    )


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Wear is the least frequent cause of a broken line.", "Wear is the most frequent cause of a broken line."),
        ("Guests pay the deposit after they arrive.", "Guests pay the deposit before they arrive at the gate."),
        ("Guests may pay the deposit in cash.", "Guests must pay the deposit in cash."),
        ("The committee decreased the fee for guests.", "The committee has increased the fee for guests."),
    ],
)
def test_the_opposite_is_unsupported_and_named(claim: str, source: str) -> None:
    support = judge_support(claim, [source])
    assert support.verdict == "unsupported"
    assert "the source has the opposite" in support.why
    assert judge_support(source, [source]).verdict == "supported"


def test_an_opposite_in_another_place_turns_nothing() -> None:
    source = "Guests pay the deposit before they arrive. After they arrive they get the keys."
    assert judge_support("Before they arrive, guests pay the deposit.", [source]).verdict == "supported"


@pytest.mark.parametrize("modal", ["may", "can", "shall"])
def test_what_must_not_be_may_not_be(modal: str) -> None:
    source = f"Guests of the club {modal} not smoke in the hut."
    assert judge_support("Guests of the club must not smoke in the hut.", [source]).verdict == "supported"


def test_a_sentence_nearer_to_its_source_is_supported_better() -> None:
    claim = "The office of the harbour allowed 14 permits on 3 March 2024."
    near = judge_support(claim, [SOURCE], near=lambda: 0.9).score
    far = judge_support(claim, [SOURCE], near=lambda: 0.2).score
    assert near > far
    assert judge_support(claim, [SOURCE], near=lambda: None) == judge_support(claim, [SOURCE])


@pytest.mark.parametrize("claim", ["The harbour office approved 15 permits.", "Nobody approved 14 permits."])
def test_nearness_excuses_no_wrong_number_and_no_negation(claim: str) -> None:
    assert judge_support(claim, [SOURCE], near=lambda: 1.0).verdict == "unsupported"


def test_what_stands_in_the_source_is_not_held_against_anything_else() -> None:
    def unasked() -> float:
        raise AssertionError("asked")

    assert judge_support("approved 14 permits", [SOURCE], near=unasked).score == 1.0


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The rent is $900 per month.", "The rent is £900 per month."),
        ("The discount is 10%.", "The discount is $10."),
        ("Employees may smoke in the office.", "No employees may smoke in the office."),
        ("The tenants may sublet the flat.", "None of the tenants may sublet the flat."),
        ("Members may use the pool.", "Members may eat there. Non-members may use the pool."),
    ],
)
def test_words_in_a_row_are_not_enough_where_a_sign_or_what_governs_them_differs(claim: str, source: str) -> None:
    support = judge_support(claim, [source])
    assert support.verdict == "unsupported", support


@pytest.mark.parametrize(
    "source",
    [
        "Dogs are allowed in the garden. Dogs are not allowed in the flat.",
        "Dogs are allowed in the garden, but not in the flat.",
        "No cats are allowed.\nDogs are allowed in the garden",
    ],
)
def test_words_in_a_row_are_held_against_their_own_sentence_alone(source: str) -> None:
    assert judge_support("Dogs are allowed in the garden.", [source]).score == 1.0


@pytest.mark.parametrize(
    ("claim", "question", "source"),
    [
        ("Yes, dogs are allowed.", "Are dogs allowed?", "Dogs are allowed in the flats and in the garden."),
        ("No, dogs are not allowed.", "Are dogs allowed?", "Dogs are not allowed in the flats."),
        ("No. Dogs are allowed only in the garden.", "Are dogs allowed?", "Dogs are allowed only in the garden."),
        ("Ja, Hunde sind erlaubt.", "Sind Hunde erlaubt?", "Hunde sind erlaubt."),
    ],
)
def test_a_yes_or_no_in_front_needs_no_words_in_the_source(claim: str, question: str, source: str) -> None:
    assert judge_reply(claim, question, [source]).verdict == "supported"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("No, members may bring guests to the pool.", "Members may bring guests to the pool."),
        ("Yes, members may not bring guests to the pool.", "Members may not bring guests to the pool."),
    ],
)
def test_a_yes_or_no_that_the_sentence_belies_is_not_supported(claim: str, source: str) -> None:
    support = judge_reply(claim, "May members bring guests?", [source])
    assert support.verdict == "weak", support
    assert "yes or no" in support.why


def test_a_wrong_name_is_not_supported_and_named() -> None:
    support = judge_support("The harbour office said Mona Karlsson signed each of the 14 permits.", [SOURCE])
    assert support.verdict != "supported", support
    assert "karlsson" in support.why


def test_a_heading_may_name_the_subject_but_lends_no_number() -> None:
    evidence = ["He took office in May and resigned in June."]
    assert judge_support("In May, Aldo Brek took office.", evidence, "Aldo Brek").verdict == "supported"
    assert judge_support("He took office in May 1990.", evidence, "Chronicle 1990").verdict == "unsupported"


def test_thresholds_decide_the_verdict() -> None:
    claim = "Mona Lindqvist signed permits for boats."
    strict = judge_support(claim, [SOURCE], thresholds=Thresholds(0.99, 0.98))
    mild = judge_support(claim, [SOURCE], thresholds=Thresholds(0.1, 0.05))
    assert (strict.verdict, mild.verdict) == ("unsupported", "supported")
    assert strict.score == mild.score


def test_no_threshold_makes_a_wrong_number_or_name_supported() -> None:
    low = Thresholds(0.15, 0.1)
    for claim in ("The deposit is 500 euros.", "The deposit of the Miller lease is 400 euros."):
        found = judge_support(claim, ["The deposit is 400 euros."], thresholds=low)
        assert found.verdict != "supported" and found.score < low.supported


def test_no_evidence_supports_nothing() -> None:
    assert judge_support("Anything.", []).verdict == "unsupported"
    assert judge_support("", [SOURCE]).verdict == "unsupported"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_scores_stay_in_range(claim: str, evidence: list[str]) -> None:
    support = judge_support(claim, evidence)
    assert 0 <= support.score <= 1
    assert support.why


def test_an_acronym_is_known_by_the_words_that_it_stands_for() -> None:
    source = ["The Major League Soccer All - Star Game is an annual soccer game ."]
    assert judge_support("The MLS All-Star Game is an annual soccer game.", source).verdict == "supported"
    assert "name not in the source: nfl" in judge_support("The NFL All-Star Game is an annual soccer game.", source).why


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Kublai's realm bordered on Korea.", "Korea bordered on the realm that was Kublai's."),
        ("It is in D'Olier Street.", "The bank is in D'Olier Street."),
        ("The pump is the X200.", "Pump: X200, four amperes."),
        ("The guns of the T-34 were new.", "New guns: T-34."),
    ],
)
def test_names_are_found_however_they_are_written(claim: str, source: str) -> None:
    assert "name not" not in judge_support(claim, [source]).why


def test_another_identifier_is_never_supported() -> None:
    found = judge_support("The pump of the boat is the X300.", ["The pump of the boat is the X200."])
    assert found.verdict == "unsupported"
    assert "300" in found.why


def test_a_name_that_is_also_a_small_word_is_found() -> None:
    assert "all" not in judge_support("He won the All-Star Game twice.", ["He won the All - Star Game ."]).why


@pytest.mark.parametrize(
    ("claim", "question", "is_one"),
    [
        pytest.param("The special envoy is the special envoy.", "Who is the special envoy?", True, id="who"),
        pytest.param("The office approved permits.", "How many permits did the office approve?", True, id="how-many"),
        pytest.param("The special envoy is Mona Lindqvist.", "Who is the special envoy?", False, id="a-name"),
        pytest.param("Fourteen.", "How many of the fourteen permits were approved?", False, id="a-number"),
        pytest.param("No permits were approved.", "Which permits were approved?", False, id="none"),
        pytest.param("The permits were approved.", "Were the permits approved?", False, id="yes-or-no"),
        pytest.param("The ferry is faster.", "Which is faster, the ferry or the train?", False, id="a-choice"),
    ],
)
def test_a_reply_with_none_but_the_words_of_an_open_question_is_an_echo(
    claim: str, question: str, is_one: bool
) -> None:
    assert echoes(claim, question) is is_one


@pytest.mark.parametrize(("time", "verdict"), [("7:45", "supported"), ("7:54", "unsupported")])
def test_a_time_is_the_same_with_a_point(time: str, verdict: str) -> None:
    source = ["The coach leaves from the bus bay in Mill Road at 7.45 on Monday morning."]
    assert judge_support(f"The coach leaves at {time} on Monday morning.", source).verdict == verdict
