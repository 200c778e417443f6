"""The most and the least of a table are reckoned; where it cannot be told what is to be compared, nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.extremes import extremes, seeks
from rag.pipeline import Pipeline
from rag.splitter import split
from rag.store import SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Document
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]

BOATS = [
    "Our boats.",
    "Boat: Teal; Places: 4; Hour: £12; Day: £55; Weight: 90 kg; Trip: 1 h 20",
    "Boat: Heron; Places: 6; Hour: £18; Day: £80; Weight: 140 kg; Trip: 55 min",
    "Boat: Coot; Places: 2; Hour: £9; Day: £60; Weight: 45 kg; Trip: 1 h",
    "Boat: Rail; Places: on request; Hour: £15; Day: £70; Weight: 80 kg; Trip: 2 h",
    "All are let from May.",
]


@pytest.mark.parametrize(
    ("question", "boats"),
    [
        ("Which boat is the cheapest for a day?", ["Teal"]),
        ("Which boat is cheapest by the hour?", ["Coot"]),
        ("What is the most expensive boat for an hour?", ["Heron"]),
        ("Which boat has the most places?", ["Heron"]),
        ("Which boat has the fewest places?", ["Coot"]),
        ("Which is the lightest boat?", ["Coot"]),
        ("Which boat has the shortest trip?", ["Heron"]),
        ("What is the heaviest of the boats, Teal or Coot?", []),
        ("Which is the heaviest boat, Teal or Coot?", ["Teal"]),
        ("What is the cheapest way to take the Teal for a day?", []),
        ("Which boat is the cheapest?", []),
        ("Which boat is the prettiest?", []),
        ("What is the most important rule about places?", []),
        ("Which boat is the most weight-saving?", []),
        ("Which boat takes the least time for a trip?", ["Heron"]),
        ("Which boat costs the most to take for a day?", ["Heron"]),
        ("Which boat is the longest?", ["Rail"]),
        ("Which boats have at least 4 places?", []),
        ("Which boat has 6 places?", []),
    ],
)
def test_the_rows_with_the_most_or_the_least(question: str, boats: list[str]) -> None:
    found = [BOATS[at] for at in extremes(question, BOATS, 2)]
    assert [line.removeprefix("Boat: ").partition(";")[0] for line in found] == boats


@pytest.mark.parametrize(
    ("column", "lower", "higher"),
    [
        ("Time", "1 h 25 min", "1 h 40 to 2 h"),
        ("Time", "1–2 h", "2 h 5"),
        ("Time", "50 min", "1 hour"),
        ("Time", "20 days", "3 weeks"),
        ("Sum", "£900,000", "£1.2 million"),
        ("Sum", "900 000 €", "1,2 Mio. €"),
        ("Cold", "-8 °C", "3 °C"),
        ("Cold", "−8 °C", "−3 °C"),
        ("Seats", "3", "4-6"),
    ],
)
def test_cells_are_compared_by_what_they_say(column: str, lower: str, higher: str) -> None:
    rows = [f"Thing: A; {column}: {higher}", f"Thing: B; {column}: {lower}"]
    assert extremes(f"Which thing has the lowest {column.lower()}?", rows, 0) == [1]
    assert extremes(f"Which thing has the highest {column.lower()}?", rows, 0) == [0]


ROOMS = [
    "Room: Attic; View: yard; Bath: yes; Length: 4 m; Notice: 3 days; Price: £40",
    "Room: Blue; View: sea; Bath: no; Length: 6 m; Notice: 1 day; Price: £60",
    "Room: Tower; View: sea; Bath: yes; Length: 5 m; Notice: 2 days; Price: £90",
    "Room: Cellar; View: yard; Bath: no; Length: 3 m; Notice: 2 days; Price: free",
    "Room: Total; View: ; Bath: ; Length: 18 m; Notice: 8 days; Price: £190",
]


@pytest.mark.parametrize(
    ("question", "room"),
    [
        ("What is the cheapest room?", "Cellar"),
        ("What is the most expensive room?", "Tower"),
        ("What is the most expensive room in 2026?", "Tower"),
        ("What is the cheapest room with a sea view?", "Blue"),
        ("What is the cheapest room with a bath?", "Attic"),
        ("What is the cheapest room with a bath and a sea view?", "Tower"),
        ("Which room has the longest notice?", "Attic"),
        ("Which room is the longest?", ""),
        ("What is the longest-serving room?", ""),
        ("What is the cheapest room for 6 people?", ""),
        ("What is the cheapest room of at least 5 m?", ""),
    ],
)
def test_of_what_the_question_says_besides(question: str, room: str) -> None:
    found = [ROOMS[at].removeprefix("Room: ").partition(";")[0] for at in extremes(question, ROOMS, 0)]
    assert found == ([room] if room else [])


def test_a_range_of_money_counts_by_both_of_its_ends() -> None:
    rows = ["Thing: A; Fee: £10 – £20", "Thing: B; Fee: £15"]
    assert extremes("Which thing has the highest fee?", rows, 0) == [0]
    assert extremes("Which thing has the lowest fee?", rows, 0) == [0]


def test_rows_that_share_the_most_are_all_given_but_not_too_many() -> None:
    rows = [f"Hall: {name}; Seats: {seats}" for name, seats in [("A", 9), ("B", 9), ("C", 5)]]
    assert extremes("Which hall has the most seats?", rows, 0) == [0, 1]
    assert extremes("Which hall has the most seats?", [f"Hall: {name}; Seats: 9" for name in "ABCDE"], 0) == []


@pytest.mark.parametrize(
    "rows",
    [
        ["Bag: A; Weight: 2 kg", "Bag: B; Weight: 900 g"],
        ["Bag: A; Weight: heavy", "Bag: B; Weight: 2 kg", "Bag: C; Weight: light"],
        ["Bag: A; Weight: 2 kg"],
        ["Bag: A; Weight: 2 kg", "Sack: B; Weight: 3 kg"],
        ["A bag.", "Bag: A; Weight: 2 kg", "Another."],
    ],
)
def test_what_cannot_be_compared_is_not(rows: list[str]) -> None:
    assert extremes("Which bag has the most weight?", rows, len(rows) // 2) == []


@given(st.lists(st.text(st.sampled_from("A: ;19kg£-h\n"), max_size=40), min_size=1, max_size=6), st.data())
def test_any_lines_will_do(lines: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    assert set(extremes("Which A has the most kg?", lines, at)) <= set(range(len(lines)))


def test_what_only_bounds_is_not_sought() -> None:
    assert seeks("Which is cheapest?") and not seeks("Are at most 4 let?") and not seeks("Most of them are let.")


def boats(store: SqliteStore, draft: str, log_odds: float = 2.0) -> Pipeline:
    embedder, text = FakeEmbedder(), "\n".join(BOATS)
    document = Document("boats.csv", "boats", text, sha256="boats")
    chunks = list(split(document, embedder.count_tokens, 30))
    assert len(chunks) > 1
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))
    return judged(store, log_odds, FakeGenerator(draft))


ASKED = "Which boat has the most places?"


@pytest.mark.parametrize(
    "draft", ["The Teal has the most places.", "Yachts sail.", "The documents do not say.", BOATS[1]]
)
def test_another_row_gives_way(store: SqliteStore, draft: str) -> None:
    subject = boats(store, draft)
    answer = subject.ask(ASKED)
    assert [citation.quote for citation in answer.citations] == [BOATS[2]]
    assert answer.text.startswith("Boat: Heron; Places: 6")
    (cited,) = answer.citations
    assert any(hit.chunk.start <= cited.start and cited.end <= hit.chunk.end for hit in answer.hits)
    assert [one.text for one in subject.ask_many([ASKED])] == [answer.text]
    check_invariants(answer, store)


def test_a_draft_that_rests_on_the_row_stands(store: SqliteStore) -> None:
    answer = boats(store, "Boat: Heron; Places: 6; Hour: £18; Day: £80.").ask(ASKED)
    assert answer.text == "Boat: Heron; Places: 6; Hour: £18; Day: £80 [1]."
    assert not answer.dropped
    check_invariants(answer, store)


def test_a_row_that_was_not_found_becomes_a_hit(store: SqliteStore) -> None:
    subject = boats(store, "Yachts sail.")
    subject.config = replace(subject.config, k=1)
    answer = subject.ask("Which boat on request has the most places of all on request?")
    first, added = (hit.chunk for hit in answer.hits)
    assert BOATS[4] in first.text
    assert added.text == BOATS[2] == answer.citations[0].quote
    check_invariants(answer, store)


def test_a_table_that_tells_makes_an_answer_likelier(store: SqliteStore) -> None:
    subject = boats(store, "Yachts sail.", log_odds=0.0)
    told, other = (subject.ask(question) for question in (ASKED, "Which boat has six oars?"))
    assert 0.5 < told.answerable < 1
    assert told.answerable / (1 - told.answerable) == pytest.approx(3 * other.answerable / (1 - other.answerable))
    assert (told.status, other.status) == ("answered", "refused")
    check_invariants(told, store)
