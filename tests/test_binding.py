"""A name or number is bound to what stands beside it, and a sentence may not take it to something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.binding import unbound
from rag.support import judge_support

MINUTES = (
    "The harbour office approved 14 permits in March.",
    "Mona Lindqvist signed the lease for the boathouse in 2019.",
    "The rowing club, led by Ove Hansson, paid 800 euros for the boathouse roof.",
)


@pytest.mark.parametrize(
    "claim",
    [
        "In March, 14 permits were approved by the harbour office.",
        "Mona Lindqvist signed the boathouse lease in 2019.",
        "The boathouse roof cost the rowing club 800 euros.",
        "Ove Hansson leads the rowing club.",
        "Fourteen permits were approved in March.",
    ],
)
def test_what_is_said_in_other_words_stays_bound(claim: str) -> None:
    assert unbound(claim, MINUTES) == []


@pytest.mark.parametrize(
    ("claim", "taken"),
    [
        ("The harbour office approved 800 permits in March.", ["800"]),
        ("The harbour office approved 14 permits in 2019.", ["2019"]),
        ("Hansson signed the lease for the boathouse in 2019.", ["Hansson"]),
    ],
)
def test_what_is_taken_from_elsewhere_is_named_and_never_supported(claim: str, taken: list[str]) -> None:
    assert unbound(claim, MINUTES) == taken
    support = judge_support(claim, MINUTES)
    assert support.verdict != "supported", support
    assert "not said of the same thing" in support.why


def test_a_name_that_stands_above_the_passage_may_be_said_of_all_of_it() -> None:
    claim = "The boathouse lease of the Hansson club runs until 2019."
    assert unbound(claim, MINUTES) != []
    assert "Hansson" not in unbound(claim, MINUTES, context="Papers of the Hansson club")


def test_what_the_source_does_not_have_at_all_is_not_for_this_check() -> None:
    assert unbound("The harbour office approved 15 permits for Zanzibar.", MINUTES) == []


@given(st.lists(st.sampled_from(" ".join(MINUTES).split()), min_size=1, max_size=30).map(" ".join))
def test_a_sentence_of_the_source_is_bound_to_itself(text: str) -> None:
    assert unbound(text, [text]) == []


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_total_on_any_text(claim: str, evidence: list[str]) -> None:
    unbound(claim, evidence)
