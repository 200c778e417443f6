"""Earlier messages at the end of a mail: what is quoted below a reply, or stands under "Original Message".

Quotes between the lines of a reply stay where they are: what stands after them would seem to be of the earlier message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTED = re.compile(r"> ?")
_SEPARATOR = re.compile(
    r"-{2,} ?((?:original|forwarded) message|(?:ursprüngliche|weitergeleitete) nachricht"
    r"|message (?:d'origine|transféré)|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|(?:oorspronkelijk|doorgestuurd) bericht) ?-{2,}",
    re.IGNORECASE,
)
_HEADER = re.compile(r"[^\W\d_][^:\n]{0,20}: \S.*")
_LONGEST = 200
"""Characters of a line that says who wrote what is quoted, wrapped or not."""
_TOLD = 2
"""Lines of a header that tell one message from another: who sent it, and when."""


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
        The text before it; the line that leads to it, without its colon, or the sender and date of its header; and what
        it says, once unquoted, which may have another in its turn.
    """
    lines = text.rstrip().split("\n")
    for at, line in enumerate(lines):
        if found := _SEPARATOR.fullmatch(line.strip()):
            return _under(lines[:at], found[1], lines[at + 1 :])
    last = len(lines)
    while last and (not lines[last - 1].strip() or _QUOTED.match(lines[last - 1])):
        last -= 1
    earlier = [_QUOTED.sub("", line, count=1) for line in lines[last:]]
    if not any(line.strip() for line in earlier):
        return Parted(text)
    before = last
    while before and lines[before - 1].strip() and last - before < _TOLD:
        before -= 1
    lead = " ".join(line.strip() for line in lines[before:last])
    if before == last or not lead.endswith(":") or len(lead) > _LONGEST:
        before, lead = last, ""
    return Parted(_joined(lines[:before]), lead.rstrip(": ") or "Quoted message", _joined(earlier))


def _under(own: list[str], title: str, rest: list[str]) -> Parted:
    """What stands under a separator, whose header tells of it."""
    while rest and not rest[0].strip():
        del rest[0]
    told = []
    while rest and _HEADER.fullmatch(rest[0].strip()):
        told.append(rest.pop(0).strip())
    return Parted(_joined(own), " · ".join([title, *told[:_TOLD]])[:_LONGEST], _joined(rest))


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")
