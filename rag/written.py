"""The answers of a batch on disk: where a killed run ended, what is added, and lines that are put in place of others.

Line n of the output answers line n of the input, blank lines not counted, so the number of whole lines says where to go
on, whatever the ids are. A torn last line is cut off. Lines are put in place of others in a part file beside the
output, which then takes its place: at any moment each answer that was there is in one of the two. Knows no pipeline.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from rag.asked import Line
from rag.errors import AnswersBusy, RagError, UsageError
from rag.exchange import parse, shown, to_line
from rag.scope import same

_OPENING = b'{"id": '
"""How every line of the output begins: a torn line that begins otherwise is not ours to cut off."""
_ERROR = {"error", "line"}
_OURS = ({"status", "text", "config"}, _ERROR)
"""What every line of the output holds: an answer, or an error."""

Record = dict[str, Any]
"""One line of the output: an answer, or an error."""


@dataclass(slots=True)
class Tally:
    """Lines of the output by kind; `resumed` of them were there before."""

    answered: int = 0
    refused: int = 0
    errors: int = 0
    resumed: int = 0

    def add(self, line: Record) -> None:
        """Count one line of the output."""
        self.errors += "error" in line
        self.answered += line.get("status") == "answered"
        self.refused += line.get("status") == "refused"


@dataclass(slots=True)
class Found:
    """What an output holds.

    Attributes:
        tally: Of the lines that stay.
        lines: Whole lines.
        anew: Numbers of those that are to be asked anew, from 1.
        end: Bytes of the whole lines.
    """

    tally: Tally = field(default_factory=Tally)
    lines: int = 0
    anew: set[int] = field(default_factory=set)
    end: int = 0


class Output:
    """Takes lines, each of which is in the file before the next is made."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, line: Record) -> None:
        """Write a line."""
        self._file.write(to_line(line))
        self._file.flush()

    def sync(self) -> None:
        """Have the system put on disk what was written."""
        os.fsync(self._file.fileno())


class _Mended(Output):
    """Puts each line in the place of the next one of `anew`, after a copy of those between."""

    def __init__(self, file: BinaryIO, before: Iterable[bytes], anew: Set[int]) -> None:
        super().__init__(file)
        self._before, self._anew = enumerate(before, 1), anew

    def add(self, line: Record) -> None:
        """Write a line in its place."""
        for number, raw in self._before:
            if number in self._anew:
                break
            self._file.write(raw)
        super().add(line)


@contextmanager
def alone(answers: Path) -> Iterator[None]:
    """Keep a second run off the same output.

    Args:
        answers: The output.

    Yields:
        Nothing; until then nobody else writes.

    Raises:
        AnswersBusy: Somebody does already.
        RagError: It cannot be written.
    """
    real = answers.resolve()
    lock = FileLock(real.with_name(f".{real.name}.lock"), timeout=0)
    try:
        with lock:
            yield
    except Timeout as exc:
        raise AnswersBusy(
            f"{answers}: another run is writing it", "wait for it, or give another file after -o"
        ) from exc
    except OSError as exc:
        raise RagError(f"{answers}: cannot be written: {exc.strerror}", "give another file after -o") from exc


def resume(answers: Path, questions: Callable[[], Iterator[Line]], config: str, *, mend: bool) -> Found:
    """Count the whole lines of an output, each against its question, and cut off a torn last one.

    Args:
        answers: The output; made where it is missing.
        questions: Reads the lines of the input from the first.
        config: Fingerprint of the settings.
        mend: Whether lines that hold an error are to be asked anew; whatever those say is not looked at.

    Returns:
        What stays and what does not.

    Raises:
        UsageError: It belongs to other questions or settings.
    """
    if not answers.exists():
        _part(answers).unlink(missing_ok=True)
        answers.touch()
    found = _found(answers, questions(), config, mend)
    if _part(answers).exists():  # left by a run that was killed
        _adopt(answers)
        found = _found(answers, questions(), config, mend)
    os.truncate(answers, found.end)
    return found


@contextmanager
def adding(answers: Path) -> Iterator[Output]:
    """Lines after the last."""
    with answers.open("ab") as file:
        try:
            yield (out := Output(file))
        finally:
            out.sync()


@contextmanager
def mending(answers: Path, anew: Set[int]) -> Iterator[Output]:
    """Lines in the place of others, which stand in the output as soon as this is left, in whatever way."""
    try:
        with answers.open("rb") as before, _part(answers).open("wb") as file:
            yield _Mended(file, before, anew)
    finally:
        _adopt(answers)


def _part(answers: Path) -> Path:
    real = answers.resolve()
    return real.with_name(f".{real.name}.part")


def _adopt(answers: Path) -> None:
    """Have the part file take the place of the output, once it has the lines that it has not come to yet."""
    part = _part(answers)
    if not part.exists():
        return
    with part.open("r+b") as file, answers.open("rb") as before:
        whole = list(map(len, _whole(file)))
        file.seek(sum(whole))
        file.truncate()
        file.writelines(islice(_whole(before), len(whole), None))
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(answers, part)
    part.replace(answers.resolve())


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (raw for raw in lines if raw.endswith(b"\n"))


def _found(answers: Path, lines: Iterator[Line], config: str, mend: bool) -> Found:
    found = Found()
    with answers.open("rb") as out:
        for number, raw in enumerate(out, 1):
            if not raw.endswith(b"\n"):
                if raw[: len(_OPENING)] != _OPENING[: len(raw)]:
                    raise _foreign(answers, number, "not a line that `rag batch` wrote")
                break
            try:
                record, anew = _checked(raw, next(lines, None), config, mend)
            except UsageError as exc:
                raise _foreign(answers, number, exc.message) from exc
            found.lines, found.end = number, found.end + len(raw)
            if anew:
                found.anew.add(number)
            else:
                found.tally.add(record)
                found.tally.resumed += 1
    return found


def _checked(raw: bytes, line: Line | None, config: str, mend: bool) -> tuple[Record, bool]:
    """A line of the output, and whether it is to be asked anew."""
    record = parse(raw)
    if line is None:
        raise UsageError("there are fewer questions than answers")
    if mend and raw.startswith(_OPENING) and record.keys() >= _ERROR:
        return record, True
    if amiss := _amiss(record, line, config):
        raise UsageError(amiss)
    return record, False


def _amiss(record: Any, line: Line, config: str) -> str:
    """What keeps a line from being the answer to its question, or the error of it; empty where nothing does."""
    if not isinstance(record, dict) or record.get("id") != line.id:
        return f"expected id {shown(line.id)}, met {shown(record)}"
    if line.question and record.get("question") != line.question.text:
        return f"answers another question: {shown(record.get('question'))}"
    looked = record.get("scope", [])
    if line.question and not (isinstance(looked, list) and same(map(str, looked), line.question.scope)):
        return f"looked in {shown(looked)}, not in {shown(list(line.question.scope))}"
    if line.question and record.get("history", line.history) != line.history:  # earlier versions did not write it
        return "answers the question after other turns: its history has changed"
    if record.get("config", config) != config:
        return f"made with settings {shown(record['config'])}, not {config}"
    if not any(keys <= record.keys() for keys in _OURS):
        return "holds neither an answer nor an error: it is no line that `rag batch` wrote"
    return ""


def _foreign(answers: Path, number: int, why: str) -> UsageError:
    return UsageError(f"{answers}, line {number}: {why}", "remove that file, or give another after -o")
