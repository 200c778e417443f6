from __future__ import annotations

from dataclasses import replace

import pytest

from rag.web.actions import edit, editing, rating
from rag.web.view import View
from tests.web.test_html import Elements
from tests.web.test_view import view_after
from tests.web.things import HOSTILE


def test_only_a_finished_answer_is_rated_and_only_a_question_that_is_over_is_edited() -> None:
    going_on, over, failed = view_after(4), view_after(8), View(1, "Who?", phase="failed")
    assert rating(going_on) == edit(going_on) == ""
    assert "Good answer" in rating(over)
    assert 'data-edit="1"' in edit(over)
    assert rating(failed) == ""
    assert "Edit" in edit(failed)


@pytest.mark.parametrize(("good", "pressed"), [(None, []), (True, ["true"]), (False, ["false"])])
def test_what_was_said_is_pressed(good: bool | None, pressed: list[str]) -> None:
    found = Elements(rating(replace(view_after(8), good=good))).tags
    assert [a["data-good"] for _, a in found if a.get("aria-pressed") == "true"] == pressed
    assert ("form" in [tag for tag, _ in found]) is (good is False)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_remark_stays_in_its_box(text: str) -> None:
    found = Elements(rating(replace(view_after(8), good=False, remark=text))).tags
    assert [tag for tag, _ in found] == ["div", "button", "button", "form", "input", "button"]
    [box] = [attributes for tag, attributes in found if tag == "input"]
    assert set(box) == {"type", "value", "placeholder", "aria-label", "maxlength"}


def test_editing_says_what_becomes_of_the_answers_that_follow() -> None:
    assert editing(None, 3) == ""
    assert "stays under History" in editing(1, 3)
    assert "will be replaced" in editing(3, 3)
