"""The two streams: results and tables on standard output, progress and messages on standard error.

Documents, file names and models are hostile: whatever comes from them loses its control characters before it reaches a
terminal. Knows nothing of what it prints. `rich` is imported where it is used: it is slow to load.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.errors import RagError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rag.protocols import Progress

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and those that turn the direction of writing."""
_PIPE_COLUMNS = 200
"""Width of a table where there is no terminal to fit."""
_PLAIN_EVERY_S = 5.0
"""Least time between two progress lines where there is no terminal."""
_BYTES_FROM = 1_000_000
"""A total from here up counts bytes and is shown as such; a smaller one may count anything, and its share is shown."""


def clean(text: str) -> str:
    """Text that a terminal can only print, not obey."""
    return _CONTROL.sub("\ufffd", text)


def ready() -> None:
    """Have both streams take whatever is written: what an encoding lacks as escapes; one that is closed, nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def out(text: str = "") -> None:
    """A line of the result."""
    click.echo(clean(text))


def out_json(data: Any) -> None:
    """The result as one line of JSON."""
    from rag.exchange import to_line

    click.echo(to_line(data), nl=False)


def note(text: str) -> None:
    """A message beside the result."""
    click.echo(clean(text), err=True)


def complain(error: RagError) -> None:
    """An error and what mends it."""
    note(f"error: {error.message}")
    if error.hint:
        note(f"hint: {error.hint}")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Rows in columns, on standard output.

    Args:
        head: Names of the columns.
        rows: One value per column; None stands for nothing.
        right: Columns of numbers.
    """
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        grid.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(clean("" if value is None else str(value))) for value in row))
    _console(sys.stdout).print(grid)


def _console(stream: Any) -> Console:
    from rich.console import Console

    width = None if stream.isatty() else _PIPE_COLUMNS
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


@contextmanager
def progress() -> Iterator[Progress]:
    """Report progress on standard error: bars with the time left on a terminal, a line now and then elsewhere.

    Yields:
        What to call with the name of the work, how much is done and how much there is.
    """
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[shown]}"))
    with Progress(
        *columns, TimeRemainingColumn(), console=_console(sys.stderr), transient=True, redirect_stdout=False
    ) as bars:
        yield _Bars(bars)


class _Lines:
    """Progress as plain lines: the first and the last of each work, and one every few seconds between."""

    def __init__(self) -> None:
        self._what = ""
        self._last_s = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        due = what != self._what if not total else done >= total or now_s - self._last_s >= _PLAIN_EVERY_S
        if due:
            self._what, self._last_s = what, now_s
            note(f"{what} {_amount(done, total)}".rstrip())


class _Bars:
    """Progress as one bar at a time: another total, or less done than before, is another work."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: Any = None
        self._total = 0
        self._done = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._task is not None and (total != self._total or done < self._done):
            self._bars.remove_task(self._task)
            self._task = None
        new = self._task is None
        if new:
            self._task = self._bars.add_task("", total=total or None, shown="")
        self._total, self._done = total, done
        self._bars.update(self._task, description=clean(what), completed=done, shown=_amount(done, total), refresh=new)


def _amount(done: int, total: int) -> str:
    if max(done, total) >= _BYTES_FROM:
        return f"{done / 1e6:,.0f}/{total / 1e6:,.0f} MB" if total else f"{done / 1e6:,.0f} MB"
    return f"{done / total:.0%}" if total else f"{done:,}" if done else ""


@contextmanager
def draft() -> Iterator[Callable[[str], None]]:
    """Show a draft while it is written, on a terminal only; it is gone once the checked answer stands.

    Yields:
        What to call with each piece.
    """
    if not sys.stderr.isatty():
        yield lambda _piece: None
        return
    from rich.live import Live
    from rich.text import Text

    text = Text(style="dim")
    console = _console(sys.stderr)
    with Live(text, console=console, transient=True, redirect_stdout=False, vertical_overflow="crop"):
        yield lambda piece: _grow(text, piece)


def _grow(text: Text, piece: str) -> None:
    text.append(clean(piece))
