from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.types import Document, Heading
from rag.web.examples import candidates, questions
from tests.web.shelves import open_library


def document(text: str, *headings: tuple[int, str]) -> Document:
    found = tuple(Heading(text.index(title), level, title) for level, title in headings)
    return Document("a.md", "Handbook", text, "0" * 64, (), found)


def test_a_definition_becomes_a_question() -> None:
    text = "The Meridian cup is a trophy of the rowing club, made in 2031. It is held each May. This is a test of it."
    assert list(candidates(document(text))) == ["What is the Meridian cup?"]


def test_a_heading_becomes_a_question_unless_it_says_nothing() -> None:
    body = "Words that say something about it, enough to be asked about; and more of them, and then a few more.\n"
    text = (
        f"Handbook\n{body}Introduction\n{body}Notice period\n{body}Repairs to the Boat Shed\n{body}<b>Odd</b>\n{body}"
    )
    titles = ("Handbook", "Introduction", "Notice period", "Repairs to the Boat Shed", "<b>Odd</b>")
    assert list(candidates(document(text, *((2, title) for title in titles)))) == [
        "What do the documents say about notice period?",
        "What do the documents say about Repairs to the Boat Shed?",
    ]


def test_the_same_index_gives_the_same_questions_and_no_model_is_asked(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    pipeline = library.pipeline()
    found = questions(pipeline)
    assert found == questions(pipeline) == library.examples
    assert found == ("What is the harbour lease?", "What is the boat shed?")
    assert not pipeline.generator.seen  # type: ignore[attr-defined]
    assert questions(pipeline, most=1) == found[:1]
    library.close()


def test_what_the_documents_would_not_be_held_to_answer_is_left_out(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    pipeline = library.pipeline()
    pipeline.config = replace(pipeline.config, refuse_below=1.0)
    assert questions(pipeline) == ()
    library.close()
