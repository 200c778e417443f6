"""Whole evaluations on small sets: real splitting, real index, stand-ins for the models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.config import Config
from rag.errors import GenerationError, RagError
from rag.evals import outcomes, runner
from rag.evals.datasets import load_dataset, sample
from rag.evals.indexes import Indexes, Parts
from rag.evals.runner import Evaluation, evaluate, open_parts, run_eval
from rag.protocols import Generator, Message
from rag.store import Manifest, SqliteStore
from rag.testing import FakeEmbedder, FakeGenerator
from rag.types import Matrix
from tests.evals.small_sets import CORPUS, Rows, write_set

QUERIES: Rows = [
    {"_id": "a", "text": "When was the harbour lamp lit?", "answers": ["1871"], "answerable": True},
    {"_id": "b", "text": "What does a ferry ticket cost?", "answers": ["four crowns"], "answerable": True},
    {"_id": "c", "text": "What does the mill weigh?", "answerable": False},
]
QRELS = ("a lamp 1", "b ferry 1")


class CountingEmbedder(FakeEmbedder):
    """Counts the passages that it embeds."""

    embedded = 0

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        self.embedded += len(texts)
        return super().embed_documents(texts)


class FailingGenerator(FakeGenerator):
    """Fails on questions that name the ferry."""

    def _reply(self, messages: Sequence[Message]) -> str:
        if "ferry ticket" in messages[-1]["content"].rpartition("Question")[2]:
            raise GenerationError("out of ink")
        return super()._reply(messages)


def parts(
    root: Path, generator: Generator | None = None, embedder: FakeEmbedder | None = None, **settings: Any
) -> Parts:
    config = Config(embedder="fake", generator="fake", **{"refuse_below": 0.0, **settings})
    manifest = Manifest("fake", "0", FakeEmbedder().dim, "test")
    return Parts(
        config=config,
        embedder=embedder or FakeEmbedder(),
        generator=generator or FakeGenerator(),
        embedder_digest=manifest.digest,
        made_with=repr(manifest),
        write=lambda folder: SqliteStore.open(folder, manifest),
        read=lambda folder: SqliteStore.open_existing(folder, manifest),
        cache=root / "cache",
    )


def run(folder: Path, used: Parts, *, retrieval_only: bool = False, limit: int | None = None) -> Evaluation:
    dataset = sample(load_dataset(folder), limit, None)
    return evaluate(dataset, used, used.config, lambda _what, _done, _total: None, retrieval_only=retrieval_only)


@pytest.mark.weights
def test_the_parts_that_the_settings_name(
    tmp_path: Path, embedder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_elsewhere(*given: Any, **flags: Any) -> Parts:
        return replace(open_parts(*given, **flags), cache=tmp_path / "cache")

    monkeypatch.setattr(runner, "open_parts", open_elsewhere)
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    config = Config(generator="extractive", embedder=str(embedder_folder))
    result = run_eval(folder, config, limit=2, retrieval_only=False, progress=lambda _w, _d, _t: None)
    assert result["retrieval"]["ndcg@10"] == 1.0
    assert result["invariants"]["violated"] == []
    assert result["sample"] == {"limit": 2, "of": 3}
    assert (result["generator"], result["embedder"]) == ("extractive", str(embedder_folder))


def test_every_section_of_a_set_with_everything(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    result = run(folder, parts(tmp_path)).result
    figures = {"recall@5": 1.0, "recall@10": 1.0, "mrr@10": 1.0, "ndcg@10": 1.0, "n": 2}
    assert result["retrieval"] == {**figures, "parts": dict.fromkeys(("dense", "lexical", "fused"), figures)}
    assert result["answers"]["n"] == 2
    assert result["refusal"]["false_answer_rate"] == 1.0
    assert result["refusal"]["false_refusal_rate"] == 0.0
    assert result["refusal"]["balanced_accuracy"] == 0.5
    assert result["citations"]["resolved"] == result["citations"]["exact_quote"] == 1.0
    assert result["invariants"] == {"checked": 3, "asked_twice": 1, "violated": []}
    assert result["index"] == {"documents": 3, "chunks": 3}
    assert set(result["timings"]) == {"search", "retrieve", "evidence", "first_token", "total"}
    assert result["prompt_tokens"]["p50"] > 0
    assert result["n"] == 3 and result["errors"] == []
    assert result["machine"]["cores"] >= 1 and len(result["config"]) == 8
    json.dumps(result, allow_nan=False)


def test_answers_are_judged_by_their_words(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES[:1]}, QRELS[:1])
    right = run(folder, parts(tmp_path, FakeGenerator("The harbour lamp was lit in 1871."))).result
    assert (right["answers"]["contains"], right["answers"]["exact_match"]) == (1.0, 0.0)
    assert right["answers"]["f1"] == pytest.approx(2 / 7)
    assert (right["citations"]["precision"], right["citations"]["recall"]) == (1.0, 1.0)
    wrong = run(folder, parts(tmp_path, FakeGenerator("The harbour lamp was lit in spring."), policy="flag")).result
    assert wrong["answers"]["contains"] == 0.0


def test_an_answer_kept_for_reference_of_an_unanswerable_question_is_not_wanted(tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "d", "text": "Who painted the lamp?", "answers": ["nobody"], "answerable": False}]
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": queries}, QRELS)
    assert run(folder, parts(tmp_path)).result["answers"]["n"] == 2


def test_a_broken_promise_reaches_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "violations", lambda answer, _store: ["2: moved"] if answer.id == "b" else [])
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    assert run(folder, parts(tmp_path)).result["invariants"]["violated"] == [{"id": "b", "broken": ["2: moved"]}]


def test_refusing_everything_is_counted_against_the_answerable(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    result = run(folder, parts(tmp_path, refuse_below=1.0)).result
    assert result["refusal"]["false_answer_rate"] == 0.0
    assert result["refusal"]["false_refusal_rate"] == 1.0
    assert result["answers"]["contains"] == 0.0
    assert result["answers"]["contains_answered"] is None
    assert result["citations"]["n"] == 0
    assert result["citations"]["precision"] is None, "a section is there even where nothing was answered"


def test_retrieval_only_asks_nothing(tmp_path: Path) -> None:
    generator = FakeGenerator()
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    result = run(folder, parts(tmp_path, generator), retrieval_only=True).result
    assert result["retrieval"]["n"] == 2
    assert not {"answers", "refusal", "citations", "invariants"} & set(result)
    assert generator.seen == []


def test_a_follow_up_is_searched_for_with_and_without_its_history(tmp_path: Path) -> None:
    history = [{"role": "user", "text": "Who runs the old mill?"}, {"role": "agent", "text": "Osk."}]
    queries = [{"_id": "q", "text": "What does it grind?", "history": history, "answerability": "UNDERSPECIFIED"}]
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": queries}, ["q mill 1"])
    found = run(folder, parts(tmp_path))
    assert found.result["retrieval"]["parts"]["last_turn"]["n"] == 1
    assert found.outcomes[0].answer is not None and "mill" in found.outcomes[0].answer.query
    assert "refusal" not in found.result
    assert found.result["notes"] == ["1 questions labelled UNDERSPECIFIED are left out of the refusal figures"]


def test_underspecified_questions_are_counted_apart(tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "d", "text": "And the other?", "answerability": "UNDERSPECIFIED"}]
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": queries}, QRELS)
    refusal = run(folder, parts(tmp_path)).result["refusal"]
    assert refusal["underspecified"]["n"] == 1
    assert refusal["answerable"] + refusal["unanswerable"] == 3


def test_each_question_is_asked_of_its_own_passages(tmp_path: Path) -> None:
    rows = [
        {
            "_id": "a",
            "text": "What is in the box?",
            "label": "relevant",
            "passages": [{"_id": "p", "text": "The box holds tin."}],
        },
        {
            "_id": "b",
            "text": "What is in the box?",
            "label": "non_relevant",
            "passages": [{"_id": "p", "text": "A hen."}],
        },
    ]
    found = run(write_set(tmp_path, {"questions.jsonl": rows}), parts(tmp_path))
    texts = {o.case.id: [hit.chunk.text for hit in o.answer.hits] for o in found.outcomes if o.answer}
    assert texts == {"a": ["The box holds tin."], "b": ["A hen."]}
    assert found.result["index"] == {"documents": 2, "chunks": 2}


def test_several_right_answers_and_known_wrong_ones(tmp_path: Path) -> None:
    documents = [
        {"text": "Osk was born in 1900.", "type": "correct", "answer": "1900"},
        {"text": "Osk was born in 1905.", "type": "misinfo", "answer": "1905"},
    ]
    row = {"_id": "c", "question": "When was Osk born?", "documents": documents}
    rows = [{**row, "gold_answers": ["1900"], "wrong_answers": ["1905"]}]
    reply = "Osk was born in 1900. Osk was born in 1905."
    conflicts = run(write_set(tmp_path, {"x.jsonl": rows}), parts(tmp_path, FakeGenerator(reply))).result["conflicts"]
    assert conflicts == {"all_answers": 1.0, "answers_given": 1.0, "wrong_answer": 1.0, "all_and_no_wrong": 0.0, "n": 1}


def test_spans_of_a_file_move_with_the_text_that_was_read(tmp_path: Path) -> None:
    text = "\n\n  Rye is ground at dawn.\nOsk sleeps at noon."
    words = "Osk sleeps at noon."
    spans = [{"content": words, "start_index": text.index(words), "end_index": len(text)}]
    lost = [{"content": "Nobody wrote this.", "start_index": 0, "end_index": 18}]
    queries = [
        {"_id": "q", "text": "When does Osk sleep?", "corpus_id": "mill", "references": spans},
        {"_id": "r", "text": "Who wrote this?", "corpus_id": "mill", "references": lost},
    ]
    folder = write_set(tmp_path, {"queries.jsonl": queries})
    (folder / "mill.md").write_text(text, "utf-8")
    result = run(folder, parts(tmp_path), retrieval_only=True).result
    assert result["chunking"]["recall"] == 1.0 and result["chunking"]["n"] == 1
    assert result["chunking"]["precision"] == result["chunking"]["iou"] < 1
    assert result["notes"] == ["1 gold spans do not stand in the documents as read and are left out"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"queries.jsonl": [{"_id": "q", "text": "When?"}]}, ["q lamp.txt 1"])
    (folder / "docs").mkdir()
    (folder / "docs" / "lamp.txt").write_text("The lamp was lit in 1871.", "utf-8")
    (folder / "docs" / "empty.txt").write_text("", "utf-8")
    result = run(folder, parts(tmp_path), retrieval_only=True).result
    assert result["index"]["documents"] == 1
    assert any(note.startswith("empty.txt was not indexed") for note in result["notes"])


def test_labelled_claims_need_no_index(tmp_path: Path) -> None:
    rows = [
        {"claim": "The lamp was lit in 1871 [1].", "evidence": [CORPUS[0]["text"]], "label": "supported"},
        {"claim": "Whales sing opera.", "evidence": [CORPUS[0]["text"]], "label": "not_supported"},
    ]
    found = evaluate(
        load_dataset(write_set(tmp_path, {"claims.jsonl": rows})),
        parts(tmp_path),
        Config(),
        lambda _w, _d, _t: None,
        retrieval_only=False,
    )
    assert found.result["support"]["auroc"] == found.result["support"]["balanced_accuracy"] == 1.0
    assert found.result["support"]["files"]["claims"]["n"] == 2
    assert (found.result["generator"], found.result["embedder"]) == (None, "fake")


def test_an_index_is_kept_and_made_again_only_for_other_documents(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    first, second, third = CountingEmbedder(), CountingEmbedder(), CountingEmbedder()
    run(folder, parts(tmp_path, embedder=first), retrieval_only=True)
    run(folder, parts(tmp_path, embedder=second), retrieval_only=True)
    changed = [{**CORPUS[0], "text": "The lamp is gone."}, *CORPUS[1:]]
    run(write_set(tmp_path, {"corpus.jsonl": changed}), parts(tmp_path, embedder=third), retrieval_only=True)
    assert [first.embedded, second.embedded, third.embedded] == [3, 0, 1]


def test_an_index_whose_making_was_cut_off_is_finished(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    used = parts(tmp_path)
    run(folder, used, retrieval_only=True)
    store = used.write(next(path for path in used.cache.iterdir() if path.is_dir()))
    store.remove("ferry")
    store.close()
    steps: list[tuple[str, int, int]] = []
    dataset = load_dataset(folder)
    found = evaluate(dataset, used, used.config, lambda *step: steps.append(step), retrieval_only=True)
    assert found.result["index"]["documents"] == 3
    assert [step for step in steps if step[0] == "indexing"] == [("indexing", 3, 3)]


def test_two_evaluations_share_an_index(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    first = Indexes(load_dataset(folder), parts(tmp_path), lambda _what, _done, _total: None)
    first.pipeline(load_dataset(folder).cases[0])
    assert run(folder, parts(tmp_path), retrieval_only=True).result["retrieval"]["n"] == 2
    first.close()


def test_a_question_that_fails_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES}, QRELS)
    result = run(folder, parts(tmp_path, FailingGenerator())).result
    assert result["errors"] == [{"id": "b", "error": "GenerationError: out of ink"}]
    assert result["invariants"]["checked"] == 2
    assert result["answers"]["n"] == 2


def test_a_run_in_which_everything_fails_is_an_error(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES[1:2]}, QRELS)
    with pytest.raises(RagError, match="all 1 questions failed, the first with GenerationError: out of ink"):
        run(folder, parts(tmp_path, FailingGenerator()))


def test_an_answer_that_changes_when_asked_again_is_seen(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": QUERIES[:1]}, QRELS[:1])
    moody = FakeGenerator("The harbour lamp was lit in 1871.", "The harbour lamp was lit in spring.")
    violated = run(folder, parts(tmp_path, moody, policy="flag")).result["invariants"]["violated"]
    assert violated[0]["id"] == "a"
    assert any(broken.startswith("5: text") for broken in violated[0]["broken"])
