"""The command `rag calibrate`: fit the decision whether there is an answer on one's own documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.commands import console
from rag.commands.edge import DECIDING, json_flag, opened_pipeline, settings_from, takes
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.calibration import Calibration, Pairs

_BARS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_FEWEST = 10
"""Questions below which shares say nothing."""


@click.command(short_help="Fit the refusals to your documents.")
@click.option("-n", "most", type=click.IntRange(min=_FEWEST), default=40, show_default=True, help="Questions made.")
@click.option("--writer", metavar="NAME", help="Model that makes them; otherwise the generator, or the default one.")
@click.option("--dry-run", is_flag=True, help="Tell, and change nothing.")
@click.option("--reset", is_flag=True, help="Go back to the weights that are shipped.")
@json_flag
@takes(*DECIDING)
def calibrate(most: int, writer: str | None, dry_run: bool, reset: bool, as_json: bool, **flags: Any) -> None:
    """Fit the decision whether there is an answer to the documents of the index.

    Questions are made out of them, and asked with the passages that hold the answer and without. Prints how often the
    decision is to be expected to be wrong.
    """
    from rag.calibration import calibrated, clear, save
    from rag.storage.connections import missing

    config = settings_from(flags)
    folder = Path(config.index)
    if reset:
        if not folder.is_dir():
            raise missing(folder)
        clear(folder)
        console.note(f"{folder}: decided by the weights that are shipped")
        return
    with opened_pipeline(config) as pipeline:
        from rag.factory import open_writer
        from rag.probes import show

        with console.progress() as progress:
            shown = show(pipeline, open_writer(config, pipeline, writer or "", progress), most, progress)
        judge = pipeline.judge.name if pipeline.judge else ""
    if len(shown) < _FEWEST:
        raise UsageError(
            f"{folder}: only {len(shown)} questions could be made of it, and {_FEWEST} are needed",
            "add documents, or name another model: --writer NAME",
        )
    pairs = [(one.held, one.lacking) for one in shown]
    found = calibrated(pairs, judge, config.refuse_below)
    if as_json:
        console.out_json({**found.to_dict(), "questions": [one.to_dict() for one in shown]})
    else:
        _show(pairs, found, len({one.probe.document for one in shown}))
    if not dry_run:
        where = f"where {judge} is asked" if judge else "where no model is asked"
        decides = f"{save(folder, found)} decides {where}, in what is started from now on"
        console.note(f"{decides}; rag calibrate --reset goes back")


def _show(pairs: Pairs, found: Calibration, documents: int) -> None:
    from rag.answerability import shipped
    from rag.calibration import errors, expected

    console.out(f"{found.probes} questions out of {documents} documents, each asked with its passages and without.\n")
    rows: list[Sequence[str]] = []
    for bar in _BARS:
        both = errors(pairs, shipped(found.judge), bar), expected(pairs, found.judge, bar)
        rows.append([f"{bar}", *(f"{share:.0%}" for rates in both for share in rates)])
    head = ["refuse_below", "wrong answers", "wrong refusals", "fitted: wrong answers", "wrong refusals"]
    console.table(head, rows, right=head)
    console.out("\nWhat decides is refuse_below under [tool.rag] in pyproject.toml, or RAG_REFUSE_BELOW.")
    console.out("\nPeople ask harder questions than a model makes: expect more of both, of wrong refusals above all.")
    if not found.fitted:
        console.out("The weights that are shipped are as good here as any that were fitted, and stay.")
