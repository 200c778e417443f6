"""Quantities of a text: its numbers with the units beside them, made comparable. Pure; knows nothing of documents.

A unit stands after its number, at most one other word between ("30 working days"), or, where it is a sign or a code of
a currency, before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.numerals import NUMERAL, is_ordinal, normal_number, number_word, scale, scaled
from rag.types import Premise
from rag.words import stem, terms

_FORMS = """
seconds sec secs sekunde sekunden seconde, minute min mins minuten, hour hr hrs h stunde stunden heure
day tag tage tagen jour, week woche wochen semaine, fortnight, month monat monate monaten mois, quarter
year yr yrs jahr jahre jahren année
decade, century centuries
millimetre millimeter mm, centimetre centimeter cm, metre meter m, kilometre kilometer km kph, inch inches, foot feet ft
yard yd, mile mi mph
microgram µg mcg, milligram mg, gram g, kilogram kg kilo, tonne ton, ounce oz, pound lb lbs gbp £, stone
millilitre milliliter ml, litre liter l, gallon, pint, barrel
hectare ha, acre
watt, kilowatt kw kwh, megawatt mw mwh, gigawatt gw gwh, volt, amp ampere
hertz hz, kilohertz khz, megahertz mhz, gigahertz ghz
byte, kilobyte kb, megabyte mb, gigabyte gb, terabyte tb
celsius °c, fahrenheit °f, kelvin
percent %, permille ‰
dollar usd $, euro eur €, cent, penny pence, crown krona kronor sek krone kroner nok dkk czk, franc chf, yen jpy ¥
yuan renminbi rmb cny, rupee inr ₹, peso, rouble ruble rub, krw ₩, shekel ils ₪, lira, zloty pln, forint huf
"""
"""Units apart by commas and line ends, the names of each apart by spaces. What one word may mean is one unit here:
crowns of several countries, miles and miles an hour. Degrees by themselves are none, since they may be any.
"""
_UNITS = {stem(form): forms.split()[0] for forms in re.split(r"[,\n]", _FORMS) for form in forms.split()}
_BEFORE = frozenset("$ € £ ¥ ₹ ₩ ₪ usd eur gbp jpy chf sek nok dkk cny inr".split())
"""Units that may stand before their number."""
_PIECE = re.compile(rf"{NUMERAL}|°[CF]?\b|[$€£¥₹₩₪%‰]|[^\W\d_]+")
_SIGN = re.compile(r"(?P<sign>[$€£¥₹₩₪])\s?(?P<number>\d+(?:[.,]\d+)*)(?P<after>\s?(?P<scale>[^\W\d_]+))?")
_LONG = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}
"""What a scale is cut down to behind an amount of money."""
_PER_CENT = re.compile(r"\bper cent\b", re.IGNORECASE)
_RATE = re.compile(r"\s?(?:/|\b(?:per|an?|each|every|pro|je|par)\b)\s?([^\W\d_]+)(?: ([^\W\d_]+))?", re.I)
"""For what a quantity is counted: "5 euros an hour", "12 days per calendar year"."""
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_TIMES = frozenset("seconds minute hour day week fortnight month quarter year".split())
_BETWEEN = re.compile(r"[\s\-‐–]{0,2}")
"""What may stand between a number and its unit, so that no sentence or cell ends there."""


_SIZES = """
seconds 1 minute 60 hour 3600 day 86400 week 604800 fortnight 1209600
month 1 quarter 3 year 12 decade 120
millimetre 1 centimetre 10 metre 1000 kilometre 1000000
milligram 1 gram 1000 kilogram 1000000 tonne 1000000000
millilitre 1 litre 1000
"""
_SIZE = {
    unit: (kind, float(size))
    for kind, line in enumerate(_SIZES.strip().split("\n"))
    for unit, size in zip(line.split()[::2], line.split()[1::2], strict=True)
}
"""How much each unit is of the first of its line, with the number of that line."""
_AMOUNT = re.compile(r"\b(?P<half>half(?: an?)?|an?)[ -](?P<unit>[^\W\d_]+)(?P<more> and a half)?\b", re.IGNORECASE)
"""An amount without a number: "half an hour", "a litre and a half"."""
_OFTEN = re.compile(
    rf"(?:{NUMERAL}|\b(?:once|twice|thrice|times|each|every|per)\b)(?: [^\W\d_]+){{0,2}} $", re.IGNORECASE
)
_LOOKED_AT = 40
"""What stands before "a day" where it is no amount but says how often, and the characters that it is looked for in."""


class Quantity(NamedTuple):
    """A number in normal form, the name of its unit, both as they stand, and the stem of what they are counted for."""

    number: str
    unit: str
    said: str
    per: str = ""


def quantities(text: str) -> list[Quantity]:
    """Every number of a text that has a unit beside it, in order; the first year is no quantity."""
    return list(_read(text)[0])


def is_unit(term: str) -> bool:
    """True for the stem of a unit's name."""
    return term in _UNITS


def signs_as_words(text: str) -> str:
    """The text with each currency's sign as a word after its number, as `500 euro` for `€500`.

    A scale stays with its number: `1.2 million euro` for `€1.2 million` and `€1.2m`.
    """
    return _SIGN.sub(_sign_as_word, text)


def other_units(text: str, passages: Sequence[str]) -> list[Premise]:
    """Quantities of a text that the passages have in other units alone.

    Args:
        text: A sentence or a question.
        passages: What it is compared with.

    Returns:
        Each with one that the passages have of the same number, in the order of the text; none whose number and unit
        both stand there by themselves too, as in a table with units at the heads of its columns. So too what is counted
        for one time where the passages count it for something else, as "an hour" for "a day".
    """
    mine = quantities(text)
    read = [_read(passage) for passage in passages] if mine else []
    theirs = [one for quantified, _ in read for one in quantified]
    bare = {part for _, parts in read for part in parts}
    found = []
    for one in mine:
        same = [other for other in theirs if other.number == one.number]
        apart = {one.number, one.unit} <= bare
        if same and not apart and all(other.unit != one.unit or _for_another(one, other) for other in same):
            found.append(Premise(one.said, same[0].said))
    return found


