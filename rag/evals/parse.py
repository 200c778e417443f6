"""Rows to passages, questions and claims: which field means what.

Knows no file; `datasets.py` says which rows are which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rag.errors import UsageError
from rag.evals.cases import Case, GoldSpan, Pair, Passage
from rag.evals.rows import Row
from rag.exchange import as_text
from rag.types import Turn

SUPPORTED = frozenset(
    "supported|support|supports|fully supported|fully attributable|attributable|complete|entailment|entailed".split("|")
)
"""Labels that say fully supported; every other label is the rest, but for those left out."""
LEFT_OUT = frozenset(["generic"])
"""Labels of claims that say nothing to check."""
ANSWERABLE = {"answerable": True, "partial": True, "unanswerable": False, "relevant": True, "non_relevant": False}
"""What a question's label says; any other, as `UNDERSPECIFIED`, is left out of the refusal figures."""
_ROLES = {"user": "user", "agent": "assistant", "assistant": "assistant", "system": "system"}

Corpus = Mapping[str, Passage]
Qrels = Mapping[str, Mapping[str, float]]


def passage(row: Row, default_id: str | None = None) -> Passage:
    """A row of a corpus, or of a question's own passages."""
    return Passage(
        id=row.text("_id", "id", default=default_id),
        title=row.text("title", default=""),
        text=row.text("text", "content", default=""),
        sentences=row.strings("sentences"),
    )


def case(row: Row, corpus: Corpus, qrels: Qrels) -> Case:
    """A question with its gold.

    Args:
        row: A row with `text` or `question`.
        corpus: Shared passages by id, to find gold sentences in; empty where there are none.
        qrels: Grades by question; where it is empty, the row's own fields say what is relevant.

    Returns:
        The question.

    Raises:
        RagError: A field does not fit.
    """
    text = row.text("text", "question")
    try:
        as_text(text)
    except UsageError as exc:
        raise row.fail(exc.message) from exc
    own_rows = row.rows("passages") or row.rows("documents")
    own = tuple(passage(item, f"d{at}") for at, item in enumerate(own_rows))
    if len({item.id for item in own}) < len(own):
        raise row.fail("two of its passages have one id")
    id_ = row.text("_id", "id", default=text)
    label = _label(row)
    answerable = _answerable(row, label, bool(qrels.get(id_)))
    spans = tuple(_spans(row, {item.id: item for item in own} or corpus, qrels.get(id_, {})))
    return Case(
        id=id_,
        text=text,
        history=tuple(_turn(item) for item in row.rows("history")),
        answerable=answerable,
        label=label,
        answers=row.strings("answers") or row.strings("answer") or row.strings("gold_answers"),
        targets=row.strings("targets"),
        all_answers=row.strings("gold_answers"),
        wrong_answers=row.strings("wrong_answers"),
        gold=dict(qrels.get(id_, {})) if qrels else _own_gold(row, own_rows, own, spans, answerable),
        spans=spans,
        passages=own,
    )


def _turn(row: Row) -> Turn:
    role = row.text("role").lower()
    if role not in _ROLES:
        raise row.fail(f"role {role!r}, expected user, agent or assistant")
    return Turn(_ROLES[role], row.text("text", "content"))


def _label(row: Row) -> str:
    """The set's word for answerability; of several, one that decides nothing goes first and leaves the question out."""
    labels = [
        part for said in row.strings("answerability") or row.strings("label") for part in re.split(r"[,;]\s*", said)
    ]
    return min(labels, key=lambda label: label.lower() in ANSWERABLE, default="")


def _answerable(row: Row, label: str, relevant: bool) -> bool | None:
    impossible, said = row.flag("is_impossible"), row.flag("answerable")
    if said is not None or impossible is not None:
        return said if said is not None else not impossible
    if label:
        return ANSWERABLE.get(label.lower())
    if "evidence" in row:  # a claim to be checked, not a question to be answered
        return None
    wanted = ("answers", "answer", "gold_answers", "targets", "references", "expected")
    return True if relevant or any(row.data.get(name) for name in wanted) else None


