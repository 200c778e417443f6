"""What the lexical index holds of a text, and the FTS5 query for any string at all.

The same transform is used on both sides. FTS5's own tokenizer folds case and accents and stems English; it takes a run
of Chinese, Japanese or Korean for one word, so such runs are cut here into overlapping pairs of characters. Knows no
database. The measurements behind the constants are in `docs/decisions/0006-store.md`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rag.words import is_stop_word

TOKENIZER = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
"""Marks belong to words, or else the vowel signs of Hindi or Thai would cut them."""
HEAD_WEIGHT = 4.0
"""A match in title or headings counts as this many in the text."""

_LONGEST_QUERY = 20_000
"""Characters of a query that are looked at."""
_MOST_TERMS = 64
"""Terms of a query that are searched for, the first ones: time grows with their number."""
_CJK = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+"
)
_INVISIBLE = re.compile("[\u00ad\u2060\ufeff]")
_CODE = re.compile(
    r"(?<![\w-])(?:([^\W\d_]+)-(\d{2,})|(\d{2,})-([^\W\d_]+)|([^\W\d_]+)(\d{2,})|(\d{2,})([^\W\d_]+))(?![\w-])"
)
"""Letters and a number that may be written together, or with a hyphen between them."""
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
_ENDINGS = frozenset(("d", "ll", "m", "re", "s", "t", "ve"))
"""What an apostrophe leaves behind, as in `tenant's`."""


def indexed(text: str) -> str:
    """A text as the lexical index reads it.

    Args:
        text: Any string.

    Returns:
        Lower case; compatibility forms, ligatures and full-width characters folded; soft hyphens and the commas of
        grouped digits taken out; CJK runs as overlapping pairs, and the last character alone so that each one begins
        some term.
    """
    return _CJK.sub(lambda run: f" {' '.join([*_pairs(run[0]), run[0][-1]])} ", _plain(text))


def match_expression(query: str) -> str:
    """The FTS5 expression that finds any term of a query.

    Args:
        query: Any string: its operators and quotes mean nothing.

    Returns:
        Quoted terms joined by OR; empty where there is no word.
    """
    return " OR ".join(map(quoted, terms(query)))


def terms(query: str) -> list[str]:
    """The terms of a query.

    Args:
        query: Any string.

    Returns:
        In order, without repeats and without stop words, unless there are only these. Of letters with a number also
        those of the other way to write them, with a hyphen or without.
    """
    words = dict.fromkeys(_words(_both_ways(_plain(query[:_LONGEST_QUERY]))))
    content = [word for word in words if not is_stop_word(word)]
    return list(dict.fromkeys(term for word in content or words for term in _terms(word)))[:_MOST_TERMS]


def begins_words(term: str) -> bool:
    """Whether a term stands for all words that begin with it: one CJK character alone, for the pairs."""
    return len(term) == 1 and _CJK.fullmatch(term) is not None


def quoted(term: str) -> str:
    """The FTS5 expression that finds one term."""
    return f'"{term}" *' if begins_words(term) else f'"{term}"'


def _plain(text: str) -> str:
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_APOSTROPHES)
    return _GROUPED.sub("", text.lower())


def _both_ways(text: str) -> str:
    def other(code: re.Match[str]) -> str:
        parts = [part for part in code.groups() if part]
        return f"{code[0]} {('' if '-' in code[0] else ' ').join(parts)}"

    return _CODE.sub(other, text)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _words(text: str) -> Iterator[str]:
    """Runs of letters, digits, marks and inner apostrophes."""
    kept = (char if char.isalnum() or char == "'" or _is_mark(char) else " " for char in text)
    for word in "".join(kept).split():
        if bare := word.strip("'"):
            yield bare


def _is_mark(char: str) -> bool:
    return char > "\x7f" and unicodedata.category(char)[0] == "M"


def _terms(word: str) -> Iterator[str]:
    """Terms as the tokenizer and `indexed` make them."""
    for at, part in enumerate(word.split("'")):
        if part and not (at and part in _ENDINGS):
            yield from _cut(part)


def _cut(part: str) -> Iterator[str]:
    at = 0
    for run in _CJK.finditer(part):
        if run.start() > at:
            yield part[at : run.start()]
        yield from _pairs(run[0]) or [run[0]]
        at = run.end()
    if at < len(part):
        yield part[at:]
