"""The command line: reads flags, calls the other parts, prints what they return, and turns errors into exit codes.

Standard output is the result, standard error is progress and messages. Exit codes: 0 answered or done, 1 an error with a
hint, 2 wrong usage, 3 refused, 130 interrupted. Knows every part by what it calls, and loads each only when it is called.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rag import __version__, console, show
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from rag.config import Config
    from rag.indexing import Report
    from rag.models import Weights
    from rag.pipeline import Pipeline
    from rag.protocols import Progress
    from rag.types import Answer, Evidence, Turn

_REFUSED = 3
_INTERRUPTED = 130
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
"""What the libraries below read from the environment: no telemetry, and no bars or warnings beside ours."""

_Command = TypeVar("_Command", bound=Callable[..., Any])
_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class _Edge(click.Group):
    """Where errors become messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RagError as exc:
            console.complain(exc)
            ctx.exit(exc.exit_code)
        except KeyboardInterrupt:
            console.note("stopped")
            ctx.exit(_INTERRUPTED)
        except OSError as exc:
            if exc.errno == errno.EPIPE:
                raise  # click ends quietly
            console.complain(RagError(str(exc), "rag doctor"))
            ctx.exit(RagError.exit_code)


def _common(command: _Command) -> _Command:
    """The flags that every command takes; one that is not given leaves the setting to its other places."""
    for option in (
        click.option(
            "--policy", type=click.Choice(["flag", "drop", "refuse"]), help="What becomes of unsupported text."
        ),
        click.option("--offline", is_flag=True, default=None, help="Fetch nothing."),
        click.option("--embedder", metavar="NAME", help="Catalogue name, Hub id or folder."),
        click.option("--generator", metavar="NAME", help="Likewise; or extractive, or openai:URL#MODEL."),
        click.option("--index", metavar="DIR", help="Folder of the index."),
    ):
        command = option(command)
    return command


_json = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


