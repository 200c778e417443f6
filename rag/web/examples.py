"""Example questions drawn from the documents themselves, without a model: the same index gives the same questions.

A heading gives a question about its section, else a sentence that says what a thing is gives "What is ...?". One that
retrieval alone would not hold to be answered is left out; a judge would take seconds for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rag.pipeline import Pipeline
from rag.protocols import StopSignal
from rag.sentences import sentences
from rag.types import Document, Question

_MOST = 4
_LOOKED_AT = 24
"""Most documents that are read for them, spread evenly over the index."""
_TRIED = 4
"""Most questions tried for each document."""
_READ = 20_000
"""Characters read of each document."""
_SENTENCE = 40
"""Characters of a sentence that says something, and of a section worth asking about."""
_DEFINES = re.compile(
    r"^(?P<what>(?:The|An?) [\w'’-]+(?: (?:of |the |for |and )*[\w'’-]+){0,3}) (?P<verb>is|are|was|were) "
    r"(?:an? |the |one of )"
)
"""A sentence that says what a thing is."""
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*|[IVX]+)[.)]?\s+")
_ASKS = re.compile(r"^(?:who|when|where|how|why|what) (?:may|must|can|is|are|was|were|does|do|did|will|should)\b", re.I)
_VAGUE = re.compile(
    r"\b(?:it|its|this|that|these|those|there|he|his|she|her|they|their|we|our|you|your|i|my|here|all|each|some|such|both"
    r"|none|answer|note|notes|result|example|examples|following|other|another|same|first|last|introduction|overview"
    r"|summary|contents|references|conclusions?|abstract|appendix|background|index|page|glance)\b"
    r"|^(?:what|who|which|how|why|when|where)\b",
    re.IGNORECASE,
)
"""Words of a heading or a subject that say too little when they stand alone."""
_PLAIN = re.compile(r"[\w ,'’&()/-]{5,60}")


class Example(NamedTuple):
    """A question, and the document that it was drawn from: its path and the digest of its bytes."""

    question: str
    path: str
    sha256: str


def examples(pipeline: Pipeline, stop: StopSignal, most: int = _MOST) -> tuple[Example, ...]:
    """Questions that the documents answer.

    Args:
        pipeline: An open index; its generator writes nothing, and its judge is not asked.
        stop: Ends the search for more before the next question is tried.
        most: How many at most.

    Returns:
        At most one question per document; none for an empty index.
    """
    unjudged = Pipeline(pipeline.store, pipeline.embedder, pipeline.generator, pipeline.config)
    infos = pipeline.store.documents()
    step = max(1, len(infos) // _LOOKED_AT)
    found: dict[str, Example] = {}
    for info in infos[::step][:_LOOKED_AT]:
        if len(found) == most or stop.is_set():
            break
        tried = islice(candidates(pipeline.store.read(info.path)), _TRIED)
        sound = (q for q in tried if q not in found and not stop.is_set() and _answered(q, unjudged))
        found |= {question: Example(question, info.path, info.sha256) for question in islice(sound, 1)}
    return tuple(found.values())


def candidates(document: Document) -> Iterator[str]:
    """Questions that one document may answer, the more natural ones first.

    Args:
        document: One whole document.

    Yields:
        A few questions.
    """
    yield from _from_headings(document)
    yield from _from_sentences(document)


def _from_sentences(document: Document) -> Iterator[str]:
    text = document.text[:_READ]
    for start, end in sentences(text):
        match = _DEFINES.match(text[start:end])
        if match and end - start >= _SENTENCE and not _VAGUE.search(match["what"]):
            yield f"What {match['verb']} {match['what'][:1].lower()}{match['what'][1:]}?"


def _from_headings(document: Document) -> Iterator[str]:
    headings = document.headings
    ends = [*(heading.start for heading in headings[1:]), len(document.text)]
    titled = 1 if headings and _is_alone_over_all(document) else 0
    for heading, end in islice(zip(headings, ends, strict=False), titled, None):
        title = _NUMBER.sub("", heading.title).strip(" .:#")
        held = end - heading.start > len(heading.title) + _SENTENCE
        if not held or heading.title == document.title or not _PLAIN.fullmatch(title) or " " not in title:
            continue
        if _ASKS.match(title):
            yield f"{title.rstrip('?')}?"
        elif not _VAGUE.search(title):
            yield f"What is said about {_inside(title)}?"


def _is_alone_over_all(document: Document) -> bool:
    """Does the first heading stand over the whole document, as the title of a plain text does?"""
    first, *others = document.headings
    return all(one.level > first.level for one in others) and not document.text[: first.start].strip()


def _inside(title: str) -> str:
    """A heading inside a sentence: a capital that only the heading gave it goes."""
    first, _, rest = title.partition(" ")
    plain = first[1:].islower() and not any(word[:1].isupper() for word in rest.split())
    return title[:1].lower() + title[1:] if plain or first in ("A", "An", "The") else title


def _answered(question: str, pipeline: Pipeline) -> bool:
    return pipeline.answerable(pipeline.prepare(Question(question)))
