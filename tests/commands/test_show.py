"""The nouns as text: what a person reads on a terminal or in a pipe."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from rag.commands import show
from rag.doctor import Finding
from rag.indexing import FileResult, Report
from rag.receipts import Receipt, summary
from rag.types import Answer, Chunk, Citation, Evidence, Hit, Premise, Sentence
from rag.weights.catalogue import ModelStatus
from rag.weights.record import Verification

CHUNK = Chunk("a/b.pdf", 0, 40, "Notice is due\nin May. " + "x" * 300, "Lease", "Terms > Notice", 3)
QUOTE = "Notice is due\nin May."
ANSWER = Answer(
    "When?",
    "When is notice due?",
    "answered",
    "In May [1].",
    sentences=(Sentence("In May.", 0.9, "supported", (1,), "its words stand there"),),
    citations=(Citation(1, "a/b.pdf", 0, 21, QUOTE, 3, "Terms > Notice", 0.9),),
    hits=(Hit(CHUNK, 0.5, 1, None),),
    dropped=(Sentence("It rains.", 0.1, "unsupported", (), "no evidence"),),
    timings={"retrieve": 0.5, "prompt_tokens": 1391, "tokens_per_second": 12.34, "total": 1.25},
    model="m",
    embedder="e",
    config="0123abcd",
)

Captured = pytest.CaptureFixture[str]


def lines(capsys: Captured) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_an_answer_and_its_sources(capsys: Captured) -> None:
    show.answer(ANSWER)
    assert lines(capsys) == ["In May [1].", "", "[1] a/b.pdf, p. 3, Terms > Notice", "    “Notice is due in May.”"]


def test_a_false_premise_stands_under_the_answer(capsys: Captured) -> None:
    show.answer(dataclasses.replace(ANSWER, premises=(Premise("May", "June"),)))
    assert lines(capsys)[1:4] == ["", "But the question says “May” where the passages have “June”.", ""]


def test_a_refusal_and_what_was_looked_at(capsys: Captured) -> None:
    refused = dataclasses.replace(ANSWER, status="refused", text="Not said.", reason="too far", citations=())
    show.answer(refused)
    found = lines(capsys)
    assert found[:5] == ["Not said.", "", "Why: too far", "Looked at:", "  a/b.pdf, p. 3, Terms > Notice"]
    assert found[5].startswith("      Notice is due in May. xxx")
    assert found[5].endswith("x…")
    show.answer(dataclasses.replace(refused, hits=()))
    assert lines(capsys)[-1] == "Nothing was found to look at."


def test_how_an_answer_came_about(capsys: Captured) -> None:
    show.work(ANSWER, [Evidence(CHUNK, 0, 21, QUOTE, 0.77)])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "",
        "Searched for: When is notice due?",
        "evidence 0.77 a/b.pdf, p. 3, Terms > Notice: Notice is due in May.",
        "kept: In May. (supported, 0.90: its words stand there)",
        "taken out: It rains. (unsupported, 0.10: no evidence)",
        "retrieve 0.50 s, prompt of 1,391 tokens, 12.3 tokens a second, total 1.25 s",
        "generator m, embedder e, settings 0123abcd",
    ]


def test_hits(capsys: Captured) -> None:
    show.hits([Hit(CHUNK, 0.5, 1, None), Hit(dataclasses.replace(CHUNK, page=None, heading=""), 0.25, None, 2)])
    found = lines(capsys)
    assert found[0].split() == ["score", "dense", "lexical", "where", "passage"]
    assert found[1].split()[:4] == ["1", "0.5000", "1", "a/b.pdf,"]
    show.hits([])
    assert lines(capsys) == ["Nothing found."]


def test_a_small_report_lists_every_file(capsys: Captured) -> None:
    files = (
        FileResult("a.txt", "added", 3),
        FileResult("b.txt", "renamed", 1, "was c.txt"),
        FileResult("d.txt", "unchanged", 2),
        FileResult("e.pdf", "failed", 0, "needs a password", "qpdf --decrypt"),
    )
    show.report(Report(files, 1.25))
    found = [line.split() for line in lines(capsys)]
    assert found[:4] == [
        ["action", "chunks", "file"],
        ["added", "3", "a.txt"],
        ["renamed", "1", "b.txt", "was", "c.txt"],
        ["unchanged", "2", "d.txt"],
    ]
    assert found[5] == ["e.pdf", "needs", "a", "password", "qpdf", "--decrypt"]
    assert " ".join(found[6]) == "1 added, 1 renamed, 1 unchanged, 1 failed in 1.2 s"


def test_a_large_report_sums_up_what_is_unchanged_and_lists_every_failure(capsys: Captured) -> None:
    same = [FileResult(f"same{n}.txt", "unchanged", 1) for n in range(1000)]
    failed = [FileResult(f"bad{n}.txt", "failed", 0, "empty", "remove it") for n in range(50)]
    show.report(Report((*same, *failed, FileResult("new.txt", "added", 1)), 0.5))
    found = lines(capsys)
    assert not [line for line in found if "same" in line]
    assert len([line for line in found if line.startswith("bad")]) == 50
    assert found[-1] == "1 added, 1,000 unchanged, 50 failed in 0.5 s"


def test_an_empty_folder(capsys: Captured) -> None:
    show.report(Report((), 0.0))
    assert lines(capsys) == ["no files in 0.0 s"]


def test_receipts(capsys: Captured) -> None:
    receipt = Receipt("q", 1, "a.txt", 4, 10, "words!", "moved", "b.txt", 7)
    show.receipts(summary([receipt, dataclasses.replace(receipt, number=2, outcome="changed")]))
    assert lines(capsys)[1:] == [
        "q       [1]  moved    a.txt 4-10, now b.txt 7-13",
        "q       [2]  changed  a.txt 4-10",
        "0 unchanged, 1 moved, 1 changed, 0 vanished",
    ]


def test_findings(capsys: Captured) -> None:
    show.findings([Finding("python", "ok", "3.11"), Finding("index", "broken", "none", "rag index")])
    assert [line.split() for line in lines(capsys)[1:]] == [
        ["ok", "python", "3.11"],
        ["broken", "index", "none", "rag", "index"],
    ]


def test_models(capsys: Captured) -> None:
    known = ModelStatus("m", "generator", "MIT", 98_362_432, True, Path("cache/m"))
    show.models([known, dataclasses.replace(known, name="n", present=False)])
    assert [line.split() for line in lines(capsys)[1:]] == [
        ["m", "generator", "98", "MIT", "cache/m"],
        ["n", "generator", "98", "MIT"],
    ]


def test_verified(capsys: Captured) -> None:
    show.verified([Verification("m", "f", True), Verification("m", "g", False, "wrong digest", "rag models pull m")])
    assert [line.split()[:3] for line in lines(capsys)[1:]] == [["m", "f", "ok"], ["m", "g", "wrong"]]
    show.verified([])
    assert lines(capsys) == ["No weights are here."]


def test_an_answer_from_a_part_of_the_index_says_so(capsys: Captured) -> None:
    show.answer(dataclasses.replace(ANSWER, scope=("a", "minutes.txt")))
    assert lines(capsys)[:4] == ["In May [1].", "", "Looked only in a, minutes.txt.", ""]
