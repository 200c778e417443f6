"""Numbers with the words, signs and zeros that their format in a spreadsheet puts around them, or in their place.

Digits are those of the value, not rounded and not grouped, and a fraction has as many as the format shows at least.
Knows no workbook.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import NamedTuple

_CODE = 255
"""Most characters of a format, as spreadsheet programs have it."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<bracket>\[[^\]]*\])|[_*].'
    r"|(?P<digits>General|[0#?.,]+)|(?P<end>;)|(?P<bare>[%$€£¥₹ ])|.",
    re.IGNORECASE | re.DOTALL,
)
_TIME = re.compile(r'"([^"]*)"|\\(.)|\[(h+|m+|s+)\]|(h+|m+|s+)|\[[^\]]*\]|[_*].|[@0]|\.0+|(;)|(.)', re.IGNORECASE)
_MONTH = re.compile(r"(?:\[\$-[^\]]*\])?(?P<name>mmmm?)[\s\\/,.'-]+(?:yy|yyyy)(?:;@)?", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


class _Section(NamedTuple):
    """One part of a format: what stands before and after the digits, how many of these at least, if it is a percent.

    `words` stand in the place of the number; `decimals` are the fewest digits of a fraction.
    """

    before: str = ""
    after: str = ""
    zeros: int = 0
    is_percent: bool = False
    words: str = ""
    decimals: int = 0


def shown(value: float, code: str) -> str:
    """Write a number.

    Args:
        value: Whole or not.
        code: Of its format, such as `#,##0.00 "kg"`.

    Returns:
        Its digits, with the currency or unit and the zeros in front that the format gives it; the words that stand for
        it, as in `"Yes";"Yes";"No"`. Bare digits where the format says another number than the value, in thousands or
        in parts such as hours and minutes.
    """
    sections = _sections(code[:_CODE])
    place = 1 if value < 0 else 2 if value == 0 else 0
    section = sections[place if place < len(sections) else 0]
    if section.words:
        return section.words
    digits = _digits(abs(value) * 100, 10) if section.is_percent else _digits(abs(value), 15)
    if section.zeros and digits.isdigit():
        digits = digits.zfill(section.zeros)
    digits = _at_least(digits, section.decimals)
    return f"{'-' if value < 0 else ''}{section.before}{digits}{section.after}".strip()


def month(value: datetime.datetime, code: str) -> str:
    """Write a date whose format shows a month's name and no day.

    Args:
        value: Any day of the month.
        code: Of its format, such as `mmm yy`.

    Returns:
        `Jan 2031`, or `January 2031` where the format has the whole name; empty for other formats.
    """
    if not (found := _MONTH.fullmatch(code[:_CODE])):
        return ""
    name = f"{value:%B}"
    return f"{name if len(found['name']) > 3 else name[:3]} {value.year}"


def elapsed(value: datetime.timedelta, code: str) -> str:
    """Write a duration.

    Args:
        value: Whole seconds are kept.
        code: Of its format, such as `[h]:mm`.

    Returns:
        Hours, minutes and seconds as the format has them, those in brackets without an end; 27:15 for a day and 3:15.
    """
    seconds = round(abs(value).total_seconds())
    text, limit = "", 0
    for token in _TIME.finditer(code[:_CODE]):
        quoted, escaped, whole, part, end, bare = token.groups()
        if end:
            break
        if unit := (whole or part or "").lower():
            number = seconds // _SECONDS[unit[0]] % (limit if part and limit else seconds + 1)
            text += str(number).zfill(len(unit))
            limit = 60
        else:
            text += quoted or escaped or bare or ""
    return f"{'-' if value < datetime.timedelta() else ''}{text.strip()}"


def _at_least(digits: str, decimals: int) -> str:
    """Zeros behind a fraction, up to so many after the point: 7.50 for 7.5."""
    whole, _, after = digits.partition(".")
    return f"{whole}.{after.ljust(decimals, '0')}" if after.isdigit() else digits


def _digits(value: float, precision: int) -> str:
    if isinstance(value, int) or (value.is_integer() and value < 1e15):
        return str(int(value))
    return f"{value:.{precision}g}"


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["end"]:
            sections.append([])
        else:
            sections[-1].append(token)
    if _CONDITION.search(code):  # whose numbers may not be those of the section's place
        return tuple(_section(tokens)._replace(words="") for tokens in sections)
    return tuple(map(_section, sections))


def _section(tokens: list[re.Match[str]]) -> _Section:
    places = [at for at, token in enumerate(tokens) if token["digits"]]
    is_percent = any(token["bare"] == "%" for token in tokens)
    plain = _Section(after="%" * is_percent, is_percent=is_percent)
    if tokens and all(token.lastgroup or len(token[0]) > 1 for token in tokens) and not places:
        words = "".join(map(_literal, tokens)).strip()
        return plain._replace(words=words) if any(map(str.isalnum, words)) else plain
    if not places or any(_CONDITION.match(token["bracket"] or "") for token in tokens):
        return plain
    said = [_literal(token) for token in tokens]
    pattern = "".join(tokens[at]["digits"] for at in places)
    if pattern.endswith(",") or any(map(str.isalnum, "".join(said[places[0] : places[-1]]))):
        return plain
    zeros = len(pattern) if len(pattern) > 1 and not pattern.strip("0") else 0
    decimals = pattern.partition(".")[2].count("0")
    before, after = "".join(said[: places[0]]), "".join(said[places[-1] :])
    return _Section(before, after, zeros, is_percent, decimals=decimals)


def _literal(token: re.Match[str]) -> str:
    """What a token shows; the sign is that of the value, whether the format writes a minus or brackets."""
    text = token["quoted"] or token["escaped"] or token["currency"] or token["bare"] or ""
    return "" if text in ("-", "(", ")") else text
