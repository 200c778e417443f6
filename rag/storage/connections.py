"""Connections to one SQLite file, handed out to one thread at a time, each to the file that is at the path now.

A file that is removed lives on for those who have it open. So the path is looked at before one is handed out: a reader
goes over to what was made anew there, and a writer, whose lock went with the old file, stops. Knows no schema.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rag.config import index_command
from rag.errors import IndexBusy, IndexMissing, StoreError

_BUSY_TIMEOUT_S = 30.0
_CACHE_KIB = 32_000
_WAL_BYTES = 64 << 20
"""What is left of the write-ahead log after a large document."""
_TRIES = 10
"""How often the file may be another after it was opened than before; it is when opening makes it."""

_OPENING = threading.Lock()
"""SQLite opens the file, and with the first read its log and the memory beside that, each by its path. Were they of two
indexes, one made anew meanwhile, then two connections of this process would map one memory and not know of each other,
which ends it (SIGBUS). So one opens at a time, reads, and is let go where the file is another by then."""

_File = tuple[int, int]
"""Device and inode: no other file has the same while a connection is open."""


class Connections:
    """Connections to one file.

    Args:
        path: The file.
        create: Whether it may be made, for one that writes it and keeps others from writing.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self._folder = path.parent
        self._path = path.absolute()
        self._create = create
        self._uri = f"{self._path.as_uri()}?mode={'rwc' if create else 'rw'}"
        self._file: _File | None = None
        self._written: _File | None = None
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection that nobody else uses meanwhile.

        Yields:
            One to the file that is at the path.

        Raises:
            IndexMissing: There is none.
            StoreError: It is not the one that was being written, it is out of reach, or this is closed.
        """
        connection, file = self._taken()
        try:
            yield connection
        finally:
            self._hand_back(connection, file)

    def close(self) -> None:
        """Close what is idle now, and what is in use when it is handed back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _taken(self) -> tuple[sqlite3.Connection, _File]:
        for _ in range(_TRIES):
            file = self._present()
            try:
                connection = self._kept(file) or self._opened(file)
            except sqlite3.DatabaseError:
                if file == _file_at(self._path):
                    raise
                continue
            if connection and file:
                self._written = file if self._create else None
                return connection, file
        raise IndexBusy(f"{self._folder}: the index is being made anew", "wait until that has ended")

    def _present(self) -> _File | None:
        """The file that is there; None where it may be made."""
        file = _file_at(self._path)
        if self._written not in (None, file):
            reason = "the index was taken away while it was being written"
            raise StoreError(f"{self._folder}: {reason}", f"run again: {index_command(index=self._folder)}")
        if not self._create and file is None:
            raise missing(self._folder)
        return file

    def _kept(self, file: _File | None) -> sqlite3.Connection | None:
        """An idle connection to a file; those to another are closed."""
        gone: list[sqlite3.Connection] = []
        with self._guard:
            if self._closed:
                raise StoreError("the index is closed", "open it again")
            if self._file != file:
                gone, self._idle, self._file = self._idle, [], file
            kept = self._idle.pop() if self._idle else None
        for connection in gone:
            connection.close()
        return kept

    def _hand_back(self, connection: sqlite3.Connection, file: _File) -> None:
        with self._guard:
            if not self._closed and self._file == file:
                self._idle.append(connection)
                return
        connection.close()

    def _opened(self, file: _File | None) -> sqlite3.Connection | None:
        """A new connection to a file; None where it is another by now."""
        with _OPENING, ExitStack() as unless_sound:
            connection = sqlite3.connect(
                self._uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            unless_sound.callback(connection.close)
            connection.text_factory = _text
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if file != _file_at(self._path):
                return None
            if not tables and not self._create:
                raise missing(self._folder)
            unless_sound.pop_all()
            return connection


def missing(folder: Path) -> IndexMissing:
    """The error for a folder without an index."""
    return IndexMissing(f"{folder}: no index there", index_command("FOLDER", folder))


def is_file(path: Path) -> bool:
    """Whether there is a file at a path.

    Args:
        path: The path, whose folder need not be there.

    Returns:
        False for a folder, too.

    Raises:
        StoreError: It is out of reach, so that nobody knows.
    """
    found = _found(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def _file_at(path: Path) -> _File | None:
    found = _found(path)
    return (found.st_dev, found.st_ino) if found else None


def _found(path: Path) -> os.stat_result | None:
    """What is at a path; None where nothing is."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise StoreError(f"{path}: cannot be opened: {exc.strerror}", "check the path and its permissions") from exc


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")
