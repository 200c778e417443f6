"""What `Pipeline.stream` yields, in this order: the UI, the command line and the evaluation all read it.

    Retrieved, EvidenceSelected, then Token and SentenceChecked as the draft grows, and Answer last

A sentence is checked as soon as it is complete, so `SentenceChecked` may come between tokens. A refusal before
generation goes from `EvidenceSelected` straight to `Answer`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer, Citation, Evidence, Hit, Sentence


@dataclass(frozen=True, slots=True)
class Retrieved:
    """First event: the query as searched for, and what was found, best first."""

    query: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class EvidenceSelected:
    """Second event: the sentences to answer from, before anything has been read by a model."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the model's draft, as it is written; not yet checked."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """A sentence after the check: of the draft, or of the evidence that is quoted in its place.

    Attributes:
        sentence: With its verdict and citation numbers.
        citations: Those of its citations that are new.
        kept: False where the policy takes it out of the answer.
        anew: True where all that was kept before is taken out, and citation numbers begin again.
    """

    sentence: Sentence
    citations: tuple[Citation, ...]
    kept: bool
    anew: bool = False


Event = Retrieved | EvidenceSelected | Token | SentenceChecked | Answer
