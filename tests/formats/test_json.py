from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import DamagedFile
from tests.formats.reading import headings, read


def test_flat_records_are_a_line_each(tmp_path: Path) -> None:
    data = '[{"name": "Pump", "price": 12.50, "tags": ["a", "b"]}, {"name": "Valve", "ok": true, "none": null}]'
    assert read(tmp_path, "a.json", data).text == "name: Pump; price: 12.50; tags: a, b\n\nname: Valve; ok: true"


def test_long_records_are_a_paragraph_of_lines(tmp_path: Path) -> None:
    record = {"id": 7, "body": {"text": "word " * 100, "by": [{"name": "Ann"}, {"name": "Bob"}]}}
    lines = read(tmp_path, "a.json", json.dumps([record])).text.split("\n")
    assert lines == ["id: 7", f"body.text: {('word ' * 100).strip()}", "body.by[1].name: Ann", "body.by[2].name: Bob"]


def test_a_record_within_a_long_one_is_a_line(tmp_path: Path) -> None:
    bought = [{"name": "Helmet", "price": 34.5, "size": {"cm": 58}}, {"name": "Lock", "price": 19.99}]
    record = {"id": 7, "buyer": {"name": "Ann", "address": {"town": "Leeds"}}, "lines": bought, "note": "word\n" * 70}
    lines = read(tmp_path, "a.json", json.dumps([record])).text.split("\n")
    assert lines[:4] == [
        "id: 7",
        "buyer.name: Ann; buyer.address.town: Leeds",
        "lines[1].name: Helmet; lines[1].price: 34.5; lines[1].size.cm: 58",
        "lines[2].name: Lock; lines[2].price: 19.99",
    ]
    assert lines[4:] == ["note: word", *["word"] * 69]


def test_lists_of_records_within_an_object(tmp_path: Path) -> None:
    document = read(tmp_path, "a.json", '{"title": "Parts", "items": [{"a": 1}, {"a": 2}], "count": 2}')
    assert document.title == "Parts"
    assert headings(document) == [(2, "items")]
    assert document.text == "title: Parts; count: 2\n\nitems\n\na: 1\n\na: 2"


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, '{"q": "x"}\n\n{"q": "y"}\n').text == "q: x\n\nq: y"


def test_a_notebook_is_what_was_written_in_it(tmp_path: Path) -> None:
    cells = [{"source": ["# Hello\n", "world"], "outputs": ["no"]}, {"source": "x = 1"}, 7]
    assert read(tmp_path, "a.ipynb", json.dumps({"nbformat": 4, "cells": cells})).text == "# Hello\nworld\n\nx = 1"


def test_plain_values(tmp_path: Path) -> None:
    assert read(tmp_path, "a.json", '"just words"').text == "just words"
    assert read(tmp_path, "b.json", "[1.10, NaN, 1e400, -0]").text == "1.10\n\nNaN\n\n1e400\n\n-0"


def test_unpaired_surrogates_and_marks_do_not_survive(tmp_path: Path) -> None:
    assert read(tmp_path, "a.json", '\ufeff["\\ud800 \\ud83d\\ude00"]').text == "\ufffd 😀"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", '{"a": "b"', "line 1, column 10"),
        ("a.json", '[\n{"a": 1},\n', "line 3"),
        ("a.jsonl", '{"a": 1}\n{"b": \n', "line 2"),
        ("a.jsonl", '{"a": 1}\n{"b": \n{"c": 1}', "line 2"),
        ("a.jsonl", '\n{"b": ', "line 2"),
        ("a.json", "[" * 200_000, "nested too deeply"),
        ("a.json", '{"a":' * 200_000, "nested too deeply"),
    ],
)
def test_broken_json_is_refused_with_the_place(tmp_path: Path, name: str, data: str, reason: str) -> None:
    with pytest.raises(DamagedFile, match=reason) as raised:
        read(tmp_path, name, data)
    assert raised.value.hint


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_a_last_line_that_is_torn_is_left_out(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert read(tmp_path, name, '{"q": "x"}\n\n{"q": "y"}\n{"q": "z').text == "q: x\n\nq: y"
    assert caplog.messages == [f"{name}: line 4, the last, is torn and was left out"]


def test_paths_cannot_blow_the_text_up(tmp_path: Path) -> None:
    data = json.dumps({"k" * 100_000: [[{"a": "b"}]] * 1_000})
    assert len(read(tmp_path, "a.json", data).text) < 500_000
