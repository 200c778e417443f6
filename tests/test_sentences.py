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


GOES_ON = [
    "Das Mietverhältnis beginnt am 1. Oktober 2031 und endet nie.",
    "Es gilt ab dem 3. Tag der Krankheit.",
    "Er zahlt bis zum 31. März eines Jahres.",
    "Die Frist endet 3. Oktober 2031 um zwölf.",
    "Die 2. Mahnung kostet fünf Euro.",
    "Am 3. und 4. Mai ist geschlossen.",
    "Im 19. Jahrhundert war es anders.",
    "Die Rate ist am 1. April fällig.",
    "Freitag, 12. September ist Ruhetag.",
    "Geöffnet vom 1.10. bis 31.12. und sonst nie.",
    "Die 1. und 2. Klasse fahren mit.",
    "Siehe auch vgl. Abs. 2 des Vertrags.",
    "Es haftet gem. § 5 Abs. 2 Satz 1 der Mieter.",
    "Werkzeuge, z. B. Hämmer und Sägen.",
    "Es dauert ca. 8 Std. Arbeit am Stück.",
    "Treffen ca. 30 Min. vor Beginn.",
    "Zimmer Nr. 4 und Nr. A sind frei.",
    "Der Mieter bzw. Pächter zahlt.",
    "Es kostet inkl. Versand 3 Mio. Euro.",
    "Siehe Kap. IV und Ziff. 3 dazu.",
    "Er wohnt in der Hauptstr. 5 oben.",
    "Es gilt § 5 h. M. zufolge nicht.",
    "Grunnlovsdagen er den 17. mai hvert år.",
    "Mødet er 3. oktober og ikke før.",
    "De winkel sluit 5. december vroeg.",
    "Neem fruit, bijv. Elstar of peren.",
    "Voir p. ex. Paris ou Lyon.",
    "Selon l'art. 12 du bail, réf. B12.",
    "La Sra. López vive aquí.",
    "Véase núm. 4 y pág. 12 del texto.",
    "Llegan aprox. 40 personas, p. ej. Ana.",
    "In 1990 J. Smith wrote it.",
    "Caesar starb 44 v. Chr. in Rom.",
]
ENDS = [
    ("It finished in the top 3.", "The rest did not."),
    ("It finished in the top 3.", "Nobody cared."),
    ("I am 3.", "Please help."),
    ("They rolled a die 3.", "Then they stopped."),
    ("She scored 3.", "August was hot."),
    ("She scored 3.", "Mars is a planet."),
    ("It was a hidden gem.", "Visit it."),
    ("He works on his abs.", "Nobody sees it."),
    ("Er kam am 3.", "Der Mieter zahlte."),
    ("Er zahlt bis zum 31.", "Danach wird gemahnt."),
    ("Es gilt Absatz 1 und 2.", "Mieter zahlen."),
    ("Die Fahrt dauert 2 Std.", "Danach ist Pause."),
    ("Es gibt Äpfel, Birnen usw.", "Kinder essen frei."),
    ("Er wurde 1990 gegründet, seit 2019.", "Kinder essen frei."),
    ("It weighs 210 g.", "The battery lasts."),
    ("It weighs 210g.", "Batteries last."),
    ("Il ouvre à 18 h.", "Elle est là."),
    ("Der Weg ist 300 m.", "Kinder gehen mit."),
    ("It runs on 230 V.", "The plug is round."),
]


@pytest.mark.parametrize("text", GOES_ON)
def test_ordinals_and_abbreviations_of_other_languages_end_nothing(text: str) -> None:
    assert cut(text) == [text]
    assert cut(f"So it began. {text} Then it went.") == ["So it began.", text, "Then it went."]


@pytest.mark.parametrize(("first", "second"), ENDS)
def test_a_number_a_unit_or_a_word_before_a_full_stop_ends_a_sentence(first: str, second: str) -> None:
    assert cut(f"{first} {second}") == [first, second]


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


def test_a_cell_of_sentences_is_cut_at_them() -> None:
    assert cut("Word: drop; Meaning: It is left out. This is usual.") == [
        "Word: drop; Meaning: It is left out.",
        "This is usual.",
    ]


def test_a_long_quote_is_cut_at_its_sentences() -> None:
    inner = "The committee looked at all of the papers that were sent to it before the meeting."
    assert cut(f"“{inner} {inner} {inner} {inner}” Then it rose.") == [
        f"“{inner}",
        inner,
        inner,
        f"{inner}”",
        "Then it rose.",
    ]


@pytest.mark.parametrize("text", GOES_ON)
def test_a_long_quote_is_not_cut_within_them(text: str) -> None:
    inner = "The committee looked at all of the papers that were sent to it before the meeting."
    assert cut(f"“{inner} {inner} {inner} {text} {inner}” Then it rose.")[3] == text


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
        *["am 3. ", "Mai ", "5 g. ", "vgl. "],
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
