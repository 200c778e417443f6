from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.sentences import LONGEST, sentences

WHOLE = [
    "Dr. Smith met Mr. Jones at 5 p.m. on Monday.",
    "We use tools, e.g. hammers, i.e. heavy ones.",
    "The U.S. Senate voted.",
    "See No. 5 and Art. 12 of Fig. 3.",
    "See pp. 12-14, vol. 3, ch. 2, sec. 4.",
    "Acme Inc. sued Beta Corp. vs. nobody.",
    "Pi is 3.14 and v2.0.1 is out.",
    "The fee is approx. $5.",
    "Well... I think so.",
    "J. R. Smith and J.K. Rowling wrote it.",
    "Smith et al. found it.",
    "Visit https://a.b.com/x.html?y=1.",
    "Write to j.doe@mail.example.com.",
    "She asked “why?” and left.",
    "Yahoo! Inc. is a company.",
    "Use node.js, .NET or System.Out here.",
    "Jan. 5 was cold.",
    "Panic! at the Disco sang it.",
    "Section 3.2.",
    "Apples, pears, etc. are fruit.",
    "It rose 5 percent.[1]",
    "He said “Go away.”",
    "It works (see below.)",
    "Is it?",
    "No way?!",
    "It ended…",
    "Prof. Dr. Müller kam.",
    "Tokenized text ends .",
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_sentence_is_whole_and_ends_before_the_next(text: str) -> None:
    after = "Then it began."
    assert cut(text) == [text]
    assert cut(f"{after} {text} {after}") == [after, text, after]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "今日は晴れです。明日は雨ですか？はい！そうです。",
            ["今日は晴れです。", "明日は雨ですか？", "はい！", "そうです。"],
        ),
        ("他说：“你好。”然后走了。", ["他说：“你好。”", "然后走了。"]),
        ("यह एक वाक्य है। यह दूसरा है।", ["यह एक वाक्य है।", "यह दूसरा है।"]),
        ("هل أنت بخير؟ نعم.", ["هل أنت بخير؟", "نعم."]),
        ("¿Qué? Sí. ¡Hola! Bien.", ["¿Qué?", "Sí.", "¡Hola!", "Bien."]),
    ],
)
def test_other_scripts(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quick brown\nfox jumps over. The\ndog sleeps.", ["The quick brown\nfox jumps over.", "The\ndog sleeps."]),
        (
            "It was signed by President\nLincoln in May\n12. It held.",
            ["It was signed by President\nLincoln in May\n12.", "It held."],
        ),
        ("A title\n\nA paragraph", ["A title", "A paragraph"]),
        ("Termination\nEither party may leave on notice.", ["Termination", "Either party may leave on notice."]),
        ("# Heading\ntext follows", ["# Heading", "text follows"]),
        (" = Wiki = \n Text follows . ", ["= Wiki =", "Text follows ."]),
        ("1. First item here.\n2. Second item\n3. third", ["1. First item here.", "2. Second item", "3. third"]),
        ("Buy:\n(a) bread\n(b) milk that\nis fresh", ["Buy:", "(a) bread", "(b) milk that\nis fresh"]),
        ("- apples\n- pears are good. Yes.\n• plums", ["- apples", "- pears are good.", "Yes.", "• plums"]),
        (
            "Part: Pump; Price: 30; Stock: 4\nPart: Hose; Price: 12",
            ["Part: Pump; Price: 30; Stock: 4", "Part: Hose; Price: 12"],
        ),
        ("| a | b |\n| 1 | 2 |", ["| a | b |", "| 1 | 2 |"]),
        ("name\tprice\npump\t30", ["name\tprice", "pump\t30"]),
        ("Present: Ada, Bo\nApologies: Cy", ["Present: Ada, Bo", "Apologies: Cy"]),
        ("One line\r\ngoes on.\r\rNew one.", ["One line\r\ngoes on.", "New one."]),
    ],
)
def test_layout(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_long_quote_is_cut_at_its_sentences() -> None:
    inner = "The committee looked at all of the papers that were sent to it before the meeting."
    assert cut(f"“{inner} {inner} {inner} {inner}” Then it rose.") == [
        f"“{inner}",
        inner,
        inner,
        f"{inner}”",
        "Then it rose.",
    ]


def test_text_without_punctuation_is_cut_at_clauses_then_spaces_then_anywhere() -> None:
    clauses = cut("some words go on and on; " * 60)
    assert all(piece.endswith(";") for piece in clauses)
    words = cut("word " * 500)
    assert set(" ".join(words).split()) == {"word"}
    assert [len(piece) for piece in cut("x" * (2 * LONGEST + 5))] == [LONGEST, LONGEST, 5]


def test_sentences_of_a_paragraph_longer_than_the_library_is_given() -> None:
    assert set(cut("One two three four. " * 2000)) == {"One two three four."}


def test_offsets_count_characters_not_bytes() -> None:
    text = "😀 é \U0001f468\u200d\U0001f469 first. Second one."
    assert sentences(text)[-1] == (text.index("Second"), len(text))


PIECES = st.sampled_from(
    [
        *'Word|a| |\n|\n\n|\t|\r\n|. |.|? |…|。|Dr. |e.g. |3.14|1. |- |# |: |; |“|”|"|(|) |=|A. |[1]'.split("|"),
        *["|", "\ud800", "\udfff", "\0", "\u202e", "\u0301", "👨‍👩‍👧", "\u200b", "\u2028", "\x1c"],
    ]
)
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=300),
    st.lists(PIECES, max_size=80).map("".join),
    st.tuples(PIECES, st.integers(1, 1500)).map(lambda pair: pair[0] * pair[1]),
)


@settings(deadline=None)
@given(HOSTILE)
@example("\ud800. A\udfff")
@example("“" * 9000)
@example(" \n" * 50)
@example("")
def test_spans_are_exact_ordered_trimmed_bounded_and_cover_everything(text: str) -> None:
    spans = sentences(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip()
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert span.end - span.start <= LONGEST
        end = span.end
    assert not text[end:].strip()


@pytest.mark.parametrize("unit", ["x", "“", "\n", "👨‍👩‍👧", "\ud800"])
def test_a_megabyte_of_one_thing_is_cut(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert "".join(cut(text)).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]
