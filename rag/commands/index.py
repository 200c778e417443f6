"""The command `rag index`: an index made equal to a folder, once or for as long as it stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.commands import console, show
from rag.commands.edge import DEFAULTS, FINDING, json_flag, settings_from, takes

if TYPE_CHECKING:
    from rag.config import Config
    from rag.indexing import Report


@click.command(short_help="Make the index equal to a folder.")
@click.argument("folder", required=False)
@click.option("--watch", is_flag=True, help="Stay, and follow the folder.")
@click.option("--rebuild", is_flag=True, help="Make it anew beside the one there is, then put it in its place.")
@json_flag
@takes(*FINDING)
def index(folder: str | None, watch: bool, rebuild: bool, as_json: bool, **flags: Any) -> None:
    """Make the index equal to FOLDER; without one, to the folder that it is of, or else to seeds."""
    from rag.factory import approximation
    from rag.folder import other_of

    config = settings_from({"folder": folder, **flags})
    config = config if folder else _of_its_folder(config)
    other = other_of(Path(config.index), Path(config.folder))
    report = _index_once(config, rebuild=rebuild)
    if other:
        console.note(f"{config.index} was the index of {other}; now of {config.folder}")
    _show_report(report, as_json)
    if lossy := approximation(config):
        console.note(lossy)
    if watch:
        _follow(config, report, as_json)


def _of_its_folder(config: Config) -> Config:
    """Settings that name no folder mean the one that the index is of."""
    from rag.folder import remembered

    known = remembered(Path(config.index)) if config.folder == DEFAULTS.folder else None
    return replace(config, folder=str(known)) if known else config


def _index_once(config: Config, *, rebuild: bool = False) -> Report:
    from rag.factory import sync_index

    with console.progress() as progress:
        return sync_index(config, progress, rebuild=rebuild)


def _show_report(report: Report, as_json: bool) -> None:
    if as_json:
        console.out_json(report.to_dict())
    else:
        show.report(report)


def _follow(config: Config, shown: Report, as_json: bool) -> None:
    """Index whenever the folder changes, until interrupted; what was done is shown where it is news."""
    import signal

    from rag.folder import watch
    from rag.interrupt import Interrupt

    stop = Interrupt()

    def interrupted(_signal: int, _frame: object) -> None:
        stop.set()  # an exception alone is lost where it meets a destructor or a callback from foreign code
        raise KeyboardInterrupt

    last = [f for f in shown.files if f.action == "failed"]

    def again() -> None:
        nonlocal last
        report = _index_once(config)
        news = [f for f in report.files if f.action != "unchanged"]
        if news != last:
            _show_report(report, as_json)
        last = [f for f in news if f.action == "failed"]

    console.note(f"following {config.folder}; Ctrl-C ends it")
    signal.signal(signal.SIGINT, interrupted)
    watch(Path(config.folder), again, stop)
    raise KeyboardInterrupt
