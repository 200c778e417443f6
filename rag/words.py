"""Words and names of a text, made comparable: the ground that evidence, support and answerability stand on.

Terms are lower-case Snowball stems without stop words; runs of Chinese, Japanese or Korean give overlapping pairs of
characters. Knows nothing of documents or models.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import Stemmer

from rag.numerals import NUMERAL, WORD, normal_number, number_word

_TOKEN = re.compile(rf"{NUMERAL}|{WORD}(?:['’]{WORD})*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
CLAUSE_END = re.compile(r"[.,:](?!\d)|[;!?()\n。，；：！？]")
_OPENING = re.compile(r"(?:^|[.!?:\n])[\s\"'“‘(*•-]*$")
_TITLE = re.compile(r"\b(?:[A-Z]|Mrs?|Ms|Dr|Prof|St|Rev|Hon)\.\s*$")
"""An abbreviation after which a name goes on."""
_ACCENT = re.compile(r"[\u0300-\u036f]")
STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could did didn't do does doesn't doing don't down during each either else ever
    every few for from further get give given gives had has hasn't have haven't having he her here hers herself him
    himself his how i if in into is isn't it it's its itself just let me more most much must my myself nor now of off
    on once only or other our ours ourselves out over own per please same shall she should so some such tell than that
    that's the their theirs them themselves then there these they this those through to too under until up upon us very
    was wasn't we were weren't what what's when where which while who whom whose why will with within would you your
    yours yourself yourselves""".split()
)
_stemmer = Stemmer.Stemmer("english")
_stemming = threading.Lock()
"""The stemmer keeps the word that it works on in itself: two threads at once give wrong stems, or an error."""


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Stem of one word, lower case, accents taken off."""
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", word.casefold()))
    word = unicodedata.normalize("NFC", bare).replace("’", "'").removesuffix("'s")
    with _stemming:
        return str(_stemmer.stemWord(word))


def _opposites(pairs: str) -> dict[str, frozenset[str]]:
    """Stems of each word's opposites, by its own stem."""
    both = [tuple(map(stem, pair.split())) for pair in pairs.split(",")]
    sides = [*both, *((right, left) for left, right in both)]
    return {word: frozenset(other for one, other in sides if one == word) for word, _ in sides}


OPPOSITES = _opposites(
    "most least, most fewest, more less, more fewer, all some, above below, over under, before after, earlier later, "
    "earliest latest, first last, oldest newest, oldest youngest, longest shortest, longer shorter, largest smallest, "
    "larger smaller, highest lowest, higher lower, better worse, best worst, strongest weakest, maximum minimum, "
    "majority minority, must may, must can, must should, shall may, allow forbid, allow prohibit, permit prohibit, "
    "include exclude, include except, require forbid, accept reject, accept refuse, approve reject, approve deny, "
    "grant deny, agree refuse, support oppose, valid invalid, legal illegal, lawful unlawful, guilty innocent, "
    "increase decrease, rise fall, gain lose, win lose, succeed fail, pass fail, profit loss, gross net, credit debit, "
    "buy sell, buyer seller, landlord tenant, lessor lessee, licensor licensee, employer employee, lender borrower, "
    "creditor debtor, plaintiff defendant, begin end, start end, open close, arrive leave, arrive depart, enter leave, "
    "join leave, add remove, import export, hire dismiss, day night, morning evening, winter summer, weekday weekend, "
    "north south, east west, northern southern, eastern western, upper lower, left right, front back, inside outside, "
    "internal external, public private, domestic foreign, positive negative, true false, same different, old new, "
    "noon midnight, advance arrears, waive charge, carry defeat, carry reject, adopt reject, full empty, full reduced, "
    "full half, used unused, double half, twice half, once twice, twice thrice, once thrice, single double, "
    "double triple, before during, during after, all most, every most, all many, all few, every few, most few, "
    "many few, most half, all half, every half, "
    "rose fell, risen fallen, won lost, gained lost, sold bought, left arrived, left joined, began ended, "
    "minute hour, hour day, hour week, day week, day month, day year, hourly daily, daily weekly, daily monthly, "
    "daily yearly, weekly monthly, weekly yearly, weekly annual, weekly quarterly, monthly quarterly, monthly yearly, "
    "monthly annual, quarterly yearly, quarterly annual, mindestens höchstens, frühestens spätestens, "
    "geöffnet geschlossen, erlaubt verboten, vor nach, einmal zweimal, einmal dreimal, zweimal dreimal, "
    "täglich wöchentlich, wöchentlich monatlich, monatlich jährlich, täglich monatlich, müssen dürfen, muss darf, "
    "ouvert fermé, ouverte fermée, avant après, avant pendant, après pendant, doit peut, doivent peuvent, matin soir"
)
"""Words that say the reverse of each other beside the same words; by stem."""


