"""The read path, on a real store with deterministic stand-ins for the models."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.errors import UsageError
from rag.events import EvidenceSelected, Retrieved, SentenceChecked, Token
from rag.pipeline import Pipeline
from rag.protocols import Message, StopSignal
from rag.splitter import split
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator, FakeJudge
from rag.types import Answer, Document, Policy, Question, Turn

LEASE = (
    "The notice period of the lease is thirty days. Notice must be given in writing. "
    "The deposit is 400 euros. It is paid back within 14 days of moving out. Pets are not allowed in the flat."
)
PERMITS = "The harbour office approved 14 permits in March. Each permit costs 20 euros and lasts one year."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    embedder = FakeEmbedder()
    store = SqliteStore.open(tmp_path / "index", Manifest("fake", "0", embedder.dim, "test"))
    for path, text in (("lease.txt", LEASE), ("permits.txt", PERMITS)):
        document = Document(path, path, text, sha256=path)
        chunks = list(split(document, embedder.count_tokens, 60))
        store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))
    yield store
    store.close()


def pipeline(store: SqliteStore, *replies: str, policy: Policy = "drop", refuse_below: float = 0.0) -> Pipeline:
    config = Config(embedder="fake", generator="fake", policy=policy, refuse_below=refuse_below)
    return Pipeline(store, FakeEmbedder(), FakeGenerator(*replies), config)


def check_invariants(answer: Answer, store: SqliteStore) -> None:
    shown = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert shown == {c.number for c in answer.citations}
    for citation in answer.citations:
        assert store.read(citation.document).text[citation.start : citation.end] == citation.quote
    for sentence in answer.sentences:
        assert sentence.citations or sentence.verdict != "supported"
    if answer.status == "refused":
        assert not answer.citations
        assert answer.reason


def test_events_come_in_order_and_the_answer_last(store: SqliteStore) -> None:
    events = list(pipeline(store, "The deposit is 400 euros. Pets are not allowed.").stream("How much is the deposit?"))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Retrieved, EvidenceSelected]
    assert kinds[-1] is Answer
    assert kinds.count(Answer) == 1
    assert kinds.index(Token) < kinds.index(SentenceChecked)
    assert kinds.index(SentenceChecked) < len(kinds) - 3, "the first sentence is checked before the draft is complete"


def test_an_answer_is_cited_exactly(store: SqliteStore) -> None:
    answer = pipeline(store, "The deposit is 400 euros.").ask("How much is the deposit?", id="q1")
    assert answer.status == "answered"
    assert answer.text == "The deposit is 400 euros [1]."
    assert answer.id == "q1"
    assert answer.citations[0].document == "lease.txt"
    check_invariants(answer, store)


def judged(store: SqliteStore, log_odds: float, generator: FakeGenerator, **settings: Any) -> Pipeline:
    """One whose judge always says the same."""
    config = Config(embedder="fake", generator="fake", **settings)
    return Pipeline(store, FakeEmbedder(), generator, config, judge=FakeJudge(log_odds))


@pytest.mark.parametrize("draft", ["The documents do not say.", "The rent is 9 yachts.", "The deposit is a deposit."])
def test_where_the_judge_sees_an_answer_that_the_draft_misses_the_evidence_is_quoted(
    store: SqliteStore, draft: str
) -> None:
    pipeline = judged(store, 2.0, FakeGenerator(draft))
    answer = pipeline.ask("How much is the deposit?")
    assert answer.status == "answered"
    assert answer.text.startswith("The deposit is 400 euros [1].")
    assert (answer.model, answer.judge, "judge" in answer.timings) == ("fake", FakeJudge.name, True)
    assert [one.text for one in pipeline.ask_many(["How much is the deposit?"])] == [answer.text]
    check_invariants(answer, store)


def test_where_the_judge_sees_none_nothing_is_written(store: SqliteStore) -> None:
    generator = FakeGenerator("The deposit is 400 euros.")
    answer = judged(store, -2.0, generator).ask("How much is the deposit?")
    assert (answer.status, generator.seen) == ("refused", [])
    check_invariants(answer, store)


def test_nothing_is_quoted_where_one_unsupported_sentence_refuses(store: SqliteStore) -> None:
    pipeline = judged(store, 2.0, FakeGenerator("The rent is 9 yachts."), policy="refuse")
    assert pipeline.ask("How much is the deposit?").status == "refused"


def test_a_stop_while_the_judge_reads_ends_the_question(store: SqliteStore) -> None:
    generator, stop = FakeGenerator("The deposit is 400 euros."), threading.Event()
    stop.set()
    *_, answer = judged(store, 2.0, generator).stream("How much is the deposit?", stop=stop)
    assert isinstance(answer, Answer)
    assert answer.status == "refused"
    assert answer.text == "Stopped before there was an answer.", "nobody knows what the documents say"
    assert answer.judge == ""
    check_invariants(answer, store)


def test_two_documents_that_disagree_are_both_told_of(store: SqliteStore) -> None:
    embedder = FakeEmbedder()
    text = "The notice period of the lease is sixty days. Pets are welcome."
    document = Document("old.txt", "old.txt", text, sha256="old")
    chunks = list(split(document, embedder.count_tokens, 60))
    store.put(document, chunks, embedder.embed_documents([chunk.text for chunk in chunks]))
    answer = pipeline(store, "The notice period of the lease is thirty days.").ask("What is the lease's notice period?")
    [conflict] = answer.conflicts
    assert (conflict.cited, conflict.other) == ("thirty", "sixty")
    assert conflict.passage.number == answer.citations[0].number
    assert conflict.passage.document == "old.txt"
    assert text[conflict.passage.start : conflict.passage.end] == conflict.passage.quote
    assert answer.to_dict()["conflicts"][0]["other"] == "sixty"
    check_invariants(answer, store)


def test_what_the_documents_do_not_say_is_dropped(store: SqliteStore) -> None:
    answer = pipeline(store, "The deposit is 400 euros. The landlord owns 12 yachts.").ask("How much is the deposit?")
    assert answer.text == "The deposit is 400 euros [1]."
    assert answer.dropped[0].text == "The landlord owns 12 yachts."


def test_an_invention_alone_gives_way_to_the_evidence(store: SqliteStore) -> None:
    draft = "The deposit was 400 euros of Lisbon. The landlord owns 12 yachts."
    answer = pipeline(store, draft).ask("How much is the deposit?")
    assert answer.text.startswith("The deposit is 400 euros [1].")
    assert [s.verdict for s in answer.dropped] == ["unsupported", "weak"], "what was kept as weak goes too"
    check_invariants(answer, store)


def test_a_true_sentence_about_something_else_gives_way_to_the_evidence(store: SqliteStore) -> None:
    draft = "In the flat, pets are not allowed."
    answer = pipeline(store, draft).ask("How much is the deposit?")
    assert answer.text.startswith("The deposit is 400 euros [1].")
    assert [s.text for s in answer.dropped] == [draft]
    check_invariants(answer, store)


def test_an_invention_alone_is_refused_where_nothing_is_quoted(store: SqliteStore) -> None:
    answer = pipeline(store, "The landlord owns 12 yachts.", policy="refuse").ask("How many yachts?")
    assert (answer.status, answer.text) == ("refused", "The documents do not say.")
    assert "12" in answer.reason
    assert answer.hits
    check_invariants(answer, store)


def test_the_models_own_refusal_is_a_refusal(store: SqliteStore) -> None:
    answer = pipeline(store, "The documents do not say.").ask("How much is the deposit?")
    assert answer.status == "refused"
    check_invariants(answer, store)


def test_low_answerability_refuses_without_generating(store: SqliteStore) -> None:
    subject = pipeline(store, "The deposit is 400 euros.", refuse_below=1.0)
    events = list(subject.stream("Which comet struck Jupiter?"))
    assert [type(event) for event in events] == [Retrieved, EvidenceSelected, Answer]
    assert isinstance(subject.generator, FakeGenerator)
    assert subject.generator.seen == []
    assert isinstance(events[-1], Answer)
    assert "comet" in events[-1].reason


def test_a_follow_up_is_answered_as_rewritten(store: SqliteStore) -> None:
    history = [Turn("user", "How much is the deposit?"), Turn("assistant", "400 euros.")]
    answer = pipeline(store, "It is paid back within 14 days of moving out.").ask("When is it paid back?", history)
    assert answer.question == "When is it paid back?"
    assert answer.query == "How much is the deposit? When is it paid back?"


@pytest.mark.parametrize("question", ["", "  \n", "x" * 8_001])
def test_no_question_and_too_long_a_question_are_usage_errors(store: SqliteStore, question: str) -> None:
    with pytest.raises(UsageError, match="question"):
        pipeline(store).ask(question)


def test_half_a_surrogate_pair_is_survived(store: SqliteStore) -> None:
    pipeline(store, "Pets are not allowed in the flat.").ask("Are pets allowed \ud800?")


def test_many_equals_one_by_one_in_order(store: SqliteStore) -> None:
    questions: list[str | Question] = [
        Question("How much is the deposit?", "a"),
        "Are pets allowed?",
        Question("What does a permit cost?", "c"),
    ]
    replies = ("The deposit is 400 euros. And", "Pets are not allowed in the flat.", "Each permit costs 20 euros.")
    many = list(pipeline(store, *replies).ask_many(questions))
    subject = pipeline(store, *replies)
    single = [subject.ask(q if isinstance(q, str) else q.text) for q in questions]
    assert [a.text for a in many] == [a.text for a in single]
    assert [a.id for a in many] == ["a", "", "c"]


def test_many_is_lazy(store: SqliteStore) -> None:
    drawn: list[int] = []

    def endless() -> Iterator[str]:
        while True:
            drawn.append(1)
            yield "Are pets allowed?"

    next(iter(pipeline(store, "Pets are not allowed in the flat.").ask_many(endless())))
    assert len(drawn) == 16


class _StopsItself(FakeGenerator):
    """Sets the signal after the first sentence, as a user does who has read enough."""

    def stream(self, messages: Sequence[Message], stop: StopSignal) -> Iterator[str]:
        assert isinstance(stop, threading.Event)
        yield "The deposit is 400 euros. "
        yield "Pets are"
        stop.set()


def test_stop_keeps_what_was_checked_and_no_torn_sentence(store: SqliteStore) -> None:
    subject = Pipeline(store, FakeEmbedder(), _StopsItself(), Config(refuse_below=0.0))
    events = list(subject.stream("How much is the deposit?", stop=threading.Event()))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert answer.text == "The deposit is 400 euros [1]."


def test_an_empty_index_refuses(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "index", Manifest("fake", "0", 64, "test"))
    answer = pipeline(store, "Anything.").ask("How much is the deposit?")
    assert answer.status == "refused"
    assert "no passage" in answer.reason


def test_the_same_question_gives_the_same_bytes(store: SqliteStore) -> None:
    subject = pipeline(store, "The deposit is 400 euros.")
    first, second = (subject.ask("How much is the deposit?").to_dict() for _ in range(2))
    assert {**first, "timings": 0} == {**second, "timings": 0}


def test_a_question_looks_only_where_it_is_told_to(store: SqliteStore) -> None:
    rag = pipeline(store)
    everywhere = rag.ask("How much is the deposit?")
    assert everywhere.citations[0].document == "lease.txt"
    within = rag.ask("How much is the deposit?", scope=["./permits.txt"])
    assert {hit.chunk.document for hit in within.hits} == {"permits.txt"}
    assert {citation.document for citation in within.citations} <= {"permits.txt"}
    [batched] = rag.ask_many([Question("How much is the deposit?", scope=("permits.txt",))])
    assert batched.text == within.text
    assert {hit.chunk.document for hit in rag.search("deposit", 5, ["lease.txt"])} == {"lease.txt"}


def test_a_refusal_says_where_alone_it_looked(store: SqliteStore) -> None:
    refused = pipeline(store, refuse_below=1.0).ask("How much is the deposit?", scope=["permits.txt"])
    assert refused.reason.startswith("looked only in permits.txt: ")


def test_a_scope_that_names_nothing_is_an_error(store: SqliteStore) -> None:
    with pytest.raises(UsageError, match=r"did you mean lease\.txt"):
        pipeline(store).ask("How much is the deposit?", scope=["leese.txt"])


@pytest.mark.parametrize("question", ["Why?", "Thanks!"])
def test_where_nothing_is_asked_it_is_asked_back_and_nothing_generated(store: SqliteStore, question: str) -> None:
    subject = pipeline(store, "The deposit is 400 euros.", refuse_below=0.0)
    answer = subject.ask(question)
    assert (answer.status, answer.citations) == ("refused", ())
    assert answer.text.endswith(("mean.", "know?"))
    assert isinstance(subject.generator, FakeGenerator)
    assert subject.generator.seen == []
    check_invariants(answer, store)


def test_a_refusal_asks_back_what_a_word_means_and_offers_titles(store: SqliteStore) -> None:
    answer = pipeline(store, refuse_below=1.0).ask("Was it ever sold?")
    assert answer.text.startswith("What is meant by “it”: something in “")
    check_invariants(answer, store)
