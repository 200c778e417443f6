"""The command `rag why`: the way of a question through the read path, and where an expected passage was lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.commands import console
from rag.commands.edge import (
    DECIDING,
    history_flag,
    json_flag,
    opened_pipeline,
    scope_flag,
    settings_from,
    takes,
    turns_of,
)
from rag.commands.show import one_line, place, snippet
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.explanation import Candidate, Considered, Explanation, Loss

_BEYOND = 5
"""Candidates shown that are no hits."""


@click.command(short_help="Explain what an answer rests on.")
@click.argument("question")
@click.option("--expect", metavar="TEXT", help="A passage that should have been found: where was it lost?")
@click.option("--document", metavar="PATH", help="The document that it stands in.")
@history_flag
@scope_flag
@json_flag
@takes(*DECIDING)
def why(question: str, expect: str | None, document: str | None, history: Path | None, **flags: Any) -> None:
    """Explain what an answer to QUESTION rests on: passages, sentences and the decision; nothing is generated."""
    from rag.explain import Expected, explain

    scope, as_json = flags.pop("scope"), flags.pop("as_json")
    if document is not None and expect is None:
        raise UsageError("--document without --expect", "say what is expected there: --expect TEXT")
    expected = None if expect is None else Expected(expect, document or "")
    with opened_pipeline(settings_from(flags)) as pipeline:
        found = explain(pipeline, question, turns_of(history), expected, scope)
    if as_json:
        console.out_json(found.to_dict())
    else:
        show(found)


def show(found: Explanation) -> None:
    """An explanation as tables for people.

    Args:
        found: What to show.
    """
    console.out(f"Searched for: {found.query}")
    if found.expected:
        _show_expected(found.expected)
    if not found.candidates:
        console.out("\nNo passage was found.")
        return
    _show_passages(found)
    _show_sentences(found)
    _show_decision(found)


def _show_expected(loss: Loss) -> None:
    where = f"{loss.document} {loss.span.start}-{loss.span.end}" if loss.span else "the expected passage"
    console.out(f"\n{'Arrived' if loss.stage == 'arrived' else 'Lost'}: {where}\n  {loss.why}")


def _show_passages(found: Explanation) -> None:
    console.out(f"\nPassages ({found.depth} candidates from each ranking)")
    others = [item for item in found.candidates if item.place is None]
    head = ("hit", "read", "fused", "score", "dense", "", "lexical", "", "words", "where", "passage")
    rows = [_passage(item) for item in [*found.hits, *others[:_BEYOND]]]
    console.table(head, rows, right=("hit", "read", "fused", "score", "dense", "", "lexical"))
    if len(others) > _BEYOND:
        console.out(f"and {len(others) - _BEYOND:,} more candidates; --json has them all")


def _passage(item: Candidate) -> tuple[Any, ...]:
    hit = item.hit
    dense, lexical = _score(hit.dense_score, 3), _score(hit.lexical_score, 2)
    order = (item.place, _score(item.read, 3), item.rank, _score(hit.score, 3))
    ranks = (*order, hit.dense_rank, dense, hit.lexical_rank, lexical)
    return (*ranks, " ".join(item.terms), place(hit.chunk), snippet(hit.chunk.text))


def _show_sentences(found: Explanation) -> None:
    console.out(f"\nSentences of the hits (floor {found.floor:.3f}, for the score alone)")
    head = ("evidence", "score", "near", "words", "heads", "rank", "read", "alone", "hit", "sentence", "why not")
    rows = [_sentence(item) for item in found.sentences]
    console.table(head, rows, right=("evidence", "score", "near", "words", "heads", "rank", "read", "alone", "hit"))


def _sentence(item: Considered) -> tuple[Any, ...]:
    sentence = item.sentence
    before = (sentence.score, sentence.nearness, sentence.words, sentence.headings, sentence.rank)
    parts = (*before, sentence.passage, sentence.alone)
    number = f"[{item.number}]" if item.number else None
    return (number, *(_score(part, 3) for part in parts), item.place, one_line(sentence.text), item.reason)


def _show_decision(found: Explanation) -> None:
    decision = found.decision
    features = ", ".join(f"{name.replace('_', '-')} {value:.2f}" for name, value in decision.features.items())
    by = f"judged by {decision.judge}" if decision.judge else "by what retrieval found"
    console.out(f"\nDecision: {'answered' if decision.answered else 'refused'}")
    console.out(f"  probability {decision.probability:.2f}, bar {decision.bar:.2f}, {by}: {features or 'no evidence'}")
    if decision.missing:
        console.out(f"  words of the question that no evidence has: {', '.join(decision.missing)}")
    for premise in decision.premises:
        console.out(f"  {premise}")


def _score(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"
