"""A file of the folder to a `Document`: opened safely, told apart by content, read by format, refused with a reason.

Whatever a file holds, `load` gives a document or raises a `LoadError` that names it and says what mends it. Nothing is
written anywhere, and nothing that is not a regular file inside the folder is opened. Knows no index and no model.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from io import BufferedReader
from pathlib import Path

from rag import formats
from rag.config import index_command
from rag.errors import LoadError, OversizeFile
from rag.formats.base import Source
from rag.formats.reader import extract
from rag.types import Document

logger = logging.getLogger(__name__)

_SKIPPED = {"__pycache__", "node_modules", "Thumbs.db", "desktop.ini"}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


def load(path: Path, root: Path, max_bytes: int) -> Document:
    """Read one file.

    Args:
        path: The file, inside `root`.
        root: The folder that paths are relative to.
        max_bytes: Largest file that is read, and most that one may unpack to, in bytes or characters.

    Returns:
        Its text with headings and pages, the digest of its bytes, size, time of change, and the day that it states.

    Raises:
        LoadError: It cannot be read; the subclass, the reason and the hint say why and what mends it.
    """
    name = document_path(path, root)
    _refuse_outside(path, root, name)
    with _opened(path, name) as file:
        before = os.fstat(file.fileno())
        if before.st_size > max_bytes:
            reason = f"{before.st_size:,} bytes, and the limit is {max_bytes:,}"
            raise OversizeFile(name, reason, "split it, or raise the limit with RAG_MAX_FILE_BYTES")
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = extract(Source(file, name, before.st_size, max_bytes))
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise LoadError(name, "changed while it was read", "index again when it is whole")
    title = found.title or next((heading.title for heading in found.headings if heading.level == 1), "")
    return Document(
        path=name,
        title=title or _stem(name),
        text=found.text,
        sha256=digest,
        pages=found.pages,
        headings=found.headings,
        size_bytes=before.st_size,
        modified_s=before.st_mtime,
        dated=found.dated,
        read_by=readers(),
    )


@cache
def readers() -> str:
    """What reads files here: a digest of the source of all readers, other where any of them was changed."""
    sources = sorted((item.name, item.read_bytes()) for item in files(formats).iterdir() if item.name.endswith(".py"))
    return hashlib.sha256(b"".join(source for _, source in sources)).hexdigest()[:16]


def list_files(root: Path, unlisted: Callable[[LoadError], object] = logger.warning) -> list[Path]:
    """The files of a folder, whatever they hold, so that those that cannot be read are reported too.

    Args:
        root: The folder.
        unlisted: Told of each folder in it that cannot be listed; its files are missing from those returned.

    Returns:
        Paths under `root`, sorted by their relative path. Hidden files and folders, lock files of office programs,
        caches, linked folders and links to files outside are left out.

    Raises:
        LoadError: There is no such folder, or it cannot be listed itself.
    """
    if not root.is_dir():
        reason = "not a folder" if root.exists() else "no such folder"
        raise LoadError(document_path(root, root.parent), reason, "name a folder of documents: rag index FOLDER")
    inside = root.resolve()
    found = []
    for folder, folders, names in os.walk(root, onerror=lambda error: _tell_unlisted(error, root, unlisted)):
        folders[:] = [name for name in folders if not _skipped(name)]
        found += [Path(folder, name) for name in names if not _skipped(name)]
    kept = [path for path in found if not _leads_out(path, inside)]
    return sorted(kept, key=lambda path: document_path(path, root))


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits, as in `Document.sha256`.

    Raises:
        LoadError: It cannot be opened, or is no regular file.
    """
    with _opened(path, document_path(path, path.parent)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def original(document: Document, root: Path, index: str | Path | None = None) -> Iterator[Source]:
    """The very file that a document was read from, open.

    Args:
        document: As the index has it.
        root: The folder that its path is relative to.
        index: Folder of that index, for the remedy; None for the default.

    Yields:
        The file, its bytes those that were indexed.

    Raises:
        LoadError: It is gone, leads out of the folder, or holds other bytes now.
    """
    name, again = document.path, index_command(root, index)
    path = located(name, root)
    _refuse_outside(path, root, name)
    with _opened(path, name, f"put it back, or run: {again}") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != document.sha256:
            raise LoadError(name, "changed since it was indexed", f"run: {again}")
        size_bytes = os.fstat(file.fileno()).st_size
        yield Source(file, name, size_bytes, size_bytes)


def document_path(path: Path, root: Path) -> str:
    """A file's identity: its path relative to the folder, always printable and valid Unicode.

    Args:
        path: The file; need not exist.
        root: The folder.

    Returns:
        With `/` between parts; bytes that are no UTF-8, and control characters, are written as escapes.
    """
    relative = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    text = os.fsencode(relative.as_posix()).decode("utf-8", "backslashreplace")
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def located(name: str, root: Path) -> Path:
    """Where a document's file is.

    Args:
        name: The document's path, see `document_path`; one that had to be written with escapes is looked for.
        root: The folder that it is relative to.

    Returns:
        The file; need not exist.

    Raises:
        OSError: The name is none that a file can have.
    """
    path = root / name
    if "\\" not in name or path.exists() or not root.is_dir():
        return path
    return next((found for found in list_files(root) if document_path(found, root) == name), path)


@contextmanager
def _opened(path: Path, name: str, gone: str = "put it back, or index again") -> Iterator[BufferedReader]:
    """Open a regular file; anything else is refused unopened, and would not block if it got in between."""
    try:
        _refuse_special(path.stat().st_mode, name)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            _refuse_special(os.fstat(file.fileno()).st_mode, name)
            yield file
    except FileNotFoundError as exc:
        reason = "a link to a file that is gone" if path.is_symlink() else "gone"
        raise LoadError(name, reason, gone) from exc
    except PermissionError as exc:
        mends = "let yourself read it: chmod u+r FILE, and chmod u+rx its folder"
        raise LoadError(name, "permission denied", mends) from exc
    except OSError as exc:
        raise LoadError(name, (exc.strerror or str(exc)).lower(), "check the path and the disk") from exc


def _refuse_special(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        what = next((what for test, what in _KINDS if test(mode)), "a device")
        raise LoadError(name, f"{what}, not a file", "take it out of the folder")


def _refuse_outside(path: Path, root: Path, name: str) -> None:
    if not path.is_relative_to(root) or not _inside(path, root.resolve()):
        raise LoadError(name, "leads out of the folder", "copy the file into the folder")


def _leads_out(path: Path, resolved_root: Path) -> bool:
    try:
        return path.is_symlink() and not _inside(path, resolved_root)
    except OSError:  # a folder that may be listed, but not entered; opening the file says so
        return False


def _inside(path: Path, resolved_root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(resolved_root)
    except (OSError, RuntimeError):  # links that go in a circle lead nowhere; opening one says so
        return True


def _skipped(name: str) -> bool:
    return name.startswith((".", "~$")) or name in _SKIPPED


def _tell_unlisted(error: OSError, root: Path, unlisted: Callable[[LoadError], object]) -> None:
    folder = Path(error.filename or root)
    above = root if folder != root else root.parent
    denied = isinstance(error, PermissionError)
    hint = "let yourself list it: chmod u+rx FOLDER" if denied else "check the path and the disk"
    found = LoadError(document_path(folder, above), f"cannot be listed: {error.strerror}", hint)
    found.__cause__ = error
    if folder == root:
        raise found
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):  # those went meanwhile
        unlisted(found)


def _stem(name: str) -> str:
    last = name.rpartition("/")[2]
    return last.rpartition(".")[0] or last