@click.group(cls=_Edge, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rag")
def main() -> None:
    """Ask a folder of documents; every sentence of the answer carries a checked citation."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@main.command("index")
@click.argument("folder", required=False)
@click.option("--watch", is_flag=True, help="Stay, and follow the folder.")
@click.option("--rebuild", is_flag=True, help="Throw the index away first.")
@_json
@_common
def index_(folder: str | None, watch: bool, rebuild: bool, as_json: bool, **flags: Any) -> None:
    """Make the index equal to FOLDER (seeds, unless set otherwise)."""
    config = _settings(folder=folder, **flags)
    if not Path(config.folder).is_dir():
        raise UsageError(f"{config.folder}: no such folder", "rag index FOLDER")
    if rebuild:
        from rag.store import SqliteStore

        SqliteStore.erase(Path(config.index))
    _index_once(config, as_json)
    if watch:
        _follow(config, as_json)


@main.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(min=1), help="Most hits.")
@_json
@_common
def search(question: str, k: int | None, as_json: bool, **flags: Any) -> None:
    """Retrieval alone, with the ranks of each source."""
    from dataclasses import replace

    from rag.types import hit_to_dict

    if not question.strip():
        raise UsageError("the question is empty", "rag search QUESTION")
    config = _settings(**flags)
    with _pipeline(replace(config, generator="extractive")) as pipeline:
        hits = pipeline.search(question, k)
    if as_json:
        found = [{**hit_to_dict(hit), "text": hit.chunk.text} for hit in hits]
        console.out_json({"question": question, "hits": found, "embedder": config.embedder})
        return
    show.hits(hits)


@main.command()
@click.argument("question")
@click.option("--history", type=_EXISTING_FILE, help='Earlier turns: [{"role": ..., "content": ...}].')
@click.option("-v", "--verbose", is_flag=True, help="Show how the answer came about.")
@_json
@_common
def ask(question: str, history: Path | None, verbose: bool, as_json: bool, **flags: Any) -> None:
    """Answer one question; exit code 3 where the documents do not hold the answer."""
    from rag.exchange import parse, to_history

    turns = to_history(parse(history.read_bytes())) if history else ()
    with _pipeline(_settings(**flags)) as pipeline:
        answer, evidence = _watch_answer(pipeline, question, turns)
    if as_json:
        console.out_json(answer.to_dict())
    else:
        show.answer(answer)
    if verbose:
        show.work(answer, evidence)
    if answer.status == "refused":
        raise SystemExit(_REFUSED)


@main.command()
@click.argument("questions", type=_EXISTING_FILE)
@click.option("-o", "--output", "answers", required=True, type=click.Path(dir_okay=False, path_type=Path))
@_common
def batch(questions: Path, answers: Path, **flags: Any) -> None:
    """Answer QUESTIONS, a JSON object a line; run it again to go on where it ended."""
    from rag.batch import run

    config = _settings(**flags)
    with _pipeline(config) as pipeline, console.progress() as progress:
        tally = run(pipeline, questions, answers, config=config.fingerprint(), progress=progress)
    console.note(
        f"{answers}: {tally.answered} answered, {tally.refused} refused, {tally.errors} errors"
        f" ({tally.resumed} were there before)"
    )


@main.command("eval")
@click.argument("dataset_dir", type=_EXISTING_FOLDER)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N questions.")
@click.option("--retrieval-only", is_flag=True, help="No generator.")
@_json
@_common
def evaluate(dataset_dir: Path, limit: int | None, retrieval_only: bool, as_json: bool, **flags: Any) -> None:
    """Measure retrieval, answers, refusals and citations on a dataset."""
    from rag.evals.report import table
    from rag.evals.runner import run_eval

    with console.progress() as progress:
        config = _settings(**flags)
        result = run_eval(dataset_dir, config, limit=limit, retrieval_only=retrieval_only, progress=progress)
    if as_json:
        console.out_json(result)
    else:
        console.out(table(result))


@main.command()
@click.argument("answer", type=_EXISTING_FILE)
@_json
@_common
def verify(answer: Path, as_json: bool, **flags: Any) -> None:
    """Re-check the citations of a saved ANSWER (or of many, one a line) against today's index."""
    from rag.factory import open_store
    from rag.receipts import check, read_receipts, summary

    receipts = read_receipts(answer)
    store = open_store(_settings(**flags))
    try:
        found = summary(check(receipts, store))
    finally:
        store.close()
    if as_json:
        console.out_json(found)
    else:
        show.receipts(found)
    raise SystemExit(0 if found["sound"] else 1)


@main.command()
@_json
@_common
def doctor(as_json: bool, **flags: Any) -> None:
    """Look at versions, device, weights and index; exit code 1 where something is broken."""
    from rag.doctor import examine

    findings = examine(_settings(**flags))
    if as_json:
        console.out_json({"ok": not any(f.broken for f in findings), "checks": [f.to_dict() for f in findings]})
    else:
        show.findings(findings)
    raise SystemExit(1 if any(f.broken for f in findings) else 0)


@main.command()
@click.option("--host", help="Address to bind to; other than loopback needs a password.")
@click.option("--port", type=click.IntRange(0, 65535), help="First port to try.")
@_common
def serve(**flags: Any) -> None:
    """The web chat and the API."""
    from rag.web import serve as start

    start(_settings(**flags))


@main.group()
def models() -> None:
    """Weights: what there is, fetch, check."""


@models.command("list")
@_json
@_common
def list_(as_json: bool, **flags: Any) -> None:
    """The catalogue, and what of it is here."""
    show.models(_weights(flags).listing(), as_json)


@models.command()
@click.argument("name")
@_common
def pull(name: str, **flags: Any) -> None:
    """Fetch the weights called NAME, unless they are here."""
    from rag.factory import open_weights

    with console.progress() as progress:
        path = open_weights(_settings(**flags), progress).path(name)
    console.out(str(path))


@models.command("verify")
@_json
@_common
def verify_models(as_json: bool, **flags: Any) -> None:
    """Check the digests of the weights that are here; exit code 1 where one is wrong."""
    with console.progress() as progress:
        found = _weights(flags, progress).verify()
    show.verified(found, as_json)
    if not all(item.ok for item in found):
        raise SystemExit(1)


def _settings(**flags: Any) -> Config:
    from rag.factory import settings

    config = settings(**flags)
    if config.offline:  # for the libraries below, should one of them look past the folder that it is given
        os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})
    return config


def _weights(flags: dict[str, Any], progress: Progress | None = None) -> Weights:
    from rag.factory import no_progress, open_weights

    return open_weights(_settings(**flags), progress or no_progress)


@contextmanager
def _pipeline(config: Config) -> Iterator[Pipeline]:
    from rag.factory import assemble

    with console.progress() as progress:
        pipeline = assemble(config, progress)
    try:
        yield pipeline
    finally:
        pipeline.store.close()


def _watch_answer(pipeline: Pipeline, question: str, turns: Sequence[Turn]) -> tuple[Answer, Sequence[Evidence]]:
    """The answer and the evidence that it was written from; the draft shows on a terminal meanwhile."""
    from rag.events import EvidenceSelected, Token
    from rag.types import Answer

    evidence: Sequence[Evidence] = ()
    with console.draft() as grow:
        for event in pipeline.stream(question, turns):
            if isinstance(event, Token):
                grow(event.text)
            elif isinstance(event, EvidenceSelected):
                evidence = event.evidence
            elif isinstance(event, Answer):
                return event, evidence
    raise AssertionError("a stream ends with its answer")


def _index_once(config: Config, as_json: bool) -> Report:
    from rag.factory import sync_index

    with console.progress() as progress:
        report = sync_index(config, progress)
    if as_json:
        console.out_json(report.to_dict())
    else:
        show.report(report)
    return report
