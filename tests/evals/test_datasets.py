"""Every format that a set may come in, and what is wrong with a set said by file and line."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import RagError
from rag.evals.cases import Case, Dataset, GoldSpan, Pair, parity
from rag.evals.datasets import load_dataset, sample
from rag.types import Turn
from tests.evals.small_sets import CORPUS, Rows, write_set


def test_a_shared_corpus_with_grades(tmp_path: Path) -> None:
    queries: Rows = [{"_id": "q1", "text": "When was it lit?", "answers": ["1871"]}, {"_id": "q2", "text": "Who flew?"}]
    found = load_dataset(
        write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": queries}, ["q1 lamp 2", "q1 mill 0"])
    )
    assert [item.id for item in found.corpus] == ["lamp", "ferry", "mill"]
    assert found.cases[0].gold == {"lamp": 2.0}
    assert found.cases[0].answerable is True
    assert found.cases[1].gold == {} and found.cases[1].answerable is None


def test_a_compressed_corpus(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"queries.jsonl": [{"_id": "q", "text": "?", "answers": ["x"]}]})
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in CORPUS)
    assert len(load_dataset(folder).corpus) == 3


@pytest.mark.parametrize(
    ("fields", "answerable"),
    [
        ({"is_impossible": True, "answers": []}, False),
        ({"is_impossible": False}, True),
        ({"answerable": False, "answers": ["kept for reference"]}, False),
        ({"answerable": True}, True),
        ({"answerability": "ANSWERABLE"}, True),
        ({"answerability": "PARTIAL"}, True),
        ({"answerability": "UNANSWERABLE", "targets": ["I do not know."]}, False),
        ({"answerability": "UNDERSPECIFIED", "targets": ["Which one?"]}, None),
        ({"answerability": ["ANSWERABLE", "UNDERSPECIFIED"]}, None),
        ({"label": "non_relevant"}, False),
        ({"label": "relevant"}, True),
        ({"answers": ["x"]}, True),
        ({"targets": ["x"]}, True),
        ({"cited": ["lamp"], "evidence": []}, None),
        ({}, None),
    ],
)
def test_whether_a_question_can_be_answered(tmp_path: Path, fields: dict[str, object], answerable: bool | None) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": [{"_id": "q", "text": "?", **fields}]})
    assert load_dataset(folder).cases[0].answerable is answerable


def test_a_document_that_an_impossible_question_was_asked_of_is_no_gold(tmp_path: Path) -> None:
    queries: Rows = [
        {"_id": "a", "text": "?", "source_doc": "lamp", "is_impossible": False},
        {"_id": "b", "text": "?", "source_doc": "lamp", "is_impossible": True},
    ]
    cases = load_dataset(write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": queries})).cases
    assert [case.gold for case in cases] == [{"lamp": 1.0}, {}]


def test_a_history_by_either_name_of_its_fields(tmp_path: Path) -> None:
    history = [{"role": "user", "text": "When does it leave?"}, {"role": "agent", "content": "At nine."}]
    folder = write_set(
        tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": [{"_id": "q", "text": "And back?", "history": history}]}
    )
    assert load_dataset(folder).cases[0].history == (
        Turn("user", "When does it leave?"),
        Turn("assistant", "At nine."),
    )


def test_gold_sentences_become_spans(tmp_path: Path) -> None:
    sentences = ["The harbour lamp was lit in 1871.", "It burned whale oil."]
    corpus = [{**CORPUS[0], "sentences": sentences}, *CORPUS[1:]]
    queries: Rows = [
        {"_id": "a", "text": "?", "selected_sentences": [sentences[1]], "source_doc": "lamp"},
        {"_id": "b", "text": "?", "evidence": [{"doc": "lamp", "label": "SUPPORT", "sentences": [0]}]},
        {"_id": "c", "text": "?", "selected_sentences": ["Not in it."], "source_doc": "lamp"},
    ]
    first, second, third = load_dataset(write_set(tmp_path, {"corpus.jsonl": corpus, "queries.jsonl": queries})).cases
    assert first.spans == (GoldSpan("lamp", 34, 54, sentences[1]),)
    assert second.spans == (GoldSpan("lamp", 0, 33, sentences[0]),)
    assert third.spans == ()


def test_claims_checked_against_a_corpus_are_pairs_too(tmp_path: Path) -> None:
    corpus = [{**CORPUS[0], "sentences": ["Lit in 1871.", "Oil."]}, {**CORPUS[1], "sentences": ["At nine."]}]
    evidence = [{"doc": "lamp", "label": "CONTRADICT", "sentences": [0]}]
    queries: Rows = [
        {"_id": "a", "text": "Lit in 1900.", "cited": ["lamp", "ferry"], "evidence": evidence},
        {"_id": "b", "text": "Lit.", "evidence": [{"doc": "lamp", "label": "SUPPORT", "sentences": [0, 1]}]},
    ]
    pairs = load_dataset(write_set(tmp_path, {"corpus.jsonl": corpus, "queries.jsonl": queries})).pairs
    assert pairs == (
        Pair("a", "Lit in 1900.", ("Lit in 1871.",), False, "CONTRADICT", "queries"),
        Pair("a", "Lit in 1900.", ("At nine.",), False, "NONE", "queries"),
        Pair("b", "Lit.", ("Lit in 1871.", "Oil."), True, "SUPPORT", "queries"),
    )


def test_questions_that_bring_their_own_passages(tmp_path: Path) -> None:
    rows: Rows = [
        {"_id": "q", "text": "?", "label": "relevant", "passages": [{"_id": "p1", "title": "T", "text": "x"}]},
        {
            "_id": "r",
            "text": "?",
            "passages": [{"_id": "p1", "text": "y", "relevant": True}, {"_id": "p2", "text": "z"}],
        },
    ]
    for name in ("questions.jsonl", "queries.jsonl", "anything.jsonl"):
        found = load_dataset(write_set(tmp_path, {name: rows}))
        assert [[p.id for p in case.passages] for case in found.cases] == [["p1"], ["p1", "p2"]]
        assert found.cases[1].gold == {"p1": 1.0}


def test_passages_that_are_plain_strings(tmp_path: Path) -> None:
    case = load_dataset(
        write_set(tmp_path, {"queries.jsonl": [{"_id": "q", "text": "?", "passages": ["x", "y"]}]})
    ).cases[0]
    assert [(item.id, item.text) for item in case.passages] == [("d0", "x"), ("d1", "y")]


def test_half_a_surrogate_pair_is_replaced_and_moves_no_offset(tmp_path: Path) -> None:
    rows: Rows = [{"_id": "q\ud800", "text": "a\udc00b", "answers": ["\ud800"], "passages": [{"text": "x\ud800y"}]}]
    case = load_dataset(write_set(tmp_path, {"queries.jsonl": rows})).cases[0]
    assert (case.id, case.text, case.answers, case.passages[0].text) == ("q?", "a?b", ("?",), "x?y")


def test_conflicting_documents(tmp_path: Path) -> None:
    documents = [
        {"text": "Osk was born in 1900.", "type": "correct", "answer": "1900"},
        {"text": "Osk was born in 1901.", "type": "misinfo", "answer": "1901"},
        {"text": "Rye grows.", "type": "noise", "answer": "unknown"},
    ]
    row = {"question": "Born when?", "documents": documents, "gold_answers": ["1900"], "wrong_answers": ["1901"]}
    case = load_dataset(write_set(tmp_path, {"conflicts.jsonl": [{"_id": "c", **row}]})).cases[0]
    assert case.gold == {"d0": 1.0}
    assert (case.answers, case.all_answers, case.wrong_answers) == (("1900",), ("1900",), ("1901",))


def test_files_that_the_questions_name(tmp_path: Path) -> None:
    spans = [{"content": "lit", "start_index": 8, "end_index": 11}]
    queries: Rows = [{"_id": "q", "text": "?", "corpus_id": "lamp", "references": spans}]
    folder = write_set(tmp_path, {"queries.jsonl": queries})
    (folder / "lamp.md").write_text("It was, lit.", "utf-8")
    (folder / "README.md").write_text("Not a document.", "utf-8")
    found = load_dataset(folder)
    assert found.files == {"lamp": folder / "lamp.md"}
    assert found.cases[0].gold == {"lamp": 1.0}
    assert found.cases[0].spans == (GoldSpan("lamp", 8, 11, "lit"),)


def test_a_folder_of_real_files(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"queries.jsonl": [{"_id": "q", "text": "?"}]}, ["q a/lamp.txt 1"])
    (folder / "docs" / "a").mkdir(parents=True)
    for name in ("a/lamp.txt", "mill.txt"):
        (folder / "docs" / name).write_text("x", "utf-8")
    assert set(load_dataset(folder).files) == {"a/lamp.txt", "mill.txt"}


def test_labelled_claims_are_folded_and_generic_ones_left_out(tmp_path: Path) -> None:
    labels = ["Fully attributable", "Not fully attributable", "Generic", "partially_supported", "supported", "Complete"]
    rows: Rows = [{"claim": f"c{at}", "evidence": ["e"], "label": label} for at, label in enumerate(labels)]
    found = load_dataset(write_set(tmp_path, {"one.jsonl": rows, "two.jsonl": rows[:2]}))
    assert [item.supported for item in found.pairs if item.group == "one"] == [True, False, False, True, True]
    assert {item.group for item in found.pairs} == {"one", "two"}
    assert any("Generic" in note for note in found.notes)


def test_gold_that_is_not_in_the_corpus_is_said(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": [{"_id": "q", "text": "?"}]}, ["q gone 1"])
    assert load_dataset(folder).notes == ("1 relevant documents are not in the corpus and cannot be found",)


GOOD = {"_id": "q", "text": "?", "answers": ["x"]}


@pytest.mark.parametrize(
    ("queries", "said"),
    [
        ('{"_id": "q"', "queries.jsonl:1: not JSON"),
        ('{"_id": "p", "text": "?"}\n[1]', "queries.jsonl:2: '[1]' is not a JSON object"),
        ('{"_id": "q"}', "queries.jsonl:1: no 'text' or 'question'"),
        ('{"_id": "q", "text": ["?"]}', "'text' is ['?'], expected a string"),
        ('{"_id": "q", "text": "?", "answers": [{"a": 1}]}', "'answers' is"),
        ('{"_id": "q", "text": "?", "answerable": "no"}', "'answerable' is 'no', expected true or false"),
        ('{"_id": "q", "text": "?", "history": [{"role": "oracle", "text": "x"}]}', "history[0]: role 'oracle'"),
        ('{"_id": "q", "text": "?", "history": "x"}', "'history' is 'x', expected a list of objects"),
        ('{"_id": "q", "text": "?", "references": [{"content": "x"}], "corpus_id": "lamp"}', "'start_index' is None"),
        ('{"_id": "q", "text": "?", "references": [{"start_index": 0, "end_index": 1}]}', "names no document"),
        ('{"_id": "q", "text": "?"}\n{"_id": "q", "text": "!"}', "the question id 'q' stands twice"),
        ("\n", "no questions and no labelled claims"),
        ('{"_id": "q", "text": "?", "expected": [{"document": "d", "start": 5, "end": 5}]}', "from 5 to 5"),
        ('{"_id": "q", "text": "?", "expected": [{"document": "d", "start": 9, "end": 5}]}', "from 9 to 5"),
        ('{"_id": "q", "text": " "}', "queries.jsonl:1: the question is empty"),
        ('{"_id": "q", "text": "' + "?" * 8_001 + '"}', "queries.jsonl:1: the question has 8,001 characters"),
        ("[" * 100_000, "queries.jsonl:1: not JSON"),
        ('{"_id": ' + "9" * 5_000 + "}", "queries.jsonl:1: not JSON"),
        ("\xff", "queries.jsonl:1: not JSON"),
    ],
)
def test_what_does_not_fit_is_an_error_that_says_where(tmp_path: Path, queries: str, said: str) -> None:
    folder = write_set(tmp_path, {"corpus.jsonl": CORPUS})
    (folder / "queries.jsonl").write_text(queries, "utf-8")
    with pytest.raises(RagError) as caught:
        load_dataset(folder)
    assert said in caught.value.message


def test_a_set_without_documents_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RagError, match="questions without documents"):
        load_dataset(write_set(tmp_path, {"queries.jsonl": [GOOD]}))


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RagError, match="no such folder"):
        load_dataset(tmp_path / "gone")


def test_a_damaged_archive_is_an_error(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"queries.jsonl": [GOOD]})
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(b'{"_id": "a"}\n' * 100)[:-20])
    with pytest.raises(RagError, match="cannot be read"):
        load_dataset(folder)


def test_bytes_that_are_not_utf8_are_an_error(tmp_path: Path) -> None:
    folder = write_set(tmp_path, {"queries.jsonl": [GOOD]})
    (folder / "corpus.jsonl").write_bytes(b'{"_id": "a", "text": "\xff"}\n')
    with pytest.raises(RagError, match="cannot be read"):
        load_dataset(folder)


@pytest.mark.parametrize("line", ["q lamp", "q lamp high", "q lamp inf", "q lamp nan"])
def test_a_bad_line_of_grades_is_an_error(tmp_path: Path, line: str) -> None:
    with pytest.raises(RagError, match=r"qrels\.tsv:2"):
        load_dataset(write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": [GOOD]}, [line]))


def test_why_there_are_no_figures_of_retrieval_is_said(tmp_path: Path) -> None:
    notes = load_dataset(write_set(tmp_path, {"corpus.jsonl": CORPUS, "queries.jsonl": [GOOD]}, ["other lamp 1"])).notes
    assert any("1 query ids of qrels.tsv are not among the questions" in note for note in notes)
    assert any("no question says which documents are relevant" in note for note in notes)


def test_a_document_id_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RagError, match=r"corpus\.jsonl:2: _id 'lamp' stands twice"):
        load_dataset(write_set(tmp_path, {"corpus.jsonl": [CORPUS[0], CORPUS[0]], "queries.jsonl": [GOOD]}))


def test_claims_of_which_none_is_supported_are_an_error(tmp_path: Path) -> None:
    rows: Rows = [{"claim": "c", "evidence": ["e"], "label": "maybe"}]
    with pytest.raises(RagError, match="no label says fully supported, found: maybe"):
        load_dataset(write_set(tmp_path, {"claims.jsonl": rows}))


MANY = Dataset("many", cases=tuple(Case(str(at), "?") for at in range(200)), total=200)


def test_a_sample_does_not_depend_on_the_order_of_the_file() -> None:
    turned = replace(MANY, cases=MANY.cases[::-1])
    assert sample(MANY, 10, None).cases == sample(turned, 10, None).cases
    assert sample(MANY, 10, None).cases != MANY.cases[:10]
    assert sample(MANY, 10, None).cases == sample(MANY, 20, None).cases[:10]


def test_the_two_halves_make_the_whole() -> None:
    even, odd = (sample(MANY, None, half).cases for half in (0, 1))
    assert {case.id for case in even} | {case.id for case in odd} == {case.id for case in MANY.cases}
    assert not {case.id for case in even} & {case.id for case in odd}
    assert [parity(id_) for id_ in ("3", "4")] == [1, 0]  # 77de68da...83bb and 1b645389...647a


def test_limit_and_half_together() -> None:
    cases = sample(MANY, 5, 1).cases
    assert len(cases) == 5
    assert {parity(case.id) for case in cases} == {1}
