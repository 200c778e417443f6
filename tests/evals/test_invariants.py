"""Each promise broken on purpose is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from rag.evals.invariants import differs, exact, violations
from rag.protocols import Store
from rag.types import Answer, Citation, Conflict, Document, Sentence

TEXT = "The lamp was lit in 1871. It burned oil."


class OneDocument:
    """A store with one document, as far as the check reads one."""

    def read(self, path: str) -> Document:
        if path != "lamp":
            raise KeyError(path)
        return Document(path, "Lamp", TEXT, "0")


STORE = cast(Store, OneDocument())
CITATION = Citation(1, "lamp", 0, 25, TEXT[:25], None, "", 0.9)
SENTENCE = Sentence("The lamp was lit in 1871.", 0.9, "supported", (1,))
ANSWER = Answer(
    question="When?",
    query="When?",
    status="answered",
    text="The lamp was lit in 1871 [1].",
    sentences=(SENTENCE,),
    citations=(CITATION,),
    timings={"total": 1.0},
)
REFUSAL = Answer(question="When?", query="When?", status="refused", text="The documents do not say.", reason="none")


def test_sound_answers_violate_nothing() -> None:
    assert violations(ANSWER, STORE) == []
    assert violations(REFUSAL, STORE) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (replace(ANSWER, text="The lamp was lit [1][2]."), "1: [2] is in the text and is no citation"),
        (replace(ANSWER, text="The lamp was lit."), "1: citation [1] is not used in the text"),
        (replace(ANSWER, citations=(CITATION, CITATION)), "1: citation numbers repeat"),
        (replace(ANSWER, citations=(replace(CITATION, start=1),)), "2: the quote of [1]"),
        (replace(ANSWER, citations=(replace(CITATION, document="gone"),)), "2: the quote of [1]"),
        (replace(ANSWER, conflicts=(Conflict(replace(CITATION, start=2), "1871", "1870"),)), "2: the quote of [1]"),
        (replace(ANSWER, conflicts=(Conflict(replace(CITATION, number=3), "1", "2"),)), "2: a conflict with [3]"),
        (replace(ANSWER, citations=(replace(CITATION, end=0, quote=""),)), "2: the quote of [1]"),
        (replace(ANSWER, sentences=(replace(SENTENCE, citations=()),)), "3: supported without a citation"),
        (replace(ANSWER, sentences=(replace(SENTENCE, citations=(7,)),)), "3: cites what is not listed"),
        (replace(ANSWER, sentences=(replace(SENTENCE, support=1.5),)), "3: a support of 1.5"),
        (replace(ANSWER, status="refused", sentences=()), "4: refused with 1 citations"),
        (replace(REFUSAL, sentences=(replace(SENTENCE, verdict="weak", citations=()),)), "4: refused with 1 sentences"),
        (replace(ANSWER, sentences=()), "4: answered without a sentence"),
    ],
)
def test_a_broken_promise_is_named(answer: Answer, said: str) -> None:
    assert any(found.startswith(said) for found in violations(answer, STORE)), violations(answer, STORE)


def test_a_quote_counted_from_the_end_is_not_at_its_place() -> None:
    assert exact(CITATION, STORE)
    assert not exact(replace(CITATION, start=-len(TEXT)), STORE)


def test_answers_that_differ_in_more_than_their_times() -> None:
    assert differs(ANSWER, replace(ANSWER, timings={"total": 2.0})) == []
    assert differs(ANSWER, replace(ANSWER, text="Other [1].")) == ["5: text is not the same when asked again"]
