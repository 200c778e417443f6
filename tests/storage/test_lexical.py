"""Any string becomes a query, in any script, and what it asks for is what the index holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.storage.lexical import TOKENIZER, indexed, match_expression, terms


def found(query: str, texts: Sequence[str]) -> list[int]:
    """Which of some texts FTS5 finds, best first."""
    expression = match_expression(query)
    if not expression:
        return []
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f'CREATE VIRTUAL TABLE lexical USING fts5(body, tokenize="{TOKENIZER}")')
        db.executemany("INSERT INTO lexical (body) VALUES (?)", [(indexed(text),) for text in texts])
        rows = db.execute("SELECT rowid - 1 FROM lexical WHERE lexical MATCH ? ORDER BY rank, rowid", (expression,))
        return [row for (row,) in rows]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("When is the RENT due?", "Rents are due monthly."),
        ("the tenant’s duties", "A tenant has one duty."),
        ("O'Neill", "Signed by O’Neill."),
        ("naive cafe", "Ein naïves Café."),
        ("Straßen", "An den STRAßEN."),
        ("1200 euros", "It costs 1,200 euros."),
        ("1,200,000", "About 1200000 in all."),
        ("efficient", "An eﬃcient ﬂat."),
        ("information", "in\u00adfor\u00adma\u00adtion"),
        ("ABC12", "Ｔｈｅ ＡＢＣ１２ code"),
        ("cafe\u0301", "Caf\u00e9"),
        ("東京", "私は東京都に住んでいます。"),
        ("京都に行く", "先週、京都へ。"),
        ("都", "これは東京都。"),
        ("都", "都"),
        ("임대료", "월 임대료는 900유로입니다."),
        ("租金", "每月的租金是九百。"),
        ("किराया", "किराया हर महीने देना है।"),
        ("ค่าเช่า", "ค่าเช่า 900"),
        ("квартиры", "Аренда КВАРТИРЫ."),
        ("GPT-4 in 東京", "gpt 4"),
        ("pn2110", "Part PN-2110: a bearing."),
        ("PN-2110", "Part pn2110: a bearing."),
        ("2110PN", "Part 2110-PN: a bearing."),
        ("what is it", "It is what it is."),
    ],
)
def test_a_query_finds_its_text(query: str, text: str) -> None:
    assert found(query, ["Nothing of the kind 9.", text]) == [1]


def test_scripts_written_without_spaces_are_not_one_word() -> None:
    assert found("大阪", ["東京都", "大阪府"]) == [1]
    assert found("京大", ["東京と大阪", "京大"]) == [1]


def test_vowel_signs_do_not_cut_words() -> None:
    assert found("किर", ["किराया"]) == []


@pytest.mark.parametrize("query", ["", " \n", "?!…", "🙂", "\0", "'", '"', "* ^ - ( )", "\ud800"])
def test_no_word_is_no_query(query: str) -> None:
    assert match_expression(query) == ""


def test_operators_are_words_like_others() -> None:
    assert found('rent AND NOT "cats" NEAR(x) -y body:z*', ["rent", "cats", "neither of them"]) == [0, 1]


def test_stop_words_count_only_when_there_is_nothing_else() -> None:
    assert match_expression("What is the rent?") == '"rent"'
    assert match_expression("What is it?") == '"what" OR "is" OR "it"'
    assert match_expression("I don't, you can't") == '"i" OR "don" OR "you" OR "can"'


@pytest.mark.parametrize(
    ("query", "terms_of_it"),
    [
        ("K117 or T-359", ["k117", "k", "117", "t", "359", "t359"]),
        ("gpt4 e-4 x86-64 2024-05-16 12 may", ["gpt4", "e", "4", "x86", "64", "2024", "05", "16", "12", "may"]),
    ],
)
def test_letters_with_a_number_are_searched_for_both_ways(query: str, terms_of_it: list[str]) -> None:
    assert terms(query) == terms_of_it


def test_a_term_counts_once_however_often_it_is_said() -> None:
    assert match_expression("rent, Rent, RENT and 東京東京") == '"rent" OR "東京" OR "京東"'


def test_a_megabyte_is_a_query_of_bounded_size() -> None:
    words = " ".join(f"word{number}" for number in range(120_000))
    assert len(words) > 1_000_000
    assert match_expression(words).count(" OR ") == 63
    assert match_expression("a" * 1_000_000)


@pytest.mark.parametrize(
    "texts", [["Rent is due."], ["Rent is due.", "Rent is paid."], ["Rent is due.", "Rent.", "Cats."]]
)
def test_a_word_in_most_of_few_texts_still_finds_them(texts: list[str]) -> None:
    assert 0 in found("When is rent due?", texts)


def test_the_text_that_says_more_of_few_comes_first() -> None:
    assert found("rent due monday", ["Rent is rent.", "Rent is due on a Monday."])[0] == 1
    assert found("rent due", ["Rent is paid.", "Rent is due.", "Rent."])[0] == 1


@given(st.text(), st.text())
def test_any_two_strings(query: str, text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert found(query, [clean]) in ([], [0])


@given(st.text(st.characters(categories=["L", "N"]), min_size=2))
def test_a_text_finds_itself(text: str) -> None:
    known = "".join(char for char in text if char < "\u2000" or "\u3040" <= char <= "\u9fff")
    expression = match_expression(known)
    assert not expression or found(known, [known]) == [0]
