"""Where a draft falls, the passages that it rests on are quoted."""

from __future__ import annotations

import pytest

from rag.citations import Checker
from rag.config import Config
from rag.draft import spans
from rag.pipeline import Pipeline
from rag.splitter import split
from rag.store import SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator, FakePointer
from rag.types import Chunk, Document, Evidence
from tests.test_citations import pieces
from tests.test_pipeline import check_invariants, judged, store

__all__ = ["store"]

RESTS_ON = "It is paid back within 14 days of moving out"
FITS_BEST = "The deposit is 400 euros"


def put(store: SqliteStore, path: str, text: str) -> None:
    embedder, document = FakeEmbedder(), Document(path, path, text, sha256=path)
    chunks = list(split(document, embedder.count_tokens, 60))
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))


def pointing(store: SqliteStore, pointer: FakePointer, draft: str) -> Pipeline:
    return Pipeline(
        store, FakeEmbedder(), FakeGenerator(draft), Config(embedder="fake", generator="fake"), judge=pointer
    )


@pytest.mark.parametrize(
    ("draft", "quoted"),
    [
        ("Moving out, it is paid back within 99 days.", [RESTS_ON, FITS_BEST]),
        ("Yachts. Moving out, it is paid back within 99 days.", [RESTS_ON, FITS_BEST]),
        ("The deposit is 401 euros.", [FITS_BEST]),
        ("Yachts sail.", [FITS_BEST]),
    ],
)
def test_first_what_the_draft_rests_on_then_what_fits_best(store: SqliteStore, draft: str, quoted: list[str]) -> None:
    answer = judged(store, 2.0, FakeGenerator(draft)).ask("Is the deposit paid?")
    assert [citation.quote.rstrip(".") for citation in answer.citations] == quoted
    assert answer.text == " ".join(f"{line} [{number}]." for number, line in enumerate(quoted, start=1))
    check_invariants(answer, store)


@pytest.mark.parametrize(
    ("share", "quoted"),
    [(0.9, [RESTS_ON]), (0.4, [RESTS_ON, FITS_BEST]), (0.1, [FITS_BEST])],
)
def test_a_pointer_says_what_is_quoted(store: SqliteStore, share: float, quoted: list[str]) -> None:
    subject = pointing(store, FakePointer(2.0, RESTS_ON, share), "The deposit is 401 euros.")
    answer = subject.ask("Is the deposit paid?")
    assert [citation.quote.rstrip(".") for citation in answer.citations][: len(quoted)] == quoted
    assert len(answer.citations) <= 2
    assert (len(answer.citations) == 1) == (share == 0.9), "a second line only where it is not far behind"
    assert answer.timings["attend"] >= 0
    assert [one.text for one in subject.ask_many(["Is the deposit paid?"])] == [answer.text]
    check_invariants(answer, store)


def test_nothing_is_pointed_at_where_the_draft_stands(store: SqliteStore) -> None:
    answer = pointing(store, FakePointer(2.0, RESTS_ON), "The deposit is 400 euros.").ask("How much is the deposit?")
    assert answer.text.startswith("The deposit is 400 euros [1].")
    assert "attend" not in answer.timings


def test_where_nothing_is_pointed_at_it_is_as_without(store: SqliteStore) -> None:
    class Silent(FakePointer):
        def attends(self, *_: object) -> list[float]:
            return []

    answer = pointing(store, Silent(2.0, ""), "Yachts sail.").ask("Is the deposit paid?")
    assert [citation.quote.rstrip(".") for citation in answer.citations] == [FITS_BEST]


def test_many_questions_are_quoted_as_one(store: SqliteStore) -> None:
    subject = judged(store, 2.0, FakeGenerator("Moving out, it is paid back within 99 days."))
    assert [one.text for one in subject.ask_many(["Is the deposit paid?"])] == [
        subject.ask("Is the deposit paid?").text
    ]


def test_an_echo_of_the_question_is_not_quoted_though_it_is_pointed_at(store: SqliteStore) -> None:
    asked = "How does the early exit go?"
    put(store, "exit.md", "The early exit.\n\nAn early leaver pays 80 francs.")
    answer = pointing(store, FakePointer(2.0, "The early exit"), "Yachts sail.").ask(asked)
    assert answer.citations[0].quote == "An early leaver pays 80 francs."


