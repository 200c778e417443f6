"""Answer a file of questions, a line each, and go on where a killed run ended.

Line n of the output answers line n of the input, blank lines not counted, so the number of whole lines in the output
says where to go on, whatever the ids are. A torn last line is cut off and done again. Knows a pipeline only by what it
calls on it, and nothing of terminals.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from filelock import FileLock, Timeout

from rag.errors import RagError, StoreError, UsageError, WeightsError
from rag.exchange import Id, id_of, parse, shown, to_line, to_question
from rag.protocols import Progress
from rag.scope import same
from rag.types import Answer, Question

_log = logging.getLogger(__name__)

_GROUP = 16
"""Most questions handed over together: what is lost when killed is at most one group's work."""
_FIRST = 2
"""The first group, after which each is twice as large: an answer, and how long the rest will take, are soon there."""
_OPENING = b'{"id": '
"""How every line of the output begins: a torn line that begins otherwise is not ours to cut off."""


class Stopped(Exception):
    """A pipeline was told to stop: the question that it had counts as not asked, and the batch ends there."""


_ENDING = (StoreError, WeightsError, Stopped)
"""What would befall every question to come: a later run can go on, so none of them is written down."""


class Answers(Protocol):
    """What a batch needs of a pipeline."""

    def ask_many(self, questions: Sequence[Question], /) -> Iterator[Answer]:
        """One answer per question, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input: its number in the file, its id, and a question or what is wrong with it."""

    number: int
    id: Id
    question: Question | None
    error: RagError | None = None


@dataclass(slots=True)
class Tally:
    """Lines of the output by kind; `resumed` of them were there before."""

    answered: int = 0
    refused: int = 0
    errors: int = 0
    resumed: int = 0

    def add(self, line: dict[str, Any]) -> None:
        """Count one line of the output."""
        self.errors += "error" in line
        self.answered += line.get("status") == "answered"
        self.refused += line.get("status") == "refused"


def run(
    pipeline: Answers, questions: Path, answers: Path, *, config: str, progress: Progress, group: int = _GROUP
) -> Tally:
    """Answer every line of a file that the output does not answer yet.

    Args:
        pipeline: Answers the questions.
        questions: JSON lines of `{"id", "question", "history"?, "scope"?}`.
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
    """
    total = check(questions, answers)
    with closing(steps(pipeline, questions, answers, config=config, group=group)) as tallies:
        tally = next(tallies)
        progress("answering", tally.resumed, total)
        for done, _ in enumerate(tallies, tally.resumed + 1):
            progress("answering", done, total)
    return tally


def steps(
    pipeline: Answers, questions: Path, answers: Path, *, config: str, group: int = _GROUP
) -> Generator[Tally, None, None]:
    """As `run`, a line at a time: whoever takes the steps may do other things between them, and leave off after any.

    Args:
        pipeline: Answers the questions; one that is told to stop raises `Stopped`.
        questions: JSON lines of `{"id", "question", "history"?, "scope"?}`.
        answers: Where the answers go, a line each, in order; made where it is missing.
        config: Fingerprint of the settings; an output made with others is not gone on with.
        group: Most questions handed over together.

    Yields:
        Always the same tally: first as the output was found, then after each line that was added to it.

    Raises:
        UsageError: A file that cannot be read, or an output that belongs to other questions or settings.
        StoreError: The index fails; what was written stays, as it does for the next two.
        WeightsError: The weights fail.
        Stopped: The pipeline was told to stop.
    """
    with _alone(answers), _opened(answers) as out:
        lines, tally = read_questions(questions), Tally()
        _resume(out, lines, tally, answers, config)
        yield tally
        size = min(_FIRST, group)
        while some := list(islice(lines, size)):
            size = min(2 * size, group)
            for record in _answer(pipeline, some):
                out.write(to_line(record))
                out.flush()
                tally.add(record)
                yield tally
            os.fsync(out.fileno())


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


