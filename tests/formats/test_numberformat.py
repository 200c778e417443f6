from __future__ import annotations

import datetime
import time

import pytest

from rag.formats.numberformat import elapsed, month, shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1200, "General", "1200"),
        (1200.5, "#,##0.00", "1200.50"),
        (7.5, "£0.00", "£7.50"),
        (7, "£0.00", "£7"),
        (8.025, "0.00", "8.025"),
        (7.5, "0.0#", "7.5"),
        (0.125, "0.00%", "12.50%"),
        (1200, '"€"#,##0.00', "€1200"),
        (1200, "[$£-809]#,##0", "£1200"),
        (1200, "[$EUR] #,##0.00", "EUR 1200"),
        (1200, '#,##0.00\\ "€"', "1200 €"),
        (1200, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$1200"),
        (0, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "$0"),
        (-1200, '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)', "-$1200"),
        (-3, '0 "kg";[Red]\\-0 "kg"', "-3 kg"),
        (3.5, '0.0 "kg"', "3.5 kg"),
        (3, 'General" pcs"', "3 pcs"),
        (1234, "00000", "01234"),
        (-7, "000", "-007"),
        (1.5, "00.00", "1.50"),
        (0.25, "0%", "25%"),
        (12.5, '0.0"%"', "12.5%"),
        (0.1 + 0.2, "General", "0.3"),
        (1500000, '0.0,,"M"', "1500000"),
        (1500000, '[>=1000000]0.0,,"M";0', "1500000"),
        (130, '0"h" 00"m"', "130"),
        (1e300, '"x', "1e+300"),
        (1, '"Yes";"Yes";"No"', "Yes"),
        (-1, '"Yes";"No"', "No"),
        (0, '"Yes";"No"', "Yes"),
        (0, '"Yes";"Yes";"No"', "No"),
        (0, "0.00;-0.00;\\n\\o\\n\\e", "none"),
        (0, '0;-0;"-"', "0"),
        (5, ";;;", "5"),
        (1, '[=1]"Yes";[=0]"No"', "1"),
        (-5, '[<1]"none";"some"', "-5"),
        (3, "d mmm", "3"),
    ],
)
def test_numbers_as_they_are_shown(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


@pytest.mark.parametrize(
    ("hours", "code", "expected"),
    [
        (27.25, "[h]:mm", "27:15"),
        (27.25, "[hh]:mm:ss;@", "27:15:00"),
        (0.5, "[h]:mm", "0:30"),
        (1.51, "[mm]:ss", "90:36"),
        (1.5, '[h]" h "mm\\m', "1 h 30m"),
        (0.02, "[s].00", "72"),
        (-1.5, "[Red][h]:mm", "-1:30"),
    ],
)
def test_durations_as_they_are_shown(hours: float, code: str, expected: str) -> None:
    assert elapsed(datetime.timedelta(hours=hours), code) == expected


def test_a_hostile_format_takes_no_long() -> None:
    before = time.process_time()
    for code in ('"' * 1_000_000, "[" * 1_000_000, "h" * 1_000_000, "0" * 1_000_000, "\\" * 999_999, '"a"' * 300_000):
        assert len(shown(12, code)) < 400
        assert len(elapsed(datetime.timedelta(1), code)) < 400
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("mmm yy", "Jan 2031"),
        ("mmm-yy", "Jan 2031"),
        ("[$-809]mmmm yyyy;@", "January 2031"),
        ("mmm\\ yyyy", "Jan 2031"),
        ("d mmm yy", ""),
        ("mm/yy", ""),
        ("General", ""),
    ],
)
def test_months_without_days(code: str, expected: str) -> None:
    assert month(datetime.datetime(2031, 1, 5), code) == expected
