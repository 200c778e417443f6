from __future__ import annotations

from dataclasses import replace

from rag.types import Evidence
from rag.web.passages import beside, cited, found, looked_at, named, others
from rag.web.view import View
from tests.web.things import ANSWER, CHUNK, CITATION, CONFLICT, EVIDENCE, HIT, TEXT


def whole() -> View:
    """Two sources, a conflict, two sentences of one passage, two hits."""
    further = replace(CITATION, number=2)
    late = TEXT.index("It must be written.")
    evidence = (EVIDENCE, Evidence(CHUNK, late, late + 19, "It must be written.", 0.5))
    hits = (HIT, replace(HIT, chunk=replace(CHUNK, document="other.txt")))
    view = View(1, "q", evidence=evidence)
    view.apply(replace(ANSWER, citations=(CITATION, further), conflicts=(CONFLICT,), hits=hits))
    return view


def test_each_passage_has_its_name() -> None:
    view = whole()
    names = [[item.name for item in row] for row in (cited(view), others(view), found(view))]
    assert names == [["1", "2"], ["other-1"], ["found-1"]]
    assert [item.name for _, item in looked_at(view)] == ["hit-1", "hit-2"]
    assert named(view, "other-1") == others(view)[0]
    assert named(view, "found-9") is named(None, "1") is None


def test_evidence_stands_for_its_best_sentence_and_a_hit_for_all_of_it() -> None:
    view = whole()
    assert found(view)[0].passage.quote == EVIDENCE.text
    for passage in (found(view)[0].passage, looked_at(view)[0][1].passage):
        assert TEXT[passage.start : passage.end] == passage.quote
    assert looked_at(view)[0][1].passage.quote == CHUNK.text


def test_one_goes_round_in_the_row_that_one_is_in() -> None:
    view = whole()
    around = {
        name: [item.name for item in beside(view, name) or ()] for name in ("1", "other-1", "hit-1", "found-1", "")
    }
    assert around == {"1": ["other-1", "2"], "other-1": ["2", "1"], "hit-1": ["hit-2", "hit-2"], "found-1": [], "": []}
