"""Numbers are read with their units, and another unit than the source's is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.units import converted, other_units, quantities
from rag.support import judge_support
from rag.words import terms

TERMS = "Either side may end a membership with 60 days' notice, and 120 crowns are paid at the hut 5 km from the quay."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("60 days' notice", [("60", "day")]),
        ("a 60-day notice", [("60", "day")]),
        ("within sixty\ndays", [("60", "day")]),
        ("30 working days", [("30", "day")]),
        ("$1,200.50 or 5 million euros", [("1200.5", "dollar"), ("5000000", "euro")]),
        ("EUR 3 million", [("3000000", "euro")]),
        ("20 per cent, 20% and 20 °C", [("20", "percent"), ("20", "percent"), ("20", "celsius")]),
        ("24 h or 24 hours, 1.5 l, 500g", [("24", "hour"), ("24", "hour"), ("1.5", "litre"), ("500", "gram")]),
        ("5 kilometres or 5 km", [("5", "kilometre"), ("5", "kilometre")]),
        ("between 5 and 10 days", [("10", "day")]),
        ("in 1987. Days later", []),
        ("room 12, month 3", []),
        ("20 degrees Celsius, 20 degrees", [("20", "celsius")]),
        ("the first year, the third of May", []),
        ("a 30 second wait, 1 second", [("30", "seconds"), ("1", "seconds")]),
        ("", []),
    ],
)
def test_quantities(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.number, one.unit) for one in quantities(text)] == found


@pytest.mark.parametrize(
    "claim",
    [
        "Either side may end a membership with 60 weeks' notice.",
        "Either side may end a membership with a notice of sixty months.",
        "120 euros are paid at the hut.",
        "€120 are paid at the hut.",
        "120 crowns are paid at the hut 5 miles from the quay.",
        "The pool is kept at 27 °F.",
        "A membership ends with 60 weeks' notice, which is given every week.",
    ],
)
def test_a_wrong_unit_is_unsupported_and_named(claim: str) -> None:
    support = judge_support(
        claim, [TERMS, "Notice is given every week.", "The pool is kept at 27 °C."], near=lambda: 1.0
    )
    assert support.verdict == "unsupported"
    assert "in another unit in the source" in support.why


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("120 crowns are paid at the hut 5 kilometres from the quay.", TERMS),
        ("A membership ends with 60 days.", TERMS),
        ("The raft costs 9 euros per hour.", "The raft costs €9 an hour."),
        ("The raft costs 9 euros per person.", "The raft costs €9 each."),
        ("Leave is 12 days a year.", "Leave is 12 days per calendar year."),
        ("The pass lasts 2 weeks.", "The pass lasts fourteen days."),
        ("The break takes half an hour.", "The break takes 30 minutes."),
        ("Add 1.5 litres of milk.", "Add a litre and a half of milk."),
        ("Der Pass gilt 3 Monate.", "Der Pass gilt 3 Monate lang."),
        ("The term is 5 years.", "Term (years): 5; fee: 5 %"),
        ("A walk of 5 miles.", "A walk of 5 miles, which are 8 km; the path is 5 feet wide."),
        ("The 5 kayaks.", TERMS),
        ("It is kept at 20 degrees Celsius.", "Keep it at 20 °C."),
        ("It is kept at 20 degrees.", "Keep it at 20 °C."),
        ("It runs at 50 miles per hour and uses 5 kilowatt hours.", "At 50 mph it uses 5 kWh."),
        ("The fee is 120 crowns.", "Fee: 120 SEK"),
        ("Sales rose in the first year.", "Sales rose within one month, in year two."),
        ("A stay of 7 days.", TERMS),
    ],
)
def test_a_right_unit_or_none_to_compare_with_is_not_told(claim: str, source: str) -> None:
    assert other_units(claim, [source]) == []


@given(st.text(max_size=200), st.lists(st.text(max_size=100), max_size=3))
def test_total_and_silent_on_the_same_text(text: str, passages: list[str]) -> None:
    other_units(text, passages)
    assert other_units(text, [*passages, text]) == []


@given(st.text(st.characters(categories=["Nd", "Nl", "No", "Po", "Sc", "Zs"])))
def test_total_on_the_digits_of_every_script(text: str) -> None:
    assert other_units(f"{text} million days", [f"{text} million days"]) == []


@given(st.lists(st.sampled_from("5 10 two million days km per cent % $ € . ' - and".split()), max_size=12))
def test_total_on_what_looks_like_quantities(pieces: list[str]) -> None:
    assert other_units(" ".join(pieces), [" ".join(pieces)]) == []
    assert other_units("".join(pieces), ["".join(pieces)]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The raft costs 9 euros a day.", "The raft costs €9 an hour."),
        ("The raft costs 9 euros per person.", "The raft costs €9 an hour."),
        ("The mill grinds 4 to 6 tonnes a week.", "The mill grinds 4 to 6 tonnes a day."),
        ("Der Pass gilt 3 Wochen.", "Der Pass gilt 3 Monate."),
        ("Le stage de pêche dure 2 semaines.", "Le stage de pêche dure 2 mois."),
    ],
)
def test_for_another_time_or_in_another_language_a_wrong_unit_is_none_of_the_source(claim: str, source: str) -> None:
    assert other_units(claim, [source])
    assert judge_support(claim, [source]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The pond is open 24 hours.", "The pond is open 8 hours a day."),
        ("The trial lasts 7 days.", "The trial lasts 14 days and then costs 5 crowns a week."),
        ("The oil is changed every 24 hours.", "The oil is changed twice a day."),
        ("The notice is 3 months.", "The notice is one month for a quarter of the crew."),
    ],
)
def test_for_what_something_is_counted_is_no_amount(claim: str, source: str) -> None:
    assert converted(claim, [source]) == set()
    assert judge_support(claim, [source]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("claim", "source"), [("It lasts 7 days.", "It lasts a week."), ("90 min", "an hour and a half")]
)
def test_an_amount_without_a_number_is_one(claim: str, source: str) -> None:
    assert converted(claim, [source])


@given(st.text(), st.text())
def test_any_text_will_do(text: str, other: str) -> None:
    assert other_units(text, [text]) == []
    assert converted(text, [other, "1.2.3 kg"]) <= set(terms(text))
