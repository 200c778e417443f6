"""`rag.db`: its schema, its manifest, and transactions for many readers beside one writer.

Every read sees one state of the index, whatever is written meanwhile (SQLite in WAL mode). Every write is one
transaction, and raises the generation by which caches know that they are stale. Knows no search.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from rag.config import index_command
from rag.errors import IndexBusy, IndexDamaged, IndexMismatch, StoreError
from rag.protocols import Progress
from rag.storage.connections import Connections
from rag.storage.lexical import TOKENIZER

FORMAT = "1"
"""Raise it with any change to the schema or to `rag.storage.lexical.indexed`: an index of another format is not opened.

A column that may be empty is no such change: a writer adds it, and readers do without until then."""
_PAGE_BYTES = 8_192
"""Five vectors of 384 numbers fill one to 94 %; two fill the usual 4,096 to 75 %."""
_AT_ONCE = 4_096
"""Pages copied between two words of how far it is."""
_SCHEMA = (
    "CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE documents (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, chunks INTEGER NOT NULL, characters INTEGER NOT NULL, size_bytes INTEGER NOT NULL,"
    " modified_s REAL NOT NULL, pages TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL, dated TEXT,"
    " read_by TEXT)",
    # An id is never used twice, so the vector of an id never changes: the cache relies on it.
    "CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents,"
    " start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, text TEXT NOT NULL,"
    " UNIQUE (document, start))",
    "CREATE TABLE vectors (chunk INTEGER PRIMARY KEY REFERENCES chunks, vector BLOB NOT NULL)",
    # Without content: what was indexed is made again from the chunk when it has to be taken out.
    f"CREATE VIRTUAL TABLE lexical USING fts5(head, body, content='', tokenize=\"{TOKENIZER}\")",
)
LATER_COLUMNS = ("dated", "read_by")
"""Of documents: those that came later, and are empty where an earlier version wrote."""
_WHAT_FAILED = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room, then run: {again}"),
    sqlite3.SQLITE_READONLY: ("it may not be written", "let yourself write it, or name another with --index"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the path and its permissions"),
    sqlite3.SQLITE_IOERR: ("the disk failed", "check the disk, then run: rag doctor"),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with.

    Attributes:
        embedder: Name of the embedder.
        digest: SHA-256 of its weights, hexadecimal.
        dim: Length of its vectors.
        splitter: Settings of the splitter.
    """

    embedder: str
    digest: str
    dim: int
    splitter: str

    def expect(self, wanted: Manifest, *, splitter: bool) -> None:
        """Refuse an index that was made otherwise.

        Args:
            wanted: What it has to be made with.
            splitter: Whether the splitter counts; to a reader it is one.

        Raises:
            IndexMismatch: Something differs.
        """
        mine, theirs = asdict(self), asdict(wanted)
        differing = [key for key in mine if mine[key] != theirs[key] and (splitter or key != "splitter")]
        if differing:
            said = "; ".join(f"{key} {_short(mine[key])}, expected {_short(theirs[key])}" for key in differing)
            raise IndexMismatch(f"the index was made otherwise: {said}")


class Database:
    """One `rag.db`, read and written; safe to use from several threads.

    Args:
        path: The file.
        create: Whether it may be made.

    Attributes:
        rebuild: The command that builds the index anew, where nothing else mends it.
        again: The command that goes on where a run ended.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.rebuild = f"rag index --rebuild --index {shlex.quote(str(path.parent))}"
        self.again = index_command(index=path.parent)
        self._connections = Connections(path, create=create)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One state of the index, unchanged for as long as it is held.

        Yields:
            A connection within a read transaction.

        Raises:
            StoreError: The file is damaged, out of reach, or closed.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; the generation goes up by one.

        Yields:
            A connection within a write transaction.

        Raises:
            StoreError: The file is damaged, out of reach, closed, or the disk is full.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection
            connection.execute("UPDATE manifest SET value = value + 1 WHERE key = 'generation'")

    def create(self, manifest: Manifest) -> None:
        """Lay out an empty file; one that holds something stays as it is, but for columns that it lacks.

        Args:
            manifest: What the index will be made with.

        Raises:
            StoreError: The file is damaged or cannot be written.
        """
        with _named(self.rebuild, self.again), self._connections.one() as connection:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
        with self._transaction("BEGIN IMMEDIATE") as connection:
            if is_empty(connection):
                for statement in _SCHEMA:
                    connection.execute(statement)
                rows = {"format": FORMAT, "identity": uuid4().hex, "generation": 0, **asdict(manifest)}
                connection.executemany("INSERT INTO manifest VALUES (?, ?)", rows.items())
                return
            for column in LATER_COLUMNS:
                if not has_column(connection, column):
                    connection.execute(f"ALTER TABLE documents ADD COLUMN {column} TEXT")

    def become(self, other: Path, progress: Progress) -> None:
        """Take over all that another file holds, in one transaction, beside readers of what was here.

        Args:
            other: A sound index that nobody writes.
            progress: Told of the pages copied.

        Raises:
            IndexDamaged: This one is, or its pages are of another size; it has to be removed first.
            StoreError: The file cannot be written, or the disk is full; it is as it was.
        """

        def told(_status: int, left: int, total: int) -> None:
            progress("putting the index in its place", total - left, total)

        named = _named(self.rebuild, self.again)
        with named, self._connections.one() as connection, closing(sqlite3.connect(other)) as source:
            sizes = {one.execute("PRAGMA page_size").fetchone() for one in (connection, source)}
            if len(sizes) > 1 and not is_empty(connection):
                raise IndexDamaged("its pages are of another size")
            source.backup(connection, pages=_AT_ONCE, progress=told)

    def close(self) -> None:
        """Close what is idle now, and what is in use when it is handed back."""
        self._connections.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with _named(self.rebuild, self.again), self._connections.one() as connection:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")


def is_empty(connection: sqlite3.Connection) -> bool:
    """True for a file in which no index was ever laid out."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))


