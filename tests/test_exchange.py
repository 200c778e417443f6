"""JSON in and out: any text survives, and whatever is wrong is a `UsageError` with a hint."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.exchange import as_questions, parse, shown, to_history, to_line, to_question, to_scope
from rag.types import Question, Turn

ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=10,
)


@given(JSON)
def test_any_value_survives_as_one_line(value: Any) -> None:
    line = to_line(value)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == value == parse(line)


@given(JSON)
def test_any_value_is_a_question_or_a_usage_error(value: Any) -> None:
    try:
        id_, question = to_question(value, 3)
    except UsageError:
        return
    assert str(id_) == question.id
    assert question.text.strip()


@given(st.dictionaries(st.sampled_from(["role", "content", "x"]), st.sampled_from(["user", "agent", "", None, 1])))
def test_any_turn_is_a_turn_or_a_usage_error(turn: dict[str, Any]) -> None:
    try:
        (found,) = to_history([turn])
    except UsageError:
        return
    assert found.role in ("user", "assistant")


def test_an_agent_is_an_assistant() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "agent", "content": "b"}, {"role": "assistant", "content": "c"}]
    assert to_history(turns) == (Turn("user", "a"), Turn("assistant", "b"), Turn("assistant", "c"))


@given(st.binary())
def test_any_bytes_are_a_value_or_a_usage_error(raw: bytes) -> None:
    try:
        parse(raw)
    except UsageError:
        return


def test_a_wrong_byte_is_named() -> None:
    with pytest.raises(UsageError, match="byte 1 is 0xff"):
        parse(b'"\xff"')


@given(JSON)
def test_a_wrong_value_is_shown_short(value: Any) -> None:
    assert len(shown(value)) <= 60


@pytest.mark.parametrize(
    ("value", "scope"),
    [(None, ()), ([], ()), ("legal", ("legal",)), (["legal", "a.txt"], ("legal", "a.txt")), (("a",), ("a",))],
)
def test_a_scope_is_a_path_or_several(value: Any, scope: tuple[str, ...]) -> None:
    assert to_scope(value) == to_question({"question": "x", "scope": value}, 1)[1].scope == scope


def test_a_scope_may_be_of_paths() -> None:
    windows, here = PureWindowsPath("legal\\old"), PurePosixPath("a.txt")
    assert to_scope(windows) == ("legal/old",)
    assert to_scope([here, "b.txt"]) == ("a.txt", "b.txt")


def test_no_history_is_none() -> None:
    assert to_history(None) == to_history([]) == ()


@given(JSON)
def test_any_value_is_a_scope_or_a_usage_error(value: Any) -> None:
    try:
        found = to_scope(value)
    except UsageError:
        return
    assert all(isinstance(path, str) for path in found)


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "user", "content": "Who rents the flat?"}, {"role": "agent", "content": "Ada."}],
        [("user", "Who rents the flat?"), ["assistant", "Ada."]],
        (Turn("user", "Who rents the flat?"), Turn("assistant", "Ada.")),
    ],
)
def test_turns_in_any_shape(history: Any) -> None:
    assert to_history(history) == (Turn("user", "Who rents the flat?"), Turn("assistant", "Ada."))


@pytest.mark.parametrize("turn", ["user", ("user",), ("user", 1), ("user", "a", "b"), {"role": "user"}, ("king", "a")])
def test_what_is_no_turn(turn: Any) -> None:
    with pytest.raises(UsageError, match="history: expected a turn"):
        to_history([turn])


def test_a_question_in_any_shape() -> None:
    asked = Question("How much?", "7", (Turn("user", "Whose flat?"),), ("lease.txt",))
    shape = {
        "id": 7,
        "question": "How much?",
        "history": [{"role": "user", "content": "Whose flat?"}],
        "scope": "lease.txt",
    }
    assert list(as_questions([shape, asked, "How much?"])) == [asked, asked, Question("How much?")]


def test_questions_without_an_id_are_numbered() -> None:
    assert [asked.id for asked in as_questions([{"question": "A?"}, {"question": "B?"}])] == ["1", "2"]


def test_half_a_surrogate_pair_is_no_text_in_a_history_either() -> None:
    (turn,) = to_history([{"role": "user", "content": "\ud800 the ferry"}])
    assert turn.content == "? the ferry"
