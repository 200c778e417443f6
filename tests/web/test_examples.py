from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from rag.pipeline import Pipeline
from rag.types import Document, Heading
from rag.web.examples import candidates, examples
from tests.web.shelves import open_library


def questions(pipeline: Pipeline, most: int = 4) -> tuple[str, ...]:
    return tuple(example.question for example in examples(pipeline, threading.Event(), most))


def document(text: str, *headings: tuple[int, str]) -> Document:
    found = tuple(Heading(text.index(title), level, title) for level, title in headings)
    return Document("a.md", "Handbook", text, "0" * 64, (), found)


def test_a_definition_becomes_a_question() -> None:
    text = (
        "The Meridian cup is a trophy of the rowing club, made in 2031. It is a thing of silver, held each May. "
        "This is a test of it and of more. Its amount is the sum of everything that was paid."
    )
    assert list(candidates(document(text))) == ["What is the Meridian cup?"]


def test_a_heading_becomes_a_question_unless_it_says_nothing() -> None:
    body = "Words that say something about it, enough to be asked about; and more of them, and then a few more.\n"
    titles = (
        "Handbook",
        "1. Introduction",
        "2. Notice period",
        "Repairs to the Boat Shed",
        "<b>Odd</b> thing",
        "Boats",
        "When it refuses",
        "3.1 Who may hire",
        "The crackdown",
    )
    text = "".join(f"{title}\n{body}" for title in titles) + "An empty one\n"
    headings = [(2, title) for title in (*titles, "An empty one")]
    assert list(candidates(document(text, *headings))) == [
        "What is said about notice period?",
        "What is said about Repairs to the Boat Shed?",
        "Who may hire?",
        "What is said about the crackdown?",
    ]


def test_the_same_index_gives_the_same_questions_and_no_model_is_asked(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    pipeline = library.pipeline()
    found = questions(pipeline)
    assert found == questions(pipeline) == library.examples
    assert found == ("What is said about notice period?", "What is the boat shed?")
    assert not pipeline.generator.seen  # type: ignore[attr-defined]
    assert questions(pipeline, most=1) == found[:1]
    known = {info.path: info.sha256 for info in library.documents()}
    drawn = [(example.path, example.sha256) for example in examples(pipeline, threading.Event())]
    assert drawn == [(path, known[path]) for path in ("legal/lease.md", "minutes.txt")]
    library.close()


def test_what_the_documents_would_not_be_held_to_answer_is_left_out(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    pipeline = library.pipeline()
    pipeline.config = replace(pipeline.config, refuse_below=1.0)
    assert questions(pipeline) == ()
    library.close()


def test_the_search_for_them_ends_when_it_is_told_to(tmp_path: Path) -> None:
    library, stop = open_library(tmp_path), threading.Event()
    stop.set()
    assert examples(library.pipeline(), stop) == ()
    library.close()
