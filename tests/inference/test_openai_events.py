"""The events of a server's reply: where its lines end, and what it says of its own end."""

from __future__ import annotations

import threading

import pytest

from rag.inference.openai_client import OpenAIGenerator
from tests.chat_server import event, saying, server

MESSAGES = [{"role": "user", "content": "When?"}]


def test_line_separators_that_stand_raw_in_a_reply_are_part_of_it() -> None:
    raw = (
        'data: {"choices": [{"delta": {"content": "One\u2028two\u2029three\u0085four"}, "finish_reason": "stop"}]}\r\n'
    )
    data = raw.encode()
    with server(saying(data[:50], data[50:])) as url:
        reply = "".join(OpenAIGenerator(url, "m", 50).stream(MESSAGES, threading.Event()))
        assert reply == "One\u2028two\u2029three\u0085four"


@pytest.mark.parametrize(("reason", "is_full"), [("length", True), ("stop", False)])
def test_a_reply_that_the_limit_cut_off_counts_as_full(reason: str, is_full: bool) -> None:
    with server(saying(event(" Die Kündigungsfrist beträgt drei "), event(finish_reason=reason))) as url:
        generator = OpenAIGenerator(url, "m", 50)
        drafts = ["".join(generator.stream(MESSAGES, threading.Event())), *generator.batch([MESSAGES])]
        assert drafts == ["Die Kündigungsfrist beträgt drei"] * 2
        assert [generator.count_tokens(draft) == 50 for draft in drafts] == [is_full] * 2
        assert generator.count_tokens("Die Kündigungsfrist") < 50
