"""Conditions and exceptions that a sentence leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.conditions import dropped
from rag.support import judge_reply

_HUT = "The hut is free if the warden is ill."


@pytest.mark.parametrize(
    ("claim", "source", "left"),
    [
        ("The hut is free.", _HUT, "if the warden is ill"),
        ("Scouts may fish.", "Scouts may fish only with a permit of the town.", "only with a permit of the town"),
        ("The shop is open.", "The shop is open, except on feast days.", "except on feast days"),
        ("The dam will not be built.", "The dam will not be built until it pays.", "not be built until it pays"),
        ("The boats are new.", "Half of the boats are new.", "Half of the boats"),
        ("The band plays every Friday.", "The band plays every other Friday.", "every other Friday"),
        ("Leaders get no meal.", "Leaders get no meal unless they cook.", "unless they cook"),
        ("You may leave early.", "You may leave early only if:\n- the school closes\n- you are ill", "only if"),
        ("Scouts may fish.", "Scouts may fish only if the other scouts agree.", "only if the other scouts agree"),
        ("Scouts may fish.", "Scouts may fish if scouts fish.", "if scouts fish"),
        ("Scouts may fish.", "Scouts may fish provided the town agrees.", "provided the town agrees"),
        (
            "Scouts may fish.",
            "Scouts may fish with the written consent of the town.",
            "with the written consent of the town",
        ),
    ],
)
def test_a_sentence_without_them_is_not_supported(claim: str, source: str, left: str) -> None:
    assert dropped(claim, "", [source]) == [left]
    found = judge_reply(claim, "", [source])
    assert (found.verdict, left in found.why) == ("weak", True)


@pytest.mark.parametrize(
    ("claim", "question", "sources"),
    [
        ("The hut is free.", "What does the hut cost if the warden is ill?", [_HUT]),
        ("The hut is free when the warden is ill.", "", [_HUT]),
        ("The hut is free.", "", [_HUT, "The hut is free in May."]),
        ("The hut has nine beds.", "", [_HUT]),
        (
            "You may leave early if you are ill.",
            "",
            ["You may leave early only if:\n- the school closes\n- you are ill"],
        ),
        ("Breakfast is provided.", "", ["Breakfast is provided by the hotel."]),
        ("Fry the egg for 4 minutes.", "", ["Fry the egg for 4 minutes, until brown."]),
        ("A third of the boats are new.", "", ["Half of the boats are new and a third of the boats are old."]),
        ("The oars are new.", "", ["The oars are new, but none of the boats."]),
        (_HUT, "", [_HUT]),
        ("", "", [_HUT]),
    ],
)
def test_none_is_left_out_that_is_told_asked_or_elsewhere_not_made(
    claim: str, question: str, sources: list[str]
) -> None:
    assert dropped(claim, question, sources) == []


@given(st.text(), st.text())
def test_any_text_will_do(text: str, other: str) -> None:
    assert dropped(text, other, [text]) == []
    dropped(text, "", [other])
