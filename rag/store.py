"""The index on disk: SQLite for documents, chunks, vectors and BM25, with a FAISS cache of the vectors beside it.

Holds what it is given and finds it again; knows no model, no file format and no splitting. One store writes at a time,
any number read meanwhile, each from several threads if need be. Scores come from the vectors in `rag.db`, summed in
double precision, so that neither the cache nor the order of writing can change a ranking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from filelock import FileLock

from rag.errors import StoreError
from rag.protocols import Progress, no_progress
from rag.storage import database, health, ranking, rows
from rag.storage.connections import is_file, missing
from rag.storage.database import Database, Manifest
from rag.storage.health import Problem
from rag.storage.index_files import DATABASE, locked, remove_leftovers
from rag.storage.postings import Postings
from rag.storage.vectors import VectorCache
from rag.types import Chunk, Document, DocumentInfo, Hit, Vector

__all__ = ["Manifest", "Problem", "SqliteStore"]


class SqliteStore:
    """An index in a folder; see `rag.protocols.Store`. Made by `open` or `open_existing`.

    Args:
        folder: The folder.
        base: Its database.
        manifest: What the index was made with.
        lock: The write lock, held; None for a reader.
    """

    def __init__(self, folder: Path, base: Database, manifest: Manifest, lock: FileLock | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self._base = base
        self._lock = lock
        self._cache = VectorCache(folder, manifest.dim)
        self._postings = Postings(folder)
        self._changed = 0
        self._listed: tuple[object, list[DocumentInfo]] = None, []

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> SqliteStore:
        """Open an index for writing and reading; make it where there is none.

        Args:
            folder: Folder of the index; made where it is missing.
            manifest: What it is, or will be, made with.

        Returns:
            The store; until it is closed, no other can write.

        Raises:
            StoreError: Made otherwise, damaged, out of reach, or being written by another.
        """
        lock = locked(folder)
        base = Database(folder / DATABASE, create=True)
        try:
            remove_leftovers(folder)
            base.create(manifest)
            with base.read() as connection:
                database.checked(connection, manifest, splitter=True)
        except BaseException:
            base.close()
            lock.release()
            raise
        return cls(folder, base, manifest, lock)

    @classmethod
    def open_existing(cls, folder: Path, manifest: Manifest | None = None) -> SqliteStore:
        """Open an index for reading, also while another process writes it.

        Args:
            folder: Folder of the index.
            manifest: What it must be made with, the splitter's settings aside; None for whatever it is.

        Returns:
            The store; it follows what is written meanwhile, and goes over to an index that is made anew in its place.

        Raises:
            IndexMissing: There is none.
            StoreError: Made otherwise, damaged or out of reach.
        """
        if not cls.exists(folder):
            raise missing(folder)
        base = Database(folder / DATABASE)
        try:
            with base.read() as connection:
                found = database.checked(connection, manifest)
        except StoreError:
            base.close()
            raise
        return cls(folder, base, found, None)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder holds an index.

        Args:
            folder: The folder, which need not be there.

        Returns:
            True where there is a file of that name, sound or not.

        Raises:
            StoreError: It is out of reach, so that nobody knows.
        """
        return is_file(folder / DATABASE)

    @classmethod
    def check(cls, folder: Path) -> list[Problem]:
        """Look an index over, every page and row of it; for `rag doctor`.

        Args:
            folder: Folder of the index.

        Returns:
            What is wrong with it, each with its remedy; nothing for a sound index. Takes seconds for a large one.
        """
        try:
            with closing(cls.open_existing(folder)) as store, store._reading() as connection:
                return health.problems(connection, store.manifest.dim, store._base.rebuild)
        except StoreError as exc:
            return [Problem(exc.message, exc.hint)]

    @property
    def generation(self) -> int:
        """A number that is another after every write, by whatever process."""
        with self._reading() as connection:
            return database.state_of(connection)[1]

    def put(self, document: Document, chunks: Iterable[Chunk], vectors: Iterable[Vector]) -> None:
        """Add a document, or replace the one at its path, in one transaction.

        Args:
            document: With the text that all offsets count in.
            chunks: Passages of that text, no two with one start.
            vectors: (dim,) float32, unit length, one for each chunk: a matrix, or what makes them in step with the
                chunks, a block at a time. What it raises undoes the whole.

        Raises:
            ValueError: Chunks or vectors that do not fit the document, each other, or the index.
            StoreError: The index was opened for reading, or the disk is full.
        """
        with self._writing() as connection:
            gone = rows.delete(connection, document.path)
            added = rows.insert(connection, document, chunks, vectors, self.manifest.dim)
        self._changed += gone + added

    def remove(self, path: str) -> None:
        """Take a document out, in time proportional to it; an unknown path is no error."""
        with self._writing() as connection:
            self._changed += rows.delete(connection, path)

    def rename(self, path: str, document: Document) -> None:
        """Give the document at `path` another's path, title and times; text and vectors stay.

        Args:
            path: Where it was.
            document: Its new path, title, size and time; one that stood at that path is replaced.

        Raises:
            KeyError: No document has that path.
            StoreError: The index was opened for reading, or the disk is full.
        """
        with self._writing() as connection:
            number = rows.find(connection, path)
            if number is None:
                raise KeyError(path)
            if document.path != path:
                rows.delete(connection, document.path)
            rows.rename(connection, number, document)

    def documents(self) -> list[DocumentInfo]:
        """All documents, by path; read anew only after a write."""
        with self._reading() as connection:
            state, listed = database.state_of(connection), self._listed
            if listed[0] != state:
                listed = self._listed = state, rows.infos(connection)
        return list(listed[1])

    def dense(self, vector: Vector, k: int, scope: Sequence[str] = ()) -> list[Hit]:
        """The chunks nearest to a vector.

        Args:
            vector: (dim,) float32, unit length.
            k: Most hits; none come for less than 1.
            scope: Paths of documents and folders to look in; empty for all.

        Returns:
            Hits by falling inner product, in [-1, 1], ties by document and start.

        Raises:
            ValueError: A vector of another length, or not of finite numbers.
        """
        with self._reading() as connection:
            return ranking.by_vector(connection, self._cache, vector, k, scope)

    def lexical(self, query: str, k: int, scope: Sequence[str] = ()) -> list[Hit]:
        """The chunks that say the words of a query.

        Args:
            query: Any string at all; without a word in it, nothing is found.
            k: Most hits; none come for less than 1.
            scope: Paths of documents and folders to look in; empty for all. A word is as rare as in the whole index.

        Returns:
            Hits by falling BM25, above 0, ties by document and start.
        """
        with self._reading() as connection:
            return ranking.by_words(connection, self._postings, query, k, scope)

    def read(self, path: str) -> Document:
        """One document whole.

        Args:
            path: Its path.

        Returns:
            The document as it was put.

        Raises:
            KeyError: No document has that path.
        """
        with self._reading() as connection:
            if document := rows.read(connection, path):
                return document
        raise KeyError(path)

    def close(self, progress: Progress = no_progress) -> None:
        """Let go of the files, after writing the caches of much that has changed; harmless when called again.

        Args:
            progress: Told of that where it takes long.
        """
        try:
            if self._lock and self._lock.is_locked:
                with self._reading() as connection:
                    source, total = rows.source(connection, self.manifest.dim), rows.count(connection)
                    self._cache.keep(source, self._changed, total, progress)
                    self._postings.save(connection, progress)
        finally:
            self._changed = 0
            self._base.close()
            if self._lock:
                self._lock.release()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One state of the index, which may have been made anew since it was opened."""
        with self._base.read() as connection:
            database.checked(connection, self.manifest)
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._lock is None:
            raise StoreError(f"{self.folder}: opened for reading", "open it with SqliteStore.open")
        with self._base.write() as connection:
            yield connection
