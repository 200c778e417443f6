"""Dates of a text, however they are written, in one form: the day, the month's name, the year. Pure.

A table says 2024-08-04, a letter Aug. 4th and its answer 4 August 2024: one day, and as words three. A date in figures
is one where no other can be read from it, so 04/08/2024 stays as it is; the name of a month is one beside its day, so
"may" and "march" stay what they are. Knows nothing of documents, and no calendar: 31 February is a date.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.words import is_stop_word, terms, tokens

_FORMS = """
January Jan Januar janvier januari gennaio de_enero
February Feb Februar février februari febbraio de_febrero
March Mar März mars maart marzo de_marzo
April Apr avril aprile de_abril
May Mai mai mei maggio de_mayo
June Jun Juni juin juni giugno de_junio
July Jul Juli juillet juli luglio de_julio
August Aug août augustus agosto de_agosto
September Sep Sept septembre settembre de_septiembre
October Oct Oktober octobre oktober ottobre de_octubre
November Nov novembre novembre de_noviembre
December Dec Dezember décembre december dicembre de_diciembre
"""
"""A month a line: its English name, what that is cut down to, then German, French, Dutch, Italian and Spanish; as they
are written, since "mars" is a month and "Mars" is none. Capitals throughout will do for those with a first one.
"""
_LINES = [line.split() for line in _FORMS.split("\n") if line]
_CUT = frozenset("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split())
_ENGLISH = _CUT | {line[0] for line in _LINES}
_MONTH = {form: line[0] for line in _LINES for form in line}
_MONTH |= {form.upper(): month for form, month in _MONTH.items() if form[0].isupper()}
MONTHS = frozenset(line[0].casefold() for line in _LINES)
"""English names, lower case."""
_DAYS = """
Monday Montag lundi lunes, Tuesday Dienstag mardi martes, Wednesday Mittwoch mercredi miércoles
Thursday Donnerstag jeudi jueves, Friday Freitag vendredi viernes, Saturday Samstag Sonnabend samedi sábado
Sunday Sonntag dimanche domingo
"""
"""Days of the week: English, German, French and Spanish names."""
_WEEKDAY = {name.casefold(): names.split()[0] for names in re.split(r"[,\n]", _DAYS) for name in names.split()}
_SHORT_DAY = r"(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?:days?|nesdays?|urdays?)?"
_SHORT_DAYS = re.compile(
    rf"\b{_SHORT_DAY}\b(?:(?:\.?(?:\s?[-–—/,&]\s?|\s(?:and|to)\s){_SHORT_DAY}\b)+|(?=\.?[:,]?\s?\d))"
)
"""Days cut down as in a table of hours, beside another or a number: "Mon-Fri", "Sat 9-12", but no "Sun" by itself."""
_BY_CUT = {names.split()[0][:3]: names.split()[0] for names in re.split(r"[,\n]", _DAYS) if names.strip()}
_BY_NUMBER = {str(at): line[0] for at, line in enumerate(_LINES, start=1)}

_GAP = r"\s{1,3}"
_ONE = [form.replace("_", _GAP) + (r"\.?" if form.capitalize() in _CUT else "") for form in _MONTH]
_NAME = rf"(?:{'|'.join(sorted(_ONE, key=len, reverse=True))})(?!\w)"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NTH = r"(?:st|nd|rd|th)?"
_YEAR = r"[12][0-9]{3}"
_NOT_INSIDE = r"(?<![\w./$€£¥₹₩₪#])(?<![0-9]:)"
"""Where no amount, path or name of a file goes on."""
_CLOCK = r"T(?=[0-9]{2}:?[0-9]{2})|:(?=[0-9]{2}:[0-9]{2})"
_IN_FIGURES = re.compile(
    rf"{_NOT_INSIDE}(?<![-+])"
    r"(?:(?P<year>(?:1[5-9]|2[01])[0-9]{2})(?P<by>[-/])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})"
    rf"|(?P<one>[0-9]{{1,2}})(?P<sep>[-./])(?P<two>[0-9]{{1,2}}|{_NAME})(?P=sep)(?P<last>(?:1[5-9]|2[01])[0-9]{{2}}))"
    rf"(?:{_CLOCK}|(?![\w/]|[.:-]\w))"
)
_THEN = rf"(?:,\s{{0,3}}|{_GAP})"
_ENDS = rf"(?:{_CLOCK}|(?![\w/]|[.:][0-9]))"
_OTHER_DAY = rf"(?!\.?{_GAP}{_DAY}{_NTH}{_THEN}{_YEAR})"
"""A month that another day follows, and its year, is the month of that one: "3 August 4, 2024"."""
_DAY_FIRST = (
    rf"{_NOT_INSIDE}(?<![0-9],)(?P<day>{_DAY})(?P<nth>st|nd|rd|th|er|[.º°])?{_GAP}(?:of{_GAP})?(?P<month>{_NAME})"
    rf"(?:{_THEN}(?:del?{_GAP})?(?P<year>{_YEAR}){_ENDS}|(?!-\w){_OTHER_DAY}(?:(?<!\bJan)|(?!{_GAP}[A-Z][a-z])))"
)
"""Jan is a name too."""
_MONTH_FIRST = (
    rf"{_NOT_INSIDE}(?<![0-9],)(?<!\W-)(?<!^-)(?P<MONTH>{_NAME}){_GAP}(?P<DAY>{_DAY}){_NTH}"
    rf"(?:{_THEN}(?P<YEAR>{_YEAR}){_ENDS}"
    rf"|(?!\w|[.,:/]\w|\s?[%‰$€£¥°])(?!{_GAP}(?:[0-9]{{1,2}}(?![0-9:])|(?:of{_GAP})?{_NAME}))"
    r"(?=(?:\s{0,3}(?P<more>[-–—]|[^\W\d_]+))?))"
)
_IN_WORDS = re.compile(f"{_DAY_FIRST}|{_MONTH_FIRST}")
_WRITTEN = re.compile(rf"(?<!\w)[0-9]{{1,2}} ({'|'.join(line[0] for line in _LINES)})\b")


@lru_cache(maxsize=1_000)
def dates_in_words(text: str) -> str:
    """The text with each date as `4 August 2024`, or as `4 August` where it has no year.

    Dates in figures are those in the order of year, month and day, with points in that of day, month and year, and with
    strokes or hyphens where only one of the first two can be the month. A name of a month without a day stays, and so
    does every number that is part of another, as in the name of a file; of a range of days the months alone are written
    out.
    """
    if not re.search("[0-9]", text):
        return text
    return _IN_WORDS.sub(_from_words, _IN_FIGURES.sub(_from_figures, text))


def dated_terms(text: str) -> tuple[str, ...]:
    """Terms of a text with its dates in one form, so that May 16th stands in a row of 2031-05-16."""
    return terms(dates_in_words(text))


def months(text: str) -> set[str]:
    """English names, lower case, of the months that stand beside their days."""
    return {name.casefold() for name in _WRITTEN.findall(dates_in_words(text))}


@lru_cache(maxsize=1_000)
def weekdays(text: str) -> frozenset[str]:
    """English names of the days of the week that a text names; "montags", "Mondays" and "Mon-Fri" name some too."""
    words = (word.casefold() for word in tokens(text))
    found = (_WEEKDAY.get(word) or _WEEKDAY.get(word.removesuffix("s")) for word in words)
    cut = (_BY_CUT[day[:3]] for days in _SHORT_DAYS.findall(text) for day in re.findall(_SHORT_DAY, days))
    return frozenset(name for name in found if name).union(cut)


def _from_figures(found: re.Match[str]) -> str:
    year, month, day, one, two = found.group("year", "month", "day", "one", "two")
    orders = [(day, month)] if year else [(one, two)] if found["sep"] == "." else [(one, two), (two, one)]
    read = {(int(first), name) for first, second in orders if first.isdigit() and (name := _month(second))}
    possible = [one for one in read if 1 <= one[0] <= 31]
    if len(possible) != 1:
        return found.group()
    before = " " if found.string[found.start() - 1 : found.start()] == "," else ""
    return f"{before}{possible[0][0]} {possible[0][1]} {year or found['last']}{_gap_after(found)}"


def _month(said: str) -> str:
    """The English name of a month that is written as a number or a name; empty for neither."""
    return _BY_NUMBER.get(said.lstrip("0"), "") or _MONTH.get("_".join(said.split()).rstrip("."), "")


def _from_words(found: re.Match[str]) -> str:
    said = found["month"] or found["MONTH"]
    day, year = int(found["day"] or found["DAY"]), found["year"] or found["YEAR"]
    month = _month(said)
    if year:
        return f"{day} {month} {year}{_gap_after(found)}"
    if said.isupper() or (found["nth"] in (".", "º", "°") and said.rstrip(".") in _ENGLISH):
        return found.group()
    if found["MONTH"]:
        return f"{month} {day}" if _counts(found["more"] or "") else f"{day} {month}"
    return f"{day} {month}{'.' if said.endswith('.') else ''}"


def _gap_after(found: re.Match[str]) -> str:
    """A space where a time of day or, after a comma, a number goes on, which would run into the year."""
    goes_on = re.match(r"[T:]|[0-9],[0-9]", found.string[found.end() - 1 : found.end() + 2])
    return " " if goes_on else ""


def _counts(more: str) -> bool:
    """Does the number after a month begin a range, or may it count what follows: "Aug 4-6", "in March 2 ships"?"""
    return more[:1] in ("-", "–", "—") or (more[:1].islower() and not is_stop_word(more))
