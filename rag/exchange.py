"""The JSON that users hand in and get back: questions, histories, and lines that survive any text.

Knows the nouns and nothing of models, files or commands. What comes in is hostile: whatever is wrong with it becomes a
`UsageError` that says what was met and what was expected.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from pathlib import PurePath
from typing import Any

from rag.errors import UsageError
from rag.types import Question, Turn
from rag.utf8 import to_utf8

_ROLES = {"user": "user", "assistant": "assistant", "agent": "assistant"}
_CHARACTERS = 8_000
"""Longest question; longer ones are pasted documents, not questions."""
_SHOWN = 60
"""Most characters of a wrong value that a message repeats."""

Id = str | int | float

Turns = Sequence[Turn | Mapping[str, str]] | None
"""Earlier turns as a caller may give them, oldest first; None for none."""
Scope = str | PurePath | Sequence[str | PurePath]
"""Documents and folders as a caller may give them."""
Asked = str | Question | Mapping[str, Any]
"""A question as a caller may give it."""


def to_line(data: Any) -> bytes:
    """One JSON value as one line of UTF-8, newline included; half surrogate pairs stay the escapes that they were."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def parse(raw: bytes | str) -> Any:
    """A JSON value from text.

    Args:
        raw: UTF-8, with or without a byte order mark.

    Returns:
        The value.

    Raises:
        UsageError: Not UTF-8, not JSON, nested too deep, or a number too long to read.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        return json.loads(text)
    except UnicodeDecodeError as exc:
        raise UsageError(f"not UTF-8: byte {exc.start} is 0x{exc.object[exc.start]:02x}", "save it as UTF-8") from exc
    except json.JSONDecodeError as exc:
        raise UsageError(f"not valid JSON: {exc}", "write one JSON value") from exc
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"JSON that cannot be read: {exc}", "write one JSON value") from exc


def to_question(value: Any, number: int) -> tuple[Id, Question]:
    """A question from `{"id", "question", "history"?, "scope"?}`.

    Args:
        value: A JSON value.
        number: What stands in for a missing id: the number of the line, from 1.

    Returns:
        The id in the type that it was given in, and the question with the id as text.

    Raises:
        UsageError: Not an object, or a member missing or of the wrong type.
    """
    if not isinstance(value, Mapping):
        raise UsageError(f"expected an object, met {shown(value)}", 'write {"id": 1, "question": "..."}')
    id_ = id_of(value, number)
    text = value.get("question")
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"question: expected text, met {shown(text)}", 'write {"id": 1, "question": "..."}')
    return id_, Question(to_utf8(text), str(id_), to_history(value.get("history")), to_scope(value.get("scope")))


def as_questions(items: Iterable[Asked]) -> Iterator[Question]:
    """Questions, read as they are needed.

    Args:
        items: Texts, objects as `to_question` takes them, or questions as they are.

    Yields:
        Each as a question.

    Raises:
        UsageError: A single one, of whose letters or members nobody asks; or one of them is no question.
    """
    if isinstance(items, str | bytes | Question | Mapping) or not isinstance(items, Iterable):
        raise UsageError(f"expected several questions, met {shown(items)}", "put a single one into a list")
    yield from (_as_question(item, number) for number, item in enumerate(items, start=1))


def _as_question(item: Asked, number: int) -> Question:
    if isinstance(item, str):
        return Question(item)
    return item if isinstance(item, Question) else to_question(item, number)[1]


def as_text(question: Any) -> str:
    """A question that can be searched for.

    Args:
        question: As asked.

    Returns:
        The same, half of a surrogate pair replaced: that is no text.

    Raises:
        UsageError: No text, empty, or longer than 8,000 characters.
    """
    if not isinstance(question, str):
        raise UsageError(f"question: expected text, met {shown(question)}", "type a question")
    if not question.strip():
        raise UsageError("the question is empty", "type a question")
    if len(question) > _CHARACTERS:
        raise UsageError(
            f"the question has {len(question):,} characters, at most {_CHARACTERS:,} are read",
            "put long texts into the folder and ask about them",
        )
    return to_utf8(question)


def as_most(k: Any) -> int:
    """How many hits are wanted at most.

    Args:
        k: As given.

    Returns:
        The same.

    Raises:
        UsageError: No whole number from 1.
    """
    if isinstance(k, bool) or not isinstance(k, Integral) or k < 1:
        raise UsageError(f"k: expected a whole number from 1, met {shown(k)}", "leave it out for the configured number")
    return int(k)


def id_of(value: Any, number: int) -> Id:
    """The id of a line.

    Args:
        value: The line's JSON value, of whatever type.
        number: What stands in for a missing or unusable id.

    Returns:
        The id as given where it is text or a finite number, else `number`.
    """
    id_ = value.get("id") if isinstance(value, Mapping) else None
    if isinstance(id_, bool) or not isinstance(id_, str | int | float):
        return number
    return number if isinstance(id_, float) and not math.isfinite(id_) else id_


def to_history(value: Any) -> tuple[Turn, ...]:
    """Earlier turns from `[{"role", "content"}]`, oldest first; `Turn` and any other pair will do too.

    Args:
        value: A JSON value, or a sequence of turns; None for none.

    Returns:
        The turns; a role of `agent` reads as `assistant`.

    Raises:
        UsageError: Not a list of turns, an unknown role, or content that is not text.
    """
    hint = 'write [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]'
    if not isinstance(value, list | tuple | None):
        raise UsageError(f"history: expected a list of turns, met {shown(value)}", hint)
    turns = []
    for turn in value or ():
        role, content = _role_and_content(turn)
        if not isinstance(role, str) or role not in _ROLES or not isinstance(content, str):
            raise UsageError(f"history: expected a turn with role and content, met {shown(turn)}", hint)
        turns.append(Turn(_ROLES[role], to_utf8(content)))
    return tuple(turns)


def _role_and_content(turn: Any) -> tuple[Any, Any]:
    if isinstance(turn, Mapping):
        return turn.get("role"), turn.get("content")
    return tuple(turn) if isinstance(turn, list | tuple) and len(turn) == 2 else (None, None)


def to_scope(value: Any) -> tuple[str, ...]:
    """Documents and folders to look in.

    Args:
        value: A JSON value: a path, or a list of them, `Path` or not; nothing for everywhere.

    Returns:
        The paths, as given.

    Raises:
        UsageError: Neither a path nor a list of them.
    """
    paths = [] if value is None else [value] if isinstance(value, str | PurePath) else value
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str | PurePath) for path in paths):
        raise UsageError(f"scope: expected paths, met {shown(value)}", 'write "scope": ["FOLDER", "DOCUMENT"]')
    return tuple(path if isinstance(path, str) else path.as_posix() for path in paths)


def shown(value: Any) -> str:
    """A value for a message, shortened."""
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
