"""Words and names made comparable."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import words
from rag.words import stem

_ENDS = ("s", "ing", "ed", "ness", "fulness", "ization")


def test_terms_are_stems_without_stop_words() -> None:
    assert words.terms("The prisons of El Salvador's twelve regions") == ("prison", "el", "salvador", "12", "region")


def test_accents_and_case_do_not_matter() -> None:
    assert words.terms("Éclair CAFÉ") == words.terms("eclair café")


def test_cjk_runs_become_pairs_of_characters() -> None:
    assert words.terms("人口") == ("人口",)
    assert words.terms("東京都人口") == ("東京", "京都", "都人", "人口")


def test_kana_keep_their_voicing_marks() -> None:
    assert words.terms("です") != words.terms("てす")


def test_negated_contractions_are_not_content() -> None:
    assert words.terms("It won't and can’t stop") == ("stop",)


def test_names_are_capitalised_words_but_not_openers() -> None:
    assert words.names("Rubio visited El Salvador. The FBI said so.") == ("el", "salvador", "fbi")
    assert words.names("MS-13 grew") == ("ms", "13")
    assert words.names("Signed by J. Smith and Dr. Jones. Paid.") == ("j", "smith", "dr", "jone")
    assert words.names("") == ()


def test_stop_words_in_capitals_that_stand_for_something_are_content() -> None:
    assert words.terms("The US and the WHO, under Plan A") == ("us", "who", "plan", "a")
    assert words.terms("Who told us? A plan.") == ("told", "plan")
    assert words.terms("WHAT IS THE DEPOSIT") == ("deposit",)


@given(st.text())
def test_any_text_will_do(text: str) -> None:
    words.terms(text)
    words.names(text)


def test_the_first_sentence_and_the_one_that_has_what_it_lacks() -> None:
    said = ["The deposit is 400 euros.", "The deposit is due.", "Rent and deposit are paid monthly."]
    assert words.first_and_missing("How much are rent and deposit?", said) == [0, 2]
    assert words.first_and_missing("How much is the deposit?", said) == [0]
    assert words.first_and_missing("How much?", []) == []


@pytest.mark.parametrize("text", ["The leases, 1,200 of them, aren't the tenant's.", "合同期限 is 90 days", "", "租"])
def test_placed_terms_are_the_terms_where_they_stand(text: str) -> None:
    placed = list(words.placed_terms(text))
    assert tuple(term for _, _, term in placed) == words.terms(text)
    assert [words.terms(text[start:end]) for start, end, _ in placed] == [(term,) for _, _, term in placed]


def test_many_threads_at_once_get_the_stems_of_one() -> None:
    """A stem that came out wrong would be kept, and the word never be found again."""
    made = [f"{start}{middle}{end}" for start in "bcdfglmnprst" for middle in ("ation", "iti", "angl") for end in _ENDS]
    alone = [stem.__wrapped__(word) for word in made]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda _: [stem.__wrapped__(word) for word in made], range(16)))
    finally:
        sys.setswitchinterval(before)
    assert all(found == alone for found in together)
