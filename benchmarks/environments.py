"""Environments of their own for what is compared with: made once from a requirements file, kept with the weights."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

from common import progress


def python_of(requirements: Path, cache: Path, building: Mapping[str, str] | None = None) -> Path:
    """The interpreter of an environment that holds some requirements.

    Args:
        requirements: Their file.
        cache: Folder that environments are kept in.
        building: Environment variables for what is built from source; other ones make another environment.

    Returns:
        The interpreter. The environment is made where it is missing, which may take minutes.

    Raises:
        CalledProcessError: pip failed.
    """
    made_of = [requirements.read_text("utf-8"), *(f"{name}={value}" for name, value in (building or {}).items())]
    digest = hashlib.sha256("".join(made_of).encode()).hexdigest()
    folder = cache / f"{requirements.stem}-{digest[:12]}"
    python, made = folder / "bin" / "python", folder / "made"
    if not made.exists():
        progress(f"making an environment for {requirements.stem}", 0, 0)
        venv.create(folder, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--no-cache-dir", "-r", str(requirements)]
        subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, **(building or {})})
        made.touch()
    return python
