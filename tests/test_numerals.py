"""Numbers are the same however they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.numerals import (
    codes,
    is_ordinal,
    normal_number,
    number_word,
    numbers,
    pointed_times,
    read_otherwise,
    told_otherwise,
)
from rag.words import terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200.50 dollars", {"1200.5"}),
        ("3.5 million people", {"3500000"}),
        ("three million", {"3000000"}),
        ("the third of twelve", {"3", "12"}),
        ("45%", {"45"}),
        ("007 and 0", {"7", "0"}),
        ("version 2.10.3", {"2.10.3"}),
        ("none here", set()),
        ("twenty-five members, sixty two guests", {"25", "62"}),
        ("one hundred and fifty or two hundred twenty-one", {"150", "221"}),
        ("two hundred thousand", {"200000"}),
        ("the 12th and the twenty-first", {"12", "21"}),
        ("3.000 Euro, 1.234.567 und 2.500,75", {"3000", "1234567", "2500.75"}),
        ("from 9 am to 5:30 p.m., not at 12 am", {"9:00", "17:30", "0:00"}),
        ("at 6 pm and at 18:00", {"18:00"}),
        ("I am 12 and pm 3", {"12", "3"}),
        ("twenty-fivefold", {"20"}),
        ("19,80 Euro, 3,5 Wochen und 1 200,50", {"19.8", "3.5", "1200.5"}),
        ("1 200 euros, 12\u202f500 people, 1'200 francs, 120 000 trees", {"1200", "12500", "120000"}),
        ("columns 120 240 360", {"120", "240", "360"}),
        ("call 020 7946 0018 in 2024 200 times", {"20", "7946", "18", "2024", "200"}),
        (".25 mg, 0.25 mg, ½ and 1/2 a cup", {"0.25", "0.5"}),
        ("1½ hours, 2 1/2 metres, 3 ¼ miles", {"1.5", "2.5", "3.25"}),
        ("10⁶ and 10^6 cells, not 10", {"10^6", "10"}),
        ("£5m, $3 bn, €40k, 2bn people", {"5000000", "3000000000", "40000", "2000000000"}),
        ("5 m of rope, 30 k", {"5", "30"}),
        ("5 millions, 3 Milliarden, 2 Mio. Euro", {"5000000", "3000000000", "2000000"}),
        ("one thousand two hundred or five thousand and forty", {"1200", "5040"}),
        ("one million two hundred thousand, two thousand", {"1200000", "2000"}),
    ],
)
def test_numbers_in_normal_form(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("three months", "3 months"),
        ("the twelfth amendment", "the 12th amendment"),
        ("twenty-five members", "25 members"),
        ("one hundred and fifty guests", "150 guests"),
        ("closes at 6 pm", "closes at 18:00"),
    ],
)
def test_what_is_spelled_out_is_the_same_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize("piece", ["123 456 ", "1'234", "one thousand ", "1 ", "½", "1,", "one hundred and ", ".5"])
def test_a_long_row_of_numbers_takes_no_longer_than_it_is(piece: str) -> None:
    began_s = time.perf_counter()
    numbers(piece * 20_000)
    assert time.perf_counter() - began_s < 5


def test_an_ordinal_says_which_one() -> None:
    assert is_ordinal("twenty-first") and is_ordinal("Twelfth")
    assert not is_ordinal("twenty-one")


@given(st.text())
def test_any_text_will_do(text: str) -> None:
    numbers(text)
    assert normal_number(text) == "" or text[0].isdigit() or text[0] in ".½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
    assert number_word(text) == "" or number_word(text).isdigit()


def test_a_time_may_be_written_with_a_point() -> None:
    found = pointed_times("Be there by 7.15; it leaves at 07.45, not 17.05.")
    assert found == {"7.15": "7:15", "7.45": "7:45", "17.05": "17:05"}
    assert pointed_times("The bells ring at 7.15 pm.") == {}
    assert pointed_times("Clause 7.4 costs 7.455, 1.234.56, 25.10 or 7.61.") == {}


def test_what_numbers_may_be_said_by_otherwise() -> None:
    assert told_otherwise("From 9 to noon, or midnight") == {"9:00", "12:00", "0:00", "24:00"}
    assert told_otherwise("drei Monate, onze mois, two and a half days, 6 Sept. 2031") == {"3", "11", "2.5"}
    assert read_otherwise("It opens at 9, and shuts at 12 noon, by 5 people or at 8.30.") == {
        "9": "9:00",
        "12": "12:00",
        "8.3": "8:30",
    }
    assert codes("Ring 01632 960 018 or (020) 7946-0018, room 12").keys() == {"01632960018", "02079460018"}


@pytest.mark.parametrize("text", ["the small one", "One must sign.", "the one from Brandt", "another one, please"])
def test_one_may_count_nothing(text: str) -> None:
    assert numbers(text) == set()


@pytest.mark.parametrize("text", ["The limit is one.", "one dog", "one of the two", "only one"])
def test_one_counts_elsewhere(text: str) -> None:
    assert "1" in numbers(text)
