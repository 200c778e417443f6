"""One day is one date however it is written, and what is no date stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.dates import dates_in_words, months, weekdays
from rag.support import judge_support


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-08-04", "4 August 2024"),
        ("2024/08/04, 2024-8-4", "4 August 2024, 4 August 2024"),
        ("at 2024-08-04T12:00:00Z", "at 4 August 2024 12:00:00Z"),
        ("2024-08-04 12:00", "4 August 2024 12:00"),
        ("04.08.2024 and 1.2.2024.", "4 August 2024 and 1 February 2024."),
        ("13/08/2024, 08/13/2024", "13 August 2024, 13 August 2024"),
        ("08/08/2024", "8 August 2024"),
        ("[04/Aug/2024:13:55:36 +0000]", "[4 August 2024 13:55:36 +0000]"),
        ("04-AUG-2024", "4 August 2024"),
        ("4 Aug 2024, 4 Aug. 2024", "4 August 2024, 4 August 2024"),
        ("Aug. 4, 2024; August 4th 2024", "4 August 2024; 4 August 2024"),
        ("the 4th of August, 2024", "the 4 August 2024"),
        ("Sunday, 04 August 2024", "Sunday, 4 August 2024"),
        ("Date: Sun, 04 Aug 2024 12:00:00 +0200", "Date: Sun, 4 August 2024 12:00:00 +0200"),
        ("4\nAugust\u00a02024", "4 August 2024"),
        ("on 4 Aug. We left on Aug 5.", "on 4 August. We left on 5 August."),
        ("Sept 9 to 10 Sept", "9 September to 10 September"),
        ("by May 4, on 4 May", "by 4 May, on 4 May"),
        ("Aug  4 12:00:01 host", "4 August 12:00:01 host"),
        ("room 3 August 4, 2024", "room 3 4 August 2024"),
        ("am 4. Oktober, am 4. August 2024, am 04. März", "am 4 October, am 4 August 2024, am 4 March"),
        ("le 1er mai, le 4 août 2024, le 4 mars", "le 1 May, le 4 August 2024, le 4 March"),
        ("4 de agosto de 2024, il 4 maggio 2024, op 4 mei", "4 August 2024, il 4 May 2024, op 4 May"),
        ("12,2024-08-04,5", "12, 4 August 2024 ,5"),
        ("4 Aug 2024 - 6 Aug 2024", "4 August 2024 - 6 August 2024"),
    ],
)
def test_dates_are_written_out(written: str, date: str) -> None:
    assert dates_in_words(written) == date


@pytest.mark.parametrize(
    "text",
    [
        "04/08/2024",
        "13/13/2024 and 0/12/2024",
        "2024-13-04, 2024-08-32, 99.99.9999, 31.31.2024",
        "10.0.2024, 2.10.3, v1.2.2024, 1.2.2024.3, 1.2.3456",
        "report-2024-08-04.csv, 2024-08-04.csv, A-2024-08-04, /2024/08/04/, 2024-08-04-1",
        "+46 31 20 24 08, 020-2024-08-0412",
        "$4 Aug, €4 May, 1.4 May",
        "2024-08, 2-4, 10-12-2024, 4/8",
        "you may 4 times march 2 miles, in may 2024",
        "4. May I ask? 4 Mars bars, 2 mayo, 5° March",
        "4 Jan Kowalski, Marching 4, Mayor 4, 4 Mayors",
        "APR 5%, DEC 10, 4 APR",
        "May 4 people stay? In March 2 ships left, in August 2 million.",
        "August 4-6, 2024; August 4 – 6; 4-6 August 2024",
        "32 August, August 32, 0 August, 123 August, August 2024, August",
        "sine die",
        "",
    ],
)
def test_what_is_no_date_or_one_of_two_stays(text: str) -> None:
    assert dates_in_words(text) == text


def test_of_a_range_of_days_the_month_alone_is_written_out() -> None:
    assert dates_in_words("Aug 4-6, 2024, 4–6 Aug 2024") == "August 4-6, 2024, 4–6 August 2024"


def test_days_of_the_week_are_read_in_several_languages() -> None:
    found = weekdays("Mondays, montags, le mardi, a sunday, Montagne, lunes")
    assert found == {"Monday", "Tuesday", "Sunday"}


def test_another_day_of_the_week_is_not_supported() -> None:
    source = "Das Bad ist montags bis freitags bis 20 Uhr offen."
    assert judge_support("Das Bad ist montags bis freitags offen.", [source]).verdict == "supported"
    assert judge_support("Das Bad ist montags bis samstags bis 20 Uhr offen.", [source]).verdict != "supported"


def test_days_are_cut_down_where_another_or_a_number_stands_beside() -> None:
    assert weekdays("Mon-Fri 8-17, Sat. 9-12") == {"Monday", "Friday", "Saturday"}
    assert weekdays("Tues and Thurs: boats") == {"Tuesday", "Thursday"}
    assert weekdays("The Sun shone, and Fri sat where the Monarch wed 3.") == frozenset()
    assert (
        judge_support("The pool is open on Saturdays from 9 to 12.", ["Pool open: Sat 9-12"]).verdict != "unsupported"
    )


def test_months_are_those_beside_a_day() -> None:
    text = "In June 2024 you may pay by 4 May, on 2024-08-04 or in March."
    assert months(text) == {"may", "august"}


_PIECES = st.sampled_from(
    "4 04 13 31 32 2024 2024-08-04 04.08.2024 13/08/2024 Aug Aug. August May MAY may Mai mars de mayo of th st er º . "
    ", - – / : T12:00 :12:30 Jan Kowalski is people % $ (".split()
)


@given(st.text() | st.sampled_from(["", " "]).flatmap(lambda gap: st.lists(_PIECES, max_size=9).map(gap.join)))
def test_any_text_is_read_and_what_is_written_out_stays(text: str) -> None:
    once = dates_in_words(text)
    assert dates_in_words(once) == once
    if not any(map(str.isdecimal, text)):
        assert once == text


@pytest.mark.parametrize("piece", ["4 ", "4   ", "Aug ", "Aug. 4, ", "4 de ", "2024-08-", "1.2.", "4 Aug ", "4", "\n"])
def test_no_text_takes_long(piece: str) -> None:
    dates_in_words(piece * 30_000)


FORMS = ["2024-08-04", "04.08.2024", "4 Aug 2024", "Aug. 4, 2024", "August 4th, 2024", "4 August 2024"]


@pytest.mark.parametrize("there", FORMS)
@pytest.mark.parametrize("here", FORMS)
def test_a_date_is_supported_in_any_form_and_no_other_date_is(here: str, there: str) -> None:
    source = f"Invoice 17. The pump was delivered on {there}. It runs."
    assert judge_support(f"The pump was delivered on {here}.", [source]).score == 1.0
    for wrong in ("5 August 2024", "4 July 2024", "4 May 2024", "4 August 2023", "2024-07-04", "05.08.2024"):
        support = judge_support(f"The pump was delivered on {wrong}.", [source], near=lambda: 1.0)
        assert support.verdict == "unsupported", support
        assert "number not in the source" in support.why
