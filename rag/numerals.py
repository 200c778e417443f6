"""Numbers as they are written, made comparable: digits, words, ordinals, times of day. Knows nothing else of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9, "trillion": 10**12}
_SCALE |= {"millions": 10**6, "millionen": 10**6, "mio": 10**6, "billions": 10**9, "milliard": 10**9}
_SCALE |= {"milliards": 10**9, "milliarden": 10**9, "mrd": 10**9}
_SHORT = {"k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
"""Behind an amount of money, as in "£5m"; the longer ones behind any number."""
_UNITS = "one two three four five six seven eight nine".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
SMALL = {word: value for value, word in enumerate(["zero", *_UNITS, *_TEENS])} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_FIRSTS = "first second third fourth fifth sixth seventh eighth ninth".split()
_TENTHS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL = dict(zip([*_FIRSTS, *_TENTHS, "thirtieth"], [*range(1, 21), 30], strict=True))
_TWO = rf"(?:{'|'.join(_TENS)})[-‐‑ ](?:{'|'.join([*_UNITS, *_FIRSTS])})"
_UNDER_100 = rf"(?:{_TWO}|{'|'.join(SMALL)})"
_HUNDREDS = rf"(?:{'|'.join([*_UNITS, *_TEENS])})[ ]hundred(?:[ ](?:and[ ])?{_UNDER_100})?"
_UNDER_1000 = rf"(?:{_HUNDREDS}|{_UNDER_100})"
_SCALES = "thousand|million|billion|trillion"
_LARGE = rf"{_UNDER_1000}(?:[ ](?:{_SCALES})[ ](?:and[ ])?{_UNDER_1000})+(?:[ ](?:{_SCALES}))?"
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?[ \u00a0\u202f]?[ap](?:\.m\.|m\b)"
_SPACES = " \u00a0\u202f"
_GROUPS = (
    rf"(?<![\d.,:/])(?:\d{{1,3}}(?:['’]\d{{3}})+|\d{{1,2}}(?:[{_SPACES}]\d{{3}})+"
    rf"|\d{{3}}(?:[{_SPACES}]\d{{3}}){{0,3}}[{_SPACES}]000)(?![\d/:])(?:[.,]\d+)?"
)
"""Groups of three digits apart by apostrophes or spaces; three and three, unless they end in zeros, may be columns."""
_PLAIN = r"(?:\d+(?:[.,:/]\d+)*|(?<![\w.,])\.\d+)"
_AMOUNT = rf"\d+(?:[.,]\d+)*[{_SPACES}]?"
_MONEY = rf"(?:(?<=[$€£])|(?<=[$€£][{_SPACES}])){_AMOUNT}(?:k|m)\b|{_AMOUNT}(?:mn|bn|tn)\b"
_PARTS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = (
    rf"(?:{_GROUPS}|{_PLAIN})(?:(?:st|nd|rd|th)\b|[{_SPACES}]?[{_PARTS}]|[{_SPACES}]\d/\d\b(?![/\d])|\^\d+|[{_RAISED}]+)?"
    rf"|[{_PARTS}]"
)
NUMERAL = rf"\b(?i:{_CLOCK})(?!\w)|(?i:{_MONEY})|{_DIGITS}|\b(?=[EFNOSTefnost])(?i:{_LARGE}|{_HUNDREDS}|{_TWO})(?!\w)"
"""Pattern of what is one number: a time of day, words that belong together, digits. One word by itself is not in it.

