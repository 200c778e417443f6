"""Text to sentence spans with exact offsets, in any script and from any layout.

Layout comes first: blank lines, headings, list items and table rows bound sentences, while the line ends of a wrapped
paragraph do not. Within a block the boundaries are those of `sentencex`, with a few mended, and nothing is longer than
`LONGEST`. Every character that is not white space is in exactly one span. Knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from rag.types import Span

LONGEST = 600
"""Characters of the longest sentence: unpunctuated text is cut at a clause, else a space, else anywhere."""
_BLOCK = 4_000
"""Characters given to the library at once: its time grows with the square of the number of open quotes in a text."""
_LONG = 240
"""A sentence longer than this is looked through for ends that the library passed over, as within quotes."""
_FILLED = 0.85
"""A line ended early if the next word had fitted into this share of the width; the rest is for uneven letters."""

_BULLET = re.compile(r"[-*+•◦▪‣●○·–]\s|[☐☑✓✔]")
_NUMBERED = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})+\.?|\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)])\s")
_FIRST = re.compile(r"\(?1[.)]\s|\(?[aAi]\)\s")
_LABEL = re.compile(r"[^\W\d_][^\s:;]*(?: [^\s:;]+){0,3}: \S")
_COLUMN = r"(?:[^.;:]|\b[^\W\d_]{1,6}\.){1,60}: "
_ROW = re.compile(rf"{_COLUMN}[^;]{{1,200}}; {_COLUMN}")
"""A row that names its columns, which may be abbreviated: `Item no.: 7; Max. load: 3 kg`."""
_ALONE = re.compile(
    r"#{1,6}\s|=+ .* =+$|\|.*\|$|[^\t]+\t|[-=*_~]{3,}$"  # heading, wiki heading, table row, columns, rule
    r"|(?P<bold>\*\*|__)(?:(?!(?P=bold)).)+(?P=bold):?$"
    rf"|{_ROW.pattern}"
)
_IN_COLUMN = re.compile(r"[^.;:!?]{0,60}: ")
"""What follows a boundary of the library within the name of a column."""

_ORDINAL = re.compile(r"(?:\*\*|__)?(?:§ ?)?\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,5})[.)]")
_SHORTENED = re.compile(
    r"(?<!\w)(?:approx|ca|vols?|chs?|chap|secs?|paras?|cl|arts?|nos?|nr|pp?|figs?|eqs?|tabs?|refs?|app|ver|abs|bd)\.$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"[\d$€£¥§~±(]|[a-z]")
_OPENS = (  # words that begin a sentence, and hardly ever follow a number or an abbreviation within one
    r"(?:The|An?|Its?|He|She|They|We|You|I|This|That|These|Those|There|Then|My|Our|Your|His|Her|Their|If|But|And|When"
    r"|On|At|For|To|After|No|D[eiu]|De[rmns]|Das|Die|Diese[rmns]?|Einen?|Eine[rms]|Er|Sie|Es|Wir|Ich|Ihre?[nmrs]?|Man"
    r"|Keine?[nmrs]?|Dann?|Da(?:nach|bei|für|her|mit|durch|rüber)|Dort|Hier|Auch|Aber|Und|Oder|Wenn|Wer|Was|Wie|Wo|Wann"
    r"|Falls|Sofern|I[mn]|A[mnb]|Auf|Aus|Beim?|Bis|Für|Mit|Nach|Nur|Seit|So|Um|Unter|Vo[mnr]|Während|Zu[mr]?|Alle|Als"
    r"|Jede[rmns]?|Ohne|Bitte|Les?|La|Ils?|Elles?|Une?|On|Nous|Vous|Ce|Cette|El|Los|Las|Una)(?!\w)"
)
_UNIT = (  # no initial: a number stands right before
    r"\.(?P<unit>(?:(?<=\d[ghlmt]\.)|(?<=\d\s[ghlmt]\.))(?!\s+\w\.)"
    rf"|(?:(?<=\d[^\W\d_]\.)|(?<=\d\s[^\W\d_]\.))(?=\s+{_OPENS}))"
)
_WORD = r"(?:(?<=\bill)|(?<=\bmay)|(?<=\bmiss)|(?<=\bore))\."
"""The end of a word in small letters that is, in capitals, an abbreviation of which the library thinks first."""
_ENDED = re.compile(rf"(?:…|{_UNIT}|{_WORD}|[.!?][)\]]+)\s+(?=[\"“‘«(\[]*\w)")
_ENDED_WITHIN = re.compile(rf"(?:…|{_UNIT}|[.!?][\"”’»)\]]*)\s+(?=[\"“‘«(\[]*\w)")
_ABBREVIATED = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.)*(?:[^\W\d_]|Mrs?|Ms|Dr|Prof|St|Gen|Sen|Gov|Rep|Inc|Ltd|Co|vs|No|al|etc|cf)\.$"
)
_FOREIGN = re.compile(  # what the library, asked for English, takes for the end of a sentence in its neighbours
    r"(?<!\w)(?:(?P<leads>"
    r"[Vv]gl|bzw|[Gg]gfs?|sog|[Bb]spw|inkl|exkl|zzgl|abzgl|[Ee]vtl|[Ii]nsb(?:es)?|einschl|ca|lt|Ziff|Rn|Rdnr|Rz|Nrn?|Kap"
    r"|Abb|Hrsg|Dipl|Hr|Frl|lfd|mtl|[Bb]ijv|mevr|dhr|blz|jfr?|kl|f\. ?eks|bl\. ?a|dvs|[Pp]\. ?ex|[Pp]\. ?ej|[Rr]éf|éd"
    r"|Sr(?:a|es|ta)|Dra|Dña|[Nn]úms?|[Pp]ágs?|[Pp]árr|[Aa]prox|[Aa]vda)"
    r"|(?P<counts>Std|Sek|Tsd|Mio|Mrd|Jh|[Tt][eé]l)"
    r"|(?P<within>Min|usw|usf|[vn]\. ?Chr|[^\W\d_]+str)"
    r"|(?P<law>gem|i\. ?S\. ?d|i\. ?V\. ?m|Abs|[Aa]rt)"
    r"|(?P<nth>(?:(?<!I )[Aa]m|[Vv]om|[Zz]u[mr]|[Ii]m|[Bb]eim|[Dd](?:e[rmns]|ie|as)|(?<!\d )(?:[Bb]is|und|oder)"
    r"|[Aa]b|[Ss]eit|[Jj]ede[rmns]?|[Ee]ine?[rmns]?|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag,?|Mittwoch,?)\s\d{1,3})"
    r"|(?P<day>(?<![.,:/-])(?:\d\d?\.)?\d\d?))\.$"
)
_MONTH = (
    r"(?:Januar|Jänner|Februar|März|Mai|Juni|Juli|Oktober|Dezember|januari?|februari?|maart|marts|mars|april|mei|maj|mai"
    r"|juni|juli|august(?:us|i)?|september|oktober|november|de[cs]ember|(?:April|August|September|November)\s\d{4})(?!\w)"
)
_FOREIGN_ON = {
    "leads": re.compile(r"\S"),
    "counts": re.compile(rf"(?!{_OPENS})\S"),
    "within": re.compile(r"[a-zäöüß\d]"),
    "law": re.compile(r"§|\d|(?:Art|Abs|Ziff|Nr|Satz|Anlage|Punkt)(?!\w)"),
    "nth": re.compile(rf"(?!{_OPENS})[^\W\d_]"),
    "day": re.compile(rf"{_MONTH}|(?:und|oder|bis|og|och)\s"),
}
"""By the kind of ending, what has to follow it for the sentence to go on."""
_CLAUSE = re.compile(r"[;:—；：]\s*|,\s+|[，、]")
_OTHER_SPACE = re.compile(r"[^\S ]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sentences(text: str) -> list[Span]:
    """Cut a text into sentences.

    Args:
        text: Any string at all; unpaired surrogates and control characters too.

    Returns:
        Spans in ascending order, not overlapping, none longer than `LONGEST`, none beginning or ending in white space,
        and together holding every character that is not white space. Time is linear in the text.
    """
    return [span for block in _blocks(text) for start, end in _segment(text, block) for span in _cap(text, start, end)]


def trim(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends; None if nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return Span(start + left, start + right) if left < right else None


def _blocks(text: str) -> Iterator[Span]:
    """Stretches that no sentence crosses: paragraphs, list items, headings, rows."""
    paragraph: list[Span] = []
    at = 0
    for line in text.splitlines(keepends=True):
        span = trim(text, at, at + len(line))
        at += len(line)
        if span:
            paragraph.append(span)
        else:
            yield from _lines_joined(text, paragraph)
            paragraph = []
    yield from _lines_joined(text, paragraph)


def _lines_joined(text: str, lines: list[Span]) -> Iterator[Span]:
    """Join the lines of a paragraph wherever a sentence may run on from one to the next."""
    if not lines:
        return
    width = max(end - start for start, end in lines)
    start, listed = lines[0].start, _is_item(text, lines[0])
    for before, line in pairwise(lines):
        if _breaks(text, before, line, width, listed):
            yield Span(start, before.end)
            start = line.start
        listed = listed or _is_item(text, line)
    yield Span(start, lines[-1].end)


def _is_item(text: str, line: Span) -> bool:
    return bool(_BULLET.match(text, *line) or _NUMBERED.match(text, *line))


def _breaks(text: str, before: Span, line: Span, width: int, listed: bool) -> bool:
    """Whether a sentence ends with a line, or begins with the next."""
    if _ALONE.match(text, *before) or _ALONE.match(text, *line) or _BULLET.match(text, *line):
        return True
    if _NUMBERED.match(text, *line):
        return listed or text[before.end - 1] in ".:;!?" or bool(_FIRST.match(text, *line))
    if _LABEL.match(text, *before) and _LABEL.match(text, *line):
        return True
    return not text[line.start].islower() and _ended_early(text, before, line, width)


def _ended_early(text: str, before: Span, line: Span, width: int) -> bool:
    """Whether the next line's first word would have fitted: then a paragraph or a heading ended, not just a line."""
    word = text[line.start : line.start + width].split(maxsplit=1)[0]
    return before.end - before.start + 1 + len(word) <= _FILLED * width


