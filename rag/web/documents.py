"""What is done with documents: files handed in, looked at again, taken away; and what became of each.

The handler yields HTML as the work goes on. Knows the library and the uploads; nothing of Gradio.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, wraps
from itertools import islice
from pathlib import Path
from typing import Any, ParamSpec

from rag.errors import RagError, UsageError
from rag.folder import leave_out, no_folder, take_back
from rag.indexing import FileResult, Report
from rag.web.html import count, element, escape, message
from rag.web.library import Library, Status
from rag.web.progress import Step, each_file, progress
from rag.web.uploads import MOST, Upload, refusal, remove, safe_name, save

logger = logging.getLogger(__name__)

_SHOWN = 200
"""Most files that a table has."""
_NAME = 300
"""Characters of a name, as the browser gives it, at most."""
_SAID = {
    "added": "added",
    "changed": "changed",
    "renamed": "added",
    "unchanged": "already there",
    "removed": "removed",
    "failed": "not added",
}
_Given = ParamSpec("_Given")
Show = Callable[[Step, float], str]
"""Makes HTML of a step and the seconds since it began."""


def _telling(work: Callable[_Given, Iterator[str]]) -> Callable[_Given, Iterator[str]]:
    """Work whose error is the last that it says."""

    @wraps(work)
    def told(*args: _Given.args, **kwargs: _Given.kwargs) -> Iterator[str]:
        try:
            yield from work(*args, **kwargs)
        except RagError as exc:
            yield message("error", exc.message, exc.hint)

    return told


@_telling
def upload(
    files: Sequence[str], library: Library, collection: str = "", refused: Sequence[Upload] = ()
) -> Iterator[str]:
    """Take uploaded files into the folder and the index.

    Args:
        files: Paths where they arrived; they are deleted there.
        library: Whose folder and index they go into.
        collection: Folder that they go into, see `rag.web.uploads.save`; empty for none.
        refused: Files that were handed in with them and not taken, see `turn_away`.

    Yields:
        The progress, and last a table with one row per file: what was done, or why not and what mends it.
    """
    yield progress(("taking the files", 0, len(files)))
    folder, known = Path(library.config.folder), {info.path for info in library.documents()}
    try:
        if known and not folder.is_dir():
            raise no_folder(folder)  # with one made anew, all that was indexed would count as deleted
        uploads = _saved([Path(file) for file in files], folder, library.config.max_file_bytes, collection)
        taken = {upload.path for upload in uploads if upload.path}
        sizes_bytes = {path: (folder / path).stat().st_size for path in sorted(taken)}
        results = (yield from _index(library, partial(each_file, sizes_bytes))) if taken else {}
        unread = {path for path in taken if path in results and results[path].action == "failed"}
        for path in unread:
            (folder / path).unlink(missing_ok=True)
        library.forget(unread)
        yield results_table([*uploads, *refused], {path: _handed_in(file, known) for path, file in results.items()})
    except OSError as exc:
        yield message("error", f"The files could not be saved: {exc.strerror}", "Check the disk and the folder.")


def _saved(files: Sequence[Path], folder: Path, max_bytes: int, collection: str) -> list[Upload]:
    """See `rag.web.uploads.save`; where they arrived, nothing is left of them."""
    try:
        return save(files, folder, max_bytes, collection)
    finally:
        for arrived in files:
            arrived.unlink(missing_ok=True)


def _handed_in(file: FileResult, known: Collection[str]) -> FileResult:
    """What indexing did, for whoever handed a file in: another run may have added it; one that failed is not kept."""
    if file.action == "unchanged" and file.path not in known:
        return replace(file, action="added")
    if file.action == "failed":
        ways = ", or ".join(way for way in file.hint.split(", or ") if "folder" not in way)
        return replace(file, hint=ways or "it was not kept; hand in one that can be read")
    return file


def turn_away(files: Iterable[Mapping[str, Any]], library: Library) -> list[Upload]:
    """Say why the page does not send files.

    Args:
        files: What the browser says of them: `name`, `size` and `late`, see `rag.web.uploads.refusal`.
        library: Whose limits count.

    Returns:
        Those that are not taken; at most as many as are taken at once.
    """
    most_bytes, found = library.config.max_file_bytes, []
    for file in islice(files, MOST):
        name, size = str(file.get("name"))[:_NAME], file.get("size")
        why = refusal(name, size if isinstance(size, int) else 0, most_bytes, late=file.get("late") is True)
        found += [why] if why else []
    return found


@_telling
def reindex(library: Library) -> Iterator[str]:
    """Look at the folder again.

    Args:
        library: Whose index is made equal to its folder.

    Yields:
        The progress, and last a table of the files with which anything was done.
    """
    results = yield from _index(library)
    changed = [result for result in results.values() if result.action != "unchanged"]
    uploads = [Upload(result.path, result.path) for result in changed[:_SHOWN]]
    yield (
        results_table(uploads, results, "What was done")
        if uploads
        else message("info", "Nothing has changed in the folder.")
    )


@_telling
def delete(path: str, library: Library) -> Iterator[str]:
    """Take an uploaded document away, from the folder and from the index.

    Args:
        path: As the index names it.
        library: Whose it is.

    Yields:
        The progress, and last what became of it.
    """
    remove(path, Path(library.config.folder))
    yield from _index(library)
    yield message("info", f"{path} is deleted. Old answers that cite it keep their quotes.")


@_telling
def read_anew(path: str, library: Library) -> Iterator[str]:
    """Read a document and index it anew, though it may not have changed.

    Args:
        path: As the index names it.
        library: Whose it is.

    Yields:
        The progress, and last what became of it.
    """
    _known(path, library)
    results = yield from _index(library, anew=(path,))
    yield results_table([Upload(path, path)], results, "What was done")


@_telling
def put_aside(path: str, library: Library) -> Iterator[str]:
    """Leave a document of the folder out of the index; its file stays.

    Args:
        path: As the index names it.
        library: Whose it is.

    Yields:
        The progress, and last what became of it.
    """
    _known(path, library)
    leave_out(Path(library.config.index), path)
    yield from _index(library)
    yield message("info", f"{path} is left out. The file stays as it is; it can be taken back in.")


@_telling
def put_back(path: str, library: Library) -> Iterator[str]:
    """Index again what was left out.

    Args:
        path: Of the document or folder.
        library: Whose it is.

    Yields:
        As `reindex`.
    """
    take_back(Path(library.config.index), path)
    yield from reindex(library)


def _known(path: str, library: Library) -> None:
    if library.info(path) is None and path not in {file.path for file in library.failures}:
        raise UsageError(f"{path}: no such document", "look at the list again")


def _index(
    library: Library, show: Show = progress, anew: Collection[str] = ()
) -> Generator[str, None, dict[str, FileResult]]:
    """Index in a thread, so that its progress can be shown; what was done to each file, by path."""
    steps: queue.SimpleQueue[Step | Report | RagError] = queue.SimpleQueue()

    def work() -> None:
        try:
            steps.put(library.index(lambda what, done, total: steps.put((what, done, total)), anew))
        except RagError as exc:
            steps.put(exc)
        except Exception:  # the outermost edge of this thread: the page says so and the log says what
            logger.exception("indexing failed")
            steps.put(RagError("indexing failed", "the terminal that runs the chat says why"))

    threading.Thread(target=work, name="indexing", daemon=True).start()
    yield progress(("making ready to index", 0, 0))
    begun_s: dict[str, float] = {}
    while isinstance(step := steps.get(), tuple):
        yield show(step, time.monotonic() - begun_s.setdefault(step[0], time.monotonic()))
    if isinstance(step, RagError):
        raise step
    return {file.path: file for file in step.files}


def results_table(uploads: Sequence[Upload], results: dict[str, FileResult], title: str = "Upload") -> str:
    """One row per uploaded file.

    Args:
        uploads: What was handed in.
        results: What indexing did, by path.
        title: What the table is of.

    Returns:
        A table.
    """
    rows = "".join(_row(upload, results.get(upload.path)) for upload in uploads)
    head = "".join(element("th", title, scope="col") for title in ("File", "Result"))
    caption = element("caption", escape(title))
    return element("table", f"{caption}<thead><tr>{head}</tr></thead>{element('tbody', rows)}", class_="fn-files")


def _row(upload: Upload, result: FileResult | None) -> str:
    refused = bool(upload.reason) or result is None or result.action == "failed"
    if result is None:
        said, why, hint = "not added", upload.reason, upload.hint
    else:
        said, why, hint = _SAID[result.action], result.reason, result.hint
        why = why or (count(result.chunks, "passage") if result.chunks else "")
    where = "" if refused else _stored(upload)
    parts = [element("strong", escape(said)), *(escape(text) for text in (why, where, hint) if text)]
    cells = element("th", escape(upload.name), scope="row", dir="auto") + element("td", "<br>".join(parts))
    return element("tr", cells, class_="fn-refused" if refused else "fn-added")


def _stored(upload: Upload) -> str:
    """Where a file that was handed in is, and what kept it from its own name; nothing of one that was there before."""
    if upload.path == upload.name:
        return ""
    wanted = safe_name(upload.name)
    beside = "" if Path(upload.path).name == wanted else f"; {wanted} is still there"
    return f"stored as {upload.path}{beside}"


def banner(status: Status) -> str:
    """Where the library stands: one quiet line, or a message that says what to do."""
    if status.phase == "ready":
        return element("p", escape(status.text), class_="fn-status", role="status")
    if status.phase == "loading":
        bar = element("progress", "", value=status.done, max=status.total) if status.total else ""
        return element("p", f"{escape(status.text)} {bar}", class_="fn-status fn-working", role="status")
    return message("error" if status.phase == "failed" else "info", status.text, status.hint)
