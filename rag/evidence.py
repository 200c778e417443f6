"""From hits to evidence: the sentences of the retrieved passages that fit the question best.

A sentence is scored by its nearness to the question (see `rag.nearness`), by the share of the question's words that
stand in it or above it, and by its passage's rank and score. The best are then weighed by themselves too: what stands
beside an answer, as a hidden order does, is near to the question by its company alone. Only the more promising ones are
looked at so closely, so the cost does not grow with the length of the passages. Knows no embedder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from rag.checks.dates import dated_terms
from rag.nearness import Reading, Stretch
from rag.sentences import is_item
from rag.types import Chunk, Evidence, Hit, Span
from rag.words import terms

_LIKELY = 32
"""Most sentences whose nearness is looked at for one question."""
_WORDS, _ABOVE, _RANK = 0.5, 0.5, 0.1
"""Weights of question words in the sentence, of those that stand above it, and of the passage's rank, against 1 of the
sentence's nearness by itself; docs/decisions/0029-what-stands-above.md."""
_SPARE = 4
"""More of the best than are wanted are weighed by themselves, since some will fall."""
_FLOOR = 0.4
"""Share of the best one's score by itself that evidence needs; docs/decisions/0010-evidence-floor.md."""

_LEADS_UP = re.compile(r"[:：][*_]*$")
_LONGEST = 900
"""Characters of a sentence with the list that it leads up to."""
_ASKS = ("?", "？", "?”", '?"')
"""Ends of a question. In a list of questions and answers it says what the answer is about, as a heading does."""

_RUN_IN = re.compile(r"\(?(?:\d+(?:\.\d+)*|[a-z])[.)]\s+(?:\S+\s+){0,5}\S+[.:]")
"""A numbered heading on the line of its paragraph, "5. Service charge.", or a step as short, which may be an answer."""

Split = Callable[[str], Sequence[Span]]
"""Sentence spans of a text."""
Fate = Literal["kept", "heading", "wordless", "unlikely", "floor", "repeated", "surplus"]
"""What becomes of a sentence: evidence, or why not; `unlikely` ones are not looked at, `surplus` ones are too many."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence of a hit, the parts of its score, and what became of it.

    Attributes:
        chunk: The passage that it stands in.
        start: Offset of its first character in the document.
        end: Offset past its last.
        text: Its words.
        rank: For the rank of its passage.
        words: For the question's words in it.
        headings: For those that stand above it, in headings, a question or the heading of its line, and not in it.
        nearness: For its nearness to the question; None where it was not looked at.
        passage: For the score of its passage once that was read.
        alone: Its score by itself, with its own nearness in the place of that in its passage; None where it was not
            looked at so closely.
        fate: What became of it.
    """

    chunk: Chunk
    start: int
    end: int
    text: str
    rank: float = 0.0
    words: float = 0.0
    headings: float = 0.0
    nearness: float | None = None
    passage: float = 0.0
    alone: float | None = None
    fate: Fate = "kept"

    @property
    def score(self) -> float:
        """The parts together; without nearness, what decides whether that is looked at."""
        return self.rest + self.passage + (self.nearness or 0.0)

    @property
    def rest(self) -> float:
        """What it has before anything is read."""
        return self.rank + self.words + self.headings

    @property
    def stretch(self) -> Stretch:
        """Where it stands in its passage."""
        return self.chunk, self.start - self.chunk.start, self.end - self.chunk.start

    def evidence(self) -> Evidence:
        """The sentence as it is answered from, with its score by itself where that is known."""
        return Evidence(self.chunk, self.start, self.end, self.text, self.score if self.alone is None else self.alone)


@dataclass(frozen=True, slots=True)
class Selection:
    """Every sentence of the hits with its fate.

    Attributes:
        sentences: Those looked at best first, then the unlikely ones, best first, and what is no
            sentence, in the order of the hits.
        floor: The score by itself that evidence needed.
        least: The lowest score, nearness left out, that was looked at.
    """

    sentences: tuple[Weighed, ...] = ()
    floor: float = 0.0
    least: float = 0.0

    @property
    def evidence(self) -> list[Evidence]:
        """What was kept, best first; what leads up to a list with its items, which are then not told by themselves."""
        kept = [_whole(item, self.sentences) for item in self.sentences if item.fate == "kept"]
        return [item.evidence() for item in kept if not any(_is_within(item, other) for other in kept)]

    def reason(self, item: Weighed) -> str:
        """Why one of these sentences is no evidence, in words; empty for one that is."""
        return {
            "kept": "",
            "heading": "a heading or a question: it says what is spoken of, and nothing of it",
            "wordless": "no content words in it",
            "unlikely": f"not among the {_LIKELY} that were looked at: by words and rank it scored {item.score:.3f},"
            f" the last of them {self.least:.3f}",
            "floor": f"by itself it scored {item.alone or 0.0:.3f}, below the floor of {self.floor:.3f},"
            f" {_FLOOR:.0%} of the best",
            "repeated": "the same words as a better one",
            "surplus": f"scored {item.score:.3f}: enough were better, the last of them with {self._last:.3f}",
        }[item.fate]

    @property
    def _last(self) -> float:
        return min((item.score for item in self.sentences if item.fate == "kept"), default=0.0)


