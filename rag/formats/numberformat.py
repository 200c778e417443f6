"""Numbers with the words, signs and zeros that their format in a spreadsheet puts around them.

Digits are those of the value, not rounded and not grouped. Knows no workbook.
"""

from __future__ import annotations

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


class _Section(NamedTuple):
    """One part of a format: what stands before and after the digits, how many of these at least, if it is a percent."""

    before: str = ""
    after: str = ""
    zeros: int = 0
    is_percent: bool = False


def shown(value: float, code: str) -> str:
    """Write a number.

    Args:
        value: Whole or not.
        code: Of its format, such as `#,##0.00 "kg"`.

    Returns:
        Its digits, with the currency or unit and the zeros in front that the format gives it. Bare digits where the
        format says another number than the value, in thousands or in parts such as hours and minutes.
    """
    sections = _sections(code[:_CODE])
    section = sections[1 if value < 0 and len(sections) > 1 else 0]
    digits = _digits(abs(value) * 100, 10) if section.is_percent else _digits(abs(value), 15)
    if section.zeros and digits.isdigit():
        digits = digits.zfill(section.zeros)
    return f"{'-' if value < 0 else ''}{section.before}{digits}{section.after}".strip()


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
    return tuple(map(_section, sections))


def _section(tokens: list[re.Match[str]]) -> _Section:
    places = [at for at, token in enumerate(tokens) if token["digits"]]
    is_percent = any(token["bare"] == "%" for token in tokens)
    plain = _Section(after="%" * is_percent, is_percent=is_percent)
    if not places or any(re.match(r"\[[<>=]", token["bracket"] or "") for token in tokens):
        return plain
    said = [_literal(token) for token in tokens]
    pattern = "".join(tokens[at]["digits"] for at in places)
    if pattern.endswith(",") or any(map(str.isalnum, "".join(said[places[0] : places[-1]]))):
        return plain
    zeros = len(pattern) if len(pattern) > 1 and not pattern.strip("0") else 0
    return _Section("".join(said[: places[0]]), "".join(said[places[-1] :]), zeros, is_percent)


def _literal(token: re.Match[str]) -> str:
    """What a token shows; the sign is that of the value, whether the format writes a minus or brackets."""
    text = token["quoted"] or token["escaped"] or token["currency"] or token["bare"] or ""
    return "" if text in ("-", "(", ")") else text
