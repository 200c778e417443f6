"""Make an index equal to a folder: files added, changed, renamed, removed, and those that are as they were.

What a file is, its path says; whether it changed, the SHA-256 of its bytes; what the readers of another version made of
it is read anew. One thread reads and cuts, one embeds in batches across files, and this one puts documents one by one,
each as its parts come, so a killed run leaves whole documents, and the next run goes on from there. Knows the store and
the embedder by their protocols alone.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import chain, groupby, tee
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple, get_args

from rag.embedding import Embedded, Embedding
from rag.errors import DamagedFile, LoadError
from rag.folder import counts, files_of, no_folder, watch
from rag.loaders import document_path, file_digest, load, readers
from rag.protocols import Embedder, Progress, Store, no_progress
from rag.reading import Unread, ahead, read
from rag.splitter import split_for
from rag.types import Chunk, Document, DocumentInfo

__all__ = ["Action", "Choice", "FileResult", "Report", "sync", "watch"]

Action = Literal["added", "changed", "renamed", "removed", "unchanged", "failed"]

_BATCH_CHUNKS = 128
"""Chunks embedded at once: enough to fill the model's batches, little enough to lose when killed."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was done to one file.

    Attributes:
        path: Relative to the folder.
        action: What was done.
        chunks: How many it has in the index now.
        reason: Why it failed, or where it was before.
        hint: What mends it.
    """

    path: str
    action: Action
    chunks: int
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done to each file, by path, and how many seconds it took."""

    files: tuple[FileResult, ...]
    seconds: float

    def counts(self) -> dict[str, int]:
        """Number of files by action, in a fixed order; an action that did not occur is 0."""
        found = Counter(file.action for file in self.files)
        return {action: found[action] for action in get_args(Action)}

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        files = [asdict(file) for file in self.files]
        return {"files": files, "counts": self.counts(), "seconds": round(self.seconds, 3)}


class Choice(NamedTuple):
    """Which documents and folders are left out, by path, and which documents are read anew, changed or not."""

    left_out: Collection[str] = ()
    anew: Collection[str] = ()


_ALL = Choice()


def sync(
    folder: Path,
    store: Store,
    embedder: Embedder,
    *,
    chunk_tokens: int,
    max_file_bytes: int,
    progress: Progress = no_progress,
    choice: Choice = _ALL,
) -> Report:
    """Make the index equal to the folder.

    A file that cannot be read any more is taken out of the index, so that nothing stale is cited; where the disk or its
    permissions are to blame, not what it holds, its earlier version stays. What failed is tried again by the next run.

    Args:
        folder: Folder of documents.
        store: The index, open for writing.
        embedder: The one that the index was made with.
        chunk_tokens: Largest chunk, in the embedder's tokens, heading prefix included.
        max_file_bytes: Larger files fail.
        progress: Told of the bytes checked, then of the bytes indexed.
        choice: What of the folder counts.

    Returns:
        What was done to each file. Equal content under two paths is two documents.

    Raises:
        UsageError: There is no such folder.
        StoreError: The index cannot be written; what was put before stays.
    """
    started_s = time.perf_counter()
    if not folder.is_dir():
        raise no_folder(folder)
    run = _Run(folder, store, embedder, chunk_tokens, max_file_bytes, progress)
    run.make_equal(choice)
    return Report(tuple(sorted(run.results, key=lambda file: file.path)), time.perf_counter() - started_s)


