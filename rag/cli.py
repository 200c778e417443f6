"""The command line: reads flags, calls the other parts, prints what they return, and turns errors into exit codes.

Standard output is the result, standard error is progress and messages. Exit codes: 0 answered or done, 1 an error with
a hint, 2 wrong usage, 3 refused, 130 interrupted. Each part is loaded only when its command is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag import __version__
from rag.commands import console, show
from rag.commands.calibrate import calibrate
from rag.commands.edge import (
    ANSWERING,
    DECIDING,
    EXISTING,
    EXISTING_FILE,
    FINDING,
    Edge,
    history_flag,
    json_flag,
    opened_pipeline,
    scope_flag,
    setting,
    settings_from,
    takes,
    turns_of,
)
from rag.commands.index import index
from rag.commands.mcp import mcp
from rag.commands.models import models
from rag.commands.why import why
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.pipeline import Pipeline
    from rag.types import Answer, Evidence, Question

_REFUSED = 3


@click.group(cls=Edge, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rag")
def main() -> None:
    """Ask a folder of documents; every sentence of the answer carries a checked citation."""


@main.command()
@click.argument("question")
@setting("-k", default_of="k", type=click.IntRange(min=1), help="Most hits.")
@scope_flag
@json_flag
@takes(*FINDING)
def search(question: str, k: int | None, scope: tuple[str, ...], as_json: bool, **flags: Any) -> None:
    """Retrieval alone, with the ranks of each source."""
    from rag.types import hit_to_dict

    if not question.strip():
        raise UsageError("the question is empty", "rag search QUESTION")
    config = settings_from(flags)
    with opened_pipeline(replace(config, generator="extractive", judge="")) as pipeline:
        hits = pipeline.search(question, k, scope)
    if as_json:
        found = [{**hit_to_dict(hit), "text": hit.chunk.text} for hit in hits]
        console.out_json({"question": question, "hits": found, "embedder": config.embedder})
        return
    show.hits(hits)


@main.command(short_help="Answer one question.")
@click.argument("question")
@history_flag
@click.option("-v", "--verbose", is_flag=True, help="Show how the answer came about.")
@scope_flag
@json_flag
@takes(*ANSWERING)
def ask(
    question: str, history: Path | None, verbose: bool, scope: tuple[str, ...], as_json: bool, **flags: Any
) -> None:
    """Answer one question; exit code 3 where the documents do not hold the answer."""
    from rag.types import Question

    asked = Question(question, history=turns_of(history), scope=scope)
    with opened_pipeline(settings_from(flags)) as pipeline:
        answer, evidence = _watch_answer(pipeline, asked)
    if as_json:
        console.out_json(answer.to_dict())
    else:
        show.answer(answer)
    if verbose:
        show.work(answer, evidence)
    if answer.status == "refused":
        raise SystemExit(_REFUSED)


@main.command(short_help="Answer a file of questions.")
@click.argument("questions", type=EXISTING_FILE)
@click.option(
    "-o",
    "--output",
    "answers",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the answers go, a JSON object a line.",
)
@takes(*ANSWERING)
def batch(questions: Path, answers: Path, **flags: Any) -> None:
    """Answer QUESTIONS, a JSON object a line; run it again to go on where it ended.

    Each has a "question". It may have an "id", which its answer then has; a "history" of earlier turns, oldest first:
    [{"role": "user", "content": ...}, {"role": "assistant", "content": ...}]; and a "scope", a list of the folders and
    documents to look in.
    """
    from rag.asked import at_rest
    from rag.batch import check, run

    config = settings_from(flags)
    with at_rest(questions) as asked:
        check(asked, answers)
        _expect_objects(asked, questions)
        with opened_pipeline(config) as pipeline, console.progress() as progress:
            tally = run(pipeline, asked, answers, config=config.fingerprint(), progress=progress)
    console.note(
        f"{answers}: {tally.answered} answered, {tally.refused} refused, {tally.errors} errors"
        f" ({tally.resumed} were there before)"
    )


@main.command("eval", short_help="Measure on a dataset.")
@click.argument("dataset", type=EXISTING)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="A fixed sample of N questions.")
@click.option("--retrieval-only", is_flag=True, help="No generator.")
@json_flag
@takes(*ANSWERING)
def evaluate(dataset: Path, limit: int | None, retrieval_only: bool, as_json: bool, **flags: Any) -> None:
    """Measure retrieval, answers, refusals and citations on DATASET: a folder, or a file of cases about the index."""
    from rag.evals.report import table
    from rag.evals.runner import run_eval

    with console.progress() as progress:
        config = settings_from(flags)
        result = run_eval(dataset, config, limit=limit, retrieval_only=retrieval_only, progress=progress)
    if as_json:
        console.out_json(result)
    else:
        console.out(table(result))


@main.command(short_help="Re-check a saved answer.")
@click.argument("answer", type=EXISTING_FILE)
@json_flag
@takes("index")
def verify(answer: Path, as_json: bool, **flags: Any) -> None:
    """Re-check a saved ANSWER (or many, one a line) against the index and the files that it was made of.

    Prints what became of each citation; exit code 1 where one no longer holds, the answer was altered, or the index is
    older than a file that is cited.
    """
    from rag.factory import open_store
    from rag.folder import remembered
    from rag.receipts import read_saved, report

    saved, config = read_saved(answer), settings_from(flags)
    with closing(open_store(config)) as store:
        found = report(saved, store, remembered(Path(config.index)), config.index, config.support_above)
    if as_json:
        console.out_json(found)
    else:
        show.receipts(found)
        for note in found["notes"]:
            console.out(note)
    raise SystemExit(0 if found["sound"] else 1)


@main.command(short_help="Look for what is broken.")
@json_flag
@takes(*DECIDING)
def doctor(as_json: bool, **flags: Any) -> None:
    """Look at versions, device, weights, index and speed; exit code 1 where something is broken."""
    from rag.doctor import examine, reach

    config = settings_from(flags)
    findings = [*examine(config), *reach(config)]
    if as_json:
        console.out_json({"ok": not any(f.broken for f in findings), "checks": [f.to_dict() for f in findings]})
    else:
        show.findings(findings)
    raise SystemExit(1 if any(f.broken for f in findings) else 0)


@main.command()
@setting("--host", default_of="host", help="Address to bind to; other than loopback needs a password.")
@setting("--port", default_of="port", type=click.IntRange(0, 65535), help="First port to try.")
@click.option("--auth", type=EXISTING_FILE, help="Who may come in: lines of rag password.")
@takes(*ANSWERING)
def serve(auth: Path | None, **flags: Any) -> None:
    """The web chat and the API."""
    from rag.web import serve as start

    start(settings_from({"auth": str(auth) if auth else None, **flags}))


@main.command()
@click.argument("name")
@click.password_option(help="Asked for where it is not given.")
def password(name: str, password: str) -> None:
    """A line for the file of rag serve --auth: NAME with a hashed password."""
    from rag.web.passwords import hashed

    if not name or ":" in name or name.startswith("#"):
        raise UsageError(f"{name!r}: a name has no colon and does not begin with #", "rag password NAME")
    if not password:
        raise UsageError("the password is empty", "type one")
    console.out(f"{name}:{hashed(password)}")


main.add_command(calibrate)
main.add_command(index)
main.add_command(models)
main.add_command(mcp)
main.add_command(why)


def _expect_objects(asked: Path, named: Path) -> None:
    """Refuse a file of something else, such as a table, all of whose lines would be errors."""
    from rag.exchange import parse

    lines = 0
    with asked.open("rb") as source:
        for raw in filter(bytes.strip, source):
            lines += 1
            with suppress(UsageError):
                if isinstance(parse(raw), dict):
                    return
    if lines:
        raise UsageError(f"{named}: no line of it is a JSON object", 'write one a line: {"id": 1, "question": "..."}')


def _watch_answer(pipeline: Pipeline, question: Question) -> tuple[Answer, Sequence[Evidence]]:
    """The answer and the evidence that it was written from; the draft shows on a terminal meanwhile."""
    from rag.events import EvidenceSelected, Token
    from rag.types import Answer

    evidence: Sequence[Evidence] = ()
    with console.draft() as grow:
        for event in pipeline.stream(question.text, question.history, scope=question.scope):
            if isinstance(event, Token):
                grow(event.text)
            elif isinstance(event, EvidenceSelected):
                evidence = event.evidence
            elif isinstance(event, Answer):
                return event, evidence
    raise AssertionError("a stream ends with its answer")
