from __future__ import annotations

import pytest

from rag.web.conversations import Summary
from rag.web.history import history
from tests.web.test_html import Elements
from tests.web.things import HOSTILE

ONE = Summary("a" * 32, "Lease", 1_900_000_000.0, 2)


def test_each_conversation_can_be_opened_renamed_taken_away_and_deleted() -> None:
    found = Elements(history([ONE], ONE.id)).tags
    actions = [(a["data-action"], a.get("data-kind")) for tag, a in found if tag == "button"]
    assert actions == [("open", None), ("rename", None), ("export", "md"), ("export", "json"), ("delete", None)]
    assert [a["aria-label"] for _, a in found if a.get("data-action") == "delete"] == ["Delete: Lease"]
    assert "2 questions · 17 Mar 2030" in history([ONE], "")


def test_the_one_on_the_page_is_marked() -> None:
    assert 'aria-current="true"' in history([ONE], ONE.id)
    assert "aria-current" not in history([ONE], "b" * 32)


def test_an_empty_list_says_what_to_do() -> None:
    assert "kept here" in history([], "")
    assert "No conversation has “rent” in it." in history([], "", "rent")


def test_a_long_list_is_cut() -> None:
    html = history([ONE] * 1000, "")
    assert html.count("<li") == 200
    assert "800 conversations more" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_markup(text: str) -> None:
    found = Elements(history([Summary(ONE.id, text, 0.0, 1)], "") + history([], "", text)).tags
    assert {tag for tag, _ in found} <= {"ul", "li", "button", "div", "span", "p"}
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]