def weigh(query: str, hits: Sequence[Hit], reading: Reading, split: Split, most: int) -> Selection:
    """Choose the sentences to answer from.

    Args:
        query: A question that stands alone.
        hits: Best first.
        reading: Of these hits.
        split: Cuts a passage into sentence spans.
        most: How many sentences at most.

    Returns:
        Every sentence with its score and what became of it. Its evidence: at most `most` sentences, best first, no two
        with the same words, none that has little to do with the question; offsets count in the document.
    """
    wanted = set(dated_terms(query))
    found = [item for rank, hit in enumerate(hits) for item in _sentences(hit, rank, wanted, split)]
    ranked = sorted((item for item in found if item.fate == "kept"), key=_order)
    likely = ranked[:_LIKELY]
    rest = [replace(item, fate="unlikely") for item in ranked[_LIKELY:]]
    rest += [item for item in found if item.fate != "kept"]
    if not likely:
        return Selection(tuple(rest))
    nearness = reading.near([item.stretch for item in likely])
    read = zip(likely, nearness, strict=True)
    scored = [replace(i, nearness=reading.weight * near, passage=reading.score(i.chunk)) for i, near in read]
    scored.sort(key=_order)
    first: dict[str, Weighed] = {}
    said = list(map(_same, scored))
    for words, item in zip(said, scored, strict=True):
        first.setdefault(words, item)
    closest = dict(islice(first.items(), most + _SPARE))
    alone = reading.alone([item.stretch for item in closest.values()])
    by_itself = {words: item.rest + near for (words, item), near in zip(closest.items(), alone, strict=True)}
    best = max(by_itself.values())
    floor = min(best, _FLOOR * best)
    scored = [replace(item, alone=by_itself.get(words)) for words, item in zip(said, scored, strict=True)]
    return Selection((*_judged(scored, said, floor, most), *rest), floor, likely[-1].score)


def around(hits: Sequence[Hit], split: Split) -> list[Evidence]:
    """Every sentence of the hits that is no heading, unscored, in the order of the hits.

    Args:
        hits: Best first.
        split: Cuts a passage into sentence spans.

    Returns:
        Sentences, no two with the same words.
    """
    found = [item for rank, hit in enumerate(hits) for item in _sentences(hit, rank, set(), split)]
    first: dict[str, Evidence] = {}
    for item in found:
        if item.fate == "kept":
            first.setdefault(_same(item), item.evidence())
    return list(first.values())


def _sentences(hit: Hit, rank: int, wanted: set[str], split: Split) -> Iterator[Weighed]:
    chunk = hit.chunk
    above = set(terms(f"{chunk.title} {chunk.heading}"))
    heading = terms(chunk.heading.rpartition(" > ")[2])
    asked, run_in = set[str](), set[str]()
    for start, end in split(chunk.text):
        text = chunk.text[start:end]
        said = dated_terms(text)
        words = set(said)
        asks = text.endswith(_ASKS)
        asked = words if asks else asked
        if not chunk.text[:start].rpartition("\n")[2].strip():
            run_in = words if _RUN_IN.fullmatch(text) else set()
        yield Weighed(
            chunk,
            chunk.start + start,
            chunk.start + end,
            text,
            rank=_RANK / (1 + rank),
            words=_WORDS * len(wanted & words) / max(1, len(wanted)),
            headings=_ABOVE * len(wanted & (above | asked | run_in) - words) / max(1, len(wanted)),
            fate="wordless" if not words else "heading" if asks or said == heading else "kept",
        )


def _judged(scored: Sequence[Weighed], said: Sequence[str], floor: float, most: int) -> Iterator[Weighed]:
    """The fate of each sentence that was looked at, best first, given the words of each."""
    met: set[str] = set()
    for item, words in zip(scored, said, strict=True):
        fate: Fate = "kept"
        if item.alone is not None and item.alone < floor:
            fate = "floor"
        elif words in met:
            fate = "repeated"
        elif item.alone is None or len(met) >= most:
            fate = "surplus"
        else:
            met.add(words)
        yield item if fate == "kept" else replace(item, fate=fate)


def _whole(item: Weighed, beside: Iterable[Weighed]) -> Weighed:
    """A sentence that ends in a colon says nothing without the items that follow it in its passage.

    One that is an item itself is followed by those that stand further to the right.
    """
    if not _LEADS_UP.search(item.text):
        return item
    end, margin = item.end, _indent(item) if is_item(item.text) else -1
    after = (one for one in beside if one.chunk.key == item.chunk.key and one.start > item.start)
    for one in sorted(after, key=lambda one: one.start):
        if not is_item(one.text) or _indent(one) <= margin or one.end - item.start > _LONGEST:
            break
        end = one.end
    start = item.chunk.start
    return replace(item, end=end, text=item.chunk.text[item.start - start : end - start])


def _indent(item: Weighed) -> int:
    """Characters before it on its line."""
    return len(item.chunk.text[: item.start - item.chunk.start].rpartition("\n")[2])


def _is_within(item: Weighed, other: Weighed) -> bool:
    together = item is not other and item.chunk.key == other.chunk.key
    return together and other.start < item.start and item.end <= other.end


def _same(item: Weighed) -> str:
    """What two sentences share that say the same words."""
    return " ".join(terms(item.text))


def _order(item: Weighed) -> tuple[float, str, int]:
    return (-item.score, item.chunk.document, item.start)
