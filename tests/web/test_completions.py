"""OpenAI's shapes: what is asked, what is replied, and what is refused with words that help."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.types import Turn
from rag.web.completions import Pieces, asked, reply
from tests.web.things import ANSWER, REFUSAL

USER = {"role": "user", "content": "How long is notice?"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "type"]), inner),
    max_leaves=8,
)


def events(answer: Any, tokens: tuple[int, int] | None = None) -> list[Any]:
    pieces = Pieces("fake")
    sent = b"".join([pieces.begin(), *pieces.answer(answer, tokens)]).split(b"\n\n")
    assert sent[-2:] == [b"data: [DONE]", b""]
    return [json.loads(event.removeprefix(b"data: ")) for event in sent[:-2]]


def test_the_last_message_is_the_question_and_the_others_its_history() -> None:
    said = {"role": "assistant", "content": "Ninety days."}
    system = {"role": "system", "content": "You are a pirate."}
    found = asked({"messages": [system, USER, said, {"role": "user", "content": "In writing?"}]})
    assert found.question == "In writing?"
    assert found.history == (Turn("user", "How long is notice?"), Turn("assistant", "Ninety days."))
    assert not found.stream


def test_tools_their_calls_and_what_they_say_are_passed_over() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "search", "arguments": "{}"}}
    said = {"role": "assistant", "content": "Ninety days."}
    silent: list[dict[str, Any]] = [{"content": None}, {}, {"content": ""}, {"content": []}]
    for content in silent:
        calling = {"role": "assistant", "tool_calls": [call], **content}
        result = {"role": "tool", "tool_call_id": "c", "content": "ninety"}
        found = asked({"messages": [USER, calling, result, said, USER]})
        assert found.history == (Turn("user", "How long is notice?"), Turn("assistant", "Ninety days."))
        assert asked({"messages": [USER, calling, result]}).question == "How long is notice?"


def test_a_scope_may_come_along() -> None:
    assert asked({"messages": [USER]}).scope == ()
    assert asked({"messages": [USER], "scope": "legal"}).scope == ("legal",)
    assert asked({"messages": [USER], "scope": ["legal", "a.txt"]}).scope == ("legal", "a.txt")


def test_content_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "How long"}, {"type": "text", "text": "is notice?"}]
    assert asked({"messages": [{"role": "user", "content": parts}]}).question == "How long\nis notice?"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "expected an object"),
        ({}, "messages"),
        ({"messages": []}, "the last one must be the user's"),
        ({"messages": [USER, {"role": "assistant", "content": "Ninety."}]}, "the last one must be the user's"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "the last one must be the user's"),
        ({"messages": [USER, {"role": "user", "content": None}]}, r"messages\[1\]: expected a role and a text"),
        ({"messages": [USER, {"role": "assistant"}, "x", USER]}, r"messages\[2\]: expected a role and a text"),
        ({"messages": [USER, {"role": "pirate", "content": "x"}]}, r"messages\[1\]: expected a role and a text"),
        ({"messages": [USER], "n": 3}, "one answer"),
        ({"messages": [USER], "scope": 3}, "scope: expected"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            r"messages\[0\]: only text",
        ),
    ],
)
def test_what_cannot_be_asked_is_said(body: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        asked(body)


@given(JSON)
def test_any_json_is_a_question_or_a_usage_error(value: Any) -> None:
    for body in (
        value,
        {"messages": value},
        {"messages": [value]},
        {"messages": [USER], "scope": value},
        {"messages": [USER], "stream_options": value},
    ):
        with suppress(UsageError):
            assert isinstance(asked(body).question, str)


def test_a_reply_has_the_text_and_our_own_schema() -> None:
    whole = reply(ANSWER, (4, 5))
    assert whole["choices"][0]["message"]["content"] == "Notice is ninety days [1]."
    assert whole["usage"] == {"prompt_tokens": 4, "completion_tokens": 5, "total_tokens": 9}
    assert whole["footnote"] == ANSWER.to_dict()
    assert reply(REFUSAL, (1, 1))["footnote"]["status"] == "refused"


def test_the_pieces_are_the_reply() -> None:
    sent = events(ANSWER, (4, 5))
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in sent if e["choices"]) == ANSWER.text
    last = sent[-2]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["footnote"] == ANSWER.to_dict()
    assert sent[-1]["usage"]["total_tokens"] == 9
    assert len({event["id"] for event in sent}) == 1
    assert all("usage" not in event for event in events(ANSWER))
