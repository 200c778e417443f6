"""The list of batches: what each state says and offers, and that no text of a file becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.batch import Tally
from rag.errors import RagError
from rag.web.batch_answers import Counted
from rag.web.batch_runner import State
from rag.web.batch_store import Batch
from rag.web.batches import Shown, begun, listing, nobody
from tests.web.things import HOSTILE

BATCH = Batch("a" * 32, "ada", "asked.csv", 1_772_000_000.0, 40, Path("batches"))
LINE = {"question": "Who?", "status": "answered", "text": "Ada [1]."}
HALF = Counted(Tally(answered=10, refused=1, errors=1), 12, (LINE,))
WHOLE = Counted(Tally(answered=39, refused=1), 40, (LINE,))


def words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def actions(html: str) -> list[str]:
    return re.findall(r'data-action="(\w+)"(?: data-kind="(\w+)")?', html) and [
        "-".join(filter(None, found)) for found in re.findall(r'data-action="(\w+)"(?: data-kind="(\w+)")?', html)
    ]


TAKE = ["download-csv", "download-jsonl"]


@pytest.mark.parametrize(
    ("counted", "state", "says", "offers"),
    [
        (Counted(), State(), "Not begun · 0 of 40 questions", ["go_on", "delete"]),
        (Counted(), State(running=True), "Waiting · 0 of 40 questions", ["cancel", "delete"]),
        (
            HALF,
            State(running=True, left_s=130.0),
            "Answering · 12 of 40 questions · 10 answered, 1 refused, 1 error · about 2 min left",
            ["cancel", *TAKE, "delete"],
        ),
        (HALF, State(running=True, left_s=9.0), "less than a minute left", ["cancel", *TAKE, "delete"]),
        (HALF, State(running=True, left_s=9000.0), "about 2.5 h left", ["cancel", *TAKE, "delete"]),
        (HALF, State(running=True, stopping=True), "Stopping · 12 of 40", ["cancel", *TAKE, "delete"]),
        (HALF, State(), "Stopped · 12 of 40 questions", ["go_on", *TAKE, "delete"]),
        (WHOLE, State(), "Done · 40 of 40 questions · 39 answered, 1 refused, 0 errors", [*TAKE, "delete"]),
    ],
)
def test_each_state_says_and_offers(counted: Counted, state: State, says: str, offers: list[str]) -> None:
    html = listing([Shown(BATCH, counted, state)])
    assert says in words(html)
    assert actions(html) == offers
    assert f'value="{counted.done}" max="40"' in html
    assert (" disabled>" in html) == state.stopping


def test_the_last_answers_are_shown_the_newest_first() -> None:
    lines: Any = (
        LINE,
        {"question": "Why?", "status": "refused", "text": "Not said."},
        {"line": 7, "error": {"message": "odd"}},
    )
    html = words(listing([Shown(BATCH, Counted(Tally(), 3, lines), State(running=True))]))
    assert html.index("line 7 error odd") < html.index("Why? refused Not said.") < html.index("Who? answered Ada [1].")


def test_why_it_ended_is_said_with_what_mends_it() -> None:
    html = listing([Shown(BATCH, HALF, State(error=RagError("the index is <damaged>", "rag doctor")))])
    assert 'role="alert"' in html
    assert "It ended early: the index is &lt;damaged&gt;" in html and "rag doctor" in html


def test_nothing_to_list_says_what_a_batch_is() -> None:
    assert "at most 10,000 questions and 10 MB" in listing([])
    assert "keeps no cookies" in nobody()
    assert "asked.csv: 40 questions taken." in begun(BATCH, "")


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.met: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.met.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    batch = Batch("a" * 32, text, text, 1.0, 3, Path("batches"))
    line: Any = {"question": text, "status": text, "text": text}
    error: Any = {"question": text, "error": {"message": text}}
    state = State(running=True, error=RagError(text, text))
    parser = Elements()
    parser.feed(listing([Shown(batch, Counted(Tally(), 2, (line, error)), state)]) + begun(batch, text))
    assert parser.met <= {"ul", "ol", "li", "div", "span", "p", "progress", "details", "summary", "button"}
    assert not any(name.startswith("on") or name in ("src", "href", "autofocus", "style") for name in parser.attributes)