def _segment(text: str, block: Span) -> Iterator[Span]:
    """Sentences of a block: the library's, mended."""
    spans: list[Span] = []
    start = block.start
    while start < block.end:
        end = min(start + _BLOCK, block.end)
        found = list(_library(text, start, end))
        start = end
        if end < block.end and found and found[-1].start > end - _BLOCK // 2:
            start = found.pop().start  # it may go on past what the library was given
        spans += found
    yield from _parted(text, _joined(text, spans, in_row=bool(_ROW.match(text, *block))))


def _library(text: str, start: int, end: int) -> Iterator[Span]:
    piece = _SURROGATE.sub("\ufffd", text[start:end])
    # The library takes line ends for boundaries; those that are, were found before.
    flat = _OTHER_SPACE.sub(" ", piece)
    at = 0
    for boundary in [*(int(found["end_index"]) for found in sentencex.get_sentence_boundaries("en", flat)), len(flat)]:
        if at < boundary <= len(flat):
            yield from _kept(text, start + at, start + boundary)
            at = boundary


def _joined(text: str, spans: list[Span], *, in_row: bool) -> list[Span]:
    """Undo boundaries within a name, or after a list number, ordinal or abbreviation that the library does not know."""
    kept: list[Span] = []
    for span in spans:
        if kept and (_runs_on(text, kept[-1], span) or (in_row and _IN_COLUMN.match(text, *span))):
            kept[-1] = Span(kept[-1].start, span.end)
        else:
            kept.append(span)
    return kept


