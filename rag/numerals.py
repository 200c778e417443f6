"""Numbers as they are written, made comparable: digits, words, ordinals, times of day. Knows nothing else of a text."""

from __future__ import annotations

import re
from functools import lru_cache

_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9, "trillion": 10**12}
_UNITS = "one two three four five six seven eight nine".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_SMALL = {word: value for value, word in enumerate(["zero", *_UNITS, *_TEENS])} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_FIRSTS = "first second third fourth fifth sixth seventh eighth ninth".split()
_TENTHS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL = dict(zip([*_FIRSTS, *_TENTHS, "thirtieth"], [*range(1, 21), 30], strict=True))
_TWO = rf"(?:{'|'.join(_TENS)})[-‐‑ ](?:{'|'.join([*_UNITS, *_FIRSTS])})"
_HUNDREDS = rf"(?:{'|'.join([*_UNITS, *_TEENS])})[ ]hundred(?:[ ](?:and[ ])?(?:{_TWO}|{'|'.join(_SMALL)}))?"
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?[ \u00a0\u202f]?[ap](?:\.m\.|m\b)"
_DIGITS = r"\d+(?:[.,:/]\d+)*(?:(?:st|nd|rd|th)\b)?"
NUMERAL = rf"\b(?i:{_CLOCK})(?!\w)|{_DIGITS}|\b(?=[EFNOSTefnost])(?i:{_HUNDREDS}|{_TWO})(?!\w)"
"""Pattern of what is one number: a time of day, words that belong together, digits. One word by itself is not in it."""
FIGURE = re.compile(rf"{NUMERAL}|[^\W\d_]+")
"""A number, or a word, which may be one by itself."""
_GROUPED = re.compile(r"(?:\d{1,3}(?:\.\d{3})*\.000|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+(?=,))(?=$|,\d)")
"""A number with points between its thousands: it ends in three zeros, has two of them, or a comma after."""
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_POINTED = re.compile(r"(?<![\d.,:])([01]?\d|2[0-3])\.([0-5]\d)(?![\d:]|[.,]\d)", re.ASCII)


@lru_cache(maxsize=100_000)
def normal_number(token: str) -> str:
    """The digits of a number without grouping or idle zeros; empty for what begins with no digit.

    `1200` for `1,200.0` and `1.200.000` without its points, `12` for `12th`, `18:00` for `6 pm`.
    """
    if not token[:1].isdigit():
        return ""
    if _TIME.fullmatch(token):
        return _time_of_day(token)
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", token)
    if grouped := _GROUPED.match(plain):
        plain = grouped.group().replace(".", "") + plain[grouped.end() :]
    plain = re.sub(r"[,](?=\d{3}\b)", "", plain)
    if re.fullmatch(r"\d+\.\d+", plain):
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _time_of_day(token: str) -> str:
    hour, minute, half = re.fullmatch(r"(\d+)(?:\D(\d\d))?\D*([ap]).*", token.casefold()).groups()  # type: ignore[union-attr]
    return f"{int(hour) % 12 + 12 * (half == 'p')}:{minute or '00'}"


@lru_cache(maxsize=100_000)
def number_word(word: str) -> str:
    """Digits of a number that is spelled out; empty for anything else.

    `14` for `fourteen`, `25` for `twenty-five`, `150` for `one hundred and fifty`, `2` for `second`.
    """
    parts = re.split(r"[-‐‑ ]", word.casefold())
    if any(part not in _SMALL and part not in _ORDINAL and part not in ("hundred", "and") for part in parts):
        return ""
    value = 0
    for part in parts:
        value = 100 * value if part == "hundred" else value + _SMALL.get(part, _ORDINAL.get(part, 0))
    return str(value) if parts[0] in _SMALL or parts[0] in _ORDINAL else ""


def is_ordinal(word: str) -> bool:
    """True for a word that says which one and not how many, as `third`."""
    return re.split(r"[-‐‑ ]", word.casefold())[-1] in _ORDINAL


def is_scale(word: str) -> bool:
    """True for a word that multiplies the number before it, as `million`."""
    return word.casefold() in _SCALE


def scaled(value: str, word: str) -> str:
    """A number in normal form times a scale word; as it is where the word is none."""
    scale = _SCALE.get(word.casefold(), 1)
    if scale == 1 or not re.fullmatch(r"\d+(?:\.\d+)?", value):
        return value
    return f"{float(value) * scale:.6f}".rstrip("0").rstrip(".")


def pointed_times(text: str) -> set[str]:
    """What may be times of day that are written with a point, in normal form: `7:45` for `7.45`."""
    return {f"{int(hour)}:{minute}" for hour, minute in _POINTED.findall(text)}


def numbers(text: str) -> set[str]:
    """Every number of a text in normal form; those before a scale word multiplied by it."""
    found: set[str] = set()
    words = FIGURE.findall(text.casefold())
    for at, word in enumerate(words):
        if value := normal_number(word) or number_word(word):
            found.add(scaled(value, words[at + 1] if at + 1 < len(words) else ""))
    return found