def tokens(text: str) -> Iterator[str]:
    """Words and numbers in order; runs of CJK as overlapping pairs of characters."""
    return (word for match in _TOKEN.finditer(text) for word in _parts(match.group()))


def _parts(token: str) -> Sequence[str]:
    if not _CJK.match(token):
        return (token,)
    return [token[at : at + 2] for at in range(max(1, len(token) - 1))]


@lru_cache(maxsize=1_000)
def terms(text: str) -> tuple[str, ...]:
    """Stems of the content words and the numbers, in order, with repeats."""
    return tuple(term for _, term in content_words(text))


@lru_cache(maxsize=1_000)
def content_words(text: str) -> tuple[tuple[str, str], ...]:
    """Content words and numbers as they stand, each with its term, in order, with repeats."""
    return tuple((word, _term(word)) for _, word in _placed_words(text))


def placed_terms(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and term of each content word and number, in order; pairs of CJK characters overlap."""
    for at, word in _placed_words(text):
        yield at, at + len(word), _term(word)


def _placed_words(text: str) -> Iterator[tuple[int, str]]:
    """Content words and where they start; of stop words those in capitals that are none, as in "the US", "Plan A"."""
    shouted, before = text.isupper(), ""
    for match in _TOKEN.finditer(text):
        for at, word in enumerate(_parts(match.group()), start=match.start()):
            if not is_stop_word(word) or (not shouted and _stands_for_something(word, before)):
                yield at, word
            before = word


def _stands_for_something(word: str, before: str) -> bool:
    return word.isupper() and (len(word) > 1 or (word == "A" and before[:1].isupper()))


@lru_cache(maxsize=100_000)
def _term(word: str) -> str:
    return normal_number(word) or number_word(word) or stem(word)


def is_stop_word(word: str) -> bool:
    """True for a word that says nothing of the subject, contracted negations included."""
    plain = word.casefold().replace("’", "'")
    return plain in STOP_WORDS or plain.endswith("n't")


@lru_cache(maxsize=1_000)
def names(text: str) -> tuple[str, ...]:
    """Terms of capitalised words, in order: proper names, acronyms, identifiers; the first word of a text only if it
    holds a capital or digit past its first letter, since any word may stand there in capitals.
    """
    found: list[str] = []
    for match in re.finditer(r"[^\W_][\w'’\-]*", text):
        word = match.group()
        inner = any(c.isupper() or c.isdigit() for c in word[1:])
        before = text[max(0, match.start() - 8) : match.start()]
        opening = match.start() == 0 or bool(_OPENING.search(before) and not _TITLE.search(before))
        if word[0].isupper() and (inner or not opening):
            found.extend(terms(word))
    return tuple(found)


def first_and_missing(question: str, sentences: Sequence[str]) -> list[int]:
    """Places of the first sentence and of the next one that has a word of the question which the first lacks."""
    if not sentences:
        return []
    missing = set(terms(question)) - set(terms(sentences[0]))
    second = [at for at, sentence in enumerate(sentences) if missing & set(terms(sentence))]
    return [0, *second[:1]]