def _spans(row: Row, corpus: Corpus, relevant: Mapping[str, float]) -> Iterator[GoldSpan]:
    source = row.text("source_doc", "corpus_id", default="")
    for item in row.rows("references"):
        document = item.text("corpus_id", "source_doc", default=source or next(iter(relevant), ""))
        if not document:
            raise item.fail("names no document")
        yield _span(item, document, "start_index", "end_index", item.text("content", default=""))
    for item in row.rows("expected"):
        document, quote = item.text("document"), item.text("quote", default="")
        yield _span(item, document, "start", "end", quote)
    for sentence in row.strings("selected_sentences"):
        for document in [source] if source else relevant:
            yield from _find(corpus.get(document), sentence)
    for item in evidence_rows(row):
        found = corpus.get(item.text("doc", "document"))
        for sentence in cited_sentences(item, found):
            yield from _find(found, sentence)


def _span(item: Row, document: str, first: str, last: str, quote: str) -> GoldSpan:
    start, end = item.number(first), item.number(last)
    if not 0 <= start < end:
        raise item.fail(f"from {start} to {end} there is nothing of {document}")
    return GoldSpan(document, start, end, quote)


def _find(found: Passage | None, sentence: str) -> Iterator[GoldSpan]:
    at = found.text.find(sentence) if found else -1
    if found and at >= 0:
        yield GoldSpan(found.id, at, at + len(sentence), sentence)


def evidence_rows(row: Row) -> list[Row]:
    """The evidence of a claim in a corpus: `doc`, `label` and the numbers of its `sentences`; none elsewhere."""
    value = row.data.get("evidence")
    return row.rows("evidence") if isinstance(value, list) and value and isinstance(value[0], dict) else []


def cited_sentences(row: Row, found: Passage | None) -> list[str]:
    """The sentences of a passage that an evidence row names."""
    numbers = row.data.get("sentences") or []
    if not isinstance(numbers, list) or not all(isinstance(at, int) for at in numbers):
        raise row.fail("'sentences' is not a list of numbers")
    return [found.sentences[at] for at in numbers if found and 0 <= at < len(found.sentences)]


def _own_gold(
    row: Row, own_rows: list[Row], own: tuple[Passage, ...], spans: tuple[GoldSpan, ...], answerable: bool | None
) -> dict[str, float]:
    """What is relevant where no qrels say it: marked passages, named spans, else the document that it was asked of."""
    marked = [p.id for p, item in zip(own, own_rows, strict=True) if _marked(item)]
    named = marked or [span.document for span in spans]
    source = row.text("source_doc", default="")
    if not named and source and answerable is not False:
        named = [source]
    return dict.fromkeys(named, 1.0)


def _marked(row: Row) -> bool:
    return row.data.get("relevant") is True or str(row.data.get("type", "")).lower() == "correct"


def pair(row: Row, group: str) -> Pair | None:
    """A claim with its evidence and label; None where its label is left out.

    Args:
        row: A row with `claim`, `evidence` and `label`.
        group: The file that it stands in.

    Returns:
        The pair, its label folded to fully supported against the rest.

    Raises:
        RagError: A field does not fit.
    """
    label = row.text("label")
    if _plain(label) in LEFT_OUT:
        return None
    claim = row.text("claim")
    id_ = row.text("_id", "id", default=claim)
    return Pair(id_, claim, row.strings("evidence"), _plain(label) in SUPPORTED, label, group)


def corpus_pairs(row: Row, corpus: Corpus, group: str) -> Iterator[Pair]:
    """A claim that is checked against documents of a corpus: one pair for each piece of evidence.

    Args:
        row: A question row with `evidence`.
        corpus: Passages with their sentences.
        group: The file that it stands in.

    Yields:
        The named sentences with their label; for a document in `cited` without any, all of it, labelled `NONE`.
    """
    judged: set[str] = set()
    if "evidence" not in row:
        return
    claim, id_ = row.text("text", "question"), row.text("_id", "id")
    for item in evidence_rows(row):
        document, label = item.text("doc", "document"), item.text("label")
        judged.add(document)
        evidence = tuple(cited_sentences(item, corpus.get(document)))
        if evidence:
            yield Pair(id_, claim, evidence, _plain(label) in SUPPORTED, label, group)
    for document in row.strings("cited"):
        found = corpus.get(document)
        if document not in judged and found and found.sentences:
            yield Pair(id_, claim, found.sentences, False, "NONE", group)


def _plain(label: str) -> str:
    return " ".join(label.lower().replace("_", " ").replace("-", " ").split())
