"""Two sides of a word that have changed places are found, and what is said in other words is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.roles import exchanged
from rag.support import judge_support

CONTRACT = (
    "The Buyer shall indemnify the Seller against all claims of third parties.",
    "In 2019 Beta Ltd acquired Acme Corp for 3 million euros.",
    "The treasurer reports to the secretary, and the secretary to the board.",
    "Complaints are handled by the ombudsman; the ombudsman is elected by the members.",
)


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("The seller shall indemnify the buyer against all claims.", "indemnify"),
        ("The buyer shall be indemnified by the seller.", "indemnified"),
        ("Acme Corp acquired Beta Ltd in 2019.", "acquired"),
        ("Beta Ltd was acquired by Acme Corp.", "acquired"),
        ("The secretary reports to the treasurer.", "reports"),
        ("The ombudsman elects the members.", "elects"),
    ],
)
def test_sides_that_have_changed_places_are_named_and_never_supported(claim: str, word: str) -> None:
    assert exchanged(claim, CONTRACT) == [word]
    support = judge_support(claim, CONTRACT)
    assert support.verdict != "supported", support
    assert "the other way round" in support.why


@pytest.mark.parametrize(
    "claim",
    [
        "The seller shall be indemnified by the buyer.",
        "Acme Corp was acquired by Beta Ltd.",
        "The treasurer reports to the secretary.",
        "The members elect the ombudsman.",
        "The ombudsman handles complaints.",
        "Beta Ltd paid 3 million euros for Acme Corp.",
    ],
)
def test_what_is_said_in_other_words_is_left_alone(claim: str) -> None:
    assert exchanged(claim, CONTRACT) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The Berlin office manager signed it.", "The manager of the office in Berlin signed it."),
        ("Dogs and cats are allowed.", "Cats and dogs are allowed."),
        ("The meeting moved to Friday.", "On Friday the meeting moved to the hall."),
        ("The club pays the coach.", "The coach pays the club. The club pays the coach."),
    ],
)
def test_another_order_of_the_same_words_is_not_another_relation(claim: str, source: str) -> None:
    assert exchanged(claim, [source]) == []


def test_a_clause_ends_at_its_punctuation() -> None:
    assert exchanged("The seller pays the buyer.", ["The buyer pays; the seller does not."]) == []


@given(st.lists(st.sampled_from(" ".join(CONTRACT).split()), min_size=1, max_size=30).map(" ".join))
def test_a_sentence_of_the_source_says_what_it_says(text: str) -> None:
    assert exchanged(text, [text]) == []


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_is_read(claim: str, evidence: list[str]) -> None:
    exchanged(claim, evidence)
