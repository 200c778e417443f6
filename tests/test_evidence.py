"""The sentences chosen are the ones that fit, exact in their offsets."""

from __future__ import annotations

from rag.evidence import Selection, Weighed, weigh
from rag.nearness import Reading
from rag.splitter import sentences
from rag.testing import FakeEmbedder
from rag.types import Chunk, Evidence, Hit

TEXT = "Cats sleep a lot. The deposit is 400 euros. The garden faces south. The deposit is 400 euros."


def select(query: str, hits: list[Hit], most: int) -> list[Evidence]:
    return weigh(query, hits, Reading(query, query, hits, FakeEmbedder()), sentences, most).evidence


def chosen(query: str, most: int = 2, offset: int = 0) -> list[str]:
    chunk = Chunk("a.txt", offset, offset + len(TEXT), TEXT)
    found = select(query, [Hit(chunk, 1.0)], most)
    for item in found:
        assert (" " * offset + TEXT)[item.start : item.end] == item.text
    return [item.text for item in found]


def test_the_best_sentence_comes_first() -> None:
    assert chosen("How much is the deposit?")[0] == "The deposit is 400 euros."


def test_offsets_count_in_the_document() -> None:
    assert chosen("How much is the deposit?", offset=40)


def test_no_sentence_comes_twice() -> None:
    assert chosen("deposit", most=9).count("The deposit is 400 euros.") == 1


def test_a_heading_helps_its_sentences() -> None:
    text = "It is due on Monday."
    hits = [Hit(Chunk(f"{h}.txt", 0, len(text), text + "!" * (h == "b"), heading=h), 1.0) for h in ("b", "rent")]
    assert select("When is the rent due?", hits, 1)[0].chunk.heading == "rent"


def test_a_heading_itself_is_no_evidence() -> None:
    text = "2. Booking and deposit\n\nThe deposit is 400 euros."
    hit = Hit(Chunk("a.txt", 0, len(text), text, heading="Terms > 2. Booking and deposit"), 1.0)
    found = select("What about booking and deposit?", [hit], 9)
    assert [item.text for item in found] == ["The deposit is 400 euros."]


def test_no_hits_no_evidence() -> None:
    assert select("anything", [], 3) == []


def test_a_sentence_that_has_little_to_do_with_the_question_is_left_out() -> None:
    found = chosen("How much is the deposit?", most=9)
    assert "The deposit is 400 euros." in found
    assert "The garden faces south." not in found


def weighed(query: str, text: str = TEXT, most: int = 2, heading: str = "") -> Selection:
    chunk = Chunk("a.txt", 0, len(text), text, heading=heading)
    hits = [Hit(chunk, 1.0)]
    return weigh(query, hits, Reading(query, query, hits, FakeEmbedder()), sentences, most)


def fate(selection: Selection, text: str) -> Weighed:
    return next(item for item in selection.sentences if item.text == text)


def test_the_parts_of_a_score_add_up() -> None:
    best = weighed("How much is the deposit?", heading="Deposit").sentences[0]
    assert best.text == "The deposit is 400 euros."
    assert best.nearness
    assert best.score == best.rank + best.words + best.headings + best.nearness
    assert best.evidence().score == best.alone
    assert (best.rank, best.words, best.headings) == (0.1, 0.5, 0.0)


def test_what_is_chosen_is_what_the_fates_say() -> None:
    selection = weighed("Does the garden face the deposit?", most=1)
    assert [item.fate for item in selection.sentences].count("kept") == 1
    assert selection.evidence == [item.evidence() for item in selection.sentences if item.fate == "kept"]
    assert len(selection.sentences) == 4


def test_each_sentence_that_is_no_evidence_has_its_reason() -> None:
    text = "Money\n\nWhat is it?\n\n" + TEXT
    selection = weighed("How much is the deposit?", text, most=9, heading="Terms > Money")
    for said, wanted, reason in (
        ("Money", "heading", "a heading"),
        ("What is it?", "wordless", "no content words"),
        ("The garden faces south.", "floor", f"below the floor of {selection.floor:.3f}, 40% of the best"),
    ):
        item = fate(selection, said)
        assert item.fate == wanted, said
        assert reason in selection.reason(item), said
    repeated = [item for item in selection.sentences if item.fate == "repeated"]
    assert [item.text for item in repeated] == ["The deposit is 400 euros."]
    assert selection.reason(repeated[0]) == "the same words as a better one"
    assert selection.reason(selection.sentences[0]) == ""


def test_a_sentence_past_the_most_is_one_too_many() -> None:
    selection = weighed("deposit", "The deposit is due. The deposit is high. The deposit is paid.", most=2)
    last = next(item for item in selection.sentences if item.fate == "surplus")
    assert f"the last of them with {selection.sentences[1].score:.3f}" in selection.reason(last)


def test_what_is_not_looked_at_is_said_to_be_so() -> None:
    text = " ".join(f"The deposit number {at} is due." for at in range(40)) + " Cats sleep."
    selection = weighed("deposit", text, most=8)
    cats = fate(selection, "Cats sleep.")
    assert (cats.fate, cats.nearness) == ("unlikely", None)
    assert f"it scored {cats.score:.3f}, the last of them {selection.least:.3f}" in selection.reason(cats)
    assert sum(item.nearness is not None for item in selection.sentences) == 32


def test_a_question_in_the_document_is_no_evidence_and_says_what_its_answer_is_about() -> None:
    text = "Q: How warm is the water?\nA: About 26 degrees.\n\nQ: May I bring a guest?\nA: Yes, one a day."
    found = weighed("How warm is the water?", text, most=6)
    fates = {item.text: (item.fate, item.headings) for item in found.sentences}
    assert fates["Q: How warm is the water?"] == fates["Q: May I bring a guest?"] == ("heading", 0.0)
    assert fates["A: About 26 degrees."] == ("kept", 0.5)
    assert fates["A: Yes, one a day."][1] == 0.0, "it stands under another question"


def test_a_numbered_heading_stands_over_the_rest_of_its_line() -> None:
    text = (
        "5. New server.\n\n6. Service charge. It is capped at 4%. It is due in May.\n7. Rent. It is due on the first."
    )
    found = weighed("How high is the service charge?", text, most=9)
    above = {item.text: item.headings for item in found.sentences}
    assert above["It is capped at 4%."] == above["It is due in May."] > 0
    assert above["It is due on the first."] == above["6. Service charge."] == 0


def test_a_day_is_found_in_a_row_that_has_it_in_figures() -> None:
    rows = "day: 2031-05-03; late: Ines Falk\nday: 2031-03-05; late: Jon Reed"
    hit = Hit(Chunk("shifts.csv", 0, len(rows), rows), 1.0)
    best = select("Who works late on May 3rd, 2031?", [hit], 1)[0]
    assert best.text == "day: 2031-05-03; late: Ines Falk"
