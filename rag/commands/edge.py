"""What every command shares: common flags, settings, opening what they name, and errors as exit codes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rag.commands import console
from rag.config import Config
from rag.errors import RagError, UsageError

if TYPE_CHECKING:
    from rag.models import Weights
    from rag.pipeline import Pipeline
    from rag.types import Turn

_INTERRUPTED = 130
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
"""What the libraries below read from the environment: no telemetry, and no bars or warnings beside ours."""
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""Likewise, should one of them look past the folder that it is given."""

_Command = TypeVar("_Command", bound=Callable[..., Any])

DEFAULTS = Config()
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)

json_flag = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
history_flag = click.option("--history", type=EXISTING_FILE, help='Earlier turns: [{"role": ..., "content": ...}].')
scope_flag = click.option("--scope", multiple=True, metavar="PATH", help="Look in this folder or document; repeatable.")


def setting(*flags: str, default_of: str = "", **attributes: Any) -> Callable[[_Command], _Command]:
    """A flag for a setting; one that is not given leaves the setting to its other places.

    Args:
        *flags: How it is written.
        default_of: The setting, where its default is worth showing; empty for none.
        **attributes: As `click.option` takes them.

    Returns:
        What adds it to a command.
    """
    shown: dict[str, Any] = {"show_default": str(getattr(DEFAULTS, default_of))} if default_of else {}
    return click.option(*flags, **shown, **attributes)


_WRITES = "Who writes: catalogue name, Hub id, folder or GGUF; or extractive, or openai:URL#MODEL."
_JUDGES = "Local model that decides whether there is an answer; otherwise the generator, where it can."
_POLICIES = click.Choice(["flag", "drop", "refuse"])
_SHARED = {
    "index": setting("--index", default_of="index", metavar="DIR", help="Folder of the index."),
    "embedder": setting("--embedder", default_of="embedder", metavar="NAME", help="Catalogue name, Hub id or folder."),
    "generator": setting("--generator", default_of="generator", metavar="NAME", help=_WRITES),
    "judge": setting("--judge", metavar="NAME", help=_JUDGES),
    "policy": setting("--policy", default_of="policy", type=_POLICIES, help="For sentences without support."),
    "offline": setting("--offline", is_flag=True, default=None, help="Fetch nothing."),
}
_EVERYWHERE = ("index", "embedder", "generator", "offline")
"""What one may give to any command, whether it acts there or not."""
ANSWERING = tuple(_SHARED)
"""What acts where answers are written."""
DECIDING = tuple(name for name in _SHARED if name != "policy")
"""What acts where only their ground is looked at."""
FINDING = ("index", "embedder", "offline")
"""What acts where passages are stored or found."""


def takes(*acting: str) -> Callable[[_Command], _Command]:
    """Give a command those of the shared flags that act in it.

    Args:
        *acting: Their settings. Others that one may give anywhere are let pass, hidden, and said to do nothing.

    Returns:
        What adds them to a command.
    """

    def decorate(command: _Command) -> _Command:
        for name, option in reversed(_SHARED.items()):
            if name in acting:
                command = option(command)
            elif name in _EVERYWHERE:
                command = _idle(name)(command)
        return command

    return decorate


def _idle(name: str) -> Callable[[_Command], _Command]:
    def tell(ctx: click.Context, param: click.Parameter, value: object) -> None:
        if value is not None:
            console.note(f"{param.opts[0]} does nothing in {ctx.command_path}")

    switch = name == "offline"
    return click.option(f"--{name}", is_flag=switch, default=None, hidden=True, expose_value=False, callback=tell)


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


def turns_of(history: Path | None) -> tuple[Turn, ...]:
    """Earlier turns of a conversation.

    Args:
        history: A file of `[{"role", "content"}]`; None for none.

    Returns:
        Oldest first.

    Raises:
        UsageError: The file holds something else.
    """
    from rag.exchange import parse, to_history

    try:
        return tuple(to_history(parse(history.read_bytes()))) if history else ()
    except UsageError as exc:
        raise UsageError(f"{history}: {exc.message}", exc.hint) from exc


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
