"""The shapes of OpenAI's chat completions: a request to a question and its history, an answer to a reply or its pieces.

Our own schema goes along under `footnote`, so that a client which knows no more than OpenAI's loses nothing and one
that does has the sentences, the citations and the passages. Pure.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import RagError, UsageError
from rag.exchange import shown, to_history, to_scope
from rag.types import Answer, Turn

_ASIDE = ("system", "developer", "tool", "function")
"""Roles whose messages are passed over: what an answer may say is decided by the documents."""
_HINT = 'write {"messages": [{"role": "user", "content": "..."}]}'
_PIECE = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a client of OpenAI's asks it: `stream` for a reply in pieces, `usage` to count them at the end.

    `scope`, which is ours, limits it to documents and folders.
    """

    question: str
    history: tuple[Turn, ...]
    stream: bool
    usage: bool
    scope: tuple[str, ...] = ()


def asked(body: Any) -> Asked:
    """Read a request.

    Args:
        body: Its JSON value.

    Returns:
        The last message as the question, those of user and assistant before it as its history; tools, what they say
        and the calls of them are passed over.

    Raises:
        UsageError: Not such a request, or one for several replies.
    """
    if not isinstance(body, Mapping):
        raise UsageError(f"expected an object, met {shown(body)}", _HINT)
    if body.get("n") not in (None, 1):
        raise UsageError(f"n = {shown(body['n'])}: there is one answer to a question", "leave n out")
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise UsageError(f"messages: expected a list, met {shown(messages)}", _HINT)
    turns = tuple(_turn(message, at) for at, message in enumerate(messages) if not _is_aside(message))
    if not turns or turns[-1].role != "user":
        raise UsageError("messages: the last one must be the user's question", _HINT)
    options = body.get("stream_options")
    usage = isinstance(options, Mapping) and options.get("include_usage") is True
    return Asked(turns[-1].content, turns[:-1], body.get("stream") is True, usage, to_scope(body.get("scope")))


def reply(answer: Answer, tokens: tuple[int, int]) -> dict[str, Any]:
    """An answer as a whole reply.

    Args:
        answer: The answer; a refusal is a reply like any other, told apart by `footnote.status`.
        tokens: Of the question with its history, and of the answer.

    Returns:
        A `chat.completion`.
    """
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    whole = _head("chat.completion", answer.model) | {"choices": [choice], "usage": _usage(tokens)}
    return whole | {"footnote": answer.to_dict()}


class Pieces:
    """A reply in pieces, as server-sent events.

    An answer goes out once it is checked: a draft may still be taken back, and what a client has received cannot be.

    Args:
        model: Name of the generator.
    """

    def __init__(self, model: str) -> None:
        self._head = _head("chat.completion.chunk", model)

    def begin(self) -> bytes:
        """The first piece, empty, which says that an answer will come."""
        return self._piece({"role": "assistant", "content": ""})

    def answer(self, answer: Answer, tokens: tuple[int, int] | None) -> Iterator[bytes]:
        """The rest: the text word by word, the reason why it ends with our own schema, the end.

        Args:
            answer: The answer.
            tokens: As `reply` has them; None to leave them out.

        Yields:
            Events.
        """
        for match in _PIECE.finditer(answer.text):
            yield self._piece({"content": match.group()})
        yield self._piece({}, finish="stop", footnote=answer.to_dict())
        if tokens:
            yield _event(self._head | {"choices": [], "usage": _usage(tokens)})
        yield b"data: [DONE]\n\n"

    def _piece(self, delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event(self._head | {"choices": [choice]} | more)


def failure(error: RagError, kind: str) -> dict[str, Any]:
    """An error as OpenAI's clients read it, the remedy in its message."""
    text = f"{error.message} ({error.hint})" if error.hint else error.message
    return {"error": {"message": text, "type": kind, "param": None, "code": type(error).__name__}}


def broken_off(error: RagError, kind: str) -> bytes:
    """An error in the midst of pieces, as an event."""
    return _event(failure(error, kind))


def _turn(message: Any, at: int) -> Turn:
    """The message at a place of the list, its content as one text; clients may send a list of parts."""
    parts = message.get("content") if isinstance(message, Mapping) else None
    if isinstance(parts, Sequence) and not isinstance(parts, str):
        texts = [part.get("text") for part in parts if isinstance(part, Mapping) and part.get("type") == "text"]
        if len(texts) != len(parts) or not all(isinstance(text, str) for text in texts):
            told = f"messages[{at}]: only text can be read, no images, files or sound"
            raise UsageError(told, "send the question as text")
        message = {**message, "content": "\n".join(map(str, texts))}
    try:
        (turn,) = to_history([message])
    except UsageError as exc:
        told = f"messages[{at}]: expected a role and a text as its content, met {shown(message)}"
        raise UsageError(told, _HINT) from exc
    return turn


def _is_aside(message: Any) -> bool:
    """Whether a message is none of the conversation: of another's role, or an assistant's without a word."""
    if not isinstance(message, Mapping):
        return False
    role, content = message.get("role"), message.get("content")
    return role in _ASIDE or (role == "assistant" and content in (None, "", []))


def _head(kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}


def _usage(tokens: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}


def _event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
