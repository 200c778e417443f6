"""What is known of one question on its way through the read path; the pipeline fills it in, an explanation shows it.

Knows the records of each stage, and nothing of how they come about.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rag.answerability import Answerability
from rag.evidence import Selection
from rag.nearness import Reading
from rag.places import Places
from rag.types import Evidence, Hit

_UNDECIDED = Answerability(0.0, ())


@dataclass(slots=True)
class Run:
    """One question on its way through.

    Attributes:
        question: As asked.
        places: Where its evidence stands.
        id: The caller's.
        scope: Documents and folders to look in; empty for all.
        started_s: When it began, by `time.perf_counter`.
        query: As searched for.
        candidates: Every candidate of either ranking, fused, best first.
        hits: The best of them, in the order of the last look.
        reading: The hits as they were read, token by token; None before.
        selection: Every sentence of the hits with its fate.
        evidence: The sentences shown to the generator, best first.
        rows: Those of a table that have the most, the least or the range asked for; none where no table tells.
        decision: Whether the evidence holds the answer, and who says so.
        draft: What the generator has written.
        stopped: True where the user stopped it before its answer was whole.
        timings: Seconds by stage, and how much was read and written.
    """

    question: str
    places: Places
    id: str
    started_s: float
    scope: tuple[str, ...] = ()
    query: str = ""
    candidates: list[Hit] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    reading: Reading | None = None
    selection: Selection = field(default_factory=Selection)
    evidence: list[Evidence] = field(default_factory=list)
    rows: list[Evidence] = field(default_factory=list)
    decision: Answerability = _UNDECIDED
    draft: str = ""
    stopped: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str, *, less: float = 0.0) -> None:
        """Note the seconds since the start, less those of an earlier stage."""
        self.timings[stage] = time.perf_counter() - self.started_s - less

    def wrote(self, prompt_tokens: int, draft_tokens: int) -> None:
        """Note how long the prompt of a draft was that has just been written, and how fast the draft grew."""
        self.timings["prompt_tokens"] = prompt_tokens
        writing_s = time.perf_counter() - self.started_s - self.timings.get("first_token", 0.0)
        self.timings["tokens_per_second"] = max(0, draft_tokens - 1) / writing_s
