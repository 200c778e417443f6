"""An index opened to be written: the one that stands, or one made anew that takes its place once it is whole.

Whoever asks meanwhile is answered from the one that stands, and a run that is killed or fails leaves that as it was.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import IndexDamaged, StoreError
from rag.protocols import Progress
from rag.storage.database import Database
from rag.storage.index_files import CACHES, DATABASE, LOCK, erase, locked
from rag.store import Manifest, SqliteStore

_DRAFT = ".rebuild"
"""Folder within that of the index."""
_NOT_MOVED = {LOCK, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"}
"""Of its files; all else, as the note of what folder it is made of, goes along."""


@contextmanager
def written(folder: Path, manifest: Manifest, progress: Progress) -> Iterator[SqliteStore]:
    """The index of a folder, to be written; made where there is none.

    Args:
        folder: Folder of the index.
        manifest: What it is, or will be, made with.
        progress: Told of its caches being written at the end, where that takes long.

    Yields:
        The store; no other can write until the end.

    Raises:
        StoreError: Made otherwise, damaged, out of reach, or being written by another.
    """
    store = SqliteStore.open(folder, manifest)
    try:
        shutil.rmtree(folder / _DRAFT, ignore_errors=True)
        yield store
    finally:
        store.close(progress)


@contextmanager
def rewritten(folder: Path, manifest: Manifest, progress: Progress) -> Iterator[SqliteStore]:
    """An index beside that of a folder, which takes its place at the end; until then it takes room of its own.

    Args:
        folder: Folder of the index.
        manifest: What the new one will be made with.
        progress: Told of its caches being written, and of it being put in its place.

    Yields:
        The store: empty, or what a run that was killed has left of it.

    Raises:
        StoreError: Out of reach, or being written by another; the index that stands is as it was.
    """
    lock, draft = locked(folder), folder / _DRAFT
    try:
        with closing(_begun(draft, manifest)) as store:
            yield store
            store.close(progress)
        _put_in_place(draft, folder, progress)
    except StoreError as exc:
        if "rag index" in exc.hint:  # of the draft's folder, which is nobody's index, or without what goes on with it
            exc.hint = f"mend that, then run: rag index --rebuild --index {shlex.quote(str(folder))}"
        raise
    finally:
        lock.release()


def _begun(draft: Path, manifest: Manifest) -> SqliteStore:
    try:
        return SqliteStore.open(draft, manifest)
    except StoreError:
        shutil.rmtree(draft, ignore_errors=True)
        return SqliteStore.open(draft, manifest)


def _put_in_place(draft: Path, folder: Path, progress: Progress) -> None:
    """In one transaction, so that readers have the one index or the other; a damaged one is removed first."""
    try:
        _copied(draft, folder, progress)
    except IndexDamaged:
        erase(folder)
        _copied(draft, folder, progress)
    try:
        kept = {path.name for path in draft.iterdir()} - _NOT_MOVED
        for name in kept.union(CACHES):
            (draft / name).replace(folder / name) if name in kept else (folder / name).unlink(missing_ok=True)
    except OSError as exc:
        raise StoreError(f"{folder}: cannot be written: {exc.strerror}", "check its permissions") from exc
    shutil.rmtree(draft, ignore_errors=True)


def _copied(draft: Path, folder: Path, progress: Progress) -> None:
    with closing(Database(folder / DATABASE, create=True)) as base:
        base.become(draft / DATABASE, progress)
