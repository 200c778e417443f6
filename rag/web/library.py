"""The documents and the model behind the page: opened in the background, indexed on demand, told apart by state.

Knows how to open a pipeline and to make an index; nothing of pages, sessions or Gradio. Its methods may be called from
any thread.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

from rag import factory
from rag.config import Config, index_command
from rag.errors import IndexMissing, RagError
from rag.folder import left_out, remembered
from rag.indexing import FileResult, Report, watch
from rag.pipeline import Pipeline
from rag.protocols import Progress, no_progress
from rag.types import Document, DocumentInfo
from rag.web.conversations import Conversations
from rag.web.line import Line
from rag.web.suggestions import Suggestions

logger = logging.getLogger(__name__)

_LOOK_S = 2.0
"""How long a folder that cannot be followed is let be."""
_LOADING_S = 60.0
"""Longest wait for a model that is being loaded when all ends: it cannot be stopped, and ending in mid-load crashes."""
_LAST_S = 5.0
"""And for what is being indexed or computed."""

Assemble = Callable[[Config, Progress], Pipeline]
Sync = Callable[[Config, Progress, Collection[str]], Report]


@dataclass(frozen=True, slots=True)
class Status:
    """Where the library stands.

    Attributes:
        phase: `loading`, `ready`, `empty` where there is no index or no document yet, or `failed`.
        text: In a few words.
        hint: What to do, often a command; may be empty.
        done: How much of what is under way is done.
        total: How much there is; 0 where unknown.
    """

    phase: Literal["loading", "ready", "empty", "failed"]
    text: str
    hint: str = ""
    done: int = 0
    total: int = 0


class Library:
    """One index and one model, shared by all users.

    Args:
        config: Says which. Where the index knows what folder it is made of, that one counts.
        assemble: Opens the pipeline.
        sync: Makes the index equal to the folder.

    Attributes:
        line: Where those wait who want an answer.
        conversations: What was asked and answered so far, on disk.
        failures: The files that could not be read when the folder was last looked at.
    """

    def __init__(self, config: Config, assemble: Assemble = factory.assemble, sync: Sync = factory.sync_index) -> None:
        self._given = config
        self.line = Line()
        self.conversations = Conversations(Path(config.index))
        self.failures: tuple[FileResult, ...] = ()
        self._changes = 0
        self._suggestions = Suggestions()
        self._assemble = assemble
        self._sync = sync
        self._pipeline: Pipeline | None = None
        self._settled = threading.Event()
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._status = Status("loading", "Loading the model…")
        self._thread: threading.Thread | None = None
        self._follower: threading.Thread | None = None

    def start(self) -> None:
        """Open the pipeline in the background, unless that is under way; returns at once."""
        with self._starting:
            if self._thread is not None and not self._settled.is_set():
                return
            self._settled.clear()
            self._status = Status("loading", "Loading the model…")
            self._thread = threading.Thread(target=self._open, name="library", daemon=True)
            self._thread.start()

    @property
    def config(self) -> Config:
        """The settings, with the folder that the index is of by now."""
        known = remembered(Path(self._given.index))
        return replace(self._given, folder=str(known)) if known else self._given

    def status(self) -> Status:
        """Where it stands now; an index that another process has made meanwhile is opened."""
        if self._pipeline is None and self._status.phase == "empty" and factory.has_index(self._given):
            self.start()
        if self._pipeline is not None and self._status.phase in ("ready", "empty"):
            try:
                self._status = self._counted(self._pipeline)
            except RagError as exc:
                return Status("failed", exc.message, exc.hint)
        return self._status

    @property
    def seen(self) -> tuple[str, int]:
        """What is equal as long as there is nothing new to show of the library."""
        return self._status.text, self._changes + self._suggestions.changes

    @property
    def examples(self) -> tuple[str, ...]:
        """Questions that the documents answer; none until some are found, which nothing waits for."""
        return self._suggestions.questions

    @property
    def follows(self) -> bool:
        """Whether what changes in the folder is indexed by itself."""
        return self._follower is not None and self._follower.is_alive() and self._is_known()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the model is loaded, or cannot be.

        Args:
            timeout_s: Longest wait, in seconds.

        Returns:
            True once `pipeline` will give one or say why not.
        """
        return self._settled.wait(timeout_s)

    def pipeline(self) -> Pipeline:
        """The open pipeline.

        Returns:
            The one that all users share.

        Raises:
            RagError: There is none, with the reason and what mends it.
        """
        if self._pipeline is None:
            raise RagError(self._status.text, self._status.hint)
        return self._pipeline

    def read(self, path: str) -> Document:
        """One document whole.

        Args:
            path: As the index names it.

        Returns:
            Its text, headings and pages.

        Raises:
            KeyError: No document has that path, or no index is open.
        """
        if self._pipeline is None:
            raise KeyError(path)
        return self._pipeline.store.read(path)

    def documents(self) -> list[DocumentInfo]:
        """What is indexed, by path; nothing while the index cannot be read, which `status` says."""
        try:
            return self._pipeline.store.documents() if self._pipeline else []
        except RagError:
            return []

    def info(self, path: str) -> DocumentInfo | None:
        """What is known of the document at a path, without reading it; None where there is none."""
        known = self.documents()
        at = bisect_left(known, path, key=lambda info: info.path)
        return known[at] if at < len(known) and known[at].path == path else None

    def left_out(self) -> tuple[str, ...]:
        """Documents and folders that are not indexed; nothing while that cannot be read, which `index` says."""
        try:
            return left_out(Path(self.config.index))
        except RagError:
            return ()

    def index(self, progress: Progress, anew: Collection[str] = ()) -> Report:
        """Make the index equal to the folder, one caller at a time; opens the pipeline where there was no index.

        Args:
            progress: Told of each file.
            anew: Paths of documents that are read anew even if they have not changed.

        Returns:
            What was done to each file.

        Raises:
            RagError: The index cannot be written.
        """
        with self._writing:
            report = self._sync(self.config, progress, anew)
            self._note(report)
        return report

    def forget(self, paths: Collection[str]) -> None:
        """Say no more that these files could not be read: they were taken away again."""
        self.failures = tuple(file for file in self.failures if file.path not in paths)
        self._changes += bool(paths)

    def follow(self, stop: threading.Event) -> None:
        """Keep the index equal to its folder, in the background; returns at once.

        An index that does not know its folder, made by an earlier version, is let be: it might be another one's.

        Args:
            stop: Ends it within half a second, or after the file that is being read.
        """
        self._follower = threading.Thread(target=self._follow, args=(stop,), name="following", daemon=True)
        self._follower.start()

    def close(self) -> None:
        """Let go of the index; what is being loaded or indexed gets a few seconds to end."""
        for thread, most_s in ((self._thread, _LOADING_S), (self._follower, _LAST_S)):
            if thread is not None:
                thread.join(most_s)
        self._suggestions.end(_LAST_S)
        if self._pipeline is not None:
            last = self.line.join()  # nothing may compute any more when the process ends
            self.line.wait(last, _LAST_S)
            self.line.leave(last)
            self._pipeline.store.close()

    def _follow(self, stop: threading.Event) -> None:
        """Watch the folder once it is there; whatever ends the watch is logged, and it begins anew."""
        while not self._settled.wait(_LOOK_S) and not stop.is_set():
            pass
        while not stop.is_set():
            try:
                folder = self.config.folder
                if self._is_known() and Path(folder).is_dir():
                    until = SimpleNamespace(is_set=lambda at=folder: stop.is_set() or self.config.folder != at)
                    watch(Path(folder), lambda: self.index(no_progress), until)
            except Exception:  # the outermost edge of this thread: the log says what
                logger.exception("the folder cannot be followed; trying again")
            stop.wait(_LOOK_S)

    def _is_known(self) -> bool:
        return not self.documents() or remembered(Path(self.config.index)) is not None

    def _note(self, report: Report) -> None:
        """Take in what has become of the files."""
        failures = tuple(file for file in report.files if file.action == "failed")
        same = failures == self.failures and all(file.action in ("unchanged", "failed") for file in report.files)
        self.failures = failures
        if self._thread is not None:
            self._settled.wait()  # one that is being opened may have come too early to see this
        if self._pipeline is None:
            self.start()
        elif not same:
            self._suggestions.renew(self._pipeline)
        self._changes += not same

    def _open(self) -> None:
        try:
            pipeline = self._assemble(self.config, self._progress)
            self._status, self._pipeline = self._counted(pipeline), pipeline
            self._suggestions.renew(pipeline)
        except IndexMissing:
            hint = f"Add documents here, or run: {index_command(self.config.folder, self.config.index)}"
            self._status = Status("empty", "There is no index yet.", hint)
        except RagError as exc:
            self._status = Status("failed", exc.message, exc.hint)
        except Exception:  # the outermost edge of this thread: the page says so and the log says what
            logger.exception("the library cannot be opened")
            self._status = Status("failed", "The model could not be loaded.", "The terminal says why; try: rag doctor")
        finally:
            self._settled.set()

    def _progress(self, what: str, done: int, total: int) -> None:
        self._status = replace(self._status, text=f"{what[:1].upper()}{what[1:]}…", done=done, total=total)

    def _counted(self, pipeline: Pipeline) -> Status:
        documents = pipeline.store.documents()
        if not documents:
            again = index_command(self.config.folder, self.config.index)
            hint = f"Add documents here, or put them into {self.config.folder} and run: {again}"
            return Status("empty", "There are no documents yet.", hint)
        passages = sum(document.chunks for document in documents)
        noun = "document" if len(documents) == 1 else "documents"
        return Status("ready", f"{len(documents):,} {noun} · {passages:,} passages · {pipeline.generator.name}")