Digits may be in groups apart by spaces or apostrophes, as in "1 200"; a fraction or an exponent belongs to them.
"""
_MARKS = "".join(chr(code) for code in range(0x300, 0x1D00) if unicodedata.category(chr(code)).startswith("M"))
WORD = rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*"
"""Pattern of a run of letters with the marks that stand on them: vowels, in the scripts of India."""
FIGURE = re.compile(rf"{NUMERAL}|{WORD}")
"""A number, or a word, which may be one by itself."""
_GROUPED = re.compile(r"(?:\d{1,3}(?:\.\d{3})*\.000|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+(?=,))(?=$|,\d)")
"""A number with points between its thousands: it ends in three zeros, has two of them, or a comma after."""
_TAIL = re.compile(
    rf"(?P<whole>[\d.,:/'’{_SPACES}]*?)(?:[{_SPACES}]?(?P<part>[{_PARTS}])|[{_SPACES}](?P<of>\d/\d)"
    rf"|(?P<power>\^\d+|[{_RAISED}]+)|[{_SPACES}]?(?P<short>[kmbtn]{{1,2}}))?",
    re.IGNORECASE,
)
"""A number and what belongs to it."""
_COUNTS = _ORDINAL | SMALL
_JOINS = {"and", *_SCALE}
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_ZWEI = "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()
_DEUX = "deux trois quatre cinq six - huit neuf dix onze douze".split()
"""Without "sept", which is a month more often."""
_OTHERWISE = {word: (str(value),) for words in (_ZWEI, _DEUX) for value, word in enumerate(words, start=2)} | {
    "noon": ("12:00",),
    "midday": ("12:00",),
    "midnight": ("0:00", "24:00"),
}
"""What words of other languages, and of times of day, may be said by."""
_HOUR = re.compile(
    r"\b(?:at|from|until|till|to|by|before|after|um|ab|bis|von|à|de) (\d{1,2})"
    r"(?=\s*(?:[,;!?)]|\.(?!\d)|$|(?:o['’]clock|to|until|till|and|bis|uhr|h|in the)\b))"
    r"|\b(12)(?= ?(?:noon|midday))",
    re.IGNORECASE,
)
"""A number that says when: "opens at 9"."""
_AND_A_HALF = re.compile(r"\b(\w+) and a half\b")
_CODE = re.compile(r"(?<![\d.,])\d(?:[\s\-/()]{0,2}\d){6,}(?![\d.,]\d)")
_TO = re.compile(r"(?<=\w)\s?[-–]\s?(?=\W{0,2}\d)|\s(?:up )?to\s(?=\W{0,2}\d)")
"""Between the ends of a range; a sign of money may stand before the second."""
_PRONOUN = re.compile(
    r"\b((?:the|this|that|another|each|every|any|which|(?:the|an?) [^\W\d_]+) )one\b"
    r"(?=\s*[.,;:!?)]|$| (?:from|that|who|which|in|on|is|was|has)\b)"
    r"|\bone\b(?= (?:must|may|can|could|should|might|needs|has to)\b)"
)
"""One that counts nothing: "the small one", "one must"."""
_POINTED = re.compile(r"(?<![\d.,:])([01]?\d|2[0-3])\.([0-5]\d)(?![\d:]|[.,]\d|\s?[aApP]\.?[mM]\b)", re.ASCII)


@lru_cache(maxsize=100_000)
def normal_number(token: str) -> str:
    """The digits of a number without grouping or idle zeros; empty for what begins with no number.

    `1200` for `1,200.0`, `1 200` and `1.200,00`, `12` for `12th`, `18:00` for `6 pm`, `1.5` for `1,5` and `1½`,
    `5000000` for the `5m` of money, `10^6` for `10⁶`.
    """
    if not re.match(rf"\.?\d|[{_PARTS}]", token):
        return ""
    if _TIME.fullmatch(token):
        return _time_of_day(token)
    found = _TAIL.fullmatch(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", token))
    if not found:
        return token
    value = _plain_number(found["whole"]) if found["whole"] else "0"
    if re.fullmatch(r"[1-9]/[2-9]", value) and value[0] < value[2]:
        return _decimal("0", Fraction(value))
    if found["part"]:
        return _decimal(value, Fraction(unicodedata.numeric(found["part"])).limit_denominator(9))
    if found["of"]:
        return _decimal(value, Fraction(int(found["of"][0]), max(1, int(found["of"][-1]))))
    if found["power"]:
        return f"{value}^{unicodedata.normalize('NFKC', found['power']).lstrip('^')}"
    return scaled(value, _SHORT.get(found["short"].casefold(), 1)) if found["short"] else value


def _decimal(whole: str, part: Fraction) -> str:
    return f"{int(whole) + float(part):.3f}".rstrip("0").rstrip(".") if whole.isdecimal() else whole


def _plain_number(token: str) -> str:
    plain = re.sub(rf"(?<=\d)[{_SPACES}'’](?=\d{{3}})", "", token)
    if grouped := _GROUPED.match(plain):
        plain = grouped.group().replace(".", "") + plain[grouped.end() :]
    plain = re.sub(r"[,](?=\d{3}\b)", "", plain)
    plain = re.sub(r"^(\d+),(\d{1,2})$", r"\1.\2", plain)
    if re.fullmatch(r"\d*\.\d+", plain):
        plain = plain.rstrip("0").rstrip(".")
    bare = plain.lstrip("0")
    return f"0{bare}" if bare.startswith((".", ":")) else bare or "0"


def _time_of_day(token: str) -> str:
    hour, minute, half = re.fullmatch(r"(\d+)(?:\D(\d\d))?\D*([ap]).*", token.casefold()).groups()  # type: ignore[union-attr]
    return f"{int(hour) % 12 + 12 * (half == 'p')}:{minute or '00'}"


@lru_cache(maxsize=100_000)
def number_word(word: str) -> str:
    """Digits of a number that is spelled out; empty for anything else.

    `14` for `fourteen`, `25` for `twenty-five`, `150` for `one hundred and fifty`, `2` for `second`, `1200` for `one
    thousand two hundred`.
    """
    parts = re.split(r"[-‐‑ ]", word.casefold())
    if parts[0] not in _COUNTS or any(part not in _COUNTS and part not in _JOINS for part in parts):
        return ""
    whole = value = 0
    for part in parts:
        if part == "hundred":
            value *= 100
        elif part in _SCALE:
            whole, value = whole + value * _SCALE[part], 0
        else:
            value += _COUNTS.get(part, 0)
    return str(whole + value)


def is_ordinal(word: str) -> bool:
    """True for a word that says which one and not how many, as `third`."""
    return re.split(r"[-‐‑ ]", word.casefold())[-1] in _ORDINAL


def scale(word: str) -> int:
    """What a word multiplies the number before it by, as `million` does; 1 for any other."""
    return _SCALE.get(word.casefold(), 1)


def scaled(value: str, by: int) -> str:
    """A number in normal form times a scale."""
    if by == 1 or not re.fullmatch(r"\d+(?:\.\d+)?", value):
        return value
    return f"{float(value) * by:.6f}".rstrip("0").rstrip(".")


def read_otherwise(text: str) -> dict[str, str]:
    """What else numbers of a text may be: `7:45` by `7.45`, `9:00` by "at 9", `2.5` by the `2` of "two and a half"."""
    halves = [number_word(word) or word for word in _AND_A_HALF.findall(text.casefold())]
    hours = [normal_number(one or other) for one, other in _HOUR.findall(text)]
    return pointed_times(text) | {one: f"{one}.5" for one in halves} | {one: f"{one}:00" for one in hours}


def pointed_times(text: str) -> dict[str, str]:
    """What may be times of day that are written with a point, by the numbers that they are else: `7:45` for `7.45`."""
    return {normal_number(f"{hour}.{minute}"): f"{int(hour)}:{minute}" for hour, minute in _POINTED.findall(text)}


@lru_cache(maxsize=1_000)
def told_otherwise(text: str) -> frozenset[str]:
    """What else a text may mean by its numbers and words: `7:45` by `7.45`, `12:00` by noon, `3` by drei."""
    words = frozenset(value for word in re.findall(WORD, text) for value in _OTHERWISE.get(word.casefold(), ()))
    return words.union(read_otherwise(text).values())


@lru_cache(maxsize=1_000)
def codes(text: str) -> Mapping[str, str]:
    """The digits of each long number that may be written apart, as those of telephones are, and how it stands."""
    return {re.sub(r"\D", "", code): code for code in _CODE.findall(text)}


def figures(text: str) -> Iterator[str]:
    """Every number of a text in normal form, in order; those before a scale word multiplied by it."""
    for word, after in pairwise([*FIGURE.findall(_PRONOUN.sub(r"\1", text.casefold())), ""]):
        if value := normal_number(word) or number_word(word):
            yield scaled(value, scale(after))


def numbers(text: str) -> set[str]:
    """The numbers of a text, as `figures` has them."""
    return set(figures(text))


def ends(text: str) -> list[str]:
    """What stands on either side of a range, as `501` and `5,000` of `501 to 5,000`; the whole of what is none."""
    return _TO.split(text, maxsplit=1)


def is_year(number: str) -> bool:
    """Whether a number in normal form is most likely a year."""
    return re.fullmatch(r"(?:19|20)\d\d", number) is not None