class _Run:
    """One run: what it works with, and what it has done."""

    def __init__(
        self, folder: Path, store: Store, embedder: Embedder, chunk_tokens: int, max_bytes: int, progress: Progress
    ) -> None:
        self.results: list[FileResult] = []
        self._folder, self._store, self._embedder = folder, store, embedder
        self._chunk_tokens, self._max_bytes, self._progress = chunk_tokens, max_bytes, progress
        self._known = {info.path: info for info in store.documents()}
        self._done_bytes = self._total_bytes = 0

    def make_equal(self, choice: Choice) -> None:
        """Look at every file, then rename, remove and add."""
        unlisted: list[LoadError] = []
        named = ((document_path(path, self._folder), path) for path in files_of(self._folder, unlisted.append))
        files = {name: path for name, path in named if counts(name, choice.left_out)}
        shut = {error.path: error for error in unlisted if counts(error.path, choice.left_out)}
        digests = self._digests(files)
        gone = defaultdict(list)
        for info in self._gone(files, shut, choice):
            gone[info.sha256].append(info)
        todo = {}
        for path, digest in digests.items():
            before = self._known.get(path)
            if before and before.sha256 == digest and path not in choice.anew and self._stands(before, files[path]):
                self._note(path, "unchanged", before.chunks)
            elif before or not gone[digest] or not self._rename(gone[digest].pop(0), files[path]):
                todo[path] = files[path]
        for info in chain.from_iterable(gone.values()):
            self._store.remove(info.path)
            self._note(info.path, "removed", 0)
        self._add(todo)

    def _digests(self, files: dict[str, Path]) -> dict[str, str]:
        sizes_bytes = {path: _size(file) for path, file in files.items()}
        self._total_bytes = sum(sizes_bytes.values())
        found = {}
        for path, file in files.items():
            self._advance("checking files", sizes_bytes[path])
            try:
                found[path] = file_digest(file)
            except LoadError as exc:
                self._fail(path, exc)
        return found

    def _gone(self, files: dict[str, Path], shut: Mapping[str, LoadError], choice: Choice) -> Iterator[DocumentInfo]:
        """Documents whose files are not there any more, rather than out of reach; what is shut is told, too."""
        for path, error in shut.items():
            self._fail(path, error)
        for path, info in self._known.items():
            if path in files:
                continue
            if counts(path, choice.left_out) and (hidden := self._out_of_reach(path, shut)):
                self._fail(path, hidden)
            else:
                yield info

    def _out_of_reach(self, path: str, shut: Mapping[str, LoadError]) -> LoadError | None:
        """Why nobody knows whether a file is there; None where it is not, or none that counts."""
        above = next((folder for folder in _with_parents(path) if folder in shut), None)
        if above is not None:
            return _hidden(path, "its folder cannot be listed", shut[above].__cause__)
        try:
            (self._folder / path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            return _hidden(path, exc.strerror, exc)
        return None

    def _rename(self, info: DocumentInfo, file: Path) -> bool:
        """Give a document the path that its file has now; False where the file turns out to be another."""
        try:
            document = load(file, self._folder, self._max_bytes)
        except LoadError:
            document = None
        if document is None or document.sha256 != info.sha256 or not self._reads_alike(info, document):
            self._store.remove(info.path)
            self._note(info.path, "removed", 0)
            return False
        self._store.rename(info.path, document)
        self._note(document.path, "renamed", info.chunks, f"was {info.path}")
        return True

    def _stands(self, info: DocumentInfo, file: Path) -> bool:
        """Is the text of an unchanged file what its reader makes of it today? Where it is, that is noted."""
        if info.read_by == readers():
            return True
        try:
            document = load(file, self._folder, self._max_bytes)
        except LoadError:
            return True  # it is as it was, and its text is there: no reason to take it out
        if document.sha256 != info.sha256 or not self._reads_alike(info, document):
            return False
        self._store.rename(info.path, document)
        return True

    def _reads_alike(self, info: DocumentInfo, document: Document) -> bool:
        """Did the readers that a document in the index was read by make of it what those of its name do today?"""
        if (info.read_by, PurePosixPath(info.path).suffix) == (document.read_by, PurePosixPath(document.path).suffix):
            return True
        before = self._store.read(info.path)
        return (before.text, before.pages, before.headings) == (document.text, document.pages, document.headings)

    def _add(self, files: Mapping[str, Path]) -> None:
        self._done_bytes, self._total_bytes = 0, sum(map(_size, files.values()))
        batches = read(files.values(), self._folder, self._max_bytes, self._cut, _BATCH_CHUNKS)
        with (
            closing(ahead(batches, "reading")) as cut,
            closing(ahead(map(Embedding(self._embedder).of, cut), "embedding")) as embedded,
        ):
            for path, items in groupby(chain.from_iterable(embedded), lambda item: item.path):
                try:
                    self._put(path, items)
                except LoadError as exc:
                    self._fail(path, exc)
                self._advance("indexing", _size(files[path]))

    def _cut(self, document: Document) -> Iterator[Chunk]:
        return split_for(self._embedder, document, self._chunk_tokens)

    def _put(self, path: str, items: Iterator[Embedded | Unread]) -> None:
        """Put a document as its parts come, or raise what is wrong with one of them."""
        sizes: list[int] = []
        parts = self._sound(items, sizes)
        first = next(parts)
        of_chunks, of_vectors = tee(chain((first,), parts))
        chunks = (chunk for item in of_chunks for chunk in item.part.chunks)
        vectors = (row for item in of_vectors for row in item.vectors)
        self._store.put(first.part.document, chunks, vectors)
        self._note(path, "changed" if path in self._known else "added", sum(sizes))

    def _sound(self, items: Iterator[Embedded | Unread], sizes: list[int]) -> Iterator[Embedded]:
        """Parts that are as they should be, with progress told and their chunks counted."""
        for item in items:
            if isinstance(item, Unread):
                raise item.error
            document, chunks = item.part
            sizes.append(len(chunks))
            yield item
            if chunks:
                done_bytes = document.size_bytes * chunks[-1].end // len(document.text)
                self._progress("indexing", self._done_bytes + done_bytes, self._total_bytes)

    def _fail(self, path: str, error: LoadError) -> None:
        """Report a file; what the index held of it goes, unless only the disk or its permissions are to blame."""
        before = self._known.get(path)
        spared = isinstance(error.__cause__, OSError) and not isinstance(error, DamagedFile)
        if before and not spared:
            self._store.remove(path)
        kept = before.chunks if before and spared else 0
        self.results.append(FileResult(path, "failed", kept, error.reason, error.hint))

    def _note(self, path: str, action: Action, chunks: int, reason: str = "") -> None:
        self.results.append(FileResult(path, action, chunks, reason))

    def _advance(self, what: str, size_bytes: int) -> None:
        self._done_bytes += size_bytes
        self._progress(what, self._done_bytes, max(self._done_bytes, self._total_bytes))


def _with_parents(path: str) -> list[str]:
    return [path, *map(str, PurePosixPath(path).parents)]


def _hidden(path: str, why: str | None, cause: BaseException | None) -> LoadError:
    error = LoadError(path, f"out of reach: {why}", "check the disk and the permissions")
    error.__cause__ = cause
    return error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
