from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.web.html import below, count, date_of, day, element, escape, message, name_of, place, support_mark
from tests.web.things import HOSTILE


class Elements(HTMLParser):
    """Elements and text that a browser would make of a string."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_element_and_no_attribute(text: str) -> None:
    found = Elements(element("p", escape(text), title=text))
    assert [tag for tag, _ in found.tags] == ["p"]
    assert set(found.tags[0][1]) == {"title"}


@given(st.text(alphabet=st.characters(codec=None)))
def test_escaped_text_is_one_character_for_one_and_no_markup(text: str) -> None:
    safe = escape(text)
    assert not re.search("[<>\"']", safe)
    assert len(html.unescape(safe)) == len(text) or "&" in text
    safe.encode("utf-8")


@pytest.mark.parametrize(
    "code", [0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF, 0, 7, 0x1B, 0x9B]
)
def test_characters_that_reorder_or_hide_become_visible(code: int) -> None:
    assert escape(f"a{chr(code)}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_ordinary_text_of_any_script_stays() -> None:
    text = "Größe 数量 שלום مرحبا\tπ\n😀 e\u0301\u200f"
    assert escape(text) == text


def test_attributes_false_and_none_are_left_out() -> None:
    made = element("details", "x", open=True, hidden=False, title=None, data_turn=3, class_="a b")
    assert made == '<details open data-turn="3" class="a b">x</details>'


def test_small_pieces() -> None:
    assert place(3, "Terms > Notice") == "page 3 · Terms > Notice"
    assert place(None, "") == ""
    assert [below("Lease > Terms > Notice"), below("Notice"), below("")] == ["Terms > Notice", "Notice", ""]
    assert day(0.0) == ""
    assert day(1_900_000_000.0) == "17 Mar 2030"
    assert [date_of("2024-02-29", 1.9e9), date_of("", 1.9e9), date_of(None, 0.0)] == [
        "29 Feb 2024",
        "file of 17 Mar 2030",
        "",
    ]
    assert [count(1, "source"), count(1200, "source")] == ["1 source", "1,200 sources"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("c.pdf", "c.pdf"),
        ("lease 2031/terms.md", "lease 2031/terms.md"),
        ("2031/lease/terms.md", "2031/lease/terms.md"),
        ("archive of all there is/of the harbour office/2031/terms.md", "…/of the harbour office/2031/terms.md"),
        (f"a/{'b' * 60}/{'c' * 60}.md", f"…/{'b' * 60}/{'c' * 60}.md"),
        ("", ""),
    ],
)
def test_a_document_is_called_by_its_folder_too(path: str, shown: str) -> None:
    assert name_of(path) == shown


@pytest.mark.parametrize(
    ("verdict", "said"), [("supported", "supported"), ("weak", "weakly"), ("unsupported", "not supp")]
)
def test_support_has_a_name_that_says_why(verdict: str, said: str) -> None:
    [(_, attributes)] = Elements(support_mark(verdict, 'all <b> "words"')).tags
    assert attributes["role"] == "img"
    assert str(attributes["aria-label"]).startswith(said)
    assert str(attributes["title"]).endswith('all <b> "words"')


def test_errors_are_announced_and_hints_shown() -> None:
    assert 'role="alert"' in message("error", "no index", "rag index")
    assert "role" not in message("info", "no index")
    assert "rag index &lt;FOLDER&gt;" in message("info", "x", "rag index <FOLDER>")
