"""The nouns: what each stage of the flow hands to the next, as frozen records.

    Document -split-> Chunk -retrieve-> Hit -select-> Evidence -generate, verify-> Sentence, Citation -> Answer

Offsets count characters of `Document.text`; an end is exclusive. Two invariants tie everything to it:
`document.text[chunk.start:chunk.end] == chunk.text` and `document.text[citation.start:citation.end] == citation.quote`.
No input or output; what a document itself is stands in `rag.document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.document import Document as Document
from rag.document import DocumentInfo as DocumentInfo
from rag.document import Heading as Heading
from rag.document import Page as Page
from rag.document import Span as Span

Matrix = NDArray[np.float32]
"""(n, dim) float32, unit rows."""
Vector = NDArray[np.float32]
"""(dim,) float32, unit length."""
Ids = NDArray[np.int64]
"""Shape (n,): numbers of passages in an index."""


class Tokens(NamedTuple):
    """A text, token by token.

    Attributes:
        vectors: One row for each token.
        spans: (n, 2) int64, the characters of the text that each is of; empty ones for those of none.
    """

    vectors: Matrix
    spans: NDArray[np.int64]


Verdict = Literal["supported", "weak", "unsupported"]
Status = Literal["answered", "refused"]
Policy = Literal["flag", "drop", "refuse"]


class Turn(NamedTuple):
    """One turn of a conversation: `role` is `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, the unit of retrieval.

    Attributes:
        document: Path of its document.
        start: Offset of its first character.
        end: Offset past its last.
        text: `document.text[start:end]`.
        title: Title of its document.
        heading: Path of the headings that it stands under.
        page: Page that holds `start`, from 1; None where there are none.
    """

    document: str
    start: int
    end: int
    text: str
    title: str = ""
    heading: str = ""
    page: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What tells chunks apart and breaks ties: document and start."""
        return (self.document, self.start)


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved chunk.

    Attributes:
        chunk: The passage.
        score: Higher is better, in whatever unit the last stage uses.
        dense_rank: Place in the dense ranking, from 1; None where it was not in it.
        lexical_rank: Place in the lexical ranking, from 1; None where it was not in it.
        dense_score: Inner product with the query vector, in [-1, 1]; None where not computed.
        lexical_score: BM25, higher is better; None where not computed.
    """

    chunk: Chunk
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense_score: float | None = None
    lexical_score: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit, chosen to answer from; `start` and `end` count in the document.

    Evidence is listed best first by what each sentence says in its passage; `score` is of the sentence by itself.
    """

    chunk: Chunk
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact, checked passage.

    Attributes:
        number: The `[n]` of the answer's text, from 1.
        document: Path of the document.
        start: Offset of the quote's first character.
        end: Offset past its last.
        quote: `document.text[start:end]`.
        page: Page number, from 1; None where the format has none.
        heading: Path of the headings above it; empty where there are none.
        score: How well it supports the first sentence that cites it, in [0, 1].
    """

    number: int
    document: str
    start: int
    end: int
    quote: str
    page: int | None
    heading: str
    score: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """One checked sentence of an answer.

    Attributes:
        text: Its words, without markers.
        support: How well its citations support it, in [0, 1].
        verdict: `supported`, `weak` or `unsupported`.
        citations: Numbers of its citations, ascending.
        why: What the verdict rests on, in words.
    """

    text: str
    support: float
    verdict: Verdict
    citations: tuple[int, ...] = ()
    why: str = ""


class Conflict(NamedTuple):
    """A passage, numbered as the citation that it disagrees with, that has `other` where that one has `cited`."""

    passage: Citation
    cited: str
    other: str


class Premise(NamedTuple):
    """A number or word that a question takes for granted, and what the passages have in its place."""

    said: str
    instead: str

    def __str__(self) -> str:
        """As a clause."""
        return f"the question says “{self.said}” where the passages have “{self.instead}”"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to answer: the last turn, what tells it apart, earlier turns oldest first, and where to look."""

    text: str
    id: str = ""
    history: tuple[Turn, ...] = ()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, or a refusal; docs/json.md goes through the JSON that `to_dict` gives.

    Attributes:
        question: As asked.
        query: As searched for: rewritten where it was a follow-up.
        status: `answered` or `refused`.
        text: Sentences with their markers; for a refusal, a sentence that says so.
        reason: Why it was refused; empty when answered.
        sentences: In order; empty when refused.
        citations: Ascending by number; empty when refused.
        hits: What was looked at, best first.
        dropped: Sentences that the model wrote and the check took out.
        conflicts: Passages that disagree with a cited one; empty when refused.
        missing: Words of the question that no evidence has, in its order.
        premises: What it takes for granted and the evidence has otherwise, in its order; whatever the status.
        answerable: How likely it is, in [0, 1], that the evidence holds an answer.
        timings: Seconds by stage: `retrieve`, `evidence`, `judge` where one was asked, `review` where it read the reply
            too, `first_token` and `total`; the last two from the beginning. Where a draft was streamed, also
            `prompt_tokens` and `tokens_per_second`.
        model: Name of the generator.
        judge: Name of the model that was asked whether there is an answer; empty where retrieval decided.
        embedder: Name of the embedder.
        config: 8 hex digits of the settings that it was made with.
        id: The question's.
        scope: Paths of the documents and folders that were looked in; empty for all.
    """

    question: str
    query: str
    status: Status
    text: str
    reason: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    dropped: tuple[Sentence, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    missing: tuple[str, ...] = ()
    premises: tuple[Premise, ...] = ()
    answerable: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    judge: str = ""
    embedder: str = ""
    config: str = ""
    id: str = ""
    scope: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, ready for JSON, in the order of docs/json.md."""
        return {
            "id": self.id,
            "question": self.question,
            "query": self.query,
            "scope": list(self.scope),
            "status": self.status,
            "text": self.text,
            **({"reason": self.reason} if self.status == "refused" else {}),
            "sentences": [{**asdict(s), "citations": list(s.citations)} for s in self.sentences],
            "citations": [asdict(c) for c in self.citations],
            "hits": [hit_to_dict(h) for h in self.hits],
            "dropped": [{"text": s.text, "support": s.support, "why": s.why} for s in self.dropped],
            "conflicts": [{**asdict(c.passage), "cited": c.cited, "other": c.other} for c in self.conflicts],
            "missing": list(self.missing),
            "premises": [premise._asdict() for premise in self.premises],
            "answerable": round(self.answerable, 4),
            "timings": {"first_token": None} | {stage: round(s, 4) for stage, s in self.timings.items()},
            "model": self.model,
            "judge": self.judge,
            "embedder": self.embedder,
            "config": self.config,
        }


def hit_to_dict(hit: Hit) -> dict[str, Any]:
    """A hit as plain data: where it is, its score and its ranks."""
    where = {"document": hit.chunk.document, "start": hit.chunk.start, "end": hit.chunk.end}
    found = {"score": round(hit.score, 6), "dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}
    return where | found | {"page": hit.chunk.page, "heading": hit.chunk.heading}
