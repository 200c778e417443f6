"""Saved answers as they come back: their citations, and whether each answer still fits itself.

What comes in is hostile: a file that holds no answers is a `UsageError`. Knows no store and no folder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rag.config import LEAST_SUPPORT
from rag.errors import UsageError
from rag.exchange import Id, id_of, parse, shown
from rag.promises import broken
from rag.reasons import is_refusal
from rag.types import Answer, Citation, Sentence

Outcome = Literal["unchanged", "moved", "changed", "vanished"]

_HINT = "save one with: rag ask QUESTION --json > answer.json"
_SOUND = ("unchanged", "moved")
_MARKER = re.compile(r"\[\d+\]")
_NO_MARKER = re.compile(r"\[\d{10}")
"""What has more digits than any marker, and may have more than a number can be read from."""
_OF_ANSWERS = {"status", "text", "sentences", "citations"}
"""What no line of an error has."""
_TOLD = 200
"""Most characters of a reason."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One citation of a saved answer, and what became of it.

    Attributes:
        answer: Id of the answer; its number in the file where it has none.
        number: The `[n]` of the answer's text.
        document: Path of the document when the answer was given.
        start: Offset of the quote then.
        end: Offset past its end then.
        quote: The words cited.
        outcome: What became of them.
        now_document: Where they stand today; empty where they do not.
        now_start: Their offset today; -1 where there is none.
        page: Its page then, from 1; None where the answer gives none.
        heading: Path of the headings above it then; None where the answer does not say.
        otherwise: What the index says otherwise of the place where it stood, in words; empty where nothing.
    """

    answer: Id
    number: int
    document: str
    start: int
    end: int
    quote: str
    outcome: Outcome = "vanished"
    now_document: str = ""
    now_start: int = -1
    page: int | None = None
    heading: str | None = None
    otherwise: str = ""

    @property
    def sound(self) -> bool:
        """True where the documents still say it."""
        return self.outcome in _SOUND

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `now_end` completes the place of today."""
        now_end = self.now_start + len(self.quote) if self.now_start >= 0 else -1
        return {**asdict(self), "now_end": now_end}


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved answer.

    Attributes:
        id: Its own, or its number in the file.
        receipts: Its citations.
        amiss: What of it does not fit the rest, in words; empty where all does.
        sentences: In order; empty where they are not those of an answer.
    """

    id: Id
    receipts: tuple[Receipt, ...]
    amiss: str = ""
    sentences: tuple[Sentence, ...] = ()


def read_saved(path: Path) -> list[Saved]:
    """Saved answers, their citations not yet checked.

    Args:
        path: One answer as JSON, or one a line; lines that hold an error have no citations.

    Returns:
        All answers, in order.

    Raises:
        UsageError: The file cannot be read, or holds something else.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read: {exc.strerror}", _HINT) from exc
    found = []
    for number, value in enumerate(_values(raw, path), 1):
        try:
            found.append(_saved(value, number))
        except UsageError as exc:
            raise UsageError(f"{path}, answer {number}: {exc.message}", exc.hint) from exc
    return found


