"""The example questions that a page shows: made in the background, so that nothing waits for them.

One thread at a time makes them; of several changes of the index, the newest counts. Knows how examples are made and an
open pipeline; nothing of pages.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection

from rag.pipeline import Pipeline
from rag.protocols import StopSignal
from rag.web.examples import Example, examples

logger = logging.getLogger(__name__)


class Suggestions:
    """Example questions of one index.

    Attributes:
        changes: How often they have become others.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._examples: tuple[Example, ...] = ()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """Those that there are now."""
        return tuple(example.question for example in self._examples)

    def renew(self, pipeline: Pipeline) -> None:
        """Make them anew in the background; returns at once. Those of documents that are as they were stay till then.

        Args:
            pipeline: The open index.
        """
        with self._lock:
            self._stop.set()
            self._stop, before = threading.Event(), self._thread
            given = (pipeline, self._stop, before)
            self._thread = threading.Thread(target=self._renew, args=given, name="examples", daemon=True)
            self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until they are made.

        Args:
            timeout_s: Longest wait, in seconds.

        Returns:
            True once none are being made.
        """
        if (thread := self._thread) is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def end(self, timeout_s: float) -> None:
        """Make no more; waits for the one that is being tried, at most so many seconds."""
        with self._lock:
            self._stop.set()
        self.wait(timeout_s)

    def _renew(self, pipeline: Pipeline, stop: StopSignal, before: threading.Thread | None) -> None:
        try:
            known = {(info.path, info.sha256) for info in pipeline.store.documents()}
            self._take([example for example in self._examples if (example.path, example.sha256) in known], stop)
            if before is not None:
                before.join()
            self._take(examples(pipeline, stop), stop)
        except Exception:  # the outermost edge of this thread: the page does without, and the log says why
            logger.exception("no example questions could be made")

    def _take(self, found: Collection[Example], stop: StopSignal) -> None:
        """Show these from now on, unless newer ones are being made already."""
        with self._lock:
            if not stop.is_set() and tuple(found) != self._examples:
                self._examples = tuple(found)
                self.changes += 1
