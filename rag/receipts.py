"""Re-check the citations of saved answers against today's documents.

    unchanged   the quote stands where it stood
    moved       the quote stands elsewhere in its document, or under another heading; or that document is gone and
                another one, such as the same file under a new name, has the quote
    changed     the document is there, the quote is not in it, or not on the page that the answer gives; or the answer
                itself is not as it was given
    vanished    the document is gone and no other has the quote

Reads documents through the store alone, and says where their files are not those that the store has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from rag.config import index_command
from rag.errors import LoadError
from rag.exchange import shown
from rag.loaders import original
from rag.saved import Outcome, Receipt, Saved, read_saved
from rag.scope import listed
from rag.support import DEFAULT_THRESHOLDS, judge_reply
from rag.types import Document, DocumentInfo, Sentence

__all__ = ["Receipt", "Saved", "check", "read_saved", "report", "summary"]

_LEAST = 1 / 3
"""Share of its support that a sentence as it was given keeps without the nearness of its words, which takes a model.

Of 387 genuine ones none kept less than 0.69; with a number or a negation that the quotes do not have, at most 0.2 is
left.
"""


class Documents(Protocol):
    """What a check needs of a store."""

    def documents(self) -> list[DocumentInfo]:
        """All documents, by path."""

    def read(self, path: str) -> Document:
        """One document whole; `KeyError` where there is none."""


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


def report(
    answers: Sequence[Saved],
    store: Documents,
    folder: Path | None,
    index: str | Path | None = None,
    support_above: float = DEFAULT_THRESHOLDS.supported,
) -> dict[str, Any]:
    """Check saved answers and all that they rest on.

    Args:
        answers: As saved.
        store: Today's index.
        folder: What it was made of; need not be there. None where nobody knows.
        index: Its folder, for the remedy; None for the default.
        support_above: As in today's settings; a sentence that is said to be supported with less is held against this.

    Returns:
        As `summary` gives it, not sound either where an answer was altered or a cited file is not what the index has;
        with `notes`, which say so in words, and `older`, the paths of such files.
    """
    checked = check([receipt for answer in answers for receipt in answer.receipts], store)
    answers = _weighed(answers, checked, store, support_above)
    receipts = _as_given(answers, checked)
    older = dict(_older(receipts, store, folder) if folder and folder.is_dir() else ())
    found, altered = summary(receipts), [answer for answer in answers if answer.amiss]
    notes = [
        *(f"answer {answer.id} is changed: {answer.amiss}" for answer in altered),
        *_nothing(answers),
        *_misplaced(receipts),
    ]
    if older:
        told = listed([f"{path} ({reason})" for path, reason in older.items()])
        notes.append(f"the index is older than {told}; run: {index_command(folder, index)}")
    elif not folder or not folder.is_dir():
        where = f"{folder} is not there" if folder else "the index does not say which folder it is of"
        notes.append(f"{where}: only the index was looked at")
    notes += _lost(answers, receipts)
    sound = found["sound"] and not altered and not older
    return {**found, "sound": sound, "notes": notes, "older": list(older)}


def _weighed(answers: Sequence[Saved], checked: Sequence[Receipt], store: Documents, bar: float) -> list[Saved]:
    """The answers, each amiss that has a sentence which its quotes do not say."""
    titles, of_all = {info.path: info.title for info in store.documents()}, iter(checked)
    found = []
    for answer in answers:
        cited = {receipt.number: receipt for receipt in islice(of_all, len(answer.receipts))}
        unsaid = "" if answer.amiss else next(_unsaid(answer.sentences, cited, titles, bar), "")
        found.append(replace(answer, amiss=f"its quotes do not say: {unsaid}") if unsaid else answer)
    return found


def _unsaid(
    sentences: Sequence[Sentence], cited: Mapping[int, Receipt], titles: Mapping[str, str], bar: float
) -> Iterator[str]:
    """Sentences whose quotes, weighed by words alone, support them far less than the answer says, and than the bar.

    Those of a document that is gone are let pass: its title may name what they speak of.
    """
    for sentence in sentences:
        quotes = [cited[number] for number in sentence.citations]
        paths = [receipt.now_document or receipt.document for receipt in quotes]
        if sentence.verdict == "supported" and titles.keys() >= set(paths):
            above = [f"{titles[path]} {receipt.heading or ''}" for path, receipt in zip(paths, quotes, strict=True)]
            support = judge_reply(sentence.text, "", [receipt.quote for receipt in quotes], " ".join(above))
            if support.score < _LEAST * max(sentence.support, bar):
                yield shown(sentence.text)


def _as_given(answers: Sequence[Saved], receipts: Sequence[Receipt]) -> list[Receipt]:
    """What an altered answer cites is changed, wherever its quotes stand."""
    amiss = [bool(answer.amiss) for answer in answers for _ in answer.receipts]
    return [
        replace(receipt, outcome="changed") if altered and receipt.sound else receipt
        for receipt, altered in zip(receipts, amiss, strict=True)
    ]


def _nothing(answers: Sequence[Saved]) -> Iterator[str]:
    empty = sum(not answer.receipts and not answer.amiss for answer in answers)
    if empty:
        these = "the answer cites" if len(answers) == 1 else f"{empty:,} of {len(answers):,} answers cite"
        yield f"nothing to check: {these} nothing"


def _lost(answers: Sequence[Saved], receipts: Sequence[Receipt]) -> Iterator[str]:
    given = [not answer.amiss for answer in answers for _ in answer.receipts]
    lost = sum(as_given and not receipt.sound for receipt, as_given in zip(receipts, given, strict=True))
    if lost:
        quotes = "the quote" if len(receipts) == 1 else f"{lost:,} of {len(receipts):,} quotes"
        yield f"no longer as cited: {quotes}; ask the question again"


def _misplaced(receipts: Sequence[Receipt]) -> Iterator[str]:
    for receipt in receipts:
        if receipt.otherwise:
            where = f"citation [{receipt.number}] of answer {receipt.answer}"
            yield f"{where}: the index has its quote {receipt.otherwise}"


def _older(receipts: Sequence[Receipt], store: Documents, folder: Path) -> Iterator[tuple[str, str]]:
    """Cited documents whose files are not those that the index was made of, and why not."""
    cited = {path for receipt in receipts for path in (receipt.document, receipt.now_document)}
    for info in store.documents():
        if info.path in cited:
            try:
                with original(Document(info.path, info.title, "", info.sha256), folder):
                    pass
            except LoadError as exc:
                yield info.path, exc.reason


def _in_own_documents(receipts: Sequence[Receipt], paths: set[str], store: Documents) -> list[Receipt]:
    """Each receipt checked against the document that it names; those of a missing one stay `vanished`."""
    checked = list(receipts)
    by_document: dict[str, list[int]] = {}
    for at, receipt in enumerate(receipts):
        by_document.setdefault(receipt.document, []).append(at)
    for path in sorted(by_document.keys() & paths):
        with suppress(KeyError):  # removed by a writer a moment ago
            document = store.read(path)
            for at in by_document[path]:
                checked[at] = _in_document(receipts[at], document)
    return checked


def _in_document(receipt: Receipt, document: Document) -> Receipt:
    text = document.text
    if text[receipt.start : receipt.end] == receipt.quote:
        outcome, otherwise = _placed(receipt, document)
        now = replace(receipt, outcome=outcome, otherwise=otherwise)
        return replace(now, now_document=receipt.document, now_start=receipt.start)
    start = _nearest(text, receipt.quote, receipt.start)
    if start < 0:
        return replace(receipt, outcome="changed")
    return replace(receipt, outcome="moved", now_document=receipt.document, now_start=start)


def _placed(receipt: Receipt, document: Document) -> tuple[Outcome, str]:
    """What a quote that has not moved comes to, by its page and heading, and what is otherwise.

    Readers of another version may see other headings in the same text, but not other page numbers.
    """
    page, heading = document.page_at(receipt.start), document.heading_at(receipt.start)
    if receipt.page is not None and receipt.page != page:
        return "changed", f"{f'on page {page}' if page else 'on no page'}, not on page {receipt.page}"
    if receipt.heading is not None and receipt.heading != heading:
        return "moved", f"{_under(heading)}, not {_under(receipt.heading)}"
    return "unchanged", ""


def _under(heading: str) -> str:
    return f"under {shown(heading)}" if heading else "under no heading"


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
