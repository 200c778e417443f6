from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
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


def chart(slide: Any, kind: Any, data: Any, title: str = "") -> None:
    added = slide.shapes.add_chart(kind, 0, 0, Inches(3), Inches(3), data).chart
    if title:
        for word in title.split(" "):
            added.chart_title.text_frame.paragraphs[0].add_run().text = f"{word} "


def test_charts_are_rows_that_name_their_series(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    sales = CategoryChartData(number_format='0.0"k"')
    sales.categories = ["North", "South"]
    sales.add_series("2023", (5, None))
    sales.add_series("2024", (7, 8.5))
    chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, sales, "Sales by region")
    days = CategoryChartData()
    days.categories = [datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)]
    days.add_series("Rain", (5, 6))
    chart(slide, XL_CHART_TYPE.LINE, days)
    assert read(tmp_path, "a.pptx", saved(deck)).text.split("\n\n") == [
        "Sales by region",
        "North; 2023: 5k; 2024: 7k",
        "South; 2024: 8.5k",
        "2024-01-01; Rain: 5",
        "2024-02-01; Rain: 6",
    ]


def test_charts_of_points_and_of_levels(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    points = XyChartData()
    for name, x, y in (("Walk", 1, 2), ("Run", 3, 4.5)):
        points.add_series(name).add_data_point(x, y)
    chart(slide, XL_CHART_TYPE.XY_SCATTER, points)
    states = CategoryChartData()
    country = states.add_category("USA")
    country.add_sub_category("Texas")
    country.add_sub_category("Utah")
    states.add_series("Parks", (5, 6))
    chart(slide, XL_CHART_TYPE.LINE, states)
    assert read(tmp_path, "a.pptx", saved(deck)).text.split("\n\n") == [
        "1; Walk: 2",
        "3; Run: 4.5",
        "Texas; Parks: 5",
        "Utah; Parks: 6",
    ]


def test_a_chart_that_is_missing_costs_no_words(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Costs"
    data = CategoryChartData()
    data.categories = ["North"]
    data.add_series("2023", (5,))
    chart(slide, XL_CHART_TYPE.PIE, data)
    whole, target = zipfile.ZipFile(io.BytesIO(saved(deck))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in whole.namelist():
            if not name.startswith("ppt/charts/chart"):
                archive.writestr(name, whole.read(name))
    assert read(tmp_path, "a.pptx", target.getvalue()).text == "Costs"


def test_slides_without_words(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(EmptyFile):
        read(tmp_path, "a.pptx", saved(deck))
