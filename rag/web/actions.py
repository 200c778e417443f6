"""What a reader may do with a question and its answer, as HTML: edit the one, say what one thinks of the other.

Pure: a `View` in, a string out; `page.js` sends what is pressed. All text goes through `rag.web.html`.
"""

from __future__ import annotations

from rag.web.html import element
from rag.web.view import MOST_REMARK, View


def editing(number: int | None, of: int) -> str:
    """What stands above the box while a question is being edited.

    Args:
        number: The question's; None for none.
        of: How many questions there are.

    Returns:
        A line that says what will happen, with a button that leaves it; empty for none.
    """
    if number is None:
        return ""
    kept = "The conversation as it is now stays under History." if number < of else "Its answer will be replaced."
    leave = element("button", "Cancel", type="button", class_="fn-quiet", data_edit=0)
    return element("p", f"Editing question {number}. {kept} {leave}", class_="fn-editing", role="status")


def rating(view: View) -> str:
    """Buttons to say what one thinks of an answer, and room to say what is wrong with it; none before it is over."""
    if view.phase != "done":
        return ""
    buttons = "".join(
        element(
            "button",
            said,
            type="button",
            class_="fn-quiet fn-rate",
            data_turn=view.number,
            data_good="true" if good else "false",
            aria_pressed="true" if view.good is good else "false",
        )
        for said, good in (("Good answer", True), ("Bad answer", False))
    )
    return element("div", buttons + (_remark(view) if view.good is False else ""), class_="fn-rating")


def _remark(view: View) -> str:
    name = "What is wrong with this answer?"
    box = element("input", type="text", value=view.remark, placeholder=name, aria_label=name, maxlength=MOST_REMARK)
    save = element("button", "Saved" if view.remark else "Save", type="submit", class_="fn-quiet")
    return element("form", box + save, class_="fn-remark", data_turn=view.number)


def edit(view: View) -> str:
    """A button to edit a question; none while it is being answered."""
    if not view.over:
        return ""
    name = f"Edit question {view.number}"
    button = element("button", "Edit", type="button", class_="fn-quiet", data_edit=view.number, aria_label=name)
    return element("div", button, class_="fn-edit")
