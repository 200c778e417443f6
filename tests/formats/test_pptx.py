from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.util import Inches

from rag.errors import EmptyFile
from tests.formats.reading import headings, pages, read


def saved(presentation: Any) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def test_a_slide_is_a_page_and_its_title_a_heading(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Our plan"
    first.placeholders[1].text = "Buy pumps\nSell pumps"
    first.notes_slide.notes_text_frame.text = "Say it slowly."
    deck.slides.add_slide(deck.slide_layouts[6])
    third = deck.slides.add_slide(deck.slide_layouts[5])
    table = third.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for number, cell in enumerate(["Part", "Price", "Pump", "12"]):
        table.cell(number // 2, number % 2).text = cell
    third.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Free text"
    third.shapes.title.text = "Costs"
    document = read(tmp_path, "a.pptx", saved(deck))
    assert document.title == "Our plan"
    assert headings(document) == [(1, "Our plan"), (1, "Costs")]
    assert pages(document) == [(1, "Our plan\n\n- "), (2, "Costs\n\nPart:"), (3, "Costs\n\nPart:")]
    assert document.page_at(document.text.index("slowly")) == 1
    assert document.page_at(document.text.index("Pump;")) == 3
    assert document.text.split("\n\n") == [
        "Our plan",
        "- Buy pumps\n- Sell pumps",
        "Say it slowly.",
        "Costs",
        "Part: Pump; Price: 12",
        "Free text",
    ]


def test_shapes_in_groups_are_read_once(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    group = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    inner.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Deep"
    assert read(tmp_path, "a.pptx", saved(deck)).text == "Deep"


def test_slides_without_words(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(EmptyFile):
        read(tmp_path, "a.pptx", saved(deck))
