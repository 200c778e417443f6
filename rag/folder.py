"""A folder of documents: which of its files count, and when they change.

Hidden files do not, nor those that its user leaves out, and an index that lies among the documents is no document.
Knows no store and no model.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

from rag.config import index_command
from rag.errors import LoadError, RagError, UsageError
from rag.loaders import list_files
from rag.protocols import StopSignal
from rag.replacing import replacing
from rag.scope import normalised

logger = logging.getLogger(__name__)

_INDEX = "rag.db"
"""A folder that holds this is an index, not documents."""
_OF = ".folder"
"""The file beside an index that says which folder it is made of."""
_LEFT_OUT = "left-out.txt"
"""The file beside an index that names what of its folder is not indexed, a document or a folder on each line."""
_LISTING = threading.Lock()
"""Two changes of that file at once would lose one."""
_CHAT = ("chat.db", "chat.db-wal", "chat.db-shm", "batches", "cases.jsonl")
_CACHES = ("vectors.faiss", "words.postings", "write.lock")
_SETTINGS = (_LEFT_OUT, "answerability.json")
_INDEX_FILES = frozenset((_INDEX, f"{_INDEX}-wal", f"{_INDEX}-shm", *_CACHES, *_SETTINGS, *_CHAT))
"""What is passed over where the index lies among the documents, in one folder."""
_LOOK_MS = 500
"""How often a watch looks whether to stop."""
_REST_MS = 200
"""How long a folder must be at rest before its changes count."""
_MOST_LOOKS = 32
"""Most looks from one try of what failed to the next."""


def files_of(folder: Path, unlisted: Callable[[LoadError], object] = logger.warning) -> list[Path]:
    """The files of a folder, but for those of an index that lies in it; see `rag.loaders.list_files`."""
    files = list_files(folder, unlisted)
    if any(path.name == _INDEX for path in files):
        return [path for path in files if not _is_of_index(path, folder)]
    return files


def watch(folder: Path, run: Callable[[], object], stop: StopSignal) -> None:
    """Call `run` at once and whenever the folder has changed and come to rest, until told to stop.

    A run that failed is tried again until one succeeds, ever more rarely, at last every quarter of a minute; an error
    is logged with its remedy once for each change. A folder that is deleted and made anew, or that a link leads to
    instead, is a change.

    Args:
        folder: Folder of documents.
        run: What to do, such as a `sync`.
        stop: Ends the watch within half a second, or after the run under way.

    Raises:
        UsageError: There is no such folder.
    """
    if not folder.is_dir():
        raise no_folder(folder)
    trying = _Trying(run)
    while not stop.is_set():
        for changed in _looks(folder, stop):
            trying.look(changed)


class _Trying:
    """Does something whenever there is a change, and again where it failed, after twice as many looks each time."""

    def __init__(self, run: Callable[[], object]) -> None:
        self._run = run
        self._said: str | None = None
        self._rest = self._left = 0

    def look(self, changed: bool) -> None:
        """Do it where it is due."""
        self._left -= 1
        if changed:
            self._said, self._rest = None, 1
        elif self._said is None or self._left > 0:
            return
        try:
            self._run()
            self._said = None
        except RagError as exc:
            if str(exc) != self._said:
                logger.error("%s", exc)  # noqa: TRY400 (the message and its hint are all there is to say)
            self._said, self._left, self._rest = str(exc), self._rest, min(2 * self._rest, _MOST_LOOKS)


def _looks(folder: Path, stop: StopSignal) -> Iterator[bool]:
    """Whether a folder has changed, at each look, at the first it has; ends when there is another one at its path."""
    import watchfiles  # takes as long to import as the rest of this file

    root, watched = folder.resolve(), _identity(folder)
    due, lost = True, False  # the first time-out comes once the folder is watched, so no change falls in between
    looks = watchfiles.watch(
        root,
        watch_filter=lambda _change, path: _counts(Path(path), root),
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        step=_REST_MS,
    )
    try:
        for changes in looks:
            lost = lost or (watchfiles.Change.deleted, str(root)) in changes  # the new one may be of the same number
            if (there := _identity(folder)) and (lost or there != watched):
                return
            yield bool(changes) or due
            due = False
    except FileNotFoundError:  # it went just before it was watched
        time.sleep(_LOOK_MS / 1_000)
    finally:
        looks.close()


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another at its path; None while there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _is_of_index(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if parts and parts[0] in _INDEX_FILES and _holds_index(folder):
        return True
    inner = path.parents[: max(0, len(parts) - 1)]
    return any(_holds_index(above) for above in inner)


def _holds_index(folder: Path) -> bool:
    try:
        return (folder / _INDEX).exists()
    except OSError:  # it may not be entered; its files say so when they are opened
        return False


def _counts(path: Path, folder: Path) -> bool:
    """False for changes that no run would see: of hidden files, and of the index itself."""
    return not (any(part.startswith(".") for part in path.relative_to(folder).parts) or _is_of_index(path, folder))


def remember(index: Path, folder: Path) -> None:
    """Note beside an index which folder it is made of, so that nobody makes it equal to another by mistake.

    Args:
        index: Folder of the index.
        folder: Folder of the documents.

    Raises:
        UsageError: It cannot be noted.
    """
    path = folder.resolve()
    if remembered(index) != path:
        _write(index / _OF, os.fsencode(path))


def remembered(index: Path) -> Path | None:
    """The folder that an index is made of.

    Args:
        index: Folder of the index.

    Returns:
        An absolute path, which need not be there any more; None where none was noted.
    """
    try:
        noted = Path(os.fsdecode((index / _OF).read_bytes()))
    except OSError:
        return None
    return noted if noted.is_absolute() else None


def other_of(index: Path, folder: Path) -> Path | None:
    """The folder that an index is of where that is known and another than this one, else None."""
    known = remembered(index)
    return known if known and known != folder.resolve() else None


def left_out(index: Path) -> tuple[str, ...]:
    """What of a folder is not to be indexed.

    Args:
        index: Folder of the index.

    Returns:
        Paths of documents and of whole folders, as the index names them, sorted; nothing unless somebody said so.

    Raises:
        UsageError: The list cannot be read, so that nobody knows.
    """
    file = index / _LEFT_OUT
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{file}: cannot be read: {exc}", "mend it, one path a line, or delete it") from exc
    return normalised(line for line in lines if line.strip("./ "))  # to it, an empty path is everything


def leave_out(index: Path, path: str) -> None:
    """Index a document or a folder no more, from the next run on; its files stay as they are."""
    _list(index, lambda paths: normalised([*paths, path]))


def take_back(index: Path, path: str) -> None:
    """Index again what was left out by this very path, from the next run on."""
    _list(index, lambda paths: [listed for listed in paths if listed != path])


def counts(path: str, left_out: Collection[str]) -> bool:
    """Whether a document is none of those that are left out, nor in a folder that is."""
    return not left_out or not any(str(above) in left_out for above in (path, *PurePosixPath(path).parents))


def _list(index: Path, change: Callable[[tuple[str, ...]], Iterable[str]]) -> None:
    """Change the list of what is left out."""
    with _LISTING:
        lines = "".join(f"{path}\n" for path in change(left_out(index)))
        _write(index / _LEFT_OUT, lines.encode())


def _write(file: Path, content: bytes) -> None:
    """Write a file beside an index; whoever reads it meanwhile has all of the old one or of the new one."""
    try:
        with replacing(file) as part:
            part.write_bytes(content)
    except OSError as exc:
        raise UsageError(f"{file}: cannot be written: {exc.strerror}", "check the disk and its permissions") from exc


def no_folder(folder: Path, index: str | Path | None = None) -> UsageError:
    """The error for a folder that is not there; an index that is not the default one is named in its remedy."""
    if folder.is_file():
        hint = f"name the folder that it is in: {index_command(folder.parent, index)}"
        return UsageError(f"{folder}: a file, not a folder", hint)
    return UsageError(f"{folder}: no such folder", f"name a folder of documents: {index_command('FOLDER', index)}")


def empty_folder(folder: Path, other: Path, index: str | Path) -> UsageError:
    """The error for a folder without a file, which would empty an index that is of another one."""
    return UsageError(
        f"{folder}: holds no document, and {index} is the index of {other}; nothing was removed",
        f"see that its drive is there; to begin anew, run: {index_command(folder, index)} --rebuild",
    )
