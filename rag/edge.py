"""What every command shares: common flags, settings, opening what they name, and errors as exit codes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rag import console
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.config import Config
    from rag.models import Weights
    from rag.pipeline import Pipeline

_INTERRUPTED = 130
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
"""What the libraries below read from the environment: no telemetry, and no bars or warnings beside ours."""
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""Likewise, should one of them look past the folder that it is given."""

_Command = TypeVar("_Command", bound=Callable[..., Any])

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)

json_flag = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
scope_flag = click.option("--scope", multiple=True, metavar="PATH", help="Look in this folder or document; repeatable.")
_COMMON = (
    click.option("--policy", type=click.Choice(["flag", "drop", "refuse"]), help="For sentences without support."),
    click.option("--offline", is_flag=True, default=None, help="Fetch nothing."),
    click.option("--embedder", metavar="NAME", help="Catalogue name, Hub id or folder."),
    click.option("--judge", metavar="NAME", help="Model that decides whether there is an answer."),
    click.option("--generator", metavar="NAME", help="Likewise; or extractive, or openai:URL#MODEL."),
    click.option("--index", metavar="DIR", help="Folder of the index."),
)


def common(command: _Command) -> _Command:
    """Give a command the flags that all take; one that is not given leaves the setting to its other places."""
    for option in _COMMON:
        command = option(command)
    return command


class Edge(click.Group):
    """Where errors become messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command.

        Args:
            ctx: Of the group.

        Returns:
            What the command returns.
        """
        console.ready()
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


def settings_from(flags: dict[str, Any]) -> Config:
    """Settings from flags and from where else they may come; the libraries below are told of them too."""
    from rag.factory import settings

    config = settings(**flags)
    for name, value in {**_QUIET, **(_OFFLINE if config.offline else {})}.items():
        os.environ.setdefault(name, value)
    return config


@contextmanager
def opened_weights(config: Config) -> Iterator[Weights]:
    """The cache of weights; downloads and checks show their progress."""
    from rag.factory import open_weights

    with console.progress() as progress:
        yield open_weights(config, progress)


@contextmanager
def opened_pipeline(config: Config) -> Iterator[Pipeline]:
    """A pipeline, closed afterwards; loading it shows its progress."""
    from rag.factory import assemble

    with console.progress() as progress:
        pipeline = assemble(config, progress)
    try:
        yield pipeline
    finally:
        pipeline.store.close()
