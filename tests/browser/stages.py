"""What the states of the page take place over: generators that wait or break, libraries that cannot be asked."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import sleep

from rag import factory
from rag.config import Config
from rag.errors import ServerError, WeightsError
from rag.indexing import Report
from rag.pipeline import Pipeline
from rag.protocols import Message, Progress, StopSignal
from rag.testing import FakeGenerator
from rag.web.library import Library
from tests.browser import conftest
from tests.web import shelves

_LOADING_S = 120.0
_SLOW_S = 2.0
_WORDS = len(conftest.REPLY.split(". ")[0].split()) + 2


class Hesitant(FakeGenerator):
    """Writes its first sentence and two words more, and then waits to be stopped."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """A word at a time."""
        yield from islice(super().stream(messages, stop), _WORDS)
        while not stop.is_set():
            sleep(0.02)


class Slow(FakeGenerator):
    """Takes its time."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """All of it, after a while."""
        sleep(_SLOW_S)
        yield from super().stream(messages, stop)


class Broken(FakeGenerator):
    """Breaks off in its first sentence."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        """A few words, and an error."""
        yield from islice(super().stream(messages, stop), 4)
        raise ServerError("http://127.0.0.1:8000/v1 broke off", "start the model server again")


def doubtful() -> FakeGenerator:
    """Writes a sentence that is supported, one that nearly is, and one that is not."""
    return FakeGenerator(
        "Either side may end the harbour lease with ninety days written notice. "
        "The registrar must have the notice on paper before the end of a quarter. "
        "A late notice costs a fee of twelve pounds."
    )


def slowly(config: Config, progress: Progress, anew: Collection[str] = ()) -> Report:
    """As the factory indexes, with time between the documents to look at the bars."""

    def told(what: str, done: int, total: int) -> None:
        progress(what, done, total)
        if what == "indexing" and 0 < done < total:
            sleep(_SLOW_S)

    return factory.sync_index(config, told, anew)


def unusable(root: Path, ends: threading.Event) -> dict[str, Library]:
    """Where there is nothing to ask, by what is wrong; what is being loaded is so until it `ends`."""
    settings = shelves.settings(root / "none")

    def fails(_config: Config, _progress: Progress) -> Pipeline:
        raise WeightsError("qwen2.5-coder-1.5b: the digest of the weights is wrong", "rag models verify")

    def loads(_config: Config, progress: Progress) -> Pipeline:
        progress("converting qwen2.5-coder-1.5b", 1, 3)
        ends.wait(_LOADING_S)
        raise WeightsError("too late", "")

    return {
        "no-index": shelves.make_library(settings),
        "loading": Library(settings, loads),
        "failed": Library(settings, fails),
    }
