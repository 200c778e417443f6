"""Prompts are files; evidence goes in as numbered lines within a budget."""

from __future__ import annotations

from rag import prompts
from rag.generator import ExtractiveGenerator
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


def test_what_stands_above_a_line_is_told_where_it_has_words_of_the_question_that_the_line_lacks() -> None:
    row = "Part: PN-2081; Aisle: 6; Quantity: 81"
    chunk = Chunk("stock.xlsx", 0, len(row), row, heading="Warehouses > Rotterdam > Shelves", title="Stock in 2031")
    item = Evidence(chunk, 0, len(row), row, 1.0)

    def lines(question: str) -> str:
        return prompts.answer_messages(question, [item])[1]["content"].partition("\n\n")[0]

    assert lines("Where is PN-2081?") == f"Passages:\n[1] {row}"
    assert lines("Where in Rotterdam is PN-2081?") == f"Passages:\n[1] Rotterdam:  {row}"
    assert lines("PN-2081 in Rotterdam, 2031?") == f"Passages:\n[1] Stock in 2031 > Rotterdam:  {row}"
    quoted = ExtractiveGenerator().batch([prompts.answer_messages("Where in Rotterdam is PN-2081?", [item])])
    assert quoted == [row], "what is quoted is the passage alone"


def test_a_date_above_a_line_is_told_however_it_is_written() -> None:
    text = "The mast step is repaired."
    item = Evidence(Chunk("a.txt", 0, len(text), text, title="Minutes of 2031-03-12"), 0, len(text), text, 1.0)
    _, user = prompts.answer_messages("What was decided on 12 March 2031?", [item])
    assert "[1] Minutes of 2031-03-12:  The mast" in user["content"]


def test_packing_keeps_the_best_that_fits_and_never_nothing() -> None:
    items = evidence("one two three", "four five six", "seven eight nine")
    words = len
    assert prompts.pack("four?", items, lambda t: words(t.split()), 8) == items[:2]
    assert prompts.pack("four?", items, lambda t: words(t.split()), 1) == items[:1]
    assert prompts.pack("four?", [], lambda t: words(t.split()), 8) == []


def test_a_refusal_is_recognised_whatever_follows() -> None:
    assert prompts.is_refusal(" The documents do not say.")
    assert prompts.is_refusal("the documents do not say who")
    assert not prompts.is_refusal("Thirty days.")
