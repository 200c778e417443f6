"""What must be done, may be done or may happen is not the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.duties import other_duties
from rag.support import judge_support


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Scouts must bring a knife.", "Scouts may bring a knife, which must be blunt."),
        ("The log may be signed by a leader.", "The log must be signed by a leader."),
        ("The log has to be kept dry.", "The log should be kept dry."),
        ("You are allowed to report a fire.", "You are required to report a fire."),
        ("The soup contains celery.", "The soup may contain celery."),
    ],
)
def test_one_is_not_taken_for_the_other(claim: str, source: str) -> None:
    assert other_duties(claim, [source])
    assert judge_support(claim, [source]).verdict != "supported"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("You can bring a knife.", "Scouts may bring a knife, which must be blunt."),
        ("A leader is required to sign the log.", "A leader must sign the log."),
        ("The soup contains celery.", "The soup contains celery. It may contain mustard, too."),
        ("A leader may sign and must date the log.", "A leader may sign and must date the log."),
        ("The fee may not be paid late.", "The fee must not be paid late."),
    ],
)
def test_the_same_in_other_words(claim: str, source: str) -> None:
    assert other_duties(claim, [source]) == []


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_will_do(text: str, passages: list[str]) -> None:
    assert other_duties(text, [*passages, text]) == []