def _sign_as_word(found: re.Match[str]) -> str:
    said = found["scale"] or ""
    word = _LONG.get(said.casefold(), said)
    if scale(word) > 1:
        return f"{found['number']} {word} {_UNITS[found['sign']]}"
    return f"{found['number']} {_UNITS[found['sign']]}{found['after'] or ''}"


def _for_another(one: Quantity, other: Quantity) -> bool:
    """Are two counted for different things, of which one is a time?"""
    return bool(one.per and other.per) and one.per != other.per and not _TIMES.isdisjoint((one.per, other.per))


def units_alike(text: str, passages: Sequence[str]) -> set[str]:
    """Units that the passages have beside the same numbers, in whatever way they are written there.

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        Their terms as the text has them: that of "minutes", where a passage has "35 min" and it has "35 minutes".
    """
    mine = quantities(text)
    theirs = {(one.number, one.unit) for passage in passages for one in quantities(passage)} if mine else set()
    found = [one for one in mine if (one.number, one.unit) in theirs]
    return {term for one in found for term in terms(one.said) if _UNITS.get(term) == one.unit}


def converted(text: str, passages: Sequence[str]) -> set[str]:
    """Numbers and units of a text that come to amounts of the passages: those of "14 days" where one has "two weeks".

    Args:
        text: A sentence.
        passages: What it is compared with.

    Returns:
        Their terms as the text has them.
    """
    theirs = {amount for passage in passages for amount, _ in _amounts(passage)}
    return {term for amount, said in _amounts(text) if amount in theirs for term in terms(said)}


@lru_cache(maxsize=1_000)
def _amounts(text: str) -> tuple[tuple[tuple[int, float], str], ...]:
    """What is measured, in the smallest unit of its kind, and how it is said."""
    told = [(float(one.number), one.unit, one.said) for one in quantities(text) if _PLAIN.fullmatch(one.number)]
    for one in _AMOUNT.finditer(text):
        if _is_rate(text, one):
            continue
        number = (0.5 if one["half"].casefold().startswith("half") else 1.0) + (0.5 if one["more"] else 0.0)
        told.append((number, _UNITS.get(stem(one["unit"]), ""), one.group()))
    return tuple(
        ((_SIZE[unit][0], round(number * _SIZE[unit][1], 6)), said) for number, unit, said in told if unit in _SIZE
    )


def _is_rate(text: str, amount: re.Match[str]) -> bool:
    """Does an amount say for what something is counted, "8 hours a day", or a share, "a quarter of the staff"?"""
    before = text[max(0, amount.start() - _LOOKED_AT) : amount.start()]
    share = _UNITS.get(stem(amount["unit"])) == "quarter" and text[amount.end() :].startswith(" of ")
    return share or bool(_OFTEN.search(before)) or any(stem(word) in _UNITS for word in before.split()[-1:])


@lru_cache(maxsize=1_000)
def _read(text: str) -> tuple[tuple[Quantity, ...], frozenset[str]]:
    """The quantities of a text, and the numbers and units that belong to none."""
    text = _PER_CENT.sub("percent", text)
    pieces = list(_PIECE.finditer(text))
    units = [_UNITS.get(stem(piece.group()), "") for piece in pieces]
    found, used, bare = list[Quantity](), set[int](), set[str]()
    for first, last in _numbers(pieces):
        number = scaled(_value(pieces[first]), scale(pieces[last].group()))
        beside = list(_beside(text, pieces, units, first, last))
        if not beside:
            bare.add(number)
        for begin, end in beside:
            unit = end if end > last else begin
            used.add(unit)
            per, ends = _rate(text, pieces[max(end, last)].end())
            found.append(Quantity(number, units[unit], text[pieces[begin].start() : ends], per))
    bare |= {unit for at, unit in enumerate(units) if unit and at not in used}
    return tuple(found), frozenset(bare)


def _numbers(pieces: Sequence[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """First and last piece of each number; the last may be a scale word, as in `2 million`."""
    for at, piece in enumerate(pieces):
        if _value(piece):
            yield at, at + (at + 1 < len(pieces) and scale(pieces[at + 1].group()) > 1)


def _beside(
    text: str, pieces: Sequence[re.Match[str]], units: Sequence[str], first: int, last: int
) -> Iterator[tuple[int, int]]:
    """A number with the unit after it, and with the one before it: first and last piece."""
    for place in range(last + 1, min(last + 3, len(pieces))):
        gap = text[pieces[place - 1].end() : pieces[place].start()]
        if _value(pieces[place]) or not _BETWEEN.fullmatch(gap):
            break
        if units[place]:
            yield first, place
            break
    if first and pieces[first - 1].group().casefold() in _BEFORE:
        yield first - 1, last


def _rate(text: str, at: int) -> tuple[str, int]:
    """The unit, or else the thing, that what ends here is counted for, and where that ends; empty for none."""
    found = _RATE.match(text, at)
    if not found:
        return "", at
    first, second = (stem(word or "") for word in found.groups())
    is_second = first not in _UNITS and second in _UNITS
    return _UNITS.get(second if is_second else first, first), found.end(2 if is_second else 1)


def _value(piece: re.Match[str]) -> str:
    """Digits of a number that counts something; empty for a word, and for an ordinal one."""
    word = piece.group()
    return normal_number(word) or ("" if is_ordinal(word) else number_word(word))
