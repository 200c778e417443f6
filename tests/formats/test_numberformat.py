from __future__ import annotations

import time

import pytest

from rag.formats.numberformat import shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1200, "General", "1200"),
        (1200.5, "#,##0.00", "1200.5"),
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
        (1.5, "00.00", "1.5"),
        (0.25, "0%", "25%"),
        (12.5, '0.0"%"', "12.5%"),
        (0.1 + 0.2, "General", "0.3"),
        (1500000, '0.0,,"M"', "1500000"),
        (1500000, '[>=1000000]0.0,,"M";0', "1500000"),
        (130, '0"h" 00"m"', "130"),
        (1e300, '"x', "1e+300"),
    ],
)
def test_numbers_as_they_are_shown(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_a_hostile_format_takes_no_long() -> None:
    before = time.process_time()
    for code in ('"' * 1_000_000, "[" * 1_000_000, "0" * 1_000_000, "\\" * 999_999, '"a"' * 300_000):
        assert len(shown(12, code)) < 400
    assert time.process_time() - before < 5
