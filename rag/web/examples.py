"""Example questions drawn from the documents themselves, without a model: the same index gives the same questions.

A sentence that says what something is gives "What is ...?"; else a heading gives a question about its section. One that
the documents would not be held to answer is left out, by the same measure that a question goes through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import answerability, evidence
from rag.pipeline import Pipeline
from rag.sentences import sentences
from rag.types import Document

_MOST = 4
_LOOKED_AT = 24
"""Most documents that are read for them, spread evenly over the index."""
_READ = 20_000
"""Characters read of each document."""
_DEFINES = re.compile(
    r"^(?P<what>(?:The |An? )?[A-Z][\w'’-]*(?: (?:of |the |for |and )*[\w'’-]+){0,4}) (?P<verb>is|are|was|were) "
    r"(?:an? |the |one |made |held |set |paid |due )"
)
_VAGUE = re.compile(
    r"\b(?:it|this|that|these|those|there|he|she|they|we|you|i|here|what|who|which|all|each|some|such|one|both|none"
    r"|answer|note|result|example|following|other|another|same)\b",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^[\W\d]*(?:introduction|overview|summary|contents|table of contents|references|conclusions?|abstract|appendix"
    r"|notes?|background|index|faq|page \d+|sheet ?\d*|general|about)?[\W\d]*$",
    re.IGNORECASE,
)
_LONGEST = 60
_WORDS = re.compile(r"[\w ,'’&()/-]+")


def questions(pipeline: Pipeline, most: int = _MOST) -> tuple[str, ...]:
    """Questions that the documents answer.

    Args:
        pipeline: An open index; its generator is not used.
        most: How many at most.

    Returns:
        At most one question per document; none for an empty index.
    """
    infos = pipeline.store.documents()
    step = max(1, len(infos) // _LOOKED_AT)
    found: list[str] = []
    for info in infos[::step][:_LOOKED_AT]:
        if len(found) == most:
            break
        fresh = (q for q in candidates(pipeline.store.read(info.path)) if q not in found and _answered(q, pipeline))
        found += [question for question, _ in zip(fresh, range(1), strict=False)]
    return tuple(found)


def candidates(document: Document) -> Iterator[str]:
    """Questions that one document may answer, the more natural ones first.

    Args:
        document: One whole document.

    Yields:
        A few questions.
    """
    yield from _from_sentences(document)
    yield from _from_headings(document)


def _from_sentences(document: Document) -> Iterator[str]:
    text, left = document.text[:_READ], 3
    for start, end in sentences(text):
        sentence = text[start:end]
        match = _DEFINES.match(sentence)
        if (
            not match
            or "\n" in sentence
            or len(sentence) < 40
            or len(match["what"]) < 5
            or _VAGUE.search(match["what"])
        ):
            continue
        what = re.sub(r"^(The|An?) ", lambda article: article[0].lower(), match["what"])
        yield f"What {match['verb']} {what}?"
        left -= 1
        if not left:
            return


def _from_headings(document: Document) -> Iterator[str]:
    ends = [*(heading.start for heading in document.headings[1:]), len(document.text)]
    usable = [
        heading.title.strip(" .:#")
        for heading, end in zip(document.headings, ends, strict=False)
        if end - heading.start > 2 * len(heading.title) + 60 and 4 < len(heading.title) <= _LONGEST
    ]
    for title in [t for t in usable if t != document.title and _WORDS.fullmatch(t) and not _GENERIC.match(t)][:3]:
        yield f"What do the documents say about {_inside(title)}?"


def _inside(title: str) -> str:
    """A heading inside a sentence: a capital that only the heading gave it goes."""
    first, _, rest = title.partition(" ")
    plain = first[1:].islower() and not any(word[:1].isupper() for word in rest.split())
    return title[:1].lower() + title[1:] if plain and rest else title


def _answered(question: str, pipeline: Pipeline) -> bool:
    hits = pipeline.search(question)
    chosen = evidence.select(question, hits, pipeline.embedder, sentences, pipeline.config.evidence_sentences)
    return answerability.decide(question, hits, chosen).probability >= pipeline.config.refuse_below
