"""Re-check the citations of saved answers against today's documents.

    unchanged   the quote stands where it stood
    moved       the quote stands elsewhere in its document; or that document is gone and another one, such as the same
                file under a new name, has the quote
    changed     the document is there, the quote is not in it
    vanished    the document is gone and no other has the quote

Reads documents through the store alone. Saved answers are hostile: whatever is wrong with them is a `UsageError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Protocol

from rag.errors import UsageError
from rag.exchange import Id, id_of, parse, shown
from rag.types import Document, DocumentInfo

Outcome = Literal["unchanged", "moved", "changed", "vanished"]

_HINT = "save one with: rag ask QUESTION --json > answer.json"
_SOUND = ("unchanged", "moved")


class Documents(Protocol):
    """What a check needs of a store."""

    def documents(self) -> list[DocumentInfo]:
        """All documents, by path."""

    def read(self, path: str) -> Document:
        """One document whole; `KeyError` where there is none."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One citation of a saved answer, and what became of it.

    Attributes:
        answer: Id of the answer.
        number: The `[n]` of the answer's text.
        document: Path of the document when the answer was given.
        start: Offset of the quote then.
        end: Offset past its end then.
        quote: The words cited.
        outcome: What became of them.
        now_document: Where they stand today; empty where they do not.
        now_start: Their offset today; -1 where there is none.
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

    @property
    def sound(self) -> bool:
        """True where the documents still say it."""
        return self.outcome in _SOUND

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `now_end` completes the place of today."""
        now_end = self.now_start + len(self.quote) if self.now_start >= 0 else -1
        return {**asdict(self), "now_end": now_end}


def read_receipts(path: Path) -> list[Receipt]:
    """The citations of a saved answer, not yet checked.

    Args:
        path: One answer as JSON, or one a line; lines that hold an error have no citations.

    Returns:
        All citations, in order.

    Raises:
        UsageError: The file cannot be read, or holds something else.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read: {exc.strerror}", _HINT) from exc
    found: list[Receipt] = []
    for number, value in enumerate(_values(raw, path), 1):
        try:
            found += _receipts(value, number)
        except UsageError as exc:
            raise UsageError(f"{path}, answer {number}: {exc.message}", exc.hint) from exc
    return found


def check(receipts: Sequence[Receipt], store: Documents) -> list[Receipt]:
    """Say what became of each citation.

    Args:
        receipts: As saved.
        store: Today's index.

    Returns:
        The same receipts in the same order, with their outcomes.
    """
    paths = [info.path for info in store.documents()]
    checked = _in_own_documents(receipts, set(paths), store)
    lost = {at: receipt for at, receipt in enumerate(checked) if receipt.outcome == "vanished"}
    for at, (path, start) in _elsewhere(lost, paths, store).items():
        checked[at] = replace(checked[at], outcome="moved", now_document=path, now_start=start)
    return checked


def summary(receipts: Sequence[Receipt]) -> dict[str, Any]:
    """Counts by outcome, whether all citations are sound, and the receipts, as plain data."""
    counts = Counter(receipt.outcome for receipt in receipts)
    outcomes: tuple[Outcome, ...] = ("unchanged", "moved", "changed", "vanished")
    return {
        "sound": all(receipt.sound for receipt in receipts),
        "counts": {outcome: counts[outcome] for outcome in outcomes},
        "citations": [receipt.to_dict() for receipt in receipts],
    }


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


def _receipts(value: Any, number: int) -> list[Receipt]:
    if isinstance(value, dict) and "error" in value:
        return []
    citations = value.get("citations") if isinstance(value, dict) else None
    if not isinstance(citations, list):
        raise UsageError(f"expected an answer with citations, met {shown(value)}", _HINT)
    return [_receipt(citation, id_of(value, number)) for citation in citations]


def _receipt(citation: Any, answer: Id) -> Receipt:
    if not isinstance(citation, dict):
        raise UsageError(f"expected a citation, met {shown(citation)}", _HINT)
    number, start, end = (_whole(citation, key) for key in ("number", "start", "end"))
    document, quote = (_text(citation, key) for key in ("document", "quote"))
    if end - start != len(quote):
        raise UsageError(f"citation {number}: {start} to {end} does not fit a quote of {len(quote)} characters", _HINT)
    return Receipt(answer, number, document, start, end, quote)


def _whole(citation: dict[str, Any], key: str) -> int:
    value = citation.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"citation: {key}: expected a whole number from 0, met {shown(value)}", _HINT)
    return value


def _text(citation: dict[str, Any], key: str) -> str:
    value = citation.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f"citation: {key}: expected text, met {shown(value)}", _HINT)
    return value


def _in_own_documents(receipts: Sequence[Receipt], paths: set[str], store: Documents) -> list[Receipt]:
    """Each receipt checked against the document that it names; those of a missing one stay `vanished`."""
    checked = list(receipts)
    by_document: dict[str, list[int]] = {}
    for at, receipt in enumerate(receipts):
        by_document.setdefault(receipt.document, []).append(at)
    for path in sorted(by_document.keys() & paths):
        with suppress(KeyError):  # removed by a writer a moment ago
            text = store.read(path).text
            for at in by_document[path]:
                checked[at] = _in_text(receipts[at], text)
    return checked


def _in_text(receipt: Receipt, text: str) -> Receipt:
    if text[receipt.start : receipt.end] == receipt.quote:
        return replace(receipt, outcome="unchanged", now_document=receipt.document, now_start=receipt.start)
    start = _nearest(text, receipt.quote, receipt.start)
    if start < 0:
        return replace(receipt, outcome="changed")
    return replace(receipt, outcome="moved", now_document=receipt.document, now_start=start)


def _nearest(text: str, quote: str, wanted: int) -> int:
    """Offset of the occurrence nearest to where it was, the earlier of two equally near; -1 where there is none."""
    before = text.rfind(quote, 0, wanted + len(quote))
    after = text.find(quote, wanted)
    return min((at for at in (before, after) if at >= 0), key=lambda at: abs(at - wanted), default=-1)


def _elsewhere(lost: Mapping[int, Receipt], paths: Sequence[str], store: Documents) -> dict[int, tuple[str, int]]:
    """Path and offset of those quotes that other documents have: files of the same name first, then by path."""
    found: dict[int, tuple[str, int]] = {}
    for same_name in (True, False):
        for path in paths:
            fits = {at: r for at, r in lost.items() if not same_name or _name(r.document) == _name(path)}
            found |= _in_other({at: r for at, r in fits.items() if at not in found}, path, store)
    return found


def _in_other(lost: Mapping[int, Receipt], path: str, store: Documents) -> dict[int, tuple[str, int]]:
    if not lost:
        return {}
    with suppress(KeyError):
        text = store.read(path).text
        starts = {at: _nearest(text, receipt.quote, receipt.start) for at, receipt in lost.items()}
        return {at: (path, start) for at, start in starts.items() if start >= 0}
    return {}


def _name(path: str) -> str:
    return PurePosixPath(path).name
