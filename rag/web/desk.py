"""Where programs ask, whatever protocol they speak: answers in turn, passages, documents, and text to read.

Questions wait in the same line as the page's, so that nobody jumps it, and one whose sender is gone stops computing.
Knows the library; nothing of requests and replies. What it is handed may be of any type, and is refused in words.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

from anyio import CapacityLimiter, to_thread

from rag.errors import RagError, UsageError
from rag.exchange import as_text, shown, to_scope
from rag.pipeline import Pipeline
from rag.scope import resolved
from rag.types import Answer, Question, Turn, hit_to_dict
from rag.web.library import Library

_LOOK_S = 0.25
"""How often it is looked whether the sender of a question is still there."""
_SEATS = 256
"""Most that wait at once. Each takes a thread, and the page has its own, which they must not use up."""
_MOST_HITS = 100
_MOST_CHARACTERS = 20_000
_CHARACTERS = 4_000

UNEXPECTED = RagError("something went wrong that should not have", "the server's terminal says what")
"""What is told of an error that is none of ours."""

Gone = Callable[[], Awaitable[bool]]
"""Whether nobody is there any more to read an answer."""


class Unready(RagError):
    """Not now; later perhaps."""


class Desk:
    """Takes questions from programs.

    Args:
        library: The documents and the model.

    Attributes:
        library: The same.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._seats = CapacityLimiter(_SEATS)
        self._changed = threading.Condition()
        self._stops: set[threading.Event] = set()
        self._closed = False

    def halt(self, timeout_s: float) -> bool:
        """Stop every answer that is being written or waited for, and take no more.

        Args:
            timeout_s: Longest wait until none is, in seconds.

        Returns:
            True where none is left.
        """
        with self._changed:
            self._closed = True
            for stop in self._stops:
                stop.set()
            return self._changed.wait_for(lambda: not self._stops, timeout_s)

    async def opened(self, timeout_s: float) -> None:
        """Wait until the model is loaded, or cannot be; at most so many seconds."""
        await to_thread.run_sync(self.library.wait, timeout_s, abandon_on_cancel=True, limiter=self._seats)

    def ready(self) -> Pipeline:
        """The open pipeline.

        Returns:
            The one that all share.

        Raises:
            Unready: There is none, or no document; with what mends it.
        """
        status = self.library.status()
        if status.phase != "ready":
            raise Unready(status.text, status.hint)
        return self.library.pipeline()

    def admit(self, question: Any, scope: Any = None) -> None:
        """Refuse what `ask` would refuse once it is a question's turn, before its reply has begun.

        Args:
            question: Any text but an empty one.
            scope: A path or several, of documents and folders to look in; None for all.

        Raises:
            RagError: No text, too long, no such document or folder, or no pipeline.
        """
        as_text(question)
        where = to_scope(scope)
        self.ready()
        if where:
            resolved(where, [document.path for document in self.library.documents()])

    async def ask(
        self, question: Any, history: Sequence[Turn] = (), gone: Gone | None = None, scope: Any = None
    ) -> Answer:
        """Answer a question when it is its turn. Cancelling this stops the computation.

        Args:
            question: Any text but an empty one.
            history: Earlier turns, oldest first.
            gone: Asked now and then; once it says yes, all is stopped. None never looks.
            scope: A path or several, of documents and folders to look in; None for all.

        Returns:
            The checked answer, or a refusal.

        Raises:
            RagError: No text, too long, no pipeline, or all is being stopped.
        """
        asked, stop = Question(as_text(question), history=tuple(history), scope=to_scope(scope)), threading.Event()
        self.ready()
        answering = to_thread.run_sync(self._answer, asked, stop, abandon_on_cancel=True, limiter=self._seats)
        task = asyncio.ensure_future(answering)
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_S))[0]:
                if gone and await gone():
                    stop.set()
            return task.result()
        finally:
            stop.set()
            task.cancel()

    def search(self, question: Any, k: Any = None, scope: Any = None) -> dict[str, Any]:
        """Retrieval alone, as `rag search --json`.

        Args:
            question: Any text but an empty one.
            k: Most hits, 1 to 100; None for the configured number.
            scope: A path or several, of documents and folders to look in; None for all.

        Returns:
            `question`, `hits` best first with their ranks and texts, and `embedder`.

        Raises:
            RagError: No text, no such number, or no pipeline.
        """
        asked, where = as_text(question), to_scope(scope)
        most = None if k is None else _whole("k", k, 1, _MOST_HITS)
        pipeline = self.ready()
        found = [{**hit_to_dict(hit), "text": hit.chunk.text} for hit in pipeline.search(asked, most, where)]
        return {"question": asked, "hits": found, "embedder": pipeline.embedder.name}

    def documents(self) -> dict[str, Any]:
        """What is indexed, by path, under `documents`."""
        listed = [asdict(document) for document in self.library.documents()]
        for document in listed:
            del document["read_by"]  # it is for indexing alone
        return {"documents": listed}

    def read(self, path: Any, offset: Any = None, characters: Any = None) -> dict[str, Any]:
        """The text of a document around an offset.

        Args:
            path: As the index names it.
            offset: Where in the text, from 0; None for its beginning.
            characters: How many, 1 to 20,000; None for 4,000.

        Returns:
            `document`, `title`, `start` and `end` of what is given, `characters` of the whole, `page` and `heading` of
            the start, and `text`.

        Raises:
            RagError: No such document, no such numbers, or no pipeline.
        """
        at = 0 if offset is None else _whole("offset", offset, 0)
        most = _CHARACTERS if characters is None else _whole("characters", characters, 1, _MOST_CHARACTERS)
        hint = "take a path from the list of documents"
        self.ready()
        if not isinstance(path, str):
            raise UsageError(f"document: expected text, met {shown(path)}", hint)
        try:
            document = self.library.read(path)
        except KeyError as exc:
            raise UsageError(f"document: none is called {shown(path)}", hint) from exc
        total = len(document.text)
        start = max(0, min(at - most // 2, total - most))
        end = min(total, start + most)
        where = {"document": document.path, "title": document.title, "start": start, "end": end, "characters": total}
        place = {"page": document.page_at(start), "heading": document.heading_at(start)}
        return where | place | {"text": document.text[start:end]}

    def _answer(self, question: Question, stop: threading.Event) -> Answer:
        with self._changed:
            self._stops.add(stop)
            if self._closed:
                stop.set()
        try:
            with self.library.line.turn(stop, "programs"):
                if stop.is_set():
                    raise Unready("stopped before it was its turn", "ask again")
                ask = self.library.pipeline().ask
                answer = ask(question.text, question.history, scope=question.scope, stop=stop)
            if stop.is_set():
                raise Unready("stopped before the answer was whole", "ask again")
            return answer
        finally:
            with self._changed:
                self._stops.discard(stop)
                self._changed.notify_all()


def _whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON knows one kind of number
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        expected = f"{least} to {most:,}" if most is not None else f"a whole number from {least}"
        raise UsageError(f"{name}: expected {expected}, met {shown(value)}", f"leave {name} out")
    return value
