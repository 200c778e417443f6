"""The rows of tables among the evidence of a question that tell what it asks for.

Knows what is known of a question, and the documents that its evidence stands in; what is the most `extremes` says, and
what a number falls into `brackets`.
docs/decisions/0033-most-and-least.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.checks.brackets import has_ranges, within
from rag.checks.extremes import extremes, seeks
from rag.checks.table_rows import cells, columns, table_around
from rag.checks.tells import tells
from rag.numerals import numbers
from rag.run import Run
from rag.splitter import sentences
from rag.types import Evidence, Span
from rag.words import terms

_TELLS, _RECKONED = 9.0, 3.0
"""How many times the odds count; docs/decisions/0035-rows-that-tell.md."""
_LONGEST = 400_000
"""Characters of a document whose tables are looked through."""


def rows_sought(run: Run) -> list[Evidence]:
    """Rows that have the most, or the least, of what is asked for, or the range that a number of the question is in.

    Args:
        run: Its evidence is chosen.

    Returns:
        The rows of one table, in its order; none where no table of the evidence tells, or nothing of the kind is asked.
    """
    tables: dict[tuple[str, str], Evidence] = {}
    most, figures = seeks(run.query), bool(numbers(run.query))
    for item in run.evidence:
        names = _names(item.text)
        if names and (most or (figures and has_ranges(item.text))):
            tables.setdefault((item.chunk.document, names), item)
    split = {document: _lines(run, document) for document in dict.fromkeys(document for document, _ in tables)}
    found = [rows for (document, _), item in tables.items() if (rows := _sought(run, item, split[document]))]
    asked = set(terms(run.query))
    return max(found, key=lambda rows: len(asked.intersection(terms(_names(rows[0].text)))), default=[])


def telling(run: Run) -> list[Evidence]:
    """Rows of the evidence that have every word of the question, and one thing more that it asks for; best first."""
    return [item for item in run.evidence if tells(run.query, item.text, f"{item.chunk.title} {item.chunk.heading}")]


def closer(run: Run, row: Evidence) -> list[Evidence]:
    """Rows beside a row of a table that begin with a word of the question which it has not, and have all that it has.

    Args:
        run: Its evidence is chosen.
        row: Any piece of evidence.

    Returns:
        Those of them that have most words of the question, in the order of their table; none where the most or the
        least of a table is asked for, or the piece is no row. What a column is called tells no row from another.
    """
    table = [] if seeks(run.query) else _beside(run, row)
    asked = set(terms(run.query)).difference(*(cell.name for one in table for cell in cells(one.text)))
    mine = asked.intersection(_said(row.text))
    found = [(one, asked.intersection(_said(one.text))) for one in table]
    better = [(one, had) for one, had in found if mine < had and _begins(one, had - mine)]
    most = max((len(had) for _, had in better), default=0)
    return [one for one, had in better if len(had) == most]


def _begins(row: Evidence, words: set[str]) -> bool:
    """Does the first cell of a row have one of these words, other than a number?"""
    return any(word in words and not word[0].isdigit() for word in cells(row.text)[0].value)


def _beside(run: Run, row: Evidence) -> list[Evidence]:
    """The rows of the table of a row, as far as they were found, in its order."""
    document = row.chunk.document
    found = {item.start: item for item in run.selection.sentences if item.chunk.document == document}
    first = _first(row.text)
    has_others = bool(first) and any(_first(found[start].text) == first for start in found if start != row.start)
    spans = _lines(run, document) if has_others else []
    at = next((at for at, span in enumerate(spans) if span.start == row.start), None)
    if at is None:
        return []
    text = run.places.text(document)
    starts = [spans[one].start for one in table_around([text[start:end] for start, end in spans], at)]
    return [found[start].evidence() for start in starts if start in found]


def _first(row: str) -> str:
    """What heads the first column of a row; empty for no row."""
    return next((name for name, _ in columns(row)), "")


def _said(row: str) -> set[str]:
    """What stands in the cells of a row, its columns' names left out."""
    return {term for cell in cells(row) for term in cell.value}


def told(run: Run) -> float:
    """How much likelier an answer is for what rows tell, which are no sentences, so a judge is less sure of them.

    Args:
        run: Its evidence is chosen, and the rows that it seeks are.

    Returns:
        How many times the odds count: more where a row has every word of the question than where one is reckoned.
    """
    return _TELLS if telling(run) else _RECKONED if run.rows else 1.0


def _lines(run: Run, document: str) -> list[Span]:
    """The sentences of a document; none of one that is too long to be looked through."""
    text = run.places.text(document)
    return sentences(text) if len(text) <= _LONGEST else []


def _sought(run: Run, item: Evidence, found: Sequence[Span]) -> list[Evidence]:
    """The rows sought of the table that a piece of evidence is of, given the sentences of its document."""
    at = next((at for at, span in enumerate(found) if span.start == item.start), None)
    if at is None:
        return []
    text = run.places.text(item.chunk.document)
    known = {(one.chunk.document, one.start): one for one in run.evidence}
    lines, find = [text[start:end] for start, end in found], extremes if seeks(run.query) else within
    rows = [found[row] for row in find(run.query, lines, at)]
    return [known.get((item.chunk.document, row.start)) or _row(run, item, row) for row in rows]


def _names(row: str) -> str:
    """What heads the columns of a row."""
    return " ".join(name for name, _ in columns(row))


def _row(run: Run, item: Evidence, span: Span) -> Evidence:
    """Another row of a table, in the passage that was found with it, or else a passage of its own."""
    said = run.places.text(item.chunk.document)[span.start : span.end]
    passages = [hit.chunk for hit in run.hits if hit.chunk.document == item.chunk.document]
    around = [one for one in passages if one.start <= span.start and span.end <= one.end]
    chunk = around[0] if around else replace(item.chunk, start=span.start, end=span.end, text=said)
    return Evidence(chunk, *span, said, item.score)
