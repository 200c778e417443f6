from __future__ import annotations

import pytest
from hypothesis import example, given
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
        ("§ 3. Kündigung. Sie ist frei.", ["§ 3. Kündigung.", "Sie ist frei."]),
        ("**3. Fires**\nNever on a Sunday.", ["**3. Fires**", "Never on a Sunday."]),
        ("Ends here.\n**Fires**\nnever on Sunday.", ["Ends here.", "**Fires**", "never on Sunday."]),
        ("__Fires__:\nNever.", ["__Fires__:", "Never."]),
        ("Mind the **gap** and\nthe **edge** of it.", ["Mind the **gap** and\nthe **edge** of it."]),
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


@pytest.mark.parametrize(
    "row",
    [
        "Programme: Wool; Max. load: 2 kg; Duration: 42 min; Max. spin: 800 rpm",
        "Item no.: SD-100; Net price GBP: 142.00; Max. head m: 7; Weight kg: 5.2",
        "Code: F4; Bedeutung: Überhitzung; Was tun?: 20 Minuten abkühlen lassen",
    ],
)
def test_no_sentence_ends_in_the_name_of_a_column(row: str) -> None:
    assert cut(f"{row}\n{row}") == [row, row]


def test_a_row_by_itself_may_be_a_paragraph_so_it_ends_with_a_sentence_of_its_last_cell() -> None:
    assert cut("Word: drop; Meaning: It is left out. This is usual.") == [
        "Word: drop; Meaning: It is left out.",
        "This is usual.",
    ]


@pytest.mark.parametrize(
    "row",
    [
        "Question: Do you smoke?; Yes: ☒; No: ☐",
        "Item: 1. Water; Discussion: The bill is £640. It is late.; Action: LB to pay",
        "id: 1; text: It rained. We stayed; end: 4",
        "Item: Pump; Approx. Weight: 5 kg",
    ],
)
def test_no_sentence_ends_between_the_cells_of_a_row(row: str) -> None:
    assert cut(row) == [row]


@pytest.mark.parametrize(
    "rows",
    [
        ["Question: Is it hot?; Answer: Yes. Mind it.", "Question: Is it far?; Answer: No. You can walk."],
        ["Teal; Hour: 9. Or less.; Day: 55", "Otter; Hour: 8; Day: 33. In May less."],
    ],
)
def test_a_row_beside_one_with_the_same_columns_is_whole(rows: list[str]) -> None:
    assert cut("\n".join(rows)) == rows


def test_rows_without_a_common_name_of_a_column_are_no_table() -> None:
    assert cut("Teal; Hour: 9; Day: 55. Or less.\nOtter; Age: 8; Size: 33. In May.") == [
        "Teal; Hour: 9; Day: 55.",
        "Or less.",
        "Otter; Age: 8; Size: 33.",
        "In May.",
    ]


def test_a_row_that_is_too_long_is_parted_before_a_name_or_else_at_its_sentences() -> None:
    said = "We spoke of it at length. " * 15
    row = f"Item: Water; Discussion: {said}; Plan: {said}; Minutes: {said}{said}; Action: LB to pay. Soon."
    pieces = cut(f"{row}\n{row}")
    assert [piece.split(":")[0] for piece in pieces[:3]] == ["Item", "Plan", "Minutes"]
    assert pieces[3].startswith("We spoke")
    assert pieces[3].endswith("; Action: LB to pay. Soon.")
    assert pieces[4:] == pieces[:4]


@pytest.mark.parametrize(
    "text",
    [
        ["Note: the hall is cold.", "Take care; see also: coats.", "It closes at six."],
        ["Dakar (Wolof: Ndakaaru) lies west.", "It grew (French: Dakar; Wolof: Ndakaaru) and grew."],
        ["It rained.", "We stayed; Monday: dry; Tuesday: wet."],
    ],
)
def test_prose_with_labels_is_no_row(text: list[str]) -> None:
    assert cut(" ".join(text)) == text


@pytest.mark.parametrize("dots", ["........", "....", ". . . .", "…………"])
def test_a_line_with_dots_that_lead_on_is_a_sentence_of_its_own(dots: str) -> None:
    lines = [f"Mon 2 June {dots} Inset day, school closed", f"Tue 3 June {dots} School opens"]
    assert cut("\n".join(lines)) == lines


def test_dots_right_after_a_word_lead_nowhere() -> None:
    assert cut("We waited.... Then we left.") == ["We waited....", "Then we left."]


@pytest.mark.parametrize(
    "mark", ["¹", "¹²", "¹,²", "[1]", "[^1]", "[^note]", "[1][2]", "[citation needed]", "*", "†", "**", "`"]
)
def test_a_mark_right_after_a_sentence_is_part_of_it(mark: str) -> None:
    assert cut(f"Please do feed it.{mark} Keep it warm.") == [f"Please do feed it.{mark}", "Keep it warm."]


def test_a_link_right_after_a_sentence_opens_the_next() -> None:
    assert cut("Please do feed it.[Next](a.html) Then go.") == ["Please do feed it.", "[Next](a.html) Then go."]


@pytest.mark.parametrize("text", ["Ask the Dipl.-Ing. Roy first.", "Use the Best.-Nr. 5 here."])
def test_a_word_that_goes_on_after_a_full_stop_is_whole(text: str) -> None:
    assert cut(text) == [text]


def test_no_sentence_begins_with_what_parts_clauses() -> None:
    assert cut("Is it on?; if so, wait.") == ["Is it on?; if so, wait."]


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
        *["am 3. ", "Mai ", "5 g. ", "vgl. ", "Ms. ", "; Ab: ", "Ab: ", ".[^1] ", ".¹", " .... "],
        *["|", "\ud800", "\udfff", "\0", "\u202e", "\u0301", "👨‍👩‍👧", "\u200b", "\u2028", "\x1c"],
    ]
)
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=300),
    st.lists(PIECES, max_size=80).map("".join),
    st.tuples(PIECES, st.integers(1, 1500)).map(lambda pair: pair[0] * pair[1]),
)


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


@pytest.mark.parametrize("word", ["ill", "may", "miss", "ore"])
def test_a_word_in_small_letters_is_no_abbreviation(word: str) -> None:
    assert cut(f"It was the {word}. Acting alone, he left.") == [f"It was the {word}.", "Acting alone, he left."]
    assert len(cut(f"It was {word.title()}. Acting, of the firm.")) == 1
