"""Earlier messages at the end of a mail: what is quoted below a reply, or stands under "Original Message" or a header.

Quotes between the lines of a reply stay where they are: what stands after them would seem to be of the earlier message.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import NamedTuple

_QUOTED = re.compile(r"> ?")
_SEPARATOR = re.compile(
    r"-{2,} ?((?:original|forwarded) message|(?:ursprüngliche|weitergeleitete) nachricht"
    r"|message (?:d'origine|transféré)|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|(?:oorspronkelijk|doorgestuurd) bericht) ?-{2,}",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\*?([^\W\d_][^:\n]{0,20}?)\*?\s?:\*?\s+(\S.*)")
"""A line of a header, its name between the signs of bold that some programs leave."""
_RULE = re.compile(r"_{5,}|-{5,}")
_FROM = frozenset("from von de da van".split())
_SENT = frozenset("sent gesendet envoyé enviado enviada inviato verzonden".split())
_DATE = frozenset("date datum fecha data".split())
_SUBJECT = frozenset("subject betreff objet asunto assunto oggetto onderwerp".split())
_TELLING = _FROM | _SENT | _DATE | _SUBJECT
"""Names of lines that tell one message from another, as mail programs write them."""
_HEADER_LINES = 12
_LONGEST = 200
"""Characters of a line that says who wrote what is quoted, wrapped or not."""
_LEAD_LINES = 2


class Parted(NamedTuple):
    """A text, and the earlier message below it: what tells of that, and what it says; both empty for none."""

    own: str
    title: str = ""
    earlier: str = ""


def part(text: str) -> Parted:
    """Take the earlier message off the end of a mail.

    Args:
        text: Of its body.

    Returns:
        The text before it; the line that leads to it, without its colon, or sender, date and subject of its header; and
        what it says, once unquoted, which may have another in its turn.
    """
    lines = text.rstrip().split("\n")
    for at, line in enumerate(lines):
        if found := _SEPARATOR.fullmatch(line.strip()):
            return _under(lines[:at], found[1], lines[at + 1 :])
        if _is_header(lines[at : at + _HEADER_LINES]):
            return _under(_unruled(lines[:at]), "", lines[at:])
    last = len(lines)
    while last and (not lines[last - 1].strip() or _QUOTED.match(lines[last - 1])):
        last -= 1
    earlier = [_QUOTED.sub("", line, count=1) for line in lines[last:]]
    if not any(line.strip() for line in earlier):
        return Parted(text)
    before = last
    while before and lines[before - 1].strip() and last - before < _LEAD_LINES:
        before -= 1
    lead = " ".join(line.strip() for line in lines[before:last])
    if before == last or not lead.endswith(":") or len(lead) > _LONGEST:
        before, lead = last, ""
    return Parted(_joined(lines[:before]), lead.rstrip(": ") or "Quoted message", _joined(earlier))


def _under(own: list[str], title: str, rest: list[str]) -> Parted:
    """What stands under a separator, or begins with a header, which tells of it."""
    while rest and not rest[0].strip():
        del rest[0]
    header = _header(rest)
    told = [f"{name}: {value}" for name, value in header if name.lower() in _TELLING]
    return Parted(_joined(own), " · ".join(filter(None, [title, *told]))[:_LONGEST], _joined(rest[len(header) :]))


def _header(lines: list[str]) -> list[tuple[str, str]]:
    """Names and values of the lines of a header at the top."""
    found = (_HEADER.fullmatch(line.strip()) for line in lines)
    return [(line[1], line[2]) for line in takewhile(bool, found) if line]


def _is_header(lines: list[str]) -> bool:
    """Whether a message begins here, with no separator. From, to and on what date a journey may have, too."""
    header = _header(lines)
    names = {name.lower() for name, _ in header}
    if not header or header[0][0].lower() not in _FROM:
        return False
    return bool(names & _SENT or (names & _DATE and (names & _SUBJECT or "@" in header[0][1])))


def _unruled(lines: list[str]) -> list[str]:
    """Without the line that some programs draw above a header."""
    while lines and (not lines[-1].strip() or _RULE.fullmatch(lines[-1].strip())):
        del lines[-1]
    return lines


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