def _values(raw: bytes, path: Path) -> list[Any]:
    """The JSON values of a file that is one value, or one a line."""
    lines = [line for line in raw.splitlines() if line.strip()]
    if not lines:
        raise UsageError(f"{path}: empty", _HINT)
    with suppress(UsageError):
        return [parse(raw)]
    return [_value(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def _value(line: bytes, where: str) -> Any:
    try:
        return parse(line)
    except UsageError as exc:
        raise UsageError(f"{where}: {exc.message}", _HINT) from exc


def _saved(value: Any, number: int) -> Saved:
    id_ = id_of(value, number)
    id_ = number if id_ == "" else id_
    if isinstance(value, dict) and "error" in value and not _OF_ANSWERS & value.keys():
        return Saved(id_, ())
    citations = value.get("citations") if isinstance(value, dict) else None
    if not isinstance(citations, list):
        raise UsageError(f"expected an answer with citations, met {shown(value)}", _HINT)
    receipts = tuple(_receipt(citation, id_) for citation in citations)
    sentences = _sentences(value.get("sentences"))
    return Saved(id_, receipts, _amiss(value, receipts, sentences)[:_TOLD], sentences or ())


def _receipt(citation: Any, answer: Id) -> Receipt:
    if not isinstance(citation, dict):
        raise UsageError(f"expected a citation, met {shown(citation)}", _HINT)
    number, start, end = (_whole(citation, key) for key in ("number", "start", "end"))
    document, quote = (_text(citation, key) for key in ("document", "quote"))
    if end - start != len(quote):
        raise UsageError(f"citation {number}: {start} to {end} does not fit a quote of {len(quote)} characters", _HINT)
    return Receipt(answer, number, document, start, end, quote, page=_page(citation), heading=_heading(citation))


def _page(citation: dict[str, Any]) -> int | None:
    return None if citation.get("page") is None else _whole(citation, "page")


def _heading(citation: dict[str, Any]) -> str | None:
    heading = citation.get("heading")
    if not isinstance(heading, str | None):
        raise UsageError(f"citation: heading: expected text, met {shown(heading)}", _HINT)
    return heading


def _whole(citation: dict[str, Any], key: str) -> int:
    value = citation.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"citation: {key}: expected a whole number from 0, met {shown(value)}", _HINT)
    return value


def _text(citation: dict[str, Any], key: str) -> str:
    value = citation.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"citation: {key}: expected text, met {shown(value)}", _HINT)
    return value


def _amiss(value: dict[str, Any], receipts: Sequence[Receipt], sentences: tuple[Sentence, ...] | None) -> str:
    """What an answer breaks of that which every answer promises, as far as the answer itself can show it."""
    text, status = value.get("text"), value.get("status")
    if "error" in value:
        return "it is an answer and an error"
    if not isinstance(text, str) or _NO_MARKER.search(text):
        return f"expected a text with markers, met {shown(text)}"
    if status not in ("answered", "refused"):
        return f"expected answered or refused, met {shown(status)}"
    if sentences is None:
        return "its sentences are not those of an answer"
    cited = tuple(Citation(r.number, r.document, r.start, r.end, r.quote, None, "", 0.0) for r in receipts)
    answer = Answer("", "", status, text, str(value.get("reason") or ""), sentences, cited)
    for promise in broken(answer):
        return promise.partition(": ")[2]
    for sentence in sentences:
        if sentence.verdict == "supported" and sentence.support < LEAST_SUPPORT:
            return f"supported with a support of {sentence.support}: {shown(sentence.text)}"
    if [receipt.number for receipt in receipts] != list(range(1, len(receipts) + 1)):
        return "its citations are not numbered from 1"
    if status == "refused":
        return "" if is_refusal(text) else "its text is not a refusal's"
    same = _ink(_MARKER.sub("", text)) == _ink("".join(sentence.text for sentence in sentences))
    return "" if same else "its text is not its sentences"


def _sentences(values: Any) -> tuple[Sentence, ...] | None:
    """All of them; None where one is none of an answer."""
    found = [_sentence(value) for value in values] if isinstance(values, list) else [None]
    known = tuple(sentence for sentence in found if sentence)
    return known if len(known) == len(found) else None


def _sentence(value: Any) -> Sentence | None:
    match value:
        case {
            "text": str(text),
            "support": int(support) | float(support),
            "verdict": "supported" | "weak" | "unsupported" as verdict,
            "citations": list(numbers),
        } if all(isinstance(number, int) for number in numbers):
            return Sentence(text, support, verdict, tuple(numbers))
    return None


def _ink(text: str) -> str:
    """Text without white space, which moves where markers go before a stop."""
    return "".join(text.split())