def _runs_on(text: str, before: Span, after: Span) -> bool:
    if _ORDINAL.fullmatch(text, *before):
        return True
    if text[before.end - 1] in "!?" and text[after.start].islower():
        return True  # a name such as Panic! at the Disco
    if before.end == after.start and text[before.end - 1] == "." and text[after.start].isascii():
        return text[after.start].isalnum()  # no space follows: a name such as .NET or System.Out
    tail = max(before.start, before.end - 12)
    if _CONTINUES.match(text, after.start) and _SHORTENED.search(text, tail, before.end):
        return True
    return text[before.end - 1] == "." and _foreign(text, before, after.start)


def _foreign(text: str, before: Span, after: int) -> bool:
    """Whether a full stop is that of an ordinal or an abbreviation of another language than English."""
    found = _FOREIGN.search(text, max(before.start, before.end - 24), before.end)
    return bool(found and _FOREIGN_ON[found.lastgroup or ""].match(text, after))


def _parted(text: str, spans: list[Span]) -> Iterator[Span]:
    """Add boundaries that the library passed over: after an ellipsis or a bracket, and within long quotes."""
    for start, end in spans:
        ending = _ENDED_WITHIN if end - start > _LONG else _ENDED
        for found in ending.finditer(text, start, end):
            if _starts_upper(text, found.end()) and (found["unit"] is not None or not _leads_on(text, start, found)):
                yield from _kept(text, start, found.end())
                start = found.end()
        yield from _kept(text, start, end)


def _leads_on(text: str, start: int, found: re.Match[str]) -> bool:
    end = found.start() + 1
    return bool(_ABBREVIATED.search(text, max(start, end - 13), end)) or _foreign(text, Span(start, end), found.end())


def _starts_upper(text: str, at: int) -> bool:
    return next((char.isupper() for char in text[at : at + 4] if char.isalnum()), False)


def _cap(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        cut = _best_cut(text, start + LONGEST // 2, start + LONGEST)
        yield from _kept(text, start, cut)
        start = cut
    yield from _kept(text, start, end)


def _best_cut(text: str, low: int, high: int) -> int:
    clauses = [found.end() for found in _CLAUSE.finditer(text, low, high)]
    if clauses:
        return clauses[-1]
    space = max(text.rfind(" ", low, high), text.rfind("\n", low, high))
    return space + 1 if space >= 0 else high


def _kept(text: str, start: int, end: int) -> Iterator[Span]:
    if span := trim(text, start, end):
        yield span
