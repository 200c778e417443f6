"""An expected passage is followed to the first stage that it did not come through, with the figures it had there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.explain import Expected, explain
from rag.explanation import Loss
from rag.store import SqliteStore
from rag.testing import FakeReranker
from rag.types import Document, Span
from tests.shelf import EMBEDDER, MANIFEST, Texts, pipeline

QUESTION = "When does the harbour lease end?"
NOTICE = "The harbour lease ends after ninety days of notice."
CLUB = "The club paints its boats in April."
TEXTS: Texts = {"legal/lease.txt": [NOTICE], "minutes.txt": [CLUB, "The treasurer keeps the harbour keys."]}


def lost(root: Path, expected: Expected, texts: Texts | None = None, question: str = QUESTION, **settings: int) -> Loss:
    used = pipeline(root, TEXTS if texts is None else texts, None, None, **settings)
    found = explain(used, question, expected=expected).expected
    used.store.close()
    assert found is not None
    return found


def many(number: int, text: str = "The harbour lease ends in year {}.") -> Texts:
    return {f"{at:03}.txt": [text.format(at)] for at in range(number)}


def test_a_passage_that_arrived(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected("the harbour\nlease ends  after"))
    assert found.stage == "arrived"
    assert found.why == "it is evidence [1], of which the answer is written, in part or whole"
    assert (found.document, found.span) == ("legal/lease.txt", (0, len("The harbour lease ends after")))
    assert found.quote == "The harbour lease ends after"


def test_a_passage_of_another_document_than_the_question_names(tmp_path: Path) -> None:
    texts = {f"lease-{year}.txt": [f"The harbour lease ends after {year - 2000} days."] for year in (2024, 2026)}
    found = lost(tmp_path, Expected("after 24 days"), texts, "When does the harbour lease of 2026 end?")
    assert found.stage == "hits"
    assert found.why == "passed over: the question names another document than lease-2024.txt, of a name much like it"


def test_a_passage_by_its_offsets(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected(document="lease.txt", span=Span(4, 11)))
    assert (found.stage, found.quote) == ("arrived", "harbour")


def test_words_that_no_document_has(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected("The lease never ends."))
    assert (found.stage, found.document, found.span) == ("index", "", None)
    assert found.why.startswith("not in the index: no document has these words")


def test_words_that_the_named_document_does_not_have(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected(NOTICE, "minutes.txt"))
    assert found.why.startswith("not in the index: minutes.txt does not have these words")


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected(NOTICE, "minuets.txt"))
    assert found.stage == "index"
    assert found.why == "not in the index: no document is called minuets.txt; minutes.txt is"


def test_offsets_past_the_end_of_a_document(tmp_path: Path) -> None:
    used = pipeline(tmp_path, TEXTS)
    with pytest.raises(UsageError, match="are not in minutes"):
        explain(used, QUESTION, expected=Expected(document="minutes.txt", span=Span(3, 900)))
    used.store.close()


def test_a_document_of_which_no_passage_was_stored(tmp_path: Path) -> None:
    pipeline(tmp_path, TEXTS).store.close()
    writing = SqliteStore.open(tmp_path, MANIFEST)
    writing.put(Document("bare.txt", "bare", "Nothing here.", "0"), [], EMBEDDER.embed_documents([]))
    writing.close()
    found = lost(tmp_path, Expected("Nothing here."), {})
    assert (found.stage, found.document) == ("index", "bare.txt")
    assert found.why == "not in the index: bare.txt is there, but no passage of it holds these words"


def test_a_sentence_that_the_splitter_cut_in_two(tmp_path: Path) -> None:
    texts = many(5) | {"long.txt": ["The yearly painting of boats, which begins", "in April, is a duty of members."]}
    found = lost(tmp_path, Expected("which begins in April, is a duty"), texts, k=1, candidates=2)
    assert found.stage == "split"
    assert found.why.startswith("cut in two by the splitter, in mid-sentence; what came furthest: dense rank")


def test_two_sentences_in_two_passages_are_not_cut(tmp_path: Path) -> None:
    texts = many(5) | {"two.txt": ["Boats are painted.", "April is the month."]}
    found = lost(tmp_path, Expected("Boats are painted. April is the month."), texts, k=1, candidates=2)
    assert found.stage == "candidates"


def test_a_passage_that_is_no_candidate_has_its_true_ranks(tmp_path: Path) -> None:
    texts = many(63) | {"z.txt": ["The treasurer of the harbour board keeps a long list of unpaid bills and old keys."]}
    found = lost(tmp_path, Expected("keeps a long list"), texts, k=2, candidates=10)
    assert found.stage == "candidates"
    assert found.why.startswith("dense rank 64 with 0.")
    assert "lexical rank 64 with" in found.why
    assert "(the last candidate has 0." in found.why
    assert found.why.endswith("outside the 10 candidates of each")


def test_a_passage_without_a_word_of_the_question(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected(CLUB), many(30) | TEXTS, k=2, candidates=10)
    assert found.stage == "candidates"
    assert "lexical rank none (it has no word of the question)" in found.why


def test_a_candidate_that_is_no_hit(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected("treasurer keeps"), k=1)
    assert found.stage == "hits"
    assert found.why.startswith("fused rank 2 with 0.")
    assert "(dense rank 1, lexical rank 2); the last hit, number 1, has 0.9" in found.why


def test_with_a_reranker_the_ranks_are_those_before_it(tmp_path: Path) -> None:
    used = pipeline(tmp_path, TEXTS, k=2)
    used.reranker = FakeReranker()
    found = explain(used, QUESTION, expected=Expected(CLUB))
    used.store.close()
    assert found.expected
    assert found.expected.why.startswith("fused rank 3")


def test_a_sentence_below_the_floor(tmp_path: Path) -> None:
    texts: Texts = {"lease.txt": [f"{NOTICE} Ropes are blue."]}
    found = lost(tmp_path, Expected("Ropes are blue."), texts)
    assert found.stage == "evidence"
    assert found.why.startswith("hit 1, but its sentence is no evidence: by itself it scored 0.")
    assert "below the floor of" in found.why


def test_of_several_sentences_the_one_that_came_furthest_tells(tmp_path: Path) -> None:
    texts: Texts = {"lease.txt": [f"{NOTICE} Ropes are blue."]}
    assert lost(tmp_path, Expected(f"{NOTICE} Ropes are blue."), texts).stage == "arrived"


def test_the_same_words_as_another_sentence(tmp_path: Path) -> None:
    texts: Texts = {"a.txt": [NOTICE], "b.txt": [NOTICE]}
    found = lost(tmp_path, Expected(NOTICE, "b.txt"), texts)
    assert (found.stage, found.why) == (
        "evidence",
        "hit 2, but its sentence is no evidence: the same words as a better one",
    )


@pytest.mark.parametrize(
    "texts", [{"a.txt": ["Ropes last ninety days.", NOTICE]}, {"a.txt": ["Ropes last ninety days."], "b.txt": [NOTICE]}]
)
def test_of_several_places_the_one_that_came_furthest_is_followed(tmp_path: Path, texts: Texts) -> None:
    assert lost(tmp_path, Expected("ninety days"), texts, k=1).stage == "arrived"


def test_more_sentences_than_are_taken(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected("harbour keys", "minutes.txt"), evidence_sentences=1)
    assert found.stage == "evidence"
    assert "enough were better" in found.why or "floor" in found.why


def test_a_heading_and_a_sentence_without_words(tmp_path: Path) -> None:
    found = lost(tmp_path, Expected("Who is it?"), {"lease.txt": [f"Who is it? {NOTICE}"]})
    assert found.why == "hit 1, but its sentence is no evidence: no content words in it"


def test_a_sentence_that_was_not_looked_at(tmp_path: Path) -> None:
    text = " ".join(f"The harbour lease number {at} ends." for at in range(40))
    found = lost(tmp_path, Expected("Ropes are blue."), {"lease.txt": [f"{text} Ropes are blue."]})
    assert found.why.startswith("hit 1, but its sentence is no evidence: not among the 32 that were looked at")


def test_evidence_that_does_not_fit(tmp_path: Path) -> None:
    texts: Texts = {"lease.txt": [f"{NOTICE} The lease of the harbour ends in May."]}
    found = lost(tmp_path, Expected("ends in May"), texts, evidence_tokens=10)
    other = lost(tmp_path, Expected(NOTICE), texts, evidence_tokens=10)
    assert {found.stage, other.stage} == {"prompt", "arrived"}
    why = found.why if found.stage == "prompt" else other.why
    assert why == "hit 1, but its sentence is no evidence: no room in the 10 tokens of evidence"


def test_evidence_of_a_question_that_is_refused(tmp_path: Path) -> None:
    used = pipeline(tmp_path, TEXTS, refuse_below=1.0)
    found = explain(used, QUESTION, expected=Expected(NOTICE)).expected
    used.store.close()
    assert found
    assert found.stage == "decision"
    assert found.why.startswith("it is evidence [1], but the question is refused: a probability of 0.")
    assert found.why.endswith("with 1.00 needed")


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (Expected(" \n"), "is empty"),
        (Expected(document="minutes.txt"), "is empty"),
        (Expected(span=Span(0, 4)), "without their document"),
        (Expected("w" * 8_001), "8,001 characters"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(tmp_path: Path, expected: Expected, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        lost(tmp_path, expected)


def test_a_name_that_fits_two_documents(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 documents end in a"):
        lost(tmp_path, Expected("x", "a.txt"), {"x/a.txt": ["x"], "y/a.txt": ["y"]})


def test_a_document_that_was_not_looked_in(tmp_path: Path) -> None:
    used = pipeline(tmp_path, TEXTS, None)
    found = explain(used, QUESTION, expected=Expected(NOTICE), scope=["minutes.txt"])
    assert {item.hit.chunk.document for item in found.candidates} == {"minutes.txt"}
    assert found.expected is not None
    assert found.expected.stage == "candidates"
    assert found.expected.why == "not looked at: the question was limited to minutes.txt"
    assert found.to_dict()["scope"] == ["minutes.txt"]
    used.store.close()
