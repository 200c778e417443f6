"""A question that names one of two documents by what tells their names apart is not answered by the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.namesakes import meant
from rag.store import SqliteStore
from rag.testing import FakeGenerator
from rag.types import Chunk, Hit
from tests.test_draft import put
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]


def hit(path: str, title: str = "", text: str = "Spouses may buy it.", heading: str = "") -> Hit:
    return Hit(Chunk(path, 0, len(text), text, title=title, heading=heading), 1.0)


def left(question: str, *hits: Hit) -> list[str]:
    return [one.chunk.document for one in meant(question, hits)]


@pytest.mark.parametrize(
    ("question", "named", "other"),
    [
        ("May my wife buy it under the 2026 policy?", "policy-2026.md", "policy-2024.md"),
        ("What is the rent of flat 15?", "leases/flat 15.pdf", "leases/flat 14.pdf"),
        ("What did they decide on 26 March 2026?", "minutes_2026-03-26.docx", "minutes_2026-04-30.docx"),
        ("What does the Corvane lease say of tyres?", "corvane-lease.md", "brandt-lease.md"),
        ("What changed in 2025?", "2025/rules.txt", "2024/rules.txt"),
        ("What was said in 2026?", "minutes/2026.txt", "minutes/2025.txt"),
        ("What was said on 3 March?", "minutes 3 March.txt", "minutes 4 June.txt"),
        ("What does the guide to the DW600 say?", "guide dw600.pdf", "guide dw800.pdf"),
    ],
)
def test_the_one_that_is_named_is_meant(question: str, named: str, other: str) -> None:
    assert left(question, hit(other), hit(named), hit("else.txt")) == [named, "else.txt"]


def test_titles_are_names_too() -> None:
    hits = [hit("a.pdf", "World Cup 2010"), hit("b.pdf", "World Cup 2014"), hit("c.pdf", "World Cup")]
    assert left("Who won in 2014?", *hits) == ["b.pdf", "c.pdf"]


@pytest.mark.parametrize(
    ("question", "named", "other"),
    [
        ("What notice must Smith give?", "contracts/smith.md", "contracts/terms.md"),
        ("Wie viel kostet der Schaden am Fahrrad bei Diebstahl?", "police/fahrrad.md", "police/bedingungen.md"),
        ("What did the policy change after 2024?", "policy-2024.md", "policy-2026.md"),
    ],
)
def test_a_folder_that_they_share_or_a_year_since_makes_no_namesakes(question: str, named: str, other: str) -> None:
    assert left(question, hit(other), hit(named)) == [other, named]


def test_a_suffix_is_nothing_that_two_names_share() -> None:
    hits = [hit(f"{city}.txt", f"{city}.txt") for city in ("Oslo", "Riga")]
    assert meant("Who keeps the harbour of Oslo?", hits) == hits


@pytest.mark.parametrize(
    "question",
    [
        "May my wife buy it?",
        "What is new in 2026 against 2024?",
        "May she buy it in 2030?",
    ],
)
def test_where_it_names_none_or_both_all_are_meant(question: str) -> None:
    paths = ["policy-2024.md", "policy-2026.md"]
    assert left(question, *map(hit, paths)) == paths


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("policy-2026.md", "policy.md"),
        ("policy-2026.md", "car-manual-2024.md"),
        ("2026-policy.md", "canteen.md"),
        ("Rowing.md", "Sailing.md"),
        ("2026.md", "2024.md"),
    ],
)
def test_other_names_are_no_namesakes(one: str, other: str) -> None:
    assert left("Is Rowing paid by the 2026 policy?", hit(one), hit(other)) == [one, other]


def test_a_number_names_a_document_only_after_the_word_that_it_has_there() -> None:
    paths = ["chapter 2.md", "chapter 3.md", "chapter 4.md"]
    assert left("What are the 3 rules of the house?", *map(hit, paths)) == paths
    assert left("What does chapter 3 say?", *map(hit, paths)) == ["chapter 3.md"]
    assert left("What are the 5 rules of chapter 3 and 4?", *map(hit, paths)) == paths[1:]


@pytest.mark.parametrize("more", [{"text": "The accounts of 2024 are approved."}, {"heading": "Accounts of 2024"}])
def test_a_passage_that_has_itself_what_is_named_stays(more: dict[str, str]) -> None:
    hits = [hit("minutes-2025.md", **more), hit("minutes-2025.md"), hit("minutes-2024.md")]
    assert meant("Were the accounts of 2024 approved?", hits) == [hits[0], hits[2]]


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=6))
def test_whatever_is_asked_what_is_left_stands_in_its_order(question: str, paths: list[str]) -> None:
    hits = [hit(path, path) for path in paths]
    kept = meant(question, hits)
    assert kept == [one for one in hits if one in kept]
    assert bool(kept) == bool(hits)


def test_an_answer_comes_from_the_version_that_is_named(store: SqliteStore) -> None:
    put(store, "car-policy-2024.md", "A spouse may buy the company car at the end of the lease.")
    put(store, "car-policy-2026.md", "The company car may be bought at the end of the lease by the employee only.")
    subject = judged(store, 2.0, FakeGenerator("A spouse may buy the company car at the end of the lease."))
    question = "May a spouse buy the company car at the end of the lease under the {} policy?"
    for year in (2024, 2026):
        answer = subject.ask(question.format(year))
        assert {citation.document for citation in answer.citations} == {f"car-policy-{year}.md"}
        assert {one.chunk.document for one in answer.hits}.isdisjoint({f"car-policy-{4050 - year}.md"})
        check_invariants(answer, store)
    found = [one.chunk.document for one in subject.search(question.format(2026))]
    assert "car-policy-2024.md" not in found
