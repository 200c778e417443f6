"""Questions made out of an index, on a real store with deterministic stand-ins for the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.pipeline import Pipeline
from rag.probes import probes, show
from rag.protocols import no_progress
from rag.store import SqliteStore
from rag.testing import FakeGenerator, FakeJudge
from rag.types import Question
from tests.shelf import MANIFEST, Texts, pipeline

TEXTS: Texts = {
    f"{name}.txt": [
        f"The harbour of {name} charges boats {10 + at} euros for a berth on each summer night. "
        f"Its office in {name} opens at {at} in the morning and closes before the evening tide. Ropes are blue.",
        f"A heading\n\nThe keeper of {name} was appointed in {1900 + at} after a long contest with two rivals.",
    ]
    for at, name in enumerate(("Oslo", "Bergen", "Malmo", "Kiel", "Riga", "Turku"), start=1)
}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Pipeline]:
    made = pipeline(tmp_path, TEXTS, k=4)
    made.judge = FakeJudge(2.0)
    yield made
    made.store.close()


class Asking(FakeGenerator):
    """Asks for what stands in the sentence."""

    def _reply(self, messages: object) -> str:
        sentence = messages[-1]["content"].rpartition("Sentence: ")[2].strip()  # type: ignore[index]
        return f'"What is it that {sentence.rstrip(".")}?"'


def test_each_is_of_another_document_as_long_as_there_are_more(shelf: Pipeline) -> None:
    made = list(probes(shelf, Asking(), 6))
    assert {probe.document for probe in made} == TEXTS.keys()
    more = list(probes(shelf, Asking(), 9))
    assert more[:6] == made, "the same index gives the same questions"
    assert len({probe.question for probe in more}) == 9


def test_a_sentence_is_whole_and_says_something(shelf: Pipeline) -> None:
    for probe in probes(shelf, Asking(), 18):
        assert probe.sentence in shelf.store.read(probe.document).text
        assert probe.sentence.endswith(".")
        assert "Ropes" not in probe.sentence and "heading" not in probe.sentence


def test_a_reply_that_is_no_question_is_passed_over(shelf: Pipeline) -> None:
    replies = [
        "I cannot.",
        "",
        "Who? " + "x" * 400 + "?",
        "What is it?",
        'Sure:\n"Who keeps the harbour of Riga?"\nIt is Jon.',
    ]
    made = list(probes(shelf, FakeGenerator(*replies), 5))
    assert [probe.question for probe in made] == ["Who keeps the harbour of Riga?"]


def test_without_its_passages_a_question_is_asked_of_the_rest(shelf: Pipeline) -> None:
    question = Question("When was the keeper of Oslo appointed?")
    said = "appointed in 1901"
    with_it, without = shelf.prepare(question), shelf.prepare(question, lambda chunk: said in chunk.text)
    assert any(said in hit.chunk.text for hit in with_it.hits)
    assert without.hits and not any(said in hit.chunk.text for hit in without.hits)
    assert not any(said in item.text for item in without.evidence)
    assert len(without.hits) == len(with_it.hits), "others move up"


def test_each_is_asked_twice_and_what_it_showed_is_told(shelf: Pipeline) -> None:
    told: list[tuple[str, int, int]] = []
    asked: list[str] = []
    prepare = shelf.prepare

    def noted(question: Question, without: object = None) -> object:
        run = prepare(question, without)  # type: ignore[arg-type]
        asked.append(" ".join(hit.chunk.text for hit in run.hits))
        return run

    shelf.prepare = noted  # type: ignore[method-assign,assignment]
    shown = show(shelf, Asking(), 6, lambda what, done, total: told.append((what, done, total)))
    assert [one.held.answerable for one in shown] == [True] * 6
    assert [one.lacking.answerable for one in shown] == [False] * 6
    assert all(one.held.features == {"log_odds": 2.0, "yes_no": 0.0} for one in shown)
    assert told == [("asking", done, 6) for done in range(7)]
    for one, held, lacking in zip(shown, asked[::2], asked[1::2], strict=True):
        assert one.probe.sentence in held
        assert one.probe.sentence not in lacking
    assert shown[0].to_dict()["question"] == shown[0].probe.question


def test_a_document_that_goes_meanwhile_is_passed_over(shelf: Pipeline, tmp_path: Path) -> None:
    making = probes(shelf, Asking(), 9)
    first = next(making).document
    gone = next(path for path in TEXTS if path != first)
    with closing(SqliteStore.open(tmp_path, MANIFEST)) as writer:
        writer.remove(gone)
    assert {first, *(probe.document for probe in making)} == TEXTS.keys() - {gone}


def test_an_empty_index_and_one_of_scraps_give_none(tmp_path: Path) -> None:
    for number, texts in enumerate(({}, {"a.txt": ["Ropes.\n\n# Ropes\n\n- 1\n- 2"]})):
        made = pipeline(tmp_path / str(number), texts)
        assert show(made, Asking(), 10, no_progress) == []
        made.store.close()
