"""Processes that end with their test, whatever the test finds."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process with both outputs in pipes; killed if the test lets go of it before it has ended."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=cwd, env=environ, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
