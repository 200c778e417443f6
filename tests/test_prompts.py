"""Prompts are files; evidence goes in as numbered lines within a budget."""

from __future__ import annotations

from rag import prompts
from rag.types import Chunk, Evidence


def evidence(*texts: str) -> list[Evidence]:
    return [Evidence(Chunk("a.txt", 0, len(t), t), 0, len(t), t, 1.0) for t in texts]


def test_the_answer_prompt_reads_as_written() -> None:
    system, user = prompts.answer_messages("When  is\nnotice due?", evidence("Thirty days.", "In\nwriting."))
    assert system["content"].startswith("You answer questions from passages of the user's documents.")
    assert prompts.DONT_KNOW in system["content"]
    asked = "Passages:\n[1] Thirty days.\n[2] In writing.\n\nQuestion: When is notice due?\n\n"
    assert user["content"] == asked + "Answer in one short sentence.\nAnswer:"


def test_the_judge_prompt_asks_yes_or_no() -> None:
    _, user = prompts.judge_messages("When\n\nis notice?", evidence("Thirty days.\n\nOr more."))
    shared, _, asked = user["content"].rpartition("\n\n")
    assert asked == ("Do the passages state the answer to this question? Reply Yes or No.\nQuestion: When is notice?")
    answer = prompts.answer_messages("When is notice?", evidence("Thirty days. Or more."))[1]["content"]
    assert shared == answer.rpartition("\n\n")[0], "all but the last paragraph is read once for both"


def test_the_review_prompt_begins_as_the_judges_does() -> None:
    asked, given = "When is notice?", evidence("Thirty days. Or more.")
    shared, _, last = prompts.review_messages(asked, given, "Thirty\n\ndays for $5.")[1]["content"].rpartition("\n\n")
    assert shared == prompts.judge_messages(asked, given)[1]["content"].rpartition("\n\n")[0]
    assert last.endswith("Reply Yes or No.\nQuestion: When is notice?\nReply: Thirty days for $5.")


def test_dollar_signs_in_documents_are_text() -> None:
    _, user = prompts.answer_messages("What costs $5 or $question?", evidence("It costs $evidence and ${x}."))
    assert "[1] It costs $evidence and ${x}." in user["content"]
    assert "What costs $5 or $question?" in user["content"]


def test_packing_keeps_the_best_that_fits_and_never_nothing() -> None:
    items = evidence("one two three", "four five six", "seven eight nine")
    words = len
    assert prompts.pack(items, lambda t: words(t.split()), 8) == items[:2]
    assert prompts.pack(items, lambda t: words(t.split()), 1) == items[:1]
    assert prompts.pack([], lambda t: words(t.split()), 8) == []


def test_a_refusal_is_recognised_whatever_follows() -> None:
    assert prompts.is_refusal(" The documents do not say.")
    assert prompts.is_refusal("the documents do not say who")
    assert not prompts.is_refusal("Thirty days.")
