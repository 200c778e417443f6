"""Answers batches in the background, whoever looks on or not, and gives way to those who wait at the page.

A thread for each batch that runs; all of them together stand in the library's line once, anew for each question. Knows
the library and the batches; nothing of pages or Gradio.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from rag.batch import Stopped, steps
from rag.errors import AnswersBusy, RagError, UsageError
from rag.pipeline import Pipeline
from rag.types import Answer, Question
from rag.web.batch_store import Batch
from rag.web.library import Library
from rag.web.line import Line

logger = logging.getLogger(__name__)

MOST = 16
"""Batches that run at a time, of all owners."""
_PATIENCE_S = 0.25
"""How long a wait for the model lasts before a stop is looked at again."""
_TROUBLE = RagError("the batch ended where it should not have", "the terminal that runs the chat says why; then: Go on")


@dataclass(frozen=True, slots=True)
class State:
    """What a batch is doing.

    Attributes:
        running: Whether it is being answered.
        stopping: Whether it is about to end, since it was told to.
        left_s: Seconds until it is done, as fast as it has gone since it last began; None where nobody can tell.
        error: Why it ended before it was done; None where it did not, or was told to.
    """

    running: bool = False
    stopping: bool = False
    left_s: float | None = None
    error: RagError | None = None


@dataclass(slots=True)
class _Run:
    """One batch on its way: `done` of its questions by now, `found` of which were there when it began."""

    batch: Batch
    stop: threading.Event = field(default_factory=threading.Event)
    begun_s: float = 0.0
    found: int = 0
    done: int = 0

    def left_s(self) -> float | None:
        made = self.done - self.found
        return (time.monotonic() - self.begun_s) / made * (self.batch.total - self.done) if made else None


class _Stoppable:
    """A pipeline that a batch asks, and that gives up a question when told to.

    Args:
        pipeline: Answers.
        stop: Tells it to.
    """

    def __init__(self, pipeline: Pipeline, stop: threading.Event) -> None:
        self._pipeline = pipeline
        self._stop = stop

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        """One answer per question, in order; an answer that was cut short is none."""
        for question in questions:
            answer = self._pipeline.ask(
                question.text, question.history, id=question.id, scope=question.scope, stop=self._stop
            )
            if self._stop.is_set():
                raise Stopped
            yield answer


class Runner:
    """Runs batches; what is done stays, whatever ends them.

    Args:
        library: Answers, and has the line.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._line = Line()
        """Among the batches, so that only one of them stands in the line for all."""
        self._runs: dict[str, _Run] = {}
        self._errors: dict[str, RagError] = {}
        self._changed = threading.Condition()

    def start(self, batch: Batch) -> None:
        """Go on with a batch where it ended; one that runs is let be.

        Args:
            batch: From the store.

        Raises:
            UsageError: Too many run already.
        """
        with self._changed:
            if batch.id in self._runs:
                return
            if len(self._runs) >= MOST:
                raise UsageError(f"{MOST} batches are running, and no more at a time", "go on when one is done")
            self._errors.pop(batch.id, None)
            run = self._runs[batch.id] = _Run(batch)
        threading.Thread(target=self._work, args=[run], name="batch", daemon=True).start()

    def stop(self, batch: Batch, timeout_s: float = 0.0) -> bool:
        """End a batch; the question that is being answered is given up, to be asked anew when it goes on.

        Args:
            batch: Which.
            timeout_s: Longest wait for it to end, in seconds.

        Returns:
            True once it does not run.
        """
        with self._changed:
            if batch.id in self._runs:
                self._runs[batch.id].stop.set()
            return self._changed.wait_for(lambda: batch.id not in self._runs, timeout_s)

    def halt(self, timeout_s: float) -> bool:
        """End every batch.

        Args:
            timeout_s: Longest wait until none runs, in seconds.

        Returns:
            True once none runs.
        """
        with self._changed:
            for run in self._runs.values():
                run.stop.set()
            return self._changed.wait_for(lambda: not self._runs, timeout_s)

    def state(self, batch: Batch) -> State:
        """What a batch is doing now."""
        with self._changed:
            run = self._runs.get(batch.id)
            if run is None:
                return State(error=self._errors.get(batch.id))
            return State(True, run.stop.is_set(), run.left_s())

    def _work(self, run: _Run) -> None:
        error: RagError | None = None
        try:
            self._answer(run)
        except Stopped:
            pass
        except UsageError as exc:  # its advice is for those at a terminal
            error = _at_a_page(exc, run.batch)
        except RagError as exc:
            error = exc
        except Exception:  # the outermost edge of this thread: the page says so and the log says what
            logger.exception("a batch failed")
            error = _TROUBLE
        finally:
            self._over(run, error)

    def _over(self, run: _Run, error: RagError | None) -> None:
        with self._changed:
            del self._runs[run.batch.id]
            if error is not None:
                self._errors[run.batch.id] = error
            self._changed.notify_all()

    def _answer(self, run: _Run) -> None:
        """Question by question, each in a turn of its own."""
        while not run.stop.is_set() and not self._library.wait(_PATIENCE_S):
            pass
        if run.stop.is_set():
            return
        pipeline, batch = self._library.pipeline(), run.batch
        asked, config = _Stoppable(pipeline, run.stop), pipeline.config.fingerprint()
        with closing(steps(asked, batch.questions, batch.answers, config=config, group=1)) as tallies:
            run.found = run.done = next(tallies).resumed
            run.begun_s = time.monotonic()
            while run.done < batch.total:
                with self._line.turn(run.stop), self._library.line.turn(run.stop):
                    if run.stop.is_set() or next(tallies, None) is None:
                        return
                run.done += 1


def _at_a_page(error: UsageError, batch: Batch) -> UsageError:
    """Why a batch did not go on, and what mends it there: another process has it, or what is on disk does not fit."""
    told = error.message.replace(f"{batch.folder}/", "")
    if isinstance(error, AnswersBusy):
        return AnswersBusy(told, "wait for it, then: Go on")
    return UsageError(told, "hand the questions in again, as another batch")
