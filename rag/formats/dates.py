"""The day that a document says it is of, however its format writes it. Knows no format."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = date(1900, 1, 1)
"""Programs without a clock write 1601 or 0001; hardly any file is older than this."""
_NUMBERS = re.compile(r"\W*(?:D:)?(\d{4})(?:([-/.])(\d\d?)\2(\d\d?)(?!\d)|(\d\d)(\d\d))")
"""ISO 8601, with any time after it, and the same without its hyphens, as in PDF."""
_LONGEST = 100
"""Characters of a date that are looked at."""


def stated_day(*written: str) -> str:
    """The first sound day among those that a document states.

    Args:
        *written: What it says, most trusted first; year, month and day in numbers, or as in the head of a mail.

    Returns:
        An ISO day, that of the place where it was written; empty where none lies between 1900 and tomorrow.
    """
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    days = (day for text in written if (day := _day(text[:_LONGEST])))
    return next((day.isoformat() for day in days if _EARLIEST <= day <= tomorrow), "")


def _day(text: str) -> date | None:
    found = _NUMBERS.match(text)
    try:
        if found:
            return date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):  # no date at all, or a day that no calendar has
        return None
