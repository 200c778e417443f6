"""Answer a file of questions, a line each, and go on where a killed run ended.

Line n of the output answers line n of the input; an error in one question is a line, which the next run asks anew.
Knows a pipeline only by what it calls on it, and nothing of terminals.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Protocol

from rag.asked import Line, read_questions
from rag.errors import RagError, ServerGone, StoreError, UsageError, WeightsError
from rag.protocols import Progress
from rag.types import Answer, Question
from rag.written import Output, Record, Tally, adding, alone, mending, resume

__all__ = ["Answers", "Line", "Stopped", "Tally", "check", "read_questions", "run", "steps"]

_log = logging.getLogger(__name__)

_GROUP = 16
"""Most questions handed over together: what is lost when killed is at most one group's work."""
_FIRST = 2
"""The first group, after which each is twice as large: an answer, and how long the rest will take, are soon there."""


class Stopped(Exception):
    """A pipeline was told to stop: the question that it had counts as not asked, and the batch ends there."""


_ENDING = (StoreError, WeightsError, ServerGone, Stopped)
"""What would befall every question to come: a later run can go on, so none of them is written down."""


class Answers(Protocol):
    """What a batch needs of a pipeline."""

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        """One answer per question, in order."""


def run(
    pipeline: Answers, questions: Path, answers: Path, *, config: str, progress: Progress, group: int = _GROUP
) -> Tally:
    """Answer every line of a file that the output does not answer yet; those that hold an error are asked anew.

    Args:
        pipeline: Answers the questions.
        questions: JSON lines of `{"id", "question", "history"?, "scope"?}`; a file, read more than once.
        answers: Where the answers go, a line each, in order; made where it is missing.
        config: Fingerprint of the settings; an output made with others is not gone on with.
        progress: Told of the lines done.
        group: Most questions handed over together.

    Returns:
        How many lines of each kind the output now has.

    Raises:
        UsageError: A file that cannot be read, or an output that belongs to other questions or settings.
        StoreError: The index fails, which would be the same for every question; what was written stays.
        WeightsError: Likewise the weights.
        ServerGone: Likewise a model server.
    """
    total = check(questions, answers)
    with closing(steps(pipeline, questions, answers, config=config, group=group, mend=True)) as tallies:
        tally = next(tallies)
        progress("answering", tally.resumed, total)
        for done, _ in enumerate(tallies, tally.resumed + 1):
            progress("answering", done, total)
    return tally


def steps(
    pipeline: Answers, questions: Path, answers: Path, *, config: str, group: int = _GROUP, mend: bool = False
) -> Generator[Tally, None, None]:
    """As `run`, a line at a time: whoever takes the steps may do other things between them, and leave off after any.

    Args:
        pipeline: Answers the questions; one that is told to stop raises `Stopped`.
        questions: JSON lines of `{"id", "question", "history"?, "scope"?}`; a file, read more than once.
        answers: Where the answers go, a line each, in order; made where it is missing.
        config: Fingerprint of the settings; an output made with others is not gone on with.
        group: Most questions handed over together.
        mend: Whether lines that hold an error are asked anew, before all others; else the output only grows.

    Yields:
        Always the same tally: first of what stays of the output, then after each line that was written.

    Raises:
        UsageError: A file that cannot be read, or an output that belongs to other questions or settings.
        StoreError: The index fails; what was written stays, as it does for the next three.
        WeightsError: The weights fail.
        ServerGone: There is no model server.
        Stopped: The pipeline was told to stop.
    """
    with alone(answers):
        found = resume(answers, lambda: read_questions(questions), config, mend=mend)
        yield found.tally
        if found.anew:
            wrong = (line for at, line in enumerate(read_questions(questions), 1) if at in found.anew)
            with mending(answers, found.anew) as out:
                yield from _write(pipeline, wrong, out, found.tally, group)
        rest = islice(read_questions(questions), found.lines, None)
        with adding(answers) as out:
            yield from _write(pipeline, rest, out, found.tally, group)


def _write(pipeline: Answers, lines: Iterable[Line], out: Output, tally: Tally, group: int) -> Iterator[Tally]:
    """A record for each line, in groups that begin small."""
    left, size = iter(lines), min(_FIRST, group)
    while some := list(islice(left, size)):
        size = min(2 * size, group)
        for record in _answer(pipeline, some):
            out.add(record)
            tally.add(record)
            yield tally
        out.sync()


def check(questions: Path, answers: Path) -> int:
    """See that a batch can begin, before anything slow is loaded for it.

    Args:
        questions: JSON lines.
        answers: Where the answers are to go.

    Returns:
        Lines of the questions, blank ones left out.

    Raises:
        UsageError: Questions that cannot be read, or no place for the answers.
    """
    total = sum(1 for _ in read_questions(questions))
    if answers.exists() and answers.samefile(questions):
        raise UsageError(f"{answers}: questions and answers are the same file", "give another file after -o")
    if not answers.parent.is_dir() or (answers.exists() and not answers.is_file()):
        raise UsageError(f"{answers}: not a file in a folder that exists", "give another file after -o")
    return total


def _answer(pipeline: Answers, lines: Sequence[Line]) -> Iterator[Record]:
    """One record per line, in order; questions are answered together, and one by one after a failure."""
    together = _together(pipeline, [line.question for line in lines if line.question])
    for line in lines:
        if line.question is None:
            yield _error(line, line.error)
            continue
        answer = next(together, None)
        yield _record(line, answer) if answer else _alone_answer(pipeline, line)


def _together(pipeline: Answers, questions: Sequence[Question]) -> Iterator[Answer]:
    """Answers while all goes well; ends early at the first failure, which the caller then pins to its question."""
    try:
        yield from pipeline.ask_many(questions) if questions else ()
    except _ENDING:
        raise
    except Exception as exc:  # noqa: BLE001 - whatever one question does must not lose the others
        _log.info("a group of %d failed, going on one by one: %s", len(questions), exc)


def _alone_answer(pipeline: Answers, line: Line) -> Record:
    assert line.question is not None
    try:
        return _record(line, next(iter(pipeline.ask_many([line.question]))))
    except _ENDING:
        raise
    except Exception as exc:  # noqa: BLE001 - an error in one question is a line, not a stop
        if not isinstance(exc, RagError):
            _log.exception("line %d failed", line.number)
        return _error(line, exc)


def _record(line: Line, answer: Answer) -> Record:
    return {**answer.to_dict(), "id": line.id, **_turns(line)}


def _turns(line: Line) -> Record:
    """What tells a run that goes on whether the earlier turns are still those."""
    return {"history": line.history} if line.history else {}


def _error(line: Line, exc: Exception | None) -> Record:
    message = exc.message if isinstance(exc, RagError) else str(exc)
    error = {"type": type(exc).__name__, "message": message, "hint": getattr(exc, "hint", "")}
    asked = {"question": line.question.text, "scope": list(line.question.scope)} if line.question else {}
    return {"id": line.id, **asked, **_turns(line), "error": error, "line": line.number}
