"""An explanation as HTML: everything is there, nothing in it is markup that we did not write."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest

from rag.evidence import Weighed
from rag.explanation import Candidate, Considered, Decision, Explanation, Loss, Stage
from rag.types import Chunk, Hit, Premise
from rag.web.why import expected, why
from tests.web.things import CHUNK, EVIDENCE, HOSTILE, LEASE

FAR = Chunk("minutes.txt", 0, 30, "The club paints its boats.\n" + "and so on " * 40, "Minutes")
SENTENCE = Weighed(CHUNK, EVIDENCE.start, EVIDENCE.end, EVIDENCE.text, 0.2, 0.5, 0.0, 0.625, 0.4, 0.9)
CUT = Weighed(CHUNK, 0, 6, "Notice", 0.2, 0.5, 0.0, fate="heading")
FOUND = Explanation(
    question="How long is it?",
    query="What is the lease? How long is notice?",
    candidates=(
        Candidate(Hit(CHUNK, 0.9, 1, 2, 0.81, 3.25), 1, 1, ("notice",), 0.733),
        Candidate(Hit(FAR, 0.2, 7, None, 0.11), 2, None, ()),
    ),
    sentences=(Considered(SENTENCE, 1, 1, ""), Considered(CUT, 1, None, "a heading: it says nothing")),
    floor=0.53,
    decision=Decision(True, 0.83, 0.5, "", {"nearness": 1.325, "passage": 0.81}, ("lease",)),
    depth=50,
    model="fake",
)
TAGS = (
    "div p section h2 span button blockquote ol li table caption thead tbody tr th td details summary mark strong br em"
)
_DATA = {"data-state", "data-document", "data-start", "data-end"}
LOST = Loss("hits", "fused rank 12 with 0.410; the last hit, number 8, has 0.520", LEASE.path, None, "paid in April")


class Seen(HTMLParser):
    """What elements and attributes there are; fails on one that is not closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_is_whole() -> None:
    assert "details" in Seen(why(replace(FOUND, expected=LOST))).tags


def test_ranks_scores_and_words_of_each_hit() -> None:
    html = why(FOUND)
    hit = re.findall(r'<details class="fn-why-hit">.*?</details>', html, re.DOTALL)
    assert len(hit) == 1
    for said in (
        "1 legal/lease.pdf page 1",
        "dense 1 · words 2",
        "dense 1 0.810",
        "words 2 3.250",
        "fused 1 0.900",
        "read 1 0.733",
    ):
        assert said in plain(hit[0]), said
    assert "Words of the question: notice" in plain(hit[0])
    assert "<mark>Notice</mark> is ninety days." in hit[0]


def test_each_passage_can_be_expected() -> None:
    html = why(FOUND)
    for chunk, said in ((CHUNK, "passage 1"), (FAR, "candidate 2")):
        place = f'data-document="{chunk.document}" data-start="{chunk.start}" data-end="{chunk.end}"'
        assert f'class="fn-quiet fn-expect" {place} aria-label="Expect this: {said}"' in html


def test_candidates_that_are_no_hits_are_folded_away_and_short() -> None:
    html = why(FOUND)
    more = html[html.index("1 more candidate, which became no hits") :]
    assert "minutes.txt" in more
    assert "2 7 0.110 – minutes.txt The club paints its boats." in plain(more)
    assert " …" in plain(more)
    assert plain(more).count("and so on") < 20


def test_each_sentence_has_the_parts_of_its_score_and_its_fate() -> None:
    said = plain(why(FOUND))
    parts = "near 0.62 + words 0.50 + headings 0.00 + rank 0.20 + read 0.40 · 0.90 by itself · passage 1"
    assert f"[1] 1.725 Notice is ninety days. {parts}" in said
    assert "1 sentence cut, and why" in said
    assert (
        "0.700 Notice a heading: it says nothing words 0.50 + headings 0.00 + rank 0.20 + read 0.00 · passage 1" in said
    )


def test_the_decision_with_its_bar_and_what_it_rests_on() -> None:
    said = plain(why(FOUND))
    assert "Answered: the evidence holds the answer with a probability of 0.83; 0.50 is needed." in said
    assert "nearness 1.325 passage 0.810" in said
    assert "No evidence has these words of the question: lease." in said
    premises = (Premise("<fifth>", "third"),)
    judged = Decision(False, 0.1, 0.5, "other", {"log_odds": -2.0}, (), premises)
    said = plain(why(replace(FOUND, decision=judged)))
    assert "But the question says “&lt;fifth&gt;” where the passages have “third”." in said
    assert "Refused" in said
    assert "the model was asked (other)" in said
    assert "log-odds -2.000" in said


def test_a_rewritten_question_is_shown() -> None:
    assert "Searched for: What is the lease?" in why(FOUND)
    assert "Searched for" not in why(replace(FOUND, query="How long  is it?"))


@pytest.mark.parametrize("stage", get_args(Stage))
def test_every_stage_has_its_mark(stage: Stage) -> None:
    html = expected(replace(LOST, stage=stage))
    states = re.findall(r'data-state="([^"]+)"', html)
    at = get_args(Stage).index(stage)
    assert len(states) == 7
    assert states == (["passed"] * at + ["lost here"] + ["not reached"] * 7)[: len(states)]
    assert html.count('aria-label="lost here"') == (stage != "arrived")
    assert ("is evidence" in html) == (stage == "arrived")


def test_nothing_was_found() -> None:
    empty = replace(FOUND, candidates=(), sentences=())
    assert "No passage was found." in why(empty)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    chunk = Chunk(hostile, 0, len(hostile), f"notice {hostile}", hostile, f"{hostile} > {hostile}")
    html = why(
        replace(
            FOUND,
            question=hostile,
            query=f"notice {hostile}",
            candidates=tuple(
                Candidate(Hit(chunk, 1.0, 1, 1), at, at if at == 1 else None, (hostile,)) for at in (1, 2)
            ),
            sentences=tuple(
                Considered(replace(SENTENCE, chunk=chunk, text=hostile), 1, at, hostile) for at in (1, None)
            ),
            decision=replace(FOUND.decision, judge=hostile, missing=(hostile,)),
            model=hostile,
            expected=Loss("hits", hostile, hostile, None, hostile),
        )
    )
    parser = Seen(html)
    assert parser.tags <= set(TAGS.split()), parser.tags
    assert parser.attributes <= {*"class dir title scope role aria-label type".split(), *_DATA}
    assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", html)
