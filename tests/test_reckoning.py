"""Of the rows of a table the one that begins with what is asked for is cited, not its neighbour."""

from __future__ import annotations

import pytest

from rag.store import SqliteStore
from rag.testing import FakeGenerator, FakePointer
from tests.test_draft import pointing, put
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]

BLUE = "Light: Blue, blinking; Meaning: pairing, for 2 minutes"
ORANGE = "Light: Orange, blinking; Meaning: an update is being installed"
STEADY = "Light: Orange, steady; Meaning: no connection"
ROOMS = ["Room: Hall; Day: 80; Note: keys at the office", "Room: Attic; Day: 45; Note: no keys for the hall"]


def lights(store: SqliteStore, *rows: str) -> None:
    put(store, "router.md", "\n".join(["The light of the router.", *rows]))


@pytest.mark.parametrize(
    ("rows", "cited"),
    [((BLUE, ORANGE), [ORANGE]), ((BLUE, ORANGE, STEADY), [ORANGE, STEADY]), ((BLUE,), [BLUE])],
)
def test_the_row_of_the_colour_that_is_asked_for(store: SqliteStore, rows: list[str], cited: list[str]) -> None:
    lights(store, *rows)
    answer = judged(store, 2.0, FakeGenerator("The router is pairing.")).ask("router light flashing orange")
    assert [one.quote for one in answer.citations] == cited
    assert [one.why for one in answer.dropped] == (
        [] if cited == [BLUE] else ["another row of the table has more of what was asked"]
    )
    check_invariants(answer, store)


def test_a_row_of_another_table_of_the_document_is_no_neighbour(store: SqliteStore) -> None:
    lights(store, BLUE, "The light of the printer.", ORANGE)
    answer = judged(store, 2.0, FakeGenerator("The router is pairing.")).ask("router light flashing orange")
    assert [one.quote for one in answer.citations] == [BLUE]


def test_a_row_that_is_pointed_at_gives_way_too(store: SqliteStore) -> None:
    lights(store, BLUE, ORANGE)
    subject = pointing(store, FakePointer(2.0, "Blue"), "Yachts sail.")
    answer = subject.ask("What does the orange light mean?")
    assert [one.quote for one in answer.citations] == [ORANGE]
    assert [one.text for one in subject.ask_many(["What does the orange light mean?"])] == [answer.text]


def test_what_else_was_cited_stays(store: SqliteStore) -> None:
    put(store, "lights.csv", f"{BLUE}\n{ORANGE}")
    put(store, "note.txt", "Orange means nothing on the old router.")
    draft = f"{BLUE}\nOrange means nothing on the old router."
    answer = judged(store, 2.0, FakeGenerator(draft)).ask("What does the orange light of the router mean?")
    assert {one.quote for one in answer.citations} == {ORANGE, "Orange means nothing on the old router."}
    assert {(one.document, one.start) for one in answer.citations} >= {("note.txt", 0)}
    check_invariants(answer, store)


@pytest.mark.parametrize(
    ("rows", "question", "cited"),
    [
        (
            ("Room: Hall; Seats: 80", "Room: Meeting room; Seats: 12"),
            "Which room has 80 seats?",
            "Room: Hall; Seats: 80",
        ),
        (
            ("Plan: Flex; Data: 10 GB", "Plan: Family plan; Data: 50 GB"),
            "Which plan has 10 GB?",
            "Plan: Flex; Data: 10 GB",
        ),
    ],
)
def test_what_a_column_is_called_makes_no_row_closer(
    store: SqliteStore, rows: tuple[str, ...], question: str, cited: str
) -> None:
    put(store, "list.csv", "\n".join(rows))
    answer = judged(store, 2.0, FakeGenerator(cited)).ask(question)
    assert [one.quote for one in answer.citations] == [cited]


@pytest.mark.parametrize("policy", ["flag", "refuse"])
def test_with_another_policy_a_draft_stays(store: SqliteStore, policy: str) -> None:
    lights(store, BLUE, ORANGE)
    subject = judged(store, 2.0, FakeGenerator("The router is pairing."), policy=policy)
    assert [one.quote for one in subject.ask("router light flashing orange").citations] == [BLUE]


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What is the price of the hall for a day?", 0),
        ("Where are the keys of the attic?", 1),
        ("What is a room for 45 a day?", 0),
        ("Which room is the cheapest for a day?", 1),
    ],
)
def test_a_word_in_the_middle_of_another_row_or_a_number_is_no_reason(
    store: SqliteStore, question: str, row: int
) -> None:
    put(store, "rooms.csv", "\n".join(ROOMS))
    answer = judged(store, 2.0, FakeGenerator(ROOMS[row])).ask(question)
    assert [one.quote for one in answer.citations] == [ROOMS[row]]
    check_invariants(answer, store)
