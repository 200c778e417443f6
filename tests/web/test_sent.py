from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from rag.web.sent import number_of, sound, text_of


def sent(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.mark.parametrize(("text", "kept"), [("Straße", "Straße"), ("a\ud83d", "a?"), ("a\0b", "ab"), ("\0", "")])
def test_a_text_that_cannot_be_kept_is_made_sound(text: str, kept: str) -> None:
    assert sound(text) == kept
    assert text_of(sent({"id": text}), "id") == kept


@pytest.mark.parametrize("data", [None, {}, {"id": 7}, {"id": ["x"]}, {"id": None}])
def test_anything_else_is_no_text(data: Any) -> None:
    assert text_of(sent(data), "id") == ""


@pytest.mark.parametrize("data", [None, {}, {"turn": "7"}, {"turn": 1.5}, {"turn": None}])
def test_anything_else_is_no_number(data: Any) -> None:
    assert number_of(sent(data), "turn") == -1
    assert number_of(sent({"turn": 7}), "turn") == 7
