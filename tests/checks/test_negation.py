"""What a text denies, and sentences that say no where their source does not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.negation import negated, turned, undone
from rag.support import judge_support


def test_a_negation_bears_on_the_words_after_it_in_its_clause() -> None:
    assert negated("He did not sign the lease, and paid") == {"sign", "leas"}
    assert negated("Held without sentencing, they waited") == {"sentenc"}
    assert negated("Pay he did not.") == {"pay"}
    assert negated("Non-members pay more.") == {"member", "pay"}
    assert negated("Haustiere sind nicht erlaubt.") == {"erlaubt"}
    assert negated("Les animaux ne sont pas admis.") == {"admi"}


@pytest.mark.parametrize(
    "text",
    ["Not only the tenant signed", "Invoice No. 4711", "flat no 12", "no more than two", "not later than May"],
)
def test_a_number_and_a_bound_deny_nothing(text: str) -> None:
    assert negated(text) == set()


def test_what_there_is_no_more_of_is_denied() -> None:
    assert negated("There is no more milk, and no longer any bread") == {"milk", "longer", "bread"}


def test_many_negations_in_one_clause_take_no_longer_than_as_many_words() -> None:
    began_s = time.perf_counter()
    assert negated("Foo no " * 8_000) == {"foo"}
    assert time.perf_counter() - began_s < 5, "in proportion to the text; by the square it is minutes"


@given(st.text(), st.text())
def test_any_texts_will_do(text: str, other: str) -> None:
    assert not turned(text, [text])
    turned(text, [other])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Tents for scouts under 9 must not be hired.", "Tents must not be hired to scouts under 9."),
        ("Sleet damage is not covered.", "The bond covers hail, but not sleet damage."),
        ("Scouts pay 8 euros.", "Scouts pay 8 euros; leaders do not pay."),
        ("The well is dug after the grant has come.", "The well will not be dug until the grant has come."),
        ("Only with a permit may you camp here.", "You may not camp here without a permit."),
        ("The dam did not hold the water.", "The dam failed to hold the water."),
        ("Fires are not allowed in the camp.", "Fires in the camp are forbidden."),
        ("Gas stoves are allowed in the tents.", "Gas stoves only; wood and coal are forbidden in the tents."),
        ("You must not fish in the pond.", "You must not:\n- camp on the dam\n- fish in the pond"),
        ("Bread is sold.", "The hall is open, the bar is not, and bread is sold."),
        ("Scouts sell bread.", "The bar is not, and cubs, scouts sell bread."),
    ],
)
def test_the_same_no_said_in_another_place_is_none_too_few(claim: str, source: str) -> None:
    assert not turned(claim, [source])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The warden signed the log.", "The warden refused to sign the log."),
        ("Fry it in lard.", "Fry it in butter instead of lard."),
        ("Fry it in lard rather than butter.", "Fry it in butter rather than lard."),
        ("Cubs may vote at the camp.", "All scouts except cubs may vote at the camp."),
        ("Leave the gate open if sheep graze there.", "Leave the gate open unless sheep graze there."),
        ("You can light fires in the camp.", "Fires in the camp are forbidden."),
        ("You can light fires in the camp.", "It is prohibited to light fires in the camp."),
        ("Im Lager darf man Feuer machen.", "Feuer im Lager sind verboten."),
        ("You can fish in the pond.", "You must not:\n- camp on the dam\n- fish in the pond"),
        ("You can fish in the pond.", "You must not, under any circumstances, fish in the pond."),
        ("The camp decided not to sell the hut.", "The camp has not yet decided whether to sell the hut."),
        ("The scouts may swim without a leader.", "Neither the scouts nor the cubs may swim without a leader."),
        ("Die Hütte hat Strom und Wasser.", "Die Hütte hat weder Strom noch Wasser."),
        ("Le camp a tout payé, sauf le bois.", "Le camp a tout payé, même le bois."),
    ],
)
def test_a_no_on_one_side_alone(claim: str, source: str) -> None:
    assert turned(claim, [source])


@pytest.mark.parametrize(
    ("claim", "source", "verdict"),
    [
        (
            "The hut is let furnished to scouts from 1 May.",
            "The hut is let unfurnished to scouts from 1 May.",
            "unsupported",
        ),
        ("The leave of leaders is unpaid in May.", "The leave of leaders is paid in May.", "unsupported"),
        ("Less wood is sold.", "Less wood is sold unless it rains.", "supported"),
    ],
)
def test_a_prefix_makes_the_opposite(claim: str, source: str, verdict: str) -> None:
    assert judge_support(claim, [source]).verdict == verdict


def test_what_is_denied_is_as_good_as_its_opposite() -> None:
    assert undone(["furnish"], "It is not furnished.", ["It is let unfurnished."]) == []
    assert undone(["furnish"], "It is furnished.", ["It is let unfurnished."]) == ["unfurnish"]
