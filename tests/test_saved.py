"""Saved answers that were edited do not pass as they were given; any that was given does."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import Checker
from rag.clarify import question_back
from rag.errors import UsageError
from rag.saved import read_saved
from rag.types import Answer, Chunk, Citation, Evidence, Hit, Sentence

QUOTES = ("Notice is due in May.", "The deposit is 400 euros.")
ANSWER: dict[str, Any] = Answer(
    "When?",
    "When?",
    "answered",
    "Notice is due in May [1]. The deposit is 400 euros [1][2].",
    sentences=(Sentence(QUOTES[0], 1.0, "supported", (1,)), Sentence(QUOTES[1], 0.5, "weak", (1, 2))),
    citations=tuple(Citation(n, "a.txt", 4, 4 + len(q), q, None, "", 1.0) for n, q in enumerate(QUOTES, 1)),
).to_dict()
REFUSED: dict[str, Any] = Answer("When?", "When?", "refused", "The documents do not say.", "nothing near").to_dict()
ERROR = {"id": 3, "question": "When?", "scope": [], "error": {"type": "ServerError"}, "line": 3}


def amiss(value: Any, path: Path) -> str:
    path.write_text(json.dumps(value))
    (found,) = read_saved(path)
    return found.amiss


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answer.json"


def test_answers_as_they_were_given(path: Path) -> None:
    for value in (ANSWER, REFUSED, ERROR):
        assert amiss(value, path) == ""


@pytest.mark.parametrize("question", ["Thanks!", "the of", "Where does it stand?", "What is this?"])
def test_a_question_back_is_a_refusal(path: Path, question: str) -> None:
    for titles in ((), ("Lease",), ("A [draft]", "B “b”", "C")):
        hits = [Hit(Chunk(title, 0, 1, "x", title=title), 1.0) for title in titles]
        assert amiss(REFUSED | {"text": question_back(question, question, hits)}, path) == ""


def test_a_reply_that_was_stopped_is_a_refusal(path: Path) -> None:
    assert amiss(REFUSED | {"text": "Stopped before there was an answer."}, path) == ""


def without(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name != key}


FIRST, SECOND = ANSWER["sentences"]
EDITED: list[tuple[dict[str, Any], str]] = [
    (ANSWER | {"text": "Notice is never due [1]. The deposit is 400 euros [1][2]."}, "its text is not its sentences"),
    (ANSWER | {"text": ANSWER["text"] + " Pets are welcome."}, "its text is not its sentences"),
    (ANSWER | {"text": ANSWER["text"].replace("[2]", "")}, "citation [2] is not used in the text"),
    (ANSWER | {"text": ANSWER["text"] + "[3]"}, "[3] is in the text and is no citation"),
    (ANSWER | {"text": f"[{'9' * 5000}]"}, "expected a text with markers, met '[999"),
    (ANSWER | {"text": None}, "expected a text with markers, met nothing"),
    (without(ANSWER, "text"), "expected a text with markers, met nothing"),
    (ANSWER | {"citations": []}, "[1] is in the text and is no citation"),
    (ANSWER | {"citations": ANSWER["citations"] * 2}, "citation numbers repeat"),
    (ANSWER | {"citations": ANSWER["citations"][::-1]}, "its citations are not numbered from 1"),
    (ANSWER | {"error": None}, "it is an answer and an error"),
    (ERROR | {"text": "Notice is due in May.", "citations": []}, "it is an answer and an error"),
    (ANSWER | {"status": "refused"}, "refused with 2 citations"),
    (ANSWER | {"status": ["answered"]}, "expected answered or refused, met ['answered']"),
    (REFUSED | {"status": "answered"}, "answered with nothing"),
    (REFUSED | {"text": "Pets are welcome."}, "its text is not a refusal's"),
    (REFUSED | {"text": "The documents do not say. Pets are welcome."}, "its text is not a refusal's"),
    (REFUSED | {"text": "What is meant by “Pets are welcome”?"}, "its text is not a refusal's"),
    (without(REFUSED, "reason"), "refused without a reason"),
    (ANSWER | {"sentences": []}, "answered with nothing"),
    (ANSWER | {"sentences": [FIRST]}, "its text is not its sentences"),
    (ANSWER | {"sentences": [FIRST, {**SECOND, "citations": [3]}]}, "cites what is not listed"),
    (ANSWER | {"sentences": [{**FIRST, "citations": []}, SECOND]}, "supported without a citation"),
    (ANSWER | {"sentences": [FIRST, {**SECOND, "verdict": "certain"}]}, "its sentences are not those of an answer"),
    (ANSWER | {"sentences": [{**FIRST, "support": 0.0}, SECOND]}, "supported with a support of 0.0: 'Notice is due"),
    (ANSWER | {"sentences": [FIRST, 7]}, "its sentences are not those of an answer"),
    (without(ANSWER, "sentences"), "its sentences are not those of an answer"),
]


@pytest.mark.parametrize(("value", "says"), EDITED, ids=range(len(EDITED)))
def test_edited_answers(path: Path, value: dict[str, Any], says: str) -> None:
    assert says in amiss(value, path)
    assert len(amiss(value, path)) <= 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIRST, "x"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(["text", "status", "sentences", "reason", "id", "citations", "error"]), JSON)
def test_any_value_is_an_answer_or_an_edited_one_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "answer.json"
    with suppress(UsageError):
        assert isinstance(amiss(ANSWER | {key: value}, path), str)


@given(st.lists(st.text("aA .!?\n[]1-“”(", min_size=1), min_size=1, max_size=4))
def test_whatever_the_checker_puts_together_is_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, drafts: list[str]
) -> None:
    chunk = Chunk("a.txt", 0, 40, "A a a. Aa aaa aaaa.")
    checker = Checker([Evidence(chunk, 0, 6, "A a a.", 1.0)], lambda _: (None, ""), "flag")
    for draft in drafts:
        checker.check(draft)
    if checker.text().strip():
        text, kept, cited = checker.text(), tuple(checker.kept), tuple(checker.citations)
        answer = Answer("a", "a", "answered", text, sentences=kept, citations=cited)
        assert amiss(answer.to_dict(), tmp_path_factory.getbasetemp() / "given.json") == ""
