"""What is known of why a question is answered as it is, as frozen records: every candidate, sentence and number.

    Candidate -k best-> hit -sentences-> Considered -packed-> evidence -Decision-> answered or refused

Made by `rag.explain`; knows nothing of how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rag.evidence import Weighed
from rag.types import Hit, Premise, Span, Turn, hit_to_dict

Stage = Literal["index", "split", "candidates", "hits", "evidence", "prompt", "decision", "arrived"]
"""Where an expected passage was lost: each stage comes after those before it; `arrived` is none."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A passage that should have been answered from: its words, or its place in a document; both is no harm.

    Attributes:
        text: Its words; white space need not be the document's.
        document: Path of its document, or the end of one; empty for whichever has the words.
        span: Its place in that document; None where the words tell it.
    """

    text: str = ""
    document: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """What became of an expected passage.

    Attributes:
        stage: The first one that it did not come through; `arrived` where the model was shown it.
        why: That in one sentence, with what it had there and what it needed.
        document: Path of its document; empty where it was not found.
        span: Its place there; None where it was not found.
        quote: Its words as the document has them; as they were asked for where it was not found.
    """

    stage: Stage
    why: str
    document: str = ""
    span: Span | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of either ranking.

    Attributes:
        hit: With its rank and score in each ranking, and its fused score.
        rank: Its fused rank, from 1.
        place: Its place among the hits, from 1; None where it is not among them.
        terms: Words of the query that stand in it, its title or its headings, as the query has them.
        read: Its score among the hits, which is that of the second reading or of a re-ranker; None for no hit.
    """

    hit: Hit
    rank: int
    place: int | None
    terms: tuple[str, ...]
    read: float | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """A sentence of a hit.

    Attributes:
        sentence: With the parts of its score.
        place: Of its hit, from 1.
        number: Its place in the evidence, from 1; None where it is none.
        reason: Why it is none; empty where it is.
    """

    sentence: Weighed
    place: int
    number: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the question is answered.

    Attributes:
        answered: True where it is, as far as the evidence goes.
        probability: That the evidence holds the answer, in [0, 1].
        bar: Under this it is refused, in [0, 1].
        judge: Name of the model that was asked, whose log-odds are then among the features; empty where it was
            retrieval that decided.
        features: What the probability rests on.
        missing: Words of the query that no evidence has.
        premises: What the query takes for granted and the evidence has otherwise.
    """

    answered: bool
    probability: float
    bar: float
    judge: str
    features: Mapping[str, float]
    missing: tuple[str, ...]
    premises: tuple[Premise, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way of one question through the read path, as far as the decision.

    Attributes:
        question: As asked.
        query: As it stands alone.
        candidates: Best first.
        sentences: Of the hits: those that were looked at best first, then the others.
        floor: Score by itself that a sentence needed.
        decision: Whether it is answered.
        depth: Candidates taken from each ranking.
        scope: Documents and folders that were looked in; empty for all.
        model: Name of the generator.
        embedder: Name of the embedder.
        expected: What became of the passage that was expected; None where none was.
        history: Earlier turns, oldest first.
    """

    question: str
    query: str
    candidates: tuple[Candidate, ...]
    sentences: tuple[Considered, ...]
    floor: float
    decision: Decision
    depth: int
    scope: tuple[str, ...] = ()
    model: str = ""
    embedder: str = ""
    expected: Loss | None = None
    history: tuple[Turn, ...] = ()

    @property
    def hits(self) -> list[Candidate]:
        """The candidates that became hits, best first."""
        return sorted((c for c in self.candidates if c.place is not None), key=lambda c: c.place or 0)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, ready for JSON."""
        return {
            "question": self.question,
            "query": self.query,
            "scope": list(self.scope),
            "candidates": [_candidate(item) for item in self.candidates],
            "sentences": [_considered(item) for item in self.sentences],
            "floor": self.floor,
            "decision": _decision(self.decision),
            "expected": asdict(self.expected) if self.expected else None,
            "depth": self.depth,
            "model": self.model,
            "embedder": self.embedder,
        }


def _decision(decision: Decision) -> dict[str, Any]:
    premises = [premise._asdict() for premise in decision.premises]
    return {**asdict(decision), "missing": list(decision.missing), "premises": premises}


def _candidate(item: Candidate) -> dict[str, Any]:
    scores = {"dense_score": item.hit.dense_score, "lexical_score": item.hit.lexical_score}
    found = {"fused_rank": item.rank, "hit": item.place, "hit_score": item.read, "terms": list(item.terms)}
    return hit_to_dict(item.hit) | scores | found | {"text": item.hit.chunk.text}


def _considered(item: Considered) -> dict[str, Any]:
    sentence = item.sentence
    parts = {name: getattr(sentence, name) for name in ("nearness", "words", "headings", "rank", "passage")}
    return {
        "document": sentence.chunk.document,
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "hit": item.place,
        "score": sentence.score,
        "parts": parts,
        "alone": sentence.alone,
        "evidence": item.number,
        "fate": "no room" if sentence.fate == "kept" and item.number is None else sentence.fate,
        "reason": item.reason,
    }
