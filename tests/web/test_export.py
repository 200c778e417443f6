from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from rag.errors import RagError
from rag.evals.datasets import load_dataset
from rag.web.export import as_cases, as_json, as_markdown, file_name
from rag.web.view import View
from tests.web.test_view import view_after
from tests.web.things import ANSWER, CITATION, HOSTILE, REFUSAL, SENTENCE


def refused() -> View:
    view = View(2, "Who?", good=False, remark="it is there")
    view.apply(REFUSAL)
    return view


def test_markdown_has_each_answer_with_its_sources_as_footnotes() -> None:
    text = as_markdown("Lease", [view_after(8), refused()])
    assert text.startswith("# Lease\n\n## How long is notice?\n\nNotice is ninety days. [^1-1]\n")
    assert "[^1-1]: legal/lease.pdf, page 1 · Notice: “Notice is ninety days.”" in text
    assert "*The documents do not say.* no passage mentions: who" in text


def test_a_stopped_and_a_failed_answer_say_so() -> None:
    stopped, failed = view_after(5), View(2, "Why?")
    stopped.halt()
    failed.fail(RagError("no index"))
    text = as_markdown("t", [stopped, failed])
    assert "Notice is ninety days. [^1-1] *(stopped)*" in text
    assert "*no index*" in text


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        "# head\n\n- item",
        "1. one",
        "12) two",
        "&lt;b&gt;",
        "![x](http://evil.example/a.png)",
        "<http://evil.example>",
    ],
)
def test_nothing_in_it_is_markup(text: str) -> None:
    citation = replace(CITATION, document=text, heading=text, quote=text)
    view = View(1, text)
    view.apply(replace(ANSWER, sentences=(replace(SENTENCE, text=text),), citations=(citation,)))
    tokens = MarkdownIt().parse(as_markdown(text, [view]))
    kinds = {child.type for token in tokens for child in token.children or []}
    assert kinds <= {"text", "text_special", "softbreak"}, kinds
    assert [token.tag for token in tokens if token.type == "heading_open"] in (["h1", "h2"], ["h1"], [])
    assert not {"html_block", "fence", "bullet_list_open", "ordered_list_open"} & {token.type for token in tokens}


def test_json_has_the_answers_as_the_command_line_gives_them() -> None:
    view = view_after(8)
    data = json.loads(as_json("Lease", 0.0, [view, refused()]))
    assert data["title"] == "Lease"
    assert data["changed"] == "1970-01-01T00:00:00+00:00"
    assert data["turns"][0]["answer"] == json.loads(json.dumps(ANSWER.to_dict()))
    assert data["turns"][1]["rating"] == {"good": False, "remark": "it is there"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lease?", "Lease.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ("...", "conversation.md"),
        ("x" * 900, "x" * 60 + ".md"),
    ],
)
def test_a_file_name_leads_nowhere(title: str, name: str) -> None:
    assert file_name(title, ".md") == name


def test_ratings_become_cases_that_the_evaluation_runs(tmp_path: Path) -> None:
    good, bad = replace(view_after(8), good=True), replace(refused(), good=False)
    unrated = replace(view_after(8), number=3, question="And?", good=None)
    text = as_cases([[good, bad, unrated], [replace(good, good=False, remark="too short")]])
    (tmp_path / "ratings.jsonl").write_text(text, "utf-8")
    dataset = load_dataset(tmp_path / "ratings.jsonl")
    assert [case.text for case in dataset.cases] == ["How long is notice?", "Who?"]
    first, second = (json.loads(line) for line in text.splitlines())
    assert first["remark"] == "too short"
    assert "answerable" not in first
    assert second["answerable"] is True
    assert [turn["role"] for turn in second["history"]] == ["user", "assistant"]
    assert as_cases([[unrated], [replace(good, scope=("legal",))]]) == ""