@pytest.mark.parametrize("number", ["", "3. "])
def test_a_heading_that_only_echoes_the_question_is_not_quoted(store: SqliteStore, number: str) -> None:
    put(store, "exit.md", f"{number}The early exit.\n\nAn early leaver pays 80 francs.")
    answer = judged(store, 2.0, FakeGenerator("The early exit.")).ask("How does the early exit go?")
    assert [citation.quote for citation in answer.citations][:1] == ["An early leaver pays 80 francs."]
    assert "The early exit" not in answer.text
    check_invariants(answer, store)


def test_where_there_are_but_echoes_the_refusal_does_not_call_them_unsupported(store: SqliteStore) -> None:
    for path in ("lease.txt", "permits.txt"):
        store.remove(path)
    embedder = FakeEmbedder()
    document = Document("exit.md", "exit.md", "The early exit.", sha256="exit")
    chunks = list(split(document, embedder.count_tokens, 60))
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))
    answer = judged(store, 2.0, FakeGenerator("The early exit.")).ask("How does the early exit go?")
    assert answer.status == "refused"
    assert answer.reason == "what the model wrote rests on passages that say little of what was asked"


@pytest.mark.parametrize(
    ("draft", "rests_on"),
    [
        ("The Teal costs 55 crowns for a day.", "A day in the Teal: 55."),
        ("The Teal is 20 crowns for half a day.", "Half a day in the Teal comes to 33 crowns."),
    ],
)
def test_a_draft_rests_on_what_has_most_of_its_words_and_then_on_what_has_its_number(draft: str, rests_on: str) -> None:
    evidence = pieces("Half a day in the Teal comes to 33 crowns. A day in the Teal: 55. The car park has 20 places.")
    subject = Checker(evidence, lambda _: (None, ""), "drop")
    subject.check(draft)
    assert subject.rests_on and subject.rests_on.text == rests_on


def test_a_supported_draft_that_is_withdrawn_rests_on_what_supports_it() -> None:
    row = "Boat: Teal; Half day: 33; Day: 55."
    evidence = pieces(f"For half a day in the Teal four people pay 33 crowns. {row}")
    near = {1: 0.3, 2: 0.9}
    subject = Checker(
        evidence,
        lambda _: (None, ""),
        "drop",
        farthest=lambda _, items: 0.9 if "crowns" in items[0].text else near[len(items)],
    )
    assert subject.check("The Teal costs 55 crowns for a day.").sentence.verdict == "supported"
    subject.withdraw("it is beside the question")
    assert subject.rests_on and subject.rests_on.text == row


def test_markers_by_themselves_are_no_sentence(store: SqliteStore) -> None:
    assert spans("[1]\n\n[2][3]") == []
    assert [slice(*span) for span in spans("The deposit is 400 euros.\n- [1]")] == [slice(0, 25)]
    answer = judged(store, 2.0, FakeGenerator("[1]"), policy="flag").ask("Is the deposit paid?")
    assert answer.status == "refused"
    check_invariants(answer, store)


def under(*said: tuple[str, str]) -> list[Evidence]:
    """Sentences, each with the heading that it stands under."""
    return [
        Evidence(
            Chunk("manual.md", 100 * at, 100 * at + len(text), text, "Manual", heading),
            100 * at,
            100 * at + len(text),
            text,
            1.0,
        )
        for at, (heading, text) in enumerate(said)
    ]


@pytest.mark.parametrize(("heading", "kept"), [("Before first use", False), ("Programmes", True)])
def test_words_of_the_question_from_under_another_heading_prove_nothing(heading: str, kept: bool) -> None:
    question = "How do I stop a wash that is running?"
    evidence = under(("Programmes", "Refill the dispenser before a start."), (heading, "Stop a running wash at once."))
    subject = Checker(evidence, lambda _: (None, ""), "drop", question=question, asked=question)
    checked = subject.check("To stop a running wash, refill the dispenser before a start.")
    assert checked.kept == kept, checked.sentence.why