def has_column(connection: sqlite3.Connection, name: str) -> bool:
    """False for a column of documents that an index of an earlier version lacks, until it is written."""
    columns = connection.execute("SELECT count(*) FROM pragma_table_info('documents') WHERE name = ?", (name,))
    return bool(columns.fetchone() == (1,))


def manifest_of(connection: sqlite3.Connection) -> Manifest:
    """What the index was made with.

    Args:
        connection: Within a transaction.

    Returns:
        The manifest.

    Raises:
        IndexMismatch: Another format.
        IndexDamaged: The manifest is incomplete.
    """
    rows = dict(connection.execute("SELECT key, value FROM manifest"))
    if rows.get("format") != FORMAT:
        raise IndexMismatch(f"the index has format {rows.get('format')}, expected {FORMAT}")
    try:
        return Manifest(rows["embedder"], rows["digest"], int(rows["dim"]), rows["splitter"])
    except (KeyError, ValueError) as exc:
        raise IndexDamaged(f"the manifest of the index is damaged: {exc}") from exc


def checked(connection: sqlite3.Connection, wanted: Manifest | None, *, splitter: bool = False) -> Manifest:
    """What the index was made with, where that is as it has to be.

    Args:
        connection: Within a transaction.
        wanted: What it has to be made with; None for whatever it is.
        splitter: Whether the splitter counts.

    Returns:
        The manifest.

    Raises:
        IndexMismatch: Made otherwise.
        IndexDamaged: The manifest is incomplete.
    """
    found = manifest_of(connection)
    if wanted:
        found.expect(wanted, splitter=splitter)
    return found


def state_of(connection: sqlite3.Connection) -> tuple[str, int]:
    """Identity of the index, as 32 hexadecimal digits, and its generation, which goes up with every write."""
    rows = dict(connection.execute("SELECT key, value FROM manifest WHERE key IN ('identity', 'generation')"))
    return rows["identity"], int(rows["generation"])


def mark_renamed(connection: sqlite3.Connection) -> None:
    """Note, within a write, that words have changed under ids that stay."""
    connection.execute(
        "INSERT OR REPLACE INTO manifest SELECT 'renamed', value + 1 FROM manifest WHERE key = 'generation'"
    )


def renamed_at(connection: sqlite3.Connection) -> int:
    """The generation of the last such write, 0 where there was none."""
    found = connection.execute("SELECT value FROM manifest WHERE key = 'renamed'").fetchone()
    return int(found[0]) if found else 0


def raw(text: str) -> bytes:
    """Text for `CAST(? AS TEXT)`: SQLite's own binding refuses unpaired surrogates."""
    return text.encode("utf-8", "surrogatepass")


@contextmanager
def _named(rebuild: str, again: str) -> Iterator[None]:
    """Turn SQLite's errors into ours; those that only a mistake in this package causes stay as they are."""
    try:
        yield
    except (IndexDamaged, IndexMismatch) as exc:
        exc.hint = exc.hint or rebuild
        raise
    except sqlite3.DatabaseError as exc:
        code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or str(exc).startswith("no such "):
            raise IndexDamaged(f"the index is damaged: {exc}", rebuild) from exc
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise IndexBusy("another process is writing the index", "wait until it has ended") from exc
        if code in _WHAT_FAILED:
            reason, hint = _WHAT_FAILED[code]
            raise StoreError(f"the index cannot be used: {reason}", hint.format(again=again)) from exc
        raise
    except UnicodeDecodeError as exc:
        raise IndexDamaged(f"the index is damaged: {exc.reason}", rebuild) from exc


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:12]}…"
