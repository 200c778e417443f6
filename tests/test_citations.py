"""Markers are computed and resolve; policies do what they say; quotes are exact."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import Checker, clean
from rag.types import Chunk, Evidence, Policy

TEXT = (
    "The notice period is thirty days. Notice must be given in writing. The deposit is 400 euros. "
    "It is paid back within 14 days. Pets are not allowed."
)


def pieces(text: str = TEXT) -> list[Evidence]:
    chunk = Chunk("lease.txt", 0, len(text), text, title="Lease")
    found = re.finditer(r"[^.]+\.", text)
    spans = [(m.start() + len(m.group()) - len(m.group().lstrip()), m.end()) for m in found]
    return [Evidence(chunk, start, end, text[start:end], 1.0) for start, end in spans]


def checker(policy: Policy = "drop", question: str = "") -> Checker:
    return Checker(pieces(), lambda _: (2, "Terms"), policy, question=question)


def test_a_supported_sentence_cites_its_passage() -> None:
    subject = checker()
    checked = subject.check("The deposit is 400 euros.")
    assert checked.kept
    assert checked.sentence.citations == (1,)
    assert checked.citations[0].quote == "The deposit is 400 euros."
    assert (checked.citations[0].page, checked.citations[0].heading) == (2, "Terms")
    assert subject.text() == "The deposit is 400 euros [1]."


@pytest.mark.parametrize(
    ("ending", "shown"),
    [
        ("the U.S.", "the U.S. [1]"),
        ("5 p.m.", "5 p.m. [1]"),
        ("Node.js.", "Node.js [1]."),
        ("the U.S.!", "the U.S. [1]!"),
        ("2.5.", "2.5 [1]."),
    ],
)
def test_a_stop_that_is_part_of_a_word_stays_with_it(ending: str, shown: str) -> None:
    text = f"The deposit is kept in {ending}"
    chunk = Chunk("lease.md", 0, len(text), text, "Lease", "", None)
    subject = Checker([Evidence(chunk, 0, len(text), text, 1.0)], lambda _: (None, ""), "drop")
    subject.check(text)
    assert subject.text() == f"The deposit is kept in {shown}"


def test_what_adds_but_words_of_the_question_is_not_cited() -> None:
    first, second = "Prices of our boats.", "The dinghy with oars and a life jacket: half a day 16 crowns."
    chunk = Chunk("boats.txt", 0, 82, f"{first} {second}")
    given = [Evidence(chunk, 0, 20, first, 1.0), Evidence(chunk, 21, 82, second, 1.0)]
    subject = Checker(given, lambda _: (None, ""), "drop", question="What is the price of the dinghy for half a day?")
    subject.check("The price of the dinghy with oars and a life jacket is 16 crowns for half a day.")
    assert [citation.quote for citation in subject.citations] == [second]


def test_numbers_follow_first_use_and_are_reused() -> None:
    subject = checker()
    subject.check("Pets are not allowed.")
    subject.check("Notice must be given in writing.")
    again = subject.check("Allowed pets: none, they are not allowed.")
    assert [c.number for c in subject.citations] == [1, 2]
    assert again.sentence.citations == (1,)
    assert again.citations == ()


def test_a_sentence_over_two_passages_cites_both() -> None:
    checked = checker().check("The deposit of 400 euros is paid back within 14 days.")
    assert [c.quote for c in checked.citations] == ["The deposit is 400 euros.", "It is paid back within 14 days."]


def test_a_passage_that_adds_no_word_is_not_cited_beside_what_supports_a_sentence() -> None:
    evidence = pieces("The deposit of a garage is 400 euros. Of a garage the keeper holds 400 euros as deposit.")
    subject = Checker(evidence, lambda _: (None, ""), "drop", farthest=lambda _, cited: 0.4 + 0.3 * len(cited))
    assert len(subject.check("400 euros is the deposit for a garage.").sentence.citations) == 1


def of_document(name: str, text: str) -> Evidence:
    return Evidence(Chunk(name, 0, len(text), text, title=name), 0, len(text), text, 1.0)


ALABAMA = of_document("alabama.txt", "The capital city of Alabama is Montgomery.")
DAKAR = of_document("dakar.txt", "It is located on the Cap-Vert peninsula on the Atlantic coast.")
MIXED = "The capital city of Alabama is located on the Cap-Vert peninsula on the Atlantic coast."


def test_a_sentence_is_never_pieced_together_from_two_documents() -> None:
    subject = Checker([ALABAMA, DAKAR], lambda _: (None, ""), "drop", question="Where is the capital of Alabama?")
    mixed = subject.check(MIXED).sentence
    assert mixed.verdict != "supported"
    assert mixed.why.endswith("the rest of it stands in another document")
    assert subject.refuses
    one = replace(DAKAR.chunk, document="alabama.txt", title="alabama.txt")
    both = Checker([ALABAMA, replace(DAKAR, chunk=one)], lambda _: (None, ""), "drop")
    assert both.check(MIXED).sentence.verdict == "supported"


def test_the_document_that_supports_a_sentence_best_as_a_whole_is_cited() -> None:
    nearest = of_document("near.txt", "The deposit is paid back within 14 days of the end.")
    subject = Checker([nearest, *pieces()], lambda _: (None, ""), "drop")
    checked = subject.check("The deposit of 400 euros is paid back within 14 days.")
    assert {c.document for c in checked.citations} == {"lease.txt"}


def test_a_bare_number_is_supported_only_where_the_source_speaks_of_what_was_asked() -> None:
    right = checker(question="How much is the deposit?").check("400 euros.")
    assert (right.sentence.verdict, right.citations[0].quote) == ("supported", "The deposit is 400 euros.")
    wrong = checker(question="How long is the notice period?").check("14 days.")
    assert wrong.sentence.verdict == "weak"
    assert "says little of what was asked" in wrong.sentence.why


def test_a_short_line_of_the_source_is_quoted_whole() -> None:
    assert (
        checker(question="May I keep a dog in the flat?").check("Pets are not allowed.").sentence.verdict == "supported"
    )


def test_a_name_here_and_the_question_there_prove_nothing() -> None:
    subject = checker(question="What is the notice period for paying back?")
    assert subject.check("400 euros.").sentence.verdict == "weak"
    whole = subject.check("The deposit of 400 euros is paid back within 14 days.")
    assert whole.sentence.verdict == "supported"


def test_a_supported_sentence_off_the_question_is_no_answer() -> None:
    question = "Who signs for the underground garage?"
    beside = checker(question=question)
    assert beside.check("The deposit of 400 euros is paid back within 14 days.").sentence.verdict == "supported"
    assert beside.refuses
    flagging = checker("flag", question)
    flagging.check("The deposit of 400 euros is paid back within 14 days.")
    assert not flagging.refuses
    quoting = checker(question=question)
    quoting.check("Notice must be given in writing.")
    assert not quoting.refuses, "a whole line of the source may word the answer in its own way"


def test_an_echo_of_the_question_is_no_answer() -> None:
    asked = "Where must notice be given in writing?"
    subject = Checker(pieces(), lambda _: (2, "Terms"), "drop", question=asked, asked=asked)
    assert subject.check("Notice must be given in writing.").sentence.verdict == "supported"
    assert subject.refuses
    subject.check("The notice period is thirty days.")
    assert not subject.refuses


def test_words_that_earlier_turns_lend_a_question_are_no_echo() -> None:
    lent = "How must that be given? Notice must be given in writing."
    subject = Checker(pieces(), lambda _: (2, "Terms"), "drop", question=lent, asked="How must that be given?")
    subject.check("Notice must be given in writing.")
    assert not subject.refuses


def test_one_sentence_to_the_point_carries_the_others() -> None:
    subject = checker(question="Are pets allowed?")
    subject.check("The deposit of 400 euros is paid back within 14 days.")
    assert subject.refuses
    subject.check("Pets are not allowed there.")
    assert not subject.refuses


def test_the_models_own_markers_are_not_believed() -> None:
    subject = checker()
    subject.check("The deposit is 400 euros [7][12, 13].")
    assert subject.text() == "The deposit is 400 euros [1]."


def test_drop_takes_out_what_is_not_supported() -> None:
    subject = checker("drop")
    subject.check("The deposit is 400 euros.")
    fallen = subject.check("The landlord lives in Lisbon with 3 cats.")
    assert not fallen.kept
    assert not subject.refuses
    assert "Lisbon" not in subject.text()
    assert subject.dropped[0].verdict == "unsupported"


def test_flag_keeps_it_without_a_citation() -> None:
    subject = checker("flag")
    flagged = subject.check("The landlord lives in Lisbon with 3 cats.")
    assert flagged.kept
    assert (flagged.sentence.verdict, flagged.sentence.citations) == ("unsupported", ())
    assert not subject.refuses


@pytest.mark.parametrize(("policy", "refuses"), [("drop", False), ("flag", False), ("refuse", True)])
def test_one_fallen_sentence(policy: Literal["drop", "flag", "refuse"], refuses: bool) -> None:
    subject = checker(policy)
    subject.check("The deposit is 400 euros.")
    subject.check("The landlord lives in Lisbon with 3 cats.")
    assert subject.refuses is refuses


def test_nothing_supported_refuses() -> None:
    subject = checker("drop")
    subject.check("The landlord lives in Lisbon with 3 cats.")
    assert subject.refuses


def test_a_repeated_sentence_is_said_once() -> None:
    subject = checker()
    for _ in range(3):
        subject.check("The deposit is 400 euros.")
    assert subject.text() == "The deposit is 400 euros [1]."


def under(document: str, heading: str, text: str, start: int = 0) -> Evidence:
    chunk = Chunk(document, start, start + len(text), text, heading=heading)
    return Evidence(chunk, start, start + len(text), text, 1.0)


@pytest.mark.parametrize(
    ("question", "others"),
    [
        ("What was the balance?", {"940", "815", "600"}),
        ("What was the balance in April?", {"600"}),
        ("What was the balance of the savings?", {"940"}),
        ("What was the balance of the savings in April?", set()),
    ],
)
def test_what_stands_under_something_else_than_the_question_names_is_no_conflict(
    question: str, others: set[str]
) -> None:
    passages = [
        under("april.md", "Savings", "The balance was 720 crowns."),
        under("april.md", "Repairs", "The balance was 600 crowns.", 40),
        under("may.md", "Savings", "The balance was 940 crowns."),
        under("may.md", "Repairs", "The balance was 815 crowns.", 40),
    ]
    subject = Checker(passages, lambda _: (None, ""), "drop", question=question)
    subject.check(passages[0].text)
    assert [citation.document for citation in subject.citations] == ["april.md"]
    assert {conflict.other for conflict in subject.conflicts(passages)} == others


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("- A list item [1].", "A list item."),
        ("2) Second\nline", "Second line"),
        ("See 【3†source】 here [2, 3].", "See here."),
        ("Array x[0] and a [note] stay.", "Array x and a [note] stay."),
        ("3.5 percent", "3.5 percent"),
        ("The deposit [[1]2] is 400 euros.", "The deposit is 400 euros."),
        ("The deposit [【x】7] is [[[1]2]3] 400 euros.", "The deposit is 400 euros."),
    ],
)
def test_cleaning(draft: str, expected: str) -> None:
    assert clean(draft) == expected


_BRACKETED = st.text(alphabet="[]【】12, a", max_size=12).map(lambda text: f"The deposit {text} is 400 euros.")
"""The words of the evidence around what may look like a marker, whole or nested."""


@given(
    st.lists(st.sampled_from(["Montgomery", "Alabama", "capital", "city", "Cap-Vert", "coast", "located"]), max_size=9),
)
def test_each_sentence_cites_one_document(words: list[str]) -> None:
    subject = Checker([ALABAMA, DAKAR], lambda _: (None, ""), "drop")
    checked = subject.check(" ".join(words))
    assert len({subject.citations[number - 1].document for number in checked.sentence.citations}) <= 1


@given(
    st.lists(st.sampled_from([e.text for e in pieces()]) | st.text(max_size=60) | _BRACKETED, max_size=6),
    st.sampled_from(["drop", "flag", "refuse"]),
)
def test_invariants_hold_for_any_draft(drafts: list[str], policy: Policy) -> None:
    subject = checker(policy)
    for draft in drafts:
        subject.check(draft)
    shown = {int(n) for n in re.findall(r"\[(\d+)\]", subject.text())}
    assert shown == {c.number for c in subject.citations}
    for citation in subject.citations:
        assert TEXT[citation.start : citation.end] == citation.quote
    for sentence in subject.kept:
        assert sentence.citations or sentence.verdict == "unsupported"
        assert not (sentence.verdict == "unsupported" and sentence.citations)
