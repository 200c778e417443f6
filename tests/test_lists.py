"""What leads up to a list is told, quoted and cited with its items."""

from __future__ import annotations

import pytest

from rag.citations import clean
from rag.explain import explain
from rag.explanation import Expected
from rag.pipeline import Pipeline
from rag.store import SqliteStore
from rag.testing import FakeGenerator
from rag.types import Evidence
from tests.test_draft import put
from tests.test_evidence import weighed
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]

LEADS = "You may leave the club early only if:"
ITEMS = ["- you move away;", "- you lose your work, or", "- the pool is closed for a month."]
LIST = "\n".join([LEADS, "", *ITEMS])
QUESTION = "When may I leave the club early?"


def told(text: str, most: int = 6) -> list[Evidence]:
    return weighed(QUESTION, text, most).evidence


def test_it_is_one_piece_of_evidence_with_its_items() -> None:
    found = told(f"{LIST}\n\nThe club is open early.")
    assert [item.text for item in found] == [LIST, "The club is open early."]
    assert all(item.chunk.text[item.start : item.end] == item.text for item in found)


def test_an_item_leads_up_to_those_that_stand_further_in() -> None:
    own = f"- {LEADS}\n  - you move away;\n  - you lose your work."
    assert told(f"- The club is open early.\n{own}\n- The pool is closed early.")[0].text == own


@pytest.mark.parametrize("sign", ["*", "•", "1.", "a)", "(i)"])
def test_items_have_many_signs(sign: str) -> None:
    text = f"{LEADS}\n\n{sign} you move away."
    assert [item.text for item in told(text)] == [text]


@pytest.mark.parametrize(
    "text",
    [
        f"{LEADS}\n\nThe club is early.",
        f"You may leave the club early.\n\n{ITEMS[0]}",
        f"The club: it is early. {LEADS[:-1]}.\n\n{ITEMS[0]}",
    ],
)
def test_elsewhere_nothing_is_added(text: str) -> None:
    assert ITEMS[0] not in told(text)[0].text


def test_a_long_list_ends_with_a_whole_item() -> None:
    items = [f"- you have paid for the room of number {at:02} in full and in advance;" for at in range(40)]
    (found,) = told("\n".join([LEADS, *items]), most=1)
    assert 800 < len(found.text) <= 900
    assert found.text.endswith(";")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (LIST, f"{LEADS} you move away; you lose your work, or; the pool is closed for a month."),
        ("It has:\n* a door\n* a roof", "It has: a door; a roof"),
        ("It has:\n\n1. a door;\n2. a roof.", "It has: 1. a door; 2. a roof."),
        ("It is here.\n- It is there.", "It is here. It is there."),
        ("- a door -\nor a roof", "a door - or a roof"),
    ],
)
def test_on_one_line_items_are_parted_by_semicolons(text: str, shown: str) -> None:
    assert clean(text) == shown


def listing(store: SqliteStore, draft: str) -> Pipeline:
    for path in ("lease.txt", "permits.txt"):
        store.remove(path)
    put(store, "club.md", f"{LIST}\n\nThe club is open early.")
    return judged(store, 2.0, FakeGenerator(draft))


def test_where_a_draft_falls_the_whole_list_is_quoted(store: SqliteStore) -> None:
    answer = listing(store, "Yachts sail.").ask(QUESTION)
    assert answer.text.startswith(f"{clean(LIST).rstrip('.')} [1].")
    assert answer.citations[0].quote == LIST
    check_invariants(answer, store)


def test_a_sentence_of_lead_and_item_rests_on_the_list(store: SqliteStore) -> None:
    answer = listing(store, "You may leave the club early if the pool is closed for a month.").ask(QUESTION)
    assert [one.quote for one in answer.citations] == [LIST]
    check_invariants(answer, store)


def test_an_expected_item_is_found_to_have_been_told(store: SqliteStore) -> None:
    found = explain(listing(store, "Yachts sail."), QUESTION, expected=Expected("you lose your work"))
    assert found.expected is not None
    assert (found.expected.stage, found.expected.why[:18]) == ("arrived", "it is evidence [1]")


def test_an_item_is_not_told_twice() -> None:
    found = weighed("Is it early only if the pool is closed for a month?", LIST, 6).evidence
    assert [item.text for item in found] == [LIST]