def read_questions(path: Path) -> Iterator[Line]:
    """The lines of a question file, blank ones left out.

    Args:
        path: JSON lines.

    Yields:
        One `Line` each; one that cannot be understood carries its error.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        with path.open("rb") as source:
            for number, raw in enumerate(source, 1):
                if raw.strip():
                    yield _read_line(raw, number)
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read: {exc.strerror}", "name a file of JSON lines") from exc


def _read_line(raw: bytes, number: int) -> Line:
    value: Any = None
    try:
        value = parse(raw)
        id_, question = to_question(value, number)
    except UsageError as exc:
        return Line(number, id_of(value, number), None, exc)
    return Line(number, id_, question)


def _answer(pipeline: Answers, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """One record per line, in order; questions are answered together, and one by one after a failure."""
    together = _together(pipeline, [line.question for line in lines if line.question])
    for line in lines:
        if line.question is None:
            yield _error(line, line.error)
            continue
        answer = next(together, None)
        yield {**answer.to_dict(), "id": line.id} if answer else _alone_answer(pipeline, line)


def _together(pipeline: Answers, questions: Sequence[Question]) -> Iterator[Answer]:
    """Answers while all goes well; ends early at the first failure, which the caller then pins to its question."""
    try:
        yield from pipeline.ask_many(questions) if questions else ()
    except _ENDING:
        raise
    except Exception as exc:  # noqa: BLE001 - whatever one question does must not lose the others
        _log.info("a group of %d failed, going on one by one: %s", len(questions), exc)


def _alone_answer(pipeline: Answers, line: Line) -> dict[str, Any]:
    assert line.question is not None
    try:
        return {**next(iter(pipeline.ask_many([line.question]))).to_dict(), "id": line.id}
    except _ENDING:
        raise
    except Exception as exc:  # noqa: BLE001 - an error in one question is a line, not a stop
        if not isinstance(exc, RagError):
            _log.exception("line %d failed", line.number)
        return _error(line, exc)


def _error(line: Line, exc: Exception | None) -> dict[str, Any]:
    message = exc.message if isinstance(exc, RagError) else str(exc)
    error = {"type": type(exc).__name__, "message": message, "hint": getattr(exc, "hint", "")}
    asked = {"question": line.question.text, "scope": list(line.question.scope)} if line.question else {}
    return {"id": line.id, **asked, "error": error, "line": line.number}


@contextmanager
def _alone(answers: Path) -> Iterator[None]:
    """Keep a second run off the same output."""
    lock = FileLock(answers.with_name(f".{answers.name}.lock"), timeout=0)
    try:
        with lock:
            yield
    except Timeout as exc:
        raise UsageError(f"{answers}: another run is writing it", "wait for it, or give another file after -o") from exc
    except OSError as exc:
        raise RagError(f"{answers}: cannot be written: {exc.strerror}", "give another file after -o") from exc


@contextmanager
def _opened(answers: Path) -> Iterator[BinaryIO]:
    answers.touch()
    with answers.open("r+b") as out:
        try:
            yield out
        finally:
            os.fsync(out.fileno())


def _resume(out: BinaryIO, lines: Iterator[Line], tally: Tally, answers: Path, config: str) -> None:
    """Count the whole lines of the output, each against its question, and cut off a torn last one."""
    end = 0
    for number, raw in enumerate(out, 1):
        if not raw.endswith(b"\n"):
            if raw[: len(_OPENING)] != _OPENING[: len(raw)]:
                raise _foreign(answers, number, "not a line that `rag batch` wrote")
            break
        tally.add(_checked(raw, next(lines, None), answers, number, config))
        tally.resumed += 1
        end += len(raw)
    out.seek(end)
    out.truncate()


def _checked(raw: bytes, line: Line | None, answers: Path, number: int, config: str) -> dict[str, Any]:
    try:
        record = parse(raw)
    except UsageError as exc:
        raise _foreign(answers, number, exc.message) from exc
    if line is None:
        raise _foreign(answers, number, "there are fewer questions than answers")
    if not isinstance(record, dict) or record.get("id") != line.id:
        raise _foreign(answers, number, f"expected id {shown(line.id)}, met {shown(record)}")
    if line.question and record.get("question") != line.question.text:
        raise _foreign(answers, number, f"answers another question: {shown(record.get('question'))}")
    looked = record.get("scope", [])
    if line.question and not (isinstance(looked, list) and same(map(str, looked), line.question.scope)):
        raise _foreign(answers, number, f"looked in {shown(looked)}, not in {shown(list(line.question.scope))}")
    if record.get("config", config) != config:
        raise _foreign(answers, number, f"made with settings {shown(record['config'])}, not {config}")
    return record


def _foreign(answers: Path, number: int, why: str) -> UsageError:
    return UsageError(f"{answers}, line {number}: {why}", "remove that file, or give another after -o")
