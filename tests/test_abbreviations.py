"""Full stops that end no sentence, as the sentences of a text show."""

from __future__ import annotations

import pytest

from tests.test_sentences import cut

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
    "He met Ms. Patel and Cllr. Roy there.",
    "The Revd. Jones wrote to Messrs. Roy, Attn. Mx. Lee.",
    "It is open Mon. to Fri. from 9 a.m. to noon.",
    "It opens Fri. 6 June or Sat. June 7 at ten.",
    "Closed Mon. Wed. and from Jan. to Mar. each year.",
    "It holds max. 4 people, min. age 12, incl. VAT.",
    "It is in App. B, Vol. IV and Sch. 2 below.",
    "Ring Tel. No. 4 or Tel. 555 0177 first.",
    "It took 5 hrs. or 50 mins. of work and 3 tbsp. of oil.",
    "Offen Mo. bis Fr. und Sa. 9-12 Uhr, nicht Di. Mi. und So. um zwölf.",
    "Die allg. Regeln und jährl. Kosten gelten.",
    "It is shut Sat. – Mon. each week.",
    "Mind. 5 Tage, d. h. inkl. MwSt. und Kaution.",
    "Am 5. Okt. 2030 sowie im Dez. 2031 zu.",
    "Il ouvre du lun. au ven. de 9 h, env. 40 places.",
    "Doors open at 8 p.m. Saturday and Sunday.",
    "We open at 9 a.m. Monday to Friday, 10 a.m. June 5 and 8p.m. Sat. or Sun. in May.",
    "It begins at 8 p.m. May 3, or at 9 P.M. EST on air.",
    "Co. Reg. No. 456.",
    "VAT Reg. No. 7.",
    "Your Ref. No. 12 is noted.",
    "Acct. No. 55 is closed.",
    "Pat. No. 55, Kto. Nr. 5 and Best. Nr. 12-A, Kd. Nr. 7.",
    "It is Lic. No. 4 of the firm.",
    "Gem. § 5 gilt das.",
    "Gem. Vertrag gilt das.",
    "Zahlung gem. Vertrag.",
    "Schönheitsreparaturen gem. Anlage, die gem. § 5 gilt und (gem. Absprache), gem. Vertrag, endet.",
    "Die Fa. Meier zahlt.",
    "Die Abt. Vertrieb zahlt.",
    "Siehe Pos. 3 dort.",
    "Zi. 12 ist frei.",
    "Nr. 3 Buchst. a und Nr. 4 Halbs. 2 Buchst. A dazu.",
    "Der Mieter resp. Vertreter zahlt.",
    "Il vient en févr. 2030, c.-à-d. demain.",
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
    ("It opens at 5 p.m.", "The hall is cold."),
    ("We close at 8 p.m.", "The bar stays open."),
    ("We close at 8 p.m.", "Saturday is our day off."),
    ("We close at 8 p.m.", "May I come?"),
    ("He lives in Rome.", "No. 5 is his."),
    ("We asked Tom.", "No. 4 said no."),
    ("Das ist mein Haus.", "Nr. 5 gehört ihm."),
    ("It is a real Gem.", "Visit it."),
    ("It was a Stratagem.", "Nobody saw it."),
    ("Ask the Acct.", "The rest is known."),
    ("It is shut on Fri.", "The hall is cold."),
    ("See it in the App.", "I like it."),
    ("The rent is 30 incl.", "The rest is extra."),
    ("He lost his mind.", "Nobody saw."),
    ("He is a member.", "the rest is not."),
    ("I asked Tom.", "he said no."),
    ("It took 5 hrs.", "Nobody cared."),
    ("Save it as a.html.", "then go on."),
]


@pytest.mark.parametrize("text", GOES_ON)
def test_ordinals_and_abbreviations_of_other_languages_end_nothing(text: str) -> None:
    assert cut(text) == [text]
    assert cut(f"So it began. {text} Then it went.") == ["So it began.", text, "Then it went."]


@pytest.mark.parametrize(("first", "second"), ENDS)
def test_a_number_a_unit_or_a_word_before_a_full_stop_ends_a_sentence(first: str, second: str) -> None:
    assert cut(f"{first} {second}") == [first, second]


@pytest.mark.parametrize("text", GOES_ON)
def test_a_long_quote_is_not_cut_within_them(text: str) -> None:
    inner = "The committee looked at all of the papers that were sent to it before the meeting."
    assert cut(f"“{inner} {inner} {inner} {text} {inner}” Then it rose.")[3] == text
