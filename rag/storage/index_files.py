"""The files of an index in its folder, and the lock of the one process that may write them. Knows no document."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexBusy, StoreError
from rag.replacing import remove_unfinished
from rag.storage import postings, vectors

DATABASE = "rag.db"
CACHES = (vectors.NAME, postings.NAME)
"""Made from the database, and stamped with the state of it that they were made from."""
LOCK = "write.lock"


def locked(folder: Path) -> FileLock:
    """The write lock of a folder, which is made where it is missing.

    Args:
        folder: Folder of the index.

    Returns:
        The lock, held; the system lets go of it when the process dies.

    Raises:
        StoreError: Another holds it, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
        lock.acquire()
    except Timeout as exc:
        raise IndexBusy(f"{folder}: another process is writing the index", "wait until it has ended") from exc
    except OSError as exc:
        raise StoreError(f"{folder}: cannot be written: {exc.strerror}", "name another folder with --index") from exc
    return lock


def erase(folder: Path) -> None:
    """Remove the index of a folder, whatever state it is in; other files stay.

    Args:
        folder: Folder of the index, whose lock is held.

    Raises:
        StoreError: It cannot be removed.
    """
    try:
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *CACHES):
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    except OSError as exc:
        raise StoreError(f"{folder}: cannot be removed: {exc.strerror}", "check its permissions") from exc
    remove_leftovers(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process was writing; only for the one that holds the write lock.

    Args:
        folder: Folder of the index.

    Raises:
        StoreError: It cannot be removed.
    """
    try:
        for name in CACHES:
            remove_unfinished(folder / name)
    except OSError as exc:
        raise StoreError(f"{folder}: cannot be written: {exc.strerror}", "check its permissions") from exc
